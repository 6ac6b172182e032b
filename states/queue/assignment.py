"""Assignment of work items to people: assign, release and complete."""

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
from rules.queue.order import ACUTE, LANES
from rules.threats.urgency import Urgency
from states.errors import NotFoundError, RefusedError
from states.queue import pools
from states.storage.database import wake
from states.storage.ledger import Chain
from states.tables.work import WorkItem
from states.work.work_by_state import BY_HAND, EVENT_OF

CHANGES_EVERY_POOL = frozenset({Role.COORDINATOR})
"""The roles that may change the work of every pool."""
READS_EVERY_POOL = CHANGES_EVERY_POOL | {Role.AUDITOR, Role.ADMINISTRATOR}
"""The roles that may read the work of every pool."""


def require(*rules: Rule, **facts: object) -> None:
    """Check rules of the queue.

    Raises:
        RefusedError: a rule objects.
    """
    found = [finding for rule in rules if (finding := rule(**facts)) is not None]
    if found:
        raise RefusedError(found)


def assign_to(item: WorkItem, person: str, at: datetime) -> None:
    """Assign an item to a person; it returns to the queue automatically if the person does not work on it."""
    item.assignee, item.claimed_at = person, at
    item.returns_at = returns_at(item.lane, at)


def unassign(session: Session, item: WorkItem) -> None:
    """Return an item to its position in the queue; it is offered again, acute work at once."""
    item.assignee = item.claimed_at = item.returns_at = item.dispatched_at = None
    if item.lane == ACUTE:
        wake(session, "acute")


def returns_at(lane: int, at: datetime) -> datetime:
    """When work that was claimed or worked on at a moment returns to the queue."""
    urgency = LANES[lane]
    hours = value("claim_returns_after", office_day(at))[str(urgency)]
    return at + timedelta(hours=hours) if urgency is Urgency.ACUTE else add_or_provisional(at, hours)[0]


def require_item(session: Session, key: str, by: Actor, *, to_read: bool = False) -> WorkItem:
    """A work item of the caller's pool, or of any pool for the roles that oversee all; not locked.

    Args:
        session: the transaction.
        key: the item.
        by: the caller.
        to_read: also completed items, and also for the roles that may only read every pool.

    Raises:
        NotFoundError: there is none that the caller may reach.
    """
    item = session.get(WorkItem, key)
    every_pool = READS_EVERY_POOL if to_read else CHANGES_EVERY_POOL
    if (
        item is None
        or not (item.pool == by.pool or by.role in every_pool)
        or (item.done_at is not None and not to_read)
    ):
        raise NotFoundError("work item" if to_read else "open work item", key)
    return item


def lock_item(
    session: Session, key: str, *, by: Actor, at: datetime, receiver: str | None = None
) -> tuple[WorkItem, Chain]:
    """An open item that the caller may change, locked, with its locked chain; see :func:`pools.lock_chain`.

    What people do with their own work is recorded in their own chains; what a coordinator does, in that of the pool.

    Raises:
        NotFoundError: there is none in the caller's pool.
    """
    unlocked = require_item(session, key, by)
    coordinates = by.role is Role.COORDINATOR and unlocked.role != str(Role.COORDINATOR)
    person = None if coordinates else by.person
    chain = pools.lock_chain(session, *unlocked.pool, at=at, person=person, receiver=receiver)
    item = session.get(WorkItem, key, with_for_update=True, populate_existing=True)
    if item is None or item.done_at is not None:
        raise NotFoundError("open work item", key)
    return item, chain


def release(
    session: Session, key: str, *, by: Actor, at: datetime, content: Mapping[str, Any] | None = None
) -> WorkItem:
    """Release an item; it returns to its position in the queue.

    Raises:
        NotFoundError: there is none in the caller's pool.
        RefusedError: it is assigned to someone else.
    """
    item, chain = lock_item(session, key, by=by, at=at)
    require(assignment.own_claim, person=by.person, role=by.role, holder=item.assignee)
    holder = item.assignee
    unassign(session, item)
    pools.record(session, chain, by=by, at=at, event="release", item=item, facts={"from": holder}, content=content)
    return item


def finish(session: Session, key: str, *, by: Actor, at: datetime) -> WorkItem:
    """Complete work by hand that no event of the case completes, such as pursuing an employer.

    Raises:
        NotFoundError: there is none in the caller's pool.
        RefusedError: it is assigned to someone else, or an event completes it.
    """
    item, chain = lock_item(session, key, by=by, at=at)
    if item.assignee is not None:
        require(assignment.own_claim, person=by.person, role=by.role, holder=item.assignee)
    event = EVENT_OF.get(item.action, item.action)
    require(assignment.done_by_event, event=event, by_hand=item.action in BY_HAND)
    item.done_at, item.assignee = at, item.assignee or by.person
    pools.record(session, chain, by=by, at=at, event="finish", item=item, facts={})
    return item
