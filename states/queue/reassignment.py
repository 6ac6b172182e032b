"""Reassignment of work: assign, delegate, redistribute, and return of stale claims."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from rules.core.roles import ENGINE, Actor
from rules.core.wording import wording
from rules.queue import assignment
from rules.queue.order import ACUTE
from states.errors import RefusedError, UnfitValueError
from states.queue import pools
from states.queue.assignment import assign_to, lock_item, require, returns_at, unassign
from states.queue.availability import Availability, availability_in_pool
from states.queue.candidates import reasons_not_to_assign, require_person
from states.storage.database import wake
from states.tables.ledger import LedgerEntry
from states.tables.work import WorkItem

RETURN_LIMIT = 100


class Reassigned(NamedTuple):
    """A reassigned item, with its former and its new assignee; None for the queue."""

    item: WorkItem
    sender: str | None
    receiver: str | None


def assign(session: Session, key: str, person: str, *, reason: str, by: Actor, at: datetime) -> WorkItem:
    """Assign an item to a person of its pool, out of the queue's order; the coordinator's reason is recorded.

    Raises:
        NotFoundError: there is no such open item.
        UnfitValueError: there is no such person.
        RefusedError: a rule objects to the person.
    """
    return _reassign(session, key, person, event="assign", reason=reason, by=by, at=at)


def delegate(session: Session, key: str, person: str, *, reason: str, by: Actor, at: datetime) -> WorkItem:
    """Pass an item of the caller to a colleague of the pool; the reason is recorded.

    Raises:
        NotFoundError: there is no such open item in the caller's pool.
        UnfitValueError: the colleague has it already.
        RefusedError: it is not assigned to the caller, or a rule objects to the colleague, or to anyone else.
    """
    return _reassign(session, key, person, event="delegate", reason=reason, by=by, at=at)


def _reassign(session: Session, key: str, person: str, *, event: str, reason: str, by: Actor, at: datetime) -> WorkItem:
    item, chain = lock_item(session, key, by=by, at=at, receiver=person)
    receiver = _availability_by_person(session, item, at).get(person)
    if event == "delegate":
        require(assignment.own_claim, person=by.person, role=by.role, holder=item.assignee)
        # Of people outside the pool, a colleague does not learn who is registered, and why they may not have it.
        pool = {"role": item.role, "organisation": item.organisation}
        require(assignment.in_pool, person=person, holds=receiver is not None, **pool)
    require_person(session, person)
    if item.assignee == person:
        raise UnfitValueError(
            [("person", wording("{person} has this item in hand already; name someone else.", person=person))]
        )
    findings = reasons_not_to_assign(session, item, person, receiver)
    if findings:
        raise RefusedError(findings)
    sender = item.assignee
    assign_to(item, person, at)
    alert_if_acute(session, item)
    facts = {"from": sender, "to": person}
    pools.record(session, chain, by=by, at=at, event=event, item=item, facts=facts, content={"reason": reason})
    return item


def redistribute(
    session: Session, person: str, to: Sequence[str], *, reason: str, by: Actor, at: datetime
) -> list[Reassigned]:
    """Unassign all work of one person: spread it over some colleagues, or return it to the queue if none is named.

    Each item goes to the named colleague who may have it and holds the least. An item that none of them may have
    returns to the queue. All of it happens in one transaction, and the reason is recorded.

    Raises:
        UnfitValueError: there is no such person; one is named on both sides, or twice; or one can have none of it.
    """
    require_person(session, person)
    for place, handle in enumerate(to):
        require_person(session, handle, f"to.{place}")
    if person in to or len(set(to)) != len(to):
        raise UnfitValueError(
            [("to", wording("Name others than {person}, each once; none to put the work back.", person=person))]
        )
    assigned = (WorkItem.assignee == person, col(WorkItem.done_at).is_(None))
    names = sorted({row.pool for row in session.exec(select(WorkItem).where(*assigned))})
    chains = {name: pools.lock_chain(session, *name, at=at) for name in names}
    query = select(WorkItem).where(*assigned).order_by(*pools.queue_order()).with_for_update()
    held = sorted(session.exec(query.execution_options(populate_existing=True)), key=attrgetter("pool"))
    available = {name: {one.person: one for one in availability_in_pool(session, *name, at=at)} for name in names}
    require_receivers(available, to)
    reassigned = []
    for name, items in groupby((item for item in held if item.pool in chains), key=attrgetter("pool")):
        people = available[name]
        load = {handle: people[handle].in_hand for handle in to if handle in people}
        for item in items:
            candidates = [
                handle
                for handle in load
                if not reasons_not_to_assign(session, item, handle, people[handle], load[handle])
            ]
            receiver = min(candidates, key=lambda handle: (load[handle], to.index(handle)), default=None)
            if receiver is None:
                unassign(session, item)
            else:
                assign_to(item, receiver, at)
                alert_if_acute(session, item)
                load[receiver] += 1
            details: dict[str, Any] = {"facts": {"from": person, "to": receiver}, "content": {"reason": reason}}
            chains[name] = pools.record(session, chains[name], by=by, at=at, event="redistribute", item=item, **details)
            reassigned.append(Reassigned(item, person, receiver))
    return reassigned


def require_receivers(available: Mapping[tuple[str, str], Mapping[str, Availability]], to: Sequence[str]) -> None:
    """Validate the receivers before any item is moved: each acts in a pool of the work and is not absent.

    Raises:
        UnfitValueError: a receiver does not.
    """
    for place, handle in enumerate(to if available else ()):
        found = [people[handle] for people in available.values() if handle in people]
        if not found:
            roles = ", ".join(sorted({role for role, _ in available}))
            raise UnfitValueError(
                [
                    (
                        f"to.{place}",
                        wording(
                            "{handle} does not act as {roles}; name colleagues who do.", handle=handle, roles=roles
                        ),
                    )
                ]
            )
        if (until := found[0].absent_until) is not None:
            raise UnfitValueError(
                [
                    (
                        f"to.{place}",
                        wording(
                            "{handle} is absent until {until}; name colleagues who are there.",
                            handle=handle,
                            until=until,
                        ),
                    )
                ]
            )


def alert_if_acute(session: Session, item: WorkItem) -> None:
    """Let the dispatcher alert the new assignee at once if the item is acute."""
    if item.lane == ACUTE:
        item.dispatched_at = None
        wake(session, "acute")


def return_unworked(session: Session, *, at: datetime, limit: int = RETURN_LIMIT) -> list[str]:
    """Return claimed items that were not worked on in time to the queue; return their ids.

    Any event of the assignee in the case counts as work, and the time starts again from it. Safe with any number of
    clocks: items that another clock has locked are skipped.
    """
    due = (col(WorkItem.done_at).is_(None), col(WorkItem.assignee).is_not(None), col(WorkItem.returns_at) <= at)
    stale = select(WorkItem.id, WorkItem.role, WorkItem.organisation).where(*due)
    found = session.exec(stale.order_by(col(WorkItem.returns_at)).limit(limit)).all()
    returned: list[str] = []
    for name in sorted({(role, organisation) for _, role, organisation in found}):
        keys = [key for key, role, organisation in found if (role, organisation) == name]
        chain = pools.lock_chain(session, *name, at=at)
        query = select(WorkItem).where(col(WorkItem.id).in_(keys), *due).with_for_update(skip_locked=True)
        for item in session.exec(query.execution_options(populate_existing=True)).all():
            worked_at = last_worked_on(session, item)
            if worked_at is not None and (again := returns_at(item.lane, worked_at)) > at:
                item.returns_at = again
                continue
            facts = {"from": item.assignee, "claimedAt": item.claimed_at, "lastWorkedOn": worked_at}
            unassign(session, item)
            chain = pools.record(session, chain, by=ENGINE, at=at, event="return", item=item, facts=facts)
            returned.append(item.id)
    session.flush()
    return returned


def last_worked_on(session: Session, item: WorkItem) -> datetime | None:
    """When the assignee of an item last recorded an event in its case since the claim; None if never."""
    query = select(func.max(LedgerEntry.at)).where(
        LedgerEntry.stream == item.application,
        LedgerEntry.person == item.assignee,
        col(LedgerEntry.at) >= item.claimed_at,
    )
    return session.exec(query).one()


def _availability_by_person(session: Session, item: WorkItem, at: datetime) -> dict[str, Availability]:
    return {one.person: one for one in availability_in_pool(session, *item.pool, at=at)}
