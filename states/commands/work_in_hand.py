"""Work in hand: an event that does the work which someone else has in hand asks once, and tells the holder."""

from sqlmodel import col, select

from rules.core.roles import Actor, Role
from states.charts.statechart import Chart
from states.engine.unit_of_work import UnitOfWork
from states.errors import HeldWork, WorkInHandError
from states.letters import outbox
from states.tables.base import Subject
from states.tables.work import WorkItem
from states.work.work_by_state import EVENT_OF

TAKEN_OVER = "take-over-work"
"""The event name of the entry that records it; no chart has this event."""
LETTER = "work-taken-over"


def settle(unit: UnitOfWork, chart: Chart, event: str, row: Subject, *, ask: bool) -> None:
    """Ask the actor before an event does the work of someone else, or record that it did and tell the holder.

    Args:
        unit: the unit of work, after its reactions and before it is written.
        chart: the chart of the event.
        event: its name.
        row: its subject.
        ask: whether the actor did not say yet that the work is taken over.

    Raises:
        WorkInHandError: someone else has the work in hand; the caller rolls the transaction back.
    """
    held = held_by_others(unit, event)
    if not held:
        return
    if ask:
        raise WorkInHandError([held_work(item) for item in held])
    state = str(row.state)
    for item in held:
        work = held_work(item)
        unit.buffer.append(
            unit.streams[str(row.stream)],
            by=unit.by,
            at=unit.at,
            chart=chart.name,
            subject=str(row.id),
            event=TAKEN_OVER,
            before=state,
            after=state,
            facts={"event": event, "item": work.item, "action": work.action, "from": work.holder, "since": work.since},
            changes={},
            content={},
            receipt=[],
        )
    for application, holder in sorted({(item.application, str(item.assignee)) for item in held}):
        outbox.post(unit.session, LETTER, application=application, recipient=holder, facts={}, at=unit.at)


def held_by_others(unit: UnitOfWork, event: str) -> list[WorkItem]:
    """The work that this unit of work completes and that others have in hand, as far as it is the actor's to do.

    That is the very work of the event, and all work of the actor's pool. What ends with a decision of others, such as a
    withdrawal by the official, is taken over by nobody; nor is what the engine does.
    """
    if unit.by.role is Role.ENGINE or not unit.buffer.completed_work:
        return []
    completed = set(unit.buffer.completed_work)
    again = {(item["subject"], item["action"]) for item in unit.buffer.new_work}
    query = select(WorkItem).where(
        col(WorkItem.subject).in_({subject for subject, _ in completed - again}),
        col(WorkItem.done_at).is_(None),
        col(WorkItem.assignee).is_not(None),
        WorkItem.assignee != unit.by.person,
    )
    found = unit.session.exec(query.order_by(WorkItem.id)).all()
    return [item for item in found if (item.subject, item.action) in completed - again and is_for(item, unit.by, event)]


def is_for(item: WorkItem, by: Actor, event: str) -> bool:
    """Whether an event of an actor does a work item in the holder's place."""
    return EVENT_OF.get(item.action, item.action) == event or item.pool == by.pool


def held_work(item: WorkItem) -> HeldWork:
    """Who has a work item in hand, and since when."""
    assert item.assignee is not None
    assert item.claimed_at is not None
    return HeldWork(item.id, item.action, item.assignee, item.claimed_at)
