"""Offering: showing work to those who may take it. Only a claim gives it to a person.

Acute work alerts whoever is at work and may take it; where nobody is at work, everyone who is not absent. Whoever has
other work in hand then is asked to take it first, and answers: nothing is taken out of anyone's hands.
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
UNTOLD = (col(WorkItem.done_at).is_(None), col(WorkItem.dispatched_at).is_(None))
"""Of open work: nobody was told of it yet."""
# One statement however many: acute work that comes meanwhile waits for the end of it.
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
    """Work that was offered now."""

    id: str
    application: str
    """The case, or the subject where it belongs to none."""


def waits(session: Session) -> bool:
    """Whether there is work that nobody was told of yet."""
    return session.exec(select(WorkItem.id).where(*UNTOLD).limit(1)).first() is not None


def offer_due(session: Session, *, at: datetime, run: str, limit: int = 200) -> list[Offered]:
    """Offer work that was not offered yet, in the queue's order; answers what was offered, in that order.

    Acute work is offered by itself: it does not wait until the rest of a call is written down.

    Args:
        session: the transaction.
        at: the moment of offering.
        run: what the items remember as having offered them.
        limit: so many at most; the rest is for the next call.
    """
    acute = select(WorkItem).where(*UNTOLD, WorkItem.lane == ACUTE).order_by(*pools.order()).limit(limit)
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
    """Tell people of acute work: one letter for each case and person, and a question to whoever has other work."""
    told: set[tuple[str, str]] = set()
    people: dict[tuple[str, str], list[Availability]] = {}
    for item in items:
        if item.pool not in people:
            people[item.pool] = availability_in_pool(session, *item.pool, at=at)
        for one in listeners(session, item, people[item.pool]):
            if (item.application, one.person) in told:
                continue
            told.add((item.application, one.person))
            outbox.post(session, OFFERED, application=item.application, recipient=one.person, facts={}, at=at)
            if item.assignee is not None or one.other_in_hand:
                propose(session, item, one.person, at)
    session.flush()


def listeners(session: Session, item: WorkItem, people: Sequence[Availability]) -> list[Availability]:
    """Who is alerted: whoever holds the item already, else those who may take it and have no acute work in hand."""
    if item.assignee is not None:
        return [one for one in people if one.person == item.assignee]
    may = [one for one in people if not reasons_not_to_assign(session, item, one.person, one) and not one.acute_in_hand]
    return [one for one in may if one.at_work] or may


def propose(session: Session, item: WorkItem, person: str, at: datetime) -> None:
    """Ask someone to take acute work first, unless that is asked already."""
    mine = (WorkProposal.person == person, WorkProposal.work_item == item.id, col(WorkProposal.answered_at).is_(None))
    if session.exec(select(WorkProposal.id).where(*mine)).first() is None:
        session.add(WorkProposal(id=new_id("proposal"), work_item=item.id, person=person, proposed_at=at))
