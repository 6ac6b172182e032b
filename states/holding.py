"""Work in hand: giving it back, and saying that it is done."""

from datetime import datetime

from sqlmodel import Session

from rules.findings import HOUSE, Finding
from rules.roles import Actor, Role
from states.errors import NotFoundError, RefusedError
from states.tables.work import WorkItem
from states.work import BY_HAND, EVENT_OF


def held(session: Session, key: str, by: Actor) -> WorkItem:
    """An open item that someone may act on, locked.

    Raises:
        NotFoundError: there is none in the caller's pool.
    """
    item = session.get(WorkItem, key, with_for_update=True, populate_existing=True)
    own = item is not None and item.role == str(by.role) and item.organisation == (by.organisation or "")
    if item is None or item.done_at is not None or not (own or by.role is Role.COORDINATOR):
        raise NotFoundError("open work item", key)
    return item


def release(session: Session, key: str, *, by: Actor) -> WorkItem:
    """Give an item back; it stands again where it stood."""
    item = held(session, key, by)
    if item.assignee != by.person and by.role is not Role.COORDINATOR:
        raise RefusedError(
            [
                finding(
                    "work.own-claim",
                    f"The item is claimed by {item.assignee or 'nobody'}, not by you.",
                    f"Het werk is opgepakt door {item.assignee or 'niemand'}, niet door u.",
                ),
            ],
        )
    item.assignee = item.claimed_at = None
    session.flush()
    return item


def finish(session: Session, key: str, *, by: Actor, at: datetime) -> WorkItem:
    """Say that work is done that no event of the case shows, such as handing a threat over to the police."""
    item = held(session, key, by)
    if item.assignee not in (None, by.person) and by.role is not Role.COORDINATOR:
        taken = finding(
            "work.own-claim",
            "Someone else claimed this item; it is theirs to finish.",
            "Een ander heeft dit werk opgepakt; het is aan die ander om het af te maken.",
        )
        raise RefusedError([taken])
    if item.action not in BY_HAND:
        event = EVENT_OF.get(item.action, item.action)
        raise RefusedError(
            [
                finding(
                    "work.done-by-event",
                    f"This work is done by the event {event} itself; do that.",
                    f"Dit werk is gedaan met de gebeurtenis '{event}' zelf; doe die.",
                ),
            ],
        )
    item.done_at, item.assignee = at, item.assignee or by.person
    session.flush()
    return item


def finding(rule: str, message: str, message_nl: str) -> Finding:
    """A finding of the queue's own rules."""
    return Finding(rule, message, "house rule of the work list", HOUSE, message_nl)
