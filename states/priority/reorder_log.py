"""Reorder log: records in the chain of a case which items changed position, and why."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlmodel import col, select

from rules.core.dates import utc_text
from rules.core.roles import ENGINE
from rules.queue.order import LANES, QueuePosition
from states.engine.unit_of_work import UnitOfWork
from states.priority import factors, positions
from states.priority.case_history import unwritten_urgency_events, urgency_events_of, urgent_loans, work_facts
from states.tables.work import WorkItem
from states.work.new_items import ReorderedItem

REORDER = "reorder"
MAX_COUNT = 1000
"""A rank is recorded only below this number: the case is locked while the items are counted."""


def record_reordering(unit: UnitOfWork, reordered: Sequence[ReorderedItem]) -> None:
    """Record the re-ordered items in the chain of each case, with the facts that explain their new positions."""
    for application, group in groupby(reordered, lambda one: one.item.application):
        items = list(group)
        events = urgency_events_of(unit.session, application) + unwritten_urgency_events(unit.buffer, application)
        loans = urgent_loans(unit.session, [one.item for one in items])
        lines = []
        signals: Any = []
        for one in items:
            lane, start = factors.lane_and_start_by(one.item, work_facts(one.item, events, loans), events)
            signals = lane.pop("fact")
            lines.append(
                {
                    "workItem": one.item.id,
                    "action": one.item.action,
                    "from": {"lane": str(LANES[one.lane]), "startBy": utc_text(one.start_by)},
                    "to": {"lane": str(LANES[one.item.lane]), "startBy": utc_text(one.item.start_by)},
                    "factors": [lane, start],
                },
            )
        for line, ranks in zip(lines, ranks_of(unit, items), strict=True):
            line["place"] = ranks
        unit.buffer.append(
            unit.streams[application],
            by=ENGINE,
            at=unit.at,
            chart="work",
            subject=application,
            event=REORDER,
            facts={"signals": signals, "items": lines},
            changes={},
            content={},
            receipt=[],
        )


def ranks_of(unit: UnitOfWork, items: Sequence[ReorderedItem]) -> list[dict[str, int | None]]:
    """The rank of each item in its pool before and after; None if too many come before it, or if it is assigned."""
    unit.session.flush()
    found: dict[str, dict[str, int | None]] = {}
    for pool in sorted({one.item.pool for one in items}):
        mine = [one for one in items if one.item.pool == pool and one.item.assignee is None]
        old_positions = {
            one.item.id: QueuePosition(one.lane, one.start_by, one.item.created_at, one.item.id) for one in mine
        }
        current_positions = {one.item.id: one.item.position for one in mine}
        before = positions.counts_up_to(
            unit.session, *pool, [*old_positions.values(), *current_positions.values()], cap=MAX_COUNT
        )
        opened, completed = new_positions(unit, pool), completed_positions(unit, pool)
        for key, previous in old_positions.items():
            old, new = before.get(previous), before.get(current_positions[key])
            if old is not None:  # the table holds the new positions already
                old += sum(point < previous for point in old_positions.values())
                old -= sum(point < previous for point in current_positions.values())
            if new is not None:  # and it does not hold the new work yet, but still the completed work
                new += sum(point < current_positions[key] for point in opened)
                new -= sum(point < current_positions[key] for point in completed)
            found[key] = {
                "from": None if old is None else old + 1,
                "to": None if new is None else new + 1,
            }
    return [found.get(one.item.id, {"from": None, "to": None}) for one in items]


def new_positions(unit: UnitOfWork, pool: tuple[str, str]) -> list[QueuePosition]:
    """The positions of the work of a pool that this unit of work opens."""
    return [
        QueuePosition(item["lane"], item["start_by"], item["created_at"], item["id"])
        for item in unit.buffer.new_work
        if (item["role"], item["organisation"]) == pool
    ]


def completed_positions(unit: UnitOfWork, pool: tuple[str, str]) -> list[QueuePosition]:
    """The positions of the waiting work of a pool that this unit of work completes."""
    completed = set(unit.buffer.completed_work)
    if not completed:
        return []
    subjects = {subject for subject, _ in completed}
    query = select(WorkItem).where(col(WorkItem.subject).in_(subjects), col(WorkItem.done_at).is_(None))
    return [
        item.position
        for item in unit.session.exec(query)
        if (item.subject, item.action) in completed and (item.pool, item.assignee) == (pool, None)
    ]
