"""Work handed from one person to another: assigned by a coordinator, passed on by its holder, spread, or come back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from rules.core.roles import ENGINE, Actor
from rules.queue import assignment
from rules.queue.order import ACUTE
from states.errors import MalformedError, RefusedError
from states.queue import pools
from states.queue.assignment import assign_to, enter, require, returns_at, unassign
from states.queue.availability import Availability, availability_in_pool
from states.queue.candidates import known, reasons_not_to_assign
from states.storage.database import wake
from states.tables.ledger import LedgerEntry
from states.tables.work import WorkItem

AT_ONCE = 100


class Moved(NamedTuple):
    """An item that was handed on: from whom, and to whom; None for the queue."""

    item: WorkItem
    sender: str | None
    receiver: str | None


def assign(session: Session, key: str, person: str, *, reason: str, by: Actor, at: datetime) -> WorkItem:
    """A coordinator gives an item to someone of its pool, out of the order; the reason is kept.

    Raises:
        NotFoundError: there is no such open item.
        MalformedError: there is no such person.
        RefusedError: the person may not have it.
    """
    return _hand_on(session, key, person, event="assign", reason=reason, by=by, at=at)


def delegate(session: Session, key: str, person: str, *, reason: str, by: Actor, at: datetime) -> WorkItem:
    """Whoever has an item in hand passes it to a colleague of the pool; the reason is kept.

    Raises:
        NotFoundError: there is no such open item in the caller's pool.
        MalformedError: there is no such person.
        RefusedError: the caller does not hold it, or the colleague may not have it.
    """
    return _hand_on(session, key, person, event="delegate", reason=reason, by=by, at=at)


def _hand_on(session: Session, key: str, person: str, *, event: str, reason: str, by: Actor, at: datetime) -> WorkItem:
    item, chain = enter(session, key, by=by, at=at, receiver=person)
    if event == "delegate":
        require(assignment.own_claim, person=by.person, role=by.role, holder=item.assignee)
    known(session, person)
    if item.assignee == person:
        raise MalformedError([("person", f"{person} has this item in hand already; name someone else.")])
    receiver = _of_pool(session, item, at).get(person)
    findings = reasons_not_to_assign(session, item, person, receiver)
    if findings:
        raise RefusedError(findings)
    sender = item.assignee
    assign_to(item, person, at)
    tell(session, item)
    facts = {"from": sender, "to": person}
    pools.note(session, chain, by=by, at=at, event=event, item=item, facts=facts, content={"reason": reason})
    return item


def redistribute(
    session: Session, person: str, to: Sequence[str], *, reason: str, by: Actor, at: datetime
) -> list[Moved]:
    """Take all work out of one person's hands: spread over some colleagues, or back to the queue where none is named.

    Each item goes to whoever of those named may have it and holds the least; what none of them may have goes back
    to the queue. All of it in one transaction, with the reason kept.

    Raises:
        MalformedError: there is no such person; one is named on both sides, or twice; or one can have none of it.
    """
    known(session, person)
    for place, handle in enumerate(to):
        known(session, handle, f"to.{place}")
    if person in to or len(set(to)) != len(to):
        raise MalformedError([("to", f"Name others than {person}, each once; none to put the work back.")])
    mine = (WorkItem.assignee == person, col(WorkItem.done_at).is_(None))
    names = sorted({row.pool for row in session.exec(select(WorkItem).where(*mine))})
    chains = {name: pools.enter(session, *name, at=at) for name in names}
    query = select(WorkItem).where(*mine).order_by(*pools.order()).with_for_update()
    held = sorted(session.exec(query.execution_options(populate_existing=True)), key=attrgetter("pool"))
    pools_of = {name: {one.person: one for one in availability_in_pool(session, *name, at=at)} for name in names}
    can_have_some(pools_of, to)
    moved = []
    for name, items in groupby((item for item in held if item.pool in chains), key=attrgetter("pool")):
        there = pools_of[name]
        load = {handle: there[handle].in_hand for handle in to if handle in there}
        for item in items:
            may = [
                handle
                for handle in load
                if not reasons_not_to_assign(session, item, handle, there[handle], load[handle])
            ]
            receiver = min(may, key=lambda handle: (load[handle], to.index(handle)), default=None)
            if receiver is None:
                unassign(item)
            else:
                assign_to(item, receiver, at)
                tell(session, item)
                load[receiver] += 1
            told: dict[str, Any] = {"facts": {"from": person, "to": receiver}, "content": {"reason": reason}}
            chains[name] = pools.note(session, chains[name], by=by, at=at, event="redistribute", item=item, **told)
            moved.append(Moved(item, person, receiver))
    return moved


def can_have_some(pools_of: Mapping[tuple[str, str], Mapping[str, Availability]], to: Sequence[str]) -> None:
    """Ask that whoever work is to be spread over acts in a pool of it and is there, lest a slip empties hands.

    Raises:
        MalformedError: someone does not.
    """
    for place, handle in enumerate(to if pools_of else ()):
        found = [there[handle] for there in pools_of.values() if handle in there]
        if not found:
            roles = ", ".join(sorted({role for role, _ in pools_of}))
            raise MalformedError([(f"to.{place}", f"{handle} does not act as {roles}; name colleagues who do.")])
        if (until := found[0].absent_until) is not None:
            raise MalformedError([(f"to.{place}", f"{handle} is absent until {until}; name colleagues who are there.")])


def tell(session: Session, item: WorkItem) -> None:
    """Let whoever was given acute work be told of it at once."""
    if item.lane == ACUTE:
        item.dispatched_at = None
        wake(session, "acute")


def return_unworked(session: Session, *, at: datetime, limit: int = AT_ONCE) -> list[str]:
    """Put back what was claimed and not worked on in time; answers the ids of what went back.

    Any event of the holder in the case counts as work on it: the time runs anew from there. Safe with any number of
    clocks: what another holds is left to it.
    """
    due = (col(WorkItem.done_at).is_(None), col(WorkItem.assignee).is_not(None), col(WorkItem.returns_at) <= at)
    look = select(WorkItem.id, WorkItem.role, WorkItem.organisation).where(*due)
    found = session.exec(look.order_by(col(WorkItem.returns_at)).limit(limit)).all()
    returned: list[str] = []
    for name in sorted({(role, organisation) for _, role, organisation in found}):
        keys = [key for key, role, organisation in found if (role, organisation) == name]
        chain = pools.enter(session, *name, at=at)
        query = select(WorkItem).where(col(WorkItem.id).in_(keys), *due).with_for_update(skip_locked=True)
        for item in session.exec(query.execution_options(populate_existing=True)).all():
            worked_at = last_worked_on(session, item)
            if worked_at is not None and (again := returns_at(item.lane, worked_at)) > at:
                item.returns_at = again
                continue
            facts = {"from": item.assignee, "claimedAt": item.claimed_at, "lastWorkedOn": worked_at}
            unassign(item)
            chain = pools.note(session, chain, by=ENGINE, at=at, event="return", item=item, facts=facts)
            returned.append(item.id)
    session.flush()
    return returned


def last_worked_on(session: Session, item: WorkItem) -> datetime | None:
    """When the holder of an item last did something in its case, since it was claimed."""
    query = select(func.max(LedgerEntry.at)).where(
        LedgerEntry.stream == item.application,
        LedgerEntry.person == item.assignee,
        col(LedgerEntry.at) >= item.claimed_at,
    )
    return session.exec(query).one()


def _of_pool(session: Session, item: WorkItem, at: datetime) -> dict[str, Availability]:
    return {one.person: one for one in availability_in_pool(session, *item.pool, at=at)}
