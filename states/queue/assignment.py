"""Work in hand: taking it in hand, giving it back, and saying that it is done."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from rules.business_calendar.working_hours import add_or_provisional
from rules.core.dated_values import value
from rules.core.dates import office_day
from rules.core.roles import Actor, Role
from rules.core.rule import Rule
from rules.queue import assignment
from rules.queue.order import LANES
from rules.threats.urgency import Urgency
from states.errors import NotFoundError, RefusedError
from states.queue import pools
from states.storage.ledger import Chain
from states.tables.work import WorkItem
from states.work.work_by_state import BY_HAND, EVENT_OF


def require(*rules: Rule, **facts: object) -> None:
    """Ask a rule of the queue.

    Raises:
        RefusedError: it finds against it.
    """
    found = [finding for rule in rules if (finding := rule(**facts)) is not None]
    if found:
        raise RefusedError(found)


def assign_to(item: WorkItem, person: str, at: datetime) -> None:
    """Put an item into someone's hands, until it goes back by itself where nothing is done about it."""
    item.assignee, item.claimed_at = person, at
    item.returns_at = returns_at(item.lane, at)


def unassign(item: WorkItem) -> None:
    """Take an item out of someone's hands; it stands again where it stood, and is offered again."""
    item.assignee = item.claimed_at = item.returns_at = item.dispatched_at = None


def returns_at(lane: int, at: datetime) -> datetime:
    """When work that was taken, or worked on, at a moment goes back to the queue."""
    urgency = LANES[lane]
    hours = value("claim_returns_after", office_day(at))[str(urgency)]
    return at + timedelta(hours=hours) if urgency is Urgency.ACUTE else add_or_provisional(at, hours)[0]


def readable(session: Session, key: str, by: Actor) -> WorkItem:
    """An open item of the caller's pool, or any for a coordinator; not locked.

    Raises:
        NotFoundError: there is none in the caller's pool.
    """
    item = session.get(WorkItem, key)
    if item is None or item.done_at is not None or not (item.pool == by.pool or by.role is Role.COORDINATOR):
        raise NotFoundError("open work item", key)
    return item


def enter(
    session: Session, key: str, *, by: Actor, at: datetime, receiver: str | None = None
) -> tuple[WorkItem, Chain]:
    """An open item on which someone may act, locked, and the chain in which it is put down; see :func:`pools.enter`.

    What people do with their own work stands in a chain each; what a coordinator does stands in the pool's.

    Raises:
        NotFoundError: there is none in the caller's pool.
    """
    seen = readable(session, key, by)
    coordinates = by.role is Role.COORDINATOR and seen.role != str(Role.COORDINATOR)
    person = None if coordinates else by.person
    chain = pools.enter(session, *seen.pool, at=at, person=person, receiver=receiver)
    item = session.get(WorkItem, key, with_for_update=True, populate_existing=True)
    if item is None or item.done_at is not None:
        raise NotFoundError("open work item", key)
    return item, chain


def release(
    session: Session, key: str, *, by: Actor, at: datetime, content: Mapping[str, Any] | None = None
) -> WorkItem:
    """Give an item back; it stands again where it stood.

    Raises:
        NotFoundError: there is none in the caller's pool.
        RefusedError: it is in someone else's hands.
    """
    item, chain = enter(session, key, by=by, at=at)
    require(assignment.own_claim, person=by.person, role=by.role, holder=item.assignee)
    holder = item.assignee
    unassign(item)
    pools.note(session, chain, by=by, at=at, event="release", item=item, facts={"from": holder}, content=content)
    return item


def finish(session: Session, key: str, *, by: Actor, at: datetime) -> WorkItem:
    """Say that work is done that no event of the case shows, such as going after an employer.

    Raises:
        NotFoundError: there is none in the caller's pool.
        RefusedError: it is in someone else's hands, or an event does it.
    """
    item, chain = enter(session, key, by=by, at=at)
    if item.assignee is not None:
        require(assignment.own_claim, person=by.person, role=by.role, holder=item.assignee)
    event = EVENT_OF.get(item.action, item.action)
    require(assignment.done_by_event, event=event, by_hand=item.action in BY_HAND)
    item.done_at, item.assignee = at, item.assignee or by.person
    pools.note(session, chain, by=by, at=at, event="finish", item=item, facts={})
    return item
