"""The explanation of each re-ordering, in the case's own chain: what moved, from where to where, and why."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlmodel import col, select

from rules.core.dates import utc_text
from rules.core.roles import ENGINE
from rules.queue.order import LANES, QueuePosition
from states.engine.unit_of_work import UnitOfWork
from states.priority import factors, positions
from states.priority.case_history import urgency_events_now, urgency_events_of, urgent_loans, work_facts
from states.tables.work import WorkItem
from states.work.synchronisation import Moved

REORDER = "reorder"
FEW = 1000
"""A place is told where fewer items than this stand before it: the case is locked while they are counted."""


def note(unit: UnitOfWork, moved: Sequence[Moved]) -> None:
    """Put down what moved in the chain of each case, with the facts from which its new place is computed again."""
    for application, group in groupby(moved, lambda one: one.item.application):
        moves = list(group)
        happened = urgency_events_of(unit.session, application) + urgency_events_now(unit.buffer, application)
        loans = urgent_loans(unit.session, [one.item for one in moves])
        told = []
        signals: Any = []
        for one in moves:
            lane, start = factors.lane_and_start(one.item, work_facts(one.item, happened, loans), happened)
            signals = lane.pop("fact")
            told.append(
                {
                    "workItem": one.item.id,
                    "action": one.item.action,
                    "from": {"lane": str(LANES[one.lane]), "startBy": utc_text(one.start_by)},
                    "to": {"lane": str(LANES[one.item.lane]), "startBy": utc_text(one.item.start_by)},
                    "factors": [lane, start],
                },
            )
        for line, place in zip(told, places_of(unit, moves), strict=True):
            line["place"] = place
        unit.buffer.append(
            unit.streams[application],
            by=ENGINE,
            at=unit.at,
            chart="work",
            subject=application,
            event=REORDER,
            facts={"signals": signals, "items": told},
            changes={},
            content={},
            receipt=[],
        )


def places_of(unit: UnitOfWork, moves: Sequence[Moved]) -> list[dict[str, int | None]]:
    """The place of each item before and after, in its pool; None where too many stand before it, or it is in hand."""
    unit.session.flush()
    found: dict[str, dict[str, int | None]] = {}
    for pool in sorted({one.item.pool for one in moves}):
        mine = [one for one in moves if one.item.pool == pool and one.item.assignee is None]
        stood = {one.item.id: QueuePosition(one.lane, one.start_by, one.item.created_at, one.item.id) for one in mine}
        stands = {one.item.id: one.item.position for one in mine}
        before = positions.counts_up_to(unit.session, *pool, [*stood.values(), *stands.values()], cap=FEW)
        coming, going = to_come(unit, pool), to_go(unit, pool)
        for key, was in stood.items():
            old, new = before.get(was), before.get(stands[key])
            if old is not None:  # the table holds the work where it stands now
                old += sum(point < was for point in stood.values()) - sum(point < was for point in stands.values())
            if new is not None:  # and not yet what this passage asks for, but still what it did
                new += sum(point < stands[key] for point in coming) - sum(point < stands[key] for point in going)
            found[key] = {
                "from": None if old is None else old + 1,
                "to": None if new is None else new + 1,
            }
    return [found.get(one.item.id, {"from": None, "to": None}) for one in moves]


def to_come(unit: UnitOfWork, pool: tuple[str, str]) -> list[QueuePosition]:
    """The work of a pool that this passage asks for."""
    return [
        QueuePosition(item["lane"], item["start_by"], item["created_at"], item["id"])
        for item in unit.buffer.new_work
        if (item["role"], item["organisation"]) == pool
    ]


def to_go(unit: UnitOfWork, pool: tuple[str, str]) -> list[QueuePosition]:
    """The waiting work of a pool that this passage did."""
    ended = set(unit.buffer.completed_work)
    if not ended:
        return []
    subjects = {subject for subject, _ in ended}
    query = select(WorkItem).where(col(WorkItem.subject).in_(subjects), col(WorkItem.done_at).is_(None))
    return [
        item.position
        for item in unit.session.exec(query)
        if (item.subject, item.action) in ended and (item.pool, item.assignee) == (pool, None)
    ]
