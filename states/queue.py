"""The queue: who may take what next.

Order: lane, then ``start_by``, then age. Every Nth non-acute claim goes to the item that is longest overdue, so that
nothing waits for ever; acute work always goes first. The order itself is :mod:`rules.queue`, the counting of the
reserve :mod:`states.reserve`, and the bound that follows from both is proved in docs/queue.md.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session, select

from rules import claims
from rules.findings import Rule
from rules.moments import office_day
from rules.queue import ACUTE, LANES
from rules.roles import Actor
from rules.urgency import Urgency
from rules.values import value
from rules.working_hours import add_or_provisional
from states import pools, reserve
from states.errors import RefusedError
from states.explaining import explain_claim
from states.presence import Presence, presence_of
from states.tables.work import WorkItem

# One range of the index per skill, the first row of each, and of those the first: the cost does not grow with what
# waits. A row that the door holds is passed over; it comes again in a moment.
NEXT = """
    SELECT found.* FROM unnest(:skills) AS mine(skill) CROSS JOIN LATERAL (
        SELECT * FROM work_item
        WHERE role = :role AND organisation = :organisation AND skill = mine.skill
          AND done_at IS NULL AND assignee IS NULL
          AND NOT (:person = ANY (not_by))
          AND NOT EXISTS (SELECT 1 FROM application
                          WHERE application.id = work_item.application
                            AND (application.applicant = :person OR application.representative = :person))
          AND NOT EXISTS (SELECT 1 FROM loan WHERE loan.id = work_item.application AND loan.person = :person)
          {where}
        ORDER BY {order} LIMIT 1 FOR UPDATE OF work_item SKIP LOCKED
    ) found
    ORDER BY {order} LIMIT 1
"""
SKILLS = bindparam("skills", type_=ARRAY(String))
IN_ORDER = text(NEXT.format(where="", order="lane, start_by, created_at, id")).bindparams(SKILLS)
OVERDUE = text(NEXT.format(where="AND start_by <= :at", order="start_by, created_at, id")).bindparams(SKILLS)


def claim(session: Session, *, by: Actor, at: datetime) -> WorkItem | None:
    """Take the next item for someone; None where nothing waits that this person may take.

    No two claims get the same item, and an acute claim waits for nobody: what another claim holds is passed over.

    Raises:
        RefusedError: the person is absent, or holds as much as is allowed and no acute work waits.
    """
    role, organisation = str(by.role), by.organisation or ""
    chain = pools.enter(session, role, organisation, at=at, person=by.person)
    me = presence_of(session, by.person, role, organisation, at=at)
    refuse(claims.present, absent_until=me.absent_until)
    classes = reserve.classes_of(session, role, organisation, by.person, me.skills)
    item = first(session, IN_ORDER, by, classes, at)
    if item is None:
        return None
    reserved = False
    if item.lane != ACUTE:
        refuse(claims.limit_in_hand, in_hand=me.in_hand, limit=me.limit, acute=False)
        reserve.hold(session, role, organisation)
        classes = reserve.classes_of(session, role, organisation, by.person, me.skills)  # as they stand now
        turn = reserve.is_turn(classes, at)
        overdue = first(session, OVERDUE, by, classes, at) if turn else None
        item, reserved = overdue or item, overdue is not None
        reserve.count_claim(session, role, organisation, classes, turn=turn)
    give(item, me, at)
    item.explanation = explain_claim(session, item, at=at, reserved=reserved)
    facts = {"reserve": reserved, "explanation": item.explanation}
    pools.note(session, chain, by=by, at=at, event="claim", item=item, facts=facts)
    return item


def give(item: WorkItem, to: Presence, at: datetime) -> None:
    """Put an item into someone's hands, until it goes back by itself where nothing is done about it."""
    item.assignee, item.claimed_at = to.person, at
    item.returns_at = returns_at(item.lane, at)


def returns_at(lane: int, at: datetime) -> datetime:
    """When work that was taken, or worked on, at a moment goes back to the queue."""
    urgency = LANES[lane]
    hours = value("claim_returns_after", office_day(at))[str(urgency)]
    return at + timedelta(hours=hours) if urgency is Urgency.ACUTE else add_or_provisional(at, hours)[0]


def refuse(rule: Rule, **facts: object) -> None:
    """Ask a rule of the queue.

    Raises:
        RefusedError: it finds against it.
    """
    finding = rule(**facts)
    if finding is not None:
        raise RefusedError([finding])


def first(
    session: Session, wanted: object, by: Actor, classes: Sequence[reserve.WorkClass], at: datetime
) -> WorkItem | None:
    """The first item of the classes in an order, locked."""
    facts = {
        "skills": sorted({each.skill for each in classes}),
        "role": str(by.role),
        "organisation": by.organisation or "",
        "person": by.person,
        "at": at,
    }
    query = select(WorkItem).from_statement(wanted)  # type: ignore[arg-type]  # a text is one
    return session.execute(query, facts).scalars().first()
