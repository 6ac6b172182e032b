"""Offers of work to the people who may take it; only a claim assigns it.

Acute work alerts everyone who is at work and may take it, or, if nobody is at work, everyone who is not absent. A
person who holds other work is asked to take the acute work first. Nothing is unassigned without the person's answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from rules.queue.order import ACUTE
from states.letters import outbox
from states.queue import pools
from states.queue.availability import Availability, availability_in_pool
from states.queue.candidates import reasons_not_to_assign
from states.tables.base import new_id
from states.tables.work import WorkItem, WorkProposal

OFFERED = "work-offered"
NOT_OFFERED = (col(WorkItem.done_at).is_(None), col(WorkItem.dispatched_at).is_(None))
"""The conditions for open work that was not offered yet."""
# One statement for any number: acute work that comes in meanwhile waits until it ends.
OFFER_OTHERS = text(
    """
    WITH next AS MATERIALIZED (
        SELECT id FROM work_item WHERE done_at IS NULL AND dispatched_at IS NULL AND lane > 1
        ORDER BY lane, start_by, created_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), offered AS (
        UPDATE work_item SET dispatched_at = :at, dispatched_by = :run FROM next WHERE work_item.id = next.id
        RETURNING work_item.id, application, lane, start_by, created_at
    )
    SELECT id, application FROM offered ORDER BY lane, start_by, created_at, id
    """,
)


class Offered(NamedTuple):
    """Work that this call offered."""

    id: str
    application: str
    """The case, or the subject of work that belongs to no case."""


def has_unoffered_work(session: Session) -> bool:
    """Whether there is open work that was not offered yet."""
    return session.exec(select(WorkItem.id).where(*NOT_OFFERED).limit(1)).first() is not None


def offer_due(session: Session, *, at: datetime, run: str, limit: int = 200) -> list[Offered]:
    """Offer work that was not offered yet, in the queue's order; return what was offered, in that order.

    A call that finds acute work offers only that, so that acute work never waits for the rest.

    Args:
        session: the transaction.
        at: now.
        run: the name of the run, stored with the items.
        limit: how many at most; the next call offers the rest.
    """
    acute = select(WorkItem).where(*NOT_OFFERED, WorkItem.lane == ACUTE).order_by(*pools.queue_order()).limit(limit)
    items = list(session.exec(acute.with_for_update(skip_locked=True)))
    if not items:
        rows = session.connection().execute(OFFER_OTHERS, {"at": at, "run": run, "limit": limit}).all()
        return [Offered(row.id, row.application) for row in rows]
    for item in items:
        item.dispatched_at, item.dispatched_by = at, run
    session.flush()
    alert(session, items, at)
    return [Offered(item.id, item.application) for item in items]


def alert(session: Session, items: Sequence[WorkItem], at: datetime) -> None:
    """Notify people of acute work: one letter per case and person, and a proposal to a person who holds other work."""
    alerted: set[tuple[str, str]] = set()
    people: dict[tuple[str, str], list[Availability]] = {}
    for item in items:
        if item.pool not in people:
            people[item.pool] = availability_in_pool(session, *item.pool, at=at)
        for one in recipients(session, item, people[item.pool]):
            if (item.application, one.person) in alerted:
                continue
            alerted.add((item.application, one.person))
            outbox.post(session, OFFERED, application=item.application, recipient=one.person, facts={}, at=at)
            if item.assignee is not None or one.other_in_hand:
                propose(session, item, one.person, at)
    session.flush()


def recipients(session: Session, item: WorkItem, people: Sequence[Availability]) -> list[Availability]:
    """Who is alerted: the assignee of the item who is not absent, or else those who may take it and hold none acute."""
    mine = [one for one in people if one.person == item.assignee and one.absent_until is None]
    if mine:
        return mine
    may = [one for one in people if not reasons_not_to_assign(session, item, one.person, one) and not one.acute_in_hand]
    return [one for one in may if one.at_work] or may


def propose(session: Session, item: WorkItem, person: str, at: datetime) -> None:
    """Propose to a person to take acute work first, unless a proposal is open already."""
    mine = (WorkProposal.person == person, WorkProposal.work_item == item.id, col(WorkProposal.answered_at).is_(None))
    if session.exec(select(WorkProposal.id).where(*mine)).first() is None:
        session.add(WorkProposal(id=new_id("proposal"), work_item=item.id, person=person, proposed_at=at))
