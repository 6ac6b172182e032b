"""The question whether someone takes acute work before what is in hand, and the answer."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from rules.core.roles import Actor
from rules.queue.order import ACUTE
from states.errors import MalformedError, NotFoundError
from states.queue import claiming, pools
from states.queue.assignment import release
from states.tables.work import WorkItem, WorkProposal


def open_for(session: Session, by: Actor) -> list[tuple[WorkProposal, WorkItem]]:
    """What someone was asked and has not answered, that is acute still and waits or is in their own hands."""
    role, organisation = by.pool
    query = (
        select(WorkProposal, WorkItem)
        .join(WorkItem, col(WorkItem.id) == WorkProposal.work_item)
        .where(
            WorkProposal.person == by.person,
            col(WorkProposal.answered_at).is_(None),
            col(WorkItem.done_at).is_(None),
            WorkItem.lane == ACUTE,
            WorkItem.role == role,
            WorkItem.organisation == organisation,
        )
        .order_by(*pools.order())
    )
    return [(asked, item) for asked, item in session.exec(query).all() if item.assignee in (None, by.person)]


def answer(
    session: Session, key: str, *, accept: bool, give_back: Sequence[str] = (), by: Actor, at: datetime
) -> WorkItem | None:
    """Take the acute work first, or go on with what is in hand; answers what is in hand now by it.

    The queue decides which acute item is next, so the order holds. What is in hand stays there unless it is named to
    be given back.

    Args:
        session: the transaction.
        key: the proposal.
        accept: whether the acute work is taken.
        give_back: items in hand that go back to the queue in its place.
        by: whoever was asked.
        at: now.

    Raises:
        NotFoundError: there is no such open proposal to the caller.
        MalformedError: something is to be given back without anything being taken.
    """
    found = {asked.id: (asked, item) for asked, item in open_for(session, by)}
    if key not in found:
        raise NotFoundError("open proposal", key)
    if give_back and not accept:
        raise MalformedError([("giveBack", "Work is given back here in the place of what is taken; release it else.")])
    asked, item = found[key]
    chain = pools.enter(session, *item.pool, at=at, person=by.person)
    asked.answered_at, asked.accepted = at, accept
    facts = {"accepted": accept, "proposedAt": asked.proposed_at}
    pools.note(session, chain, by=by, at=at, event="answer-proposal", item=item, facts=facts)
    if not accept:
        return None
    taken = item if item.assignee == by.person else claiming.claim(session, by=by, at=at, acute_only=True)
    for other in give_back if taken is not None else ():
        release(session, other, by=by, at=at)
    return taken
