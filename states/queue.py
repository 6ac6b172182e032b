"""The queue: who may take what next, and why it stands where it stands.

Order: lane, then ``start_by``, then age. Every Nth non-acute claim of a pool goes to the item that is longest
overdue, so that nothing waits for ever; acute work always goes first.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from rules.findings import HOUSE, Finding
from rules.hand_off import HandOffStep
from rules.moments import office_day
from rules.roles import Actor, Role
from rules.urgency import RANK
from rules.values import value, version
from states.errors import NotFoundError, RefusedError
from states.tables.application import Application, ThreatSignal
from states.tables.finance import Numbering
from states.tables.loans import Loan
from states.tables.work import WorkItem
from states.work import BY_HAND, EVENT_OF

ACUTE = 1
LANES = {rank: urgency for urgency, rank in RANK.items()}


def offer_due(session: Session, *, at: datetime, run: str, limit: int = 200) -> list[str]:
    """Offer the work that was not offered yet, most urgent first; answers the ids of what was offered.

    Offering shows an item and alerts; only a claim gives it to a person.
    """
    query = (
        select(WorkItem)
        .where(col(WorkItem.done_at).is_(None), col(WorkItem.dispatched_at).is_(None))
        .order_by(col(WorkItem.lane), col(WorkItem.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    offered = []
    for item in session.exec(query):
        item.dispatched_at, item.dispatched_by = at, run
        offered.append(item.id)
    session.flush()
    return offered


def pool(role: Role, organisation: str | None) -> tuple[ColumnElement[bool], ...]:
    """The open, unclaimed items that someone in a role may take."""
    return (
        col(WorkItem.done_at).is_(None),
        col(WorkItem.assignee).is_(None),
        col(WorkItem.role) == str(role),
        col(WorkItem.organisation) == (organisation or ""),
    )


def order() -> tuple[Any, ...]:
    """The queue's order; the index of the table holds it."""
    return (col(WorkItem.lane), col(WorkItem.start_by), col(WorkItem.created_at), col(WorkItem.id))


def claim(session: Session, *, by: Actor, at: datetime) -> WorkItem | None:
    """Take the next item for someone; None where nothing waits. No two claims get the same item."""
    mine = (*pool(by.role, by.organisation), not_of(by.person))
    item = first(session, *mine, col(WorkItem.lane) == ACUTE, by=order())
    reserved = False
    if item is None:
        every = value("reserve_every", office_day(at))
        counter = f"claims:{by.role}:{by.organisation or ''}"
        count = counted(session, counter)
        if count % every == 0:
            overdue = order()[1:]
            item = first(session, *mine, col(WorkItem.start_by) <= at, by=overdue)
            reserved = item is not None
        item = item or first(session, *mine, by=order())
        if item is None:
            counted(session, counter, step=-1)  # it took nothing, so it uses up no turn of the reserve
            return None
    item.explanation = {**explain(session, item, at=at), "reserve": reserved}
    item.assignee, item.claimed_at = by.person, at
    session.flush()
    return item


def not_of(person: str) -> ColumnElement[bool]:
    """Work on an application that is not the person's own (Awb 2:4)."""
    own = select(Application.id).where(
        or_(col(Application.applicant) == person, col(Application.representative) == person),
    )
    alone = select(Loan.id).where(Loan.person == person)
    return col(WorkItem.application).not_in(own.union(alone))


def first(session: Session, *where: ColumnElement[bool], by: tuple[Any, ...]) -> WorkItem | None:
    """The first item in an order that no other claim holds; its cost does not grow with the backlog."""
    query = select(WorkItem).where(*where).order_by(*by).limit(1).with_for_update(skip_locked=True)
    return session.exec(query).first()


def counted(session: Session, name: str, *, step: int = 1) -> int:
    """Count one more, or take one back; it counts only if the transaction commits."""
    row = insert(Numbering).values(name=name, count=1)
    upsert = row.on_conflict_do_update(index_elements=["name"], set_={"count": col(Numbering.count) + step})
    return int(session.execute(upsert.returning(col(Numbering.count))).scalar_one())


def held(session: Session, key: str, by: Actor) -> WorkItem:
    """An open item that someone may act on, locked.

    Raises:
        NotFoundError: there is none in the caller's pool.
    """
    item = session.get(WorkItem, key, with_for_update=True, populate_existing=True)
    own = item is not None and item.role == str(by.role) and item.organisation == (by.organisation or "")
    if item is None or item.done_at is not None or not (own or by.role is Role.COORDINATOR):
        raise NotFoundError("open work item", key)
    return item


def release(session: Session, key: str, *, by: Actor) -> WorkItem:
    """Give an item back; it stands again where it stood."""
    item = held(session, key, by)
    if item.assignee != by.person and by.role is not Role.COORDINATOR:
        raise RefusedError(
            [
                finding(
                    "work.own-claim",
                    f"The item is claimed by {item.assignee or 'nobody'}, not by you.",
                    f"Het werk is opgepakt door {item.assignee or 'niemand'}, niet door u.",
                ),
            ],
        )
    item.assignee = item.claimed_at = None
    session.flush()
    return item


def finish(session: Session, key: str, *, by: Actor, at: datetime) -> WorkItem:
    """Say that work is done that no event of the case shows, such as handing a threat over to the police."""
    item = held(session, key, by)
    if item.assignee not in (None, by.person) and by.role is not Role.COORDINATOR:
        taken = finding(
            "work.own-claim",
            "Someone else claimed this item; it is theirs to finish.",
            "Een ander heeft dit werk opgepakt; het is aan die ander om het af te maken.",
        )
        raise RefusedError([taken])
    if item.action not in BY_HAND:
        event = EVENT_OF.get(item.action, item.action)
        raise RefusedError(
            [
                finding(
                    "work.done-by-event",
                    f"This work is done by the event {event} itself; do that.",
                    f"Dit werk is gedaan met de gebeurtenis '{event}' zelf; doe die.",
                ),
            ],
        )
    item.done_at, item.assignee = at, item.assignee or by.person
    session.flush()
    return item


def finding(rule: str, message: str, message_nl: str) -> Finding:
    """A finding of the queue's own rules."""
    return Finding(rule, message, "house rule of the work list", HOUSE, message_nl)


def place(session: Session, item: WorkItem) -> int:
    """How many open items of the same pool come before it, plus one."""
    key = tuple_(*order())
    mine = (item.lane, item.start_by, item.created_at, item.id)
    query = (
        select(func.count()).select_from(WorkItem).where(*pool(Role(item.role), item.organisation or None), key < mine)
    )
    return int(session.exec(query).one()) + 1


def explain(session: Session, item: WorkItem, *, at: datetime) -> dict[str, Any]:
    """Why an item stands where it stands: every factor with its rule, source and fact, and what would change it."""
    day = office_day(at)
    application = session.get(Application, item.application)
    signals = []
    if application is not None:
        query = select(ThreatSignal).where(ThreatSignal.stream == application.id)
        signals = list(session.exec(query.order_by(col(ThreatSignal.recorded_at))))
    table, reserve = version("urgency_table", day), version("reserve_every", day)
    at_place = place(session, item)
    factors: list[Mapping[str, Any]] = [
        {
            "factor": "lane",
            "value": str(LANES[item.lane]),
            "rule": "queue.lane-from-urgency",
            "source": table.source,
            "fact": [
                {
                    "signal": signal.id,
                    "kind": str(signal.kind),
                    "source": str(signal.source),
                    "occurredOn": signal.occurred_on.isoformat(),
                    "reported": signal.reported_to_police,
                    "urgency": str(signal.urgency),
                    "row": signal.table_row,
                    "tableSince": signal.table_since.isoformat() if signal.table_since else None,
                }
                for signal in signals
            ],
        },
        {
            "factor": "startBy",
            "value": item.start_by.isoformat(),
            "rule": "queue.start-by-from-service-level",
            "source": "house service level of the stage and urgency (rules/values/terms.toml)",
            "fact": {"createdAt": item.created_at.isoformat(), "action": item.action},
        },
        {
            "factor": "reserve",
            "value": reserve.value,
            "rule": "queue.reserve",
            "source": reserve.source,
            "fact": {"overdue": item.start_by <= at},
        },
    ]
    return {
        "workItem": item.id,
        "action": item.action,
        **by_table(item, day),
        "place": at_place,
        "lane": str(LANES[item.lane]),
        "factors": factors,
        "before": before(session, item),
        "whatWouldChangeIt": changes(session, item, signals),
        "expectedWait": expected_wait(session, item, at_place, at),
        "explainedAt": at.isoformat(),
    }


def by_table(item: WorkItem, day: date) -> dict[str, Any]:
    """For a step of a hand-off: which dated table asks for it, and the support team's number with its source."""
    if item.action not in set(HandOffStep):
        return {}
    asked = {"rule": "hand-off.step-is-open", "source": version("hand_off", day).source}
    if item.action == HandOffStep.SUPPORT_TEAM:
        number = version("support_team_number", day)
        asked |= {"number": number.value, "numberSource": number.source}
    return {"handOff": asked}


def before(session: Session, item: WorkItem) -> dict[str, int]:
    """How many items of each lane stand before it."""
    key = tuple_(*order())
    mine = (item.lane, item.start_by, item.created_at, item.id)
    query = (
        select(WorkItem.lane, func.count())
        .where(*pool(Role(item.role), item.organisation or None), key < mine)
        .group_by(col(WorkItem.lane))
    )
    return {str(LANES[lane]): count for lane, count in session.exec(query)}


def changes(session: Session, item: WorkItem, signals: list[ThreatSignal]) -> list[dict[str, Any]]:
    """Where it would stand without its threat signals, and with one in the next lane up."""
    found = []
    for lane in range(1, 5):
        if lane == item.lane or (lane > item.lane and not signals):
            continue
        where = pool(Role(item.role), item.organisation or None)
        ahead = or_(col(WorkItem.lane) < lane, (col(WorkItem.lane) == lane) & (col(WorkItem.start_by) < item.start_by))
        query = select(func.count()).select_from(WorkItem).where(*where, ahead, WorkItem.id != item.id)
        what = f"as {LANES[lane]}"
        if lane > item.lane:
            days = ", ".join(signal.occurred_on.isoformat() for signal in signals)
            what = f"without the threat signalled on {days}, {what}"
        else:
            what = f"after a threat signal that is {LANES[lane]}"
        found.append({"if": what, "place": int(session.exec(query).one()) + 1})
    return found


def expected_wait(session: Session, item: WorkItem, at_place: int, at: datetime) -> dict[str, Any]:
    """A range from the last four weeks' claims of this pool; unknown where there were too few."""
    since = at - timedelta(days=28)
    query = (
        select(func.count())
        .select_from(WorkItem)
        .where(
            WorkItem.role == item.role,
            WorkItem.organisation == item.organisation,
            col(WorkItem.done_at) >= since,
        )
    )
    done = int(session.exec(query).one())
    if done < 5:  # noqa: PLR2004  # fewer say nothing
        return {"known": False, "why": "Fewer than five items were done in this pool in the last four weeks."}
    days = 28 * at_place / done
    return {"known": True, "daysFrom": round(days / 2, 1), "daysTo": round(days * 2, 1), "basedOnItems": done}


def readable(session: Session, key: str, by: Actor) -> WorkItem:
    """An item that someone may look at: of the own pool, or any for those who keep watch.

    Raises:
        NotFoundError: there is none that the caller may see.
    """
    item = session.get(WorkItem, key)
    watch = by.role in {Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR}
    if item is None or not (watch or (item.role == str(by.role) and item.organisation == (by.organisation or ""))):
        raise NotFoundError("work item", key)
    return item
