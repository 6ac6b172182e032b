"""Why an item stands where it stands: its place, every factor with rule, source and fact, and what would change it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, tuple_
from sqlmodel import Session, col, select

from rules.hand_off import HandOffStep
from rules.moments import office_day
from rules.priority import zulu
from rules.queue import LANES
from rules.roles import Actor, Role
from rules.values import version
from states.bearing import asked, happenings_of, urgent_loans
from states.errors import NotFoundError
from states.factors import age, lane_and_start, turn
from states.pools import order, pool
from states.tables.application import Application, ThreatSignal
from states.tables.work import WorkItem


def explain_claim(session: Session, item: WorkItem, *, at: datetime, reserved: bool) -> dict[str, Any]:
    """Why a claim takes this item, light enough for every claim: one look at the case's chain, and no counting.

    It holds the facts from which :func:`rules.priority.check` computes the lane and the start-by again.
    """
    happened = happenings_of(session, item.application)
    work = asked(item, happened, urgent_loans(session, [item]))
    return {
        "workItem": item.id,
        "action": item.action,
        **by_table(item, office_day(at)),
        "place": 1,
        "reserve": reserved,
        "lane": str(LANES[item.lane]),
        "factors": [*lane_and_start(item, work, happened), age(item), turn(item, at, reserved=reserved)],
        "explainedAt": zulu(at),
    }


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
