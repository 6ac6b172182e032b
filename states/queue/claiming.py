"""Claiming: give a person the next item of a pool.

Order: lane, then ``start_by``, then age. Every Nth claim that is not acute goes to the item that is longest overdue, so
that nothing waits for ever; acute work always goes first. The order is in :mod:`rules.queue.order` and the counting of
the reserve in :mod:`states.queue.reserve`; docs/queue.md proves the bound on waiting that follows.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, String, TextClause, bindparam, text
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session

from rules.core.roles import Actor
from rules.queue import assignment
from rules.queue.skills import SKILLS
from states.priority.claim_explanation import explain_claim
from states.queue import pools, reserve
from states.queue.assignment import assign_to, require
from states.queue.availability import Availability, availability_of
from states.tables.work import WorkItem

# The first items of each skill, each from one range of the index, and of those the first unassigned one: the cost does
# not grow with the number of waiting items, and only the claimed item is locked.
NEXT = """
    SELECT w.* FROM (
        SELECT found.id FROM unnest(:skills) AS mine(skill) CROSS JOIN LATERAL (
            SELECT id, lane, start_by, created_at FROM work_item
            WHERE role = :role AND organisation = :organisation AND skill = mine.skill
              AND done_at IS NULL AND assignee IS NULL
              AND NOT (:person = ANY (not_by))
              AND NOT EXISTS (SELECT 1 FROM application
                              WHERE application.id = work_item.application
                                AND (application.applicant = :person OR application.representative = :person))
              AND NOT EXISTS (SELECT 1 FROM loan WHERE loan.id = work_item.application AND loan.person = :person)
              AND {where}
            ORDER BY {order} LIMIT {width}
        ) found ORDER BY {order} LIMIT {width}
    ) candidate JOIN work_item w ON w.id = candidate.id
    WHERE w.done_at IS NULL AND w.assignee IS NULL
    ORDER BY {w_order} LIMIT 1 FOR UPDATE OF w {wait}
"""


def _statement(where: str, order: Sequence[str], *, wait: bool, width: int) -> TextClause:
    written = NEXT.format(
        where=where,
        order=", ".join(order),
        w_order=", ".join(f"w.{name}" for name in order),
        width=width,
        wait="" if wait else "SKIP LOCKED",
    )
    return text(written).bindparams(bindparam("skills", type_=ARRAY(String)))


ORDER = ("lane", "start_by", "created_at", "id")
ACUTE_FIRST = _statement("lane = 1", ORDER, wait=False, width=16)
"""The next acute item; locked items are skipped, so that acute claims never wait."""
IN_ORDER = _statement("lane > 1", ORDER, wait=False, width=4)
"""The next item that is not acute; items that an event is changing are skipped."""
OVERDUE = _statement("lane > 1 AND start_by <= :at", ORDER[1:], wait=True, width=4)
"""The item that is longest overdue; the reserve waits for its lock, so that its turn is not lost."""


def claim(session: Session, *, by: Actor, at: datetime, acute_only: bool = False) -> WorkItem | None:
    """Claim the next item, or the next acute item; None if no item waits that the caller may take.

    No two claims get the same item. An acute claim never waits for another claim. Other claims of a pool run one after
    the other, so that the reserve counts correctly.

    Raises:
        RefusedError: the person is absent, or is at the limit and no acute work waits.
    """
    chain = pools.lock_chain(session, *by.pool, at=at, person=by.person)
    me = availability_of(session, by.person, *by.pool, at=at)
    require(assignment.present, person=me.person, absent_until=me.absent_until)
    item, reserved = lock_first(session, ACUTE_FIRST, by, me, at), False
    if item is None and not acute_only:
        item, reserved = _next_not_acute(session, by, me, at)
    if item is None:
        return None
    assign_to(item, me.person, at)
    item.dispatched_at = item.dispatched_at or at  # the claimant knows of it
    item.explanation = explain_claim(session, item, at=at, reserved=reserved)
    facts = {"reserve": reserved, "explanation": item.explanation}
    pools.record(session, chain, by=by, at=at, event="claim", item=item, facts=facts)
    return item


def _next_not_acute(session: Session, by: Actor, me: Availability, at: datetime) -> tuple[WorkItem | None, bool]:
    """The next item that is not acute, and whether it is a claim of the reserve."""
    reserve.lock_counts(session, *by.pool)
    classes = reserve.classes_of(session, *by.pool, by.person, me.skills)
    if not classes:
        return None, False
    require(assignment.within_limit, person=me.person, in_hand=me.in_hand, limit=me.limit, acute=False)
    turn = reserve.is_turn(classes, at)
    overdue = lock_first(session, OVERDUE, by, me, at) if turn else None
    item = overdue or lock_first(session, IN_ORDER, by, me, at)
    if item is not None:
        reserve.count_claim(session, *by.pool, classes, turn=turn)
    return item, overdue is not None


def lock_first(session: Session, statement: TextClause, by: Actor, me: Availability, at: datetime) -> WorkItem | None:
    """The first item that the caller may take by one of the statements above, locked."""
    role, organisation = by.pool
    facts = {
        "skills": ["", *(me.skills or SKILLS)],
        "role": role,
        "organisation": organisation,
        "person": by.person,
        "at": at,
    }
    # Loaded by hand: a claim runs up to three of these, and loading by the session costs more than the statement.
    row = session.connection().execute(statement, facts).mappings().first()
    if row is None:
        return None
    loaded = session.identity_map.get(session.identity_key(WorkItem, row["id"]))
    if isinstance(loaded, WorkItem):
        session.refresh(loaded)
        return loaded
    item = WorkItem(**row)
    make_transient_to_detached(item)
    session.add(item)
    return item
