"""Preemption: a person is asked to take acute work before other work, and answers."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from rules.core.roles import Actor
from rules.queue.order import ACUTE
from states.errors import NotFoundError, UnfitValueError
from states.queue import claiming, pools
from states.queue.assignment import release
from states.tables.work import WorkItem, WorkProposal


def open_proposals(session: Session, by: Actor) -> list[tuple[WorkProposal, WorkItem]]:
    """The unanswered proposals to a person whose item is still acute, and unassigned or assigned to that person."""
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
        .order_by(*pools.queue_order())
    )
    return [(proposal, item) for proposal, item in session.exec(query).all() if item.assignee in (None, by.person)]


def answer(
    session: Session, key: str, *, accept: bool, give_back: Sequence[str] = (), by: Actor, at: datetime
) -> WorkItem | None:
    """Accept or decline a proposal; return the item that is assigned by it.

    The queue decides which acute item is next, so the order holds. Other work of the person stays assigned unless it is
    named to be released.

    Args:
        session: the transaction.
        key: the proposal.
        accept: whether the person takes the acute work.
        give_back: items of the person that are released in its place.
        by: the person who was asked.
        at: now.

    Raises:
        NotFoundError: the caller has no such open proposal.
        UnfitValueError: items are to be released although the proposal is declined.
    """
    found = {proposal.id: (proposal, item) for proposal, item in open_proposals(session, by)}
    if key not in found:
        raise NotFoundError("open proposal", key)
    if give_back and not accept:
        raise UnfitValueError([("giveBack", "Work is given back here in the place of what is taken; release it else.")])
    proposal, item = found[key]
    chain = pools.lock_chain(session, *item.pool, at=at, person=by.person)
    proposal.answered_at, proposal.accepted = at, accept
    facts = {"accepted": accept, "proposedAt": proposal.proposed_at}
    pools.record(session, chain, by=by, at=at, event="answer-proposal", item=item, facts=facts)
    if not accept:
        return None
    taken = item if item.assignee == by.person else claiming.claim(session, by=by, at=at, acute_only=True)
    for other in give_back if taken is not None else ():
        release(session, other, by=by, at=at)
    return taken
