"""Work spans: when a work item waited and was assigned, and whether it was late or is at risk."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from rules.queue.order import QueuePosition


class Movement(NamedTuple):
    """A work item was assigned, or returned to the queue."""

    at: datetime
    held: bool
    """Whether it is assigned afterwards."""


@dataclass(frozen=True)
class WorkSpan:
    """One work item as of an instant, with every movement until then."""

    key: str
    application: str
    role: str
    organisation: str
    lane: int
    start_by: datetime
    asked_at: datetime
    ended_at: datetime | None
    done: bool
    """Whether the awaited event completed it; otherwise it was cancelled, by a withdrawal for example."""
    movements: tuple[Movement, ...] = ()
    """In order of time."""
    grace: timedelta = timedelta()
    """For acute work, which starts at once: how long after its start-by it is still in time."""

    @property
    def position(self) -> QueuePosition:
        """Its position in the queue."""
        return QueuePosition(self.lane, self.start_by, self.asked_at, self.key)

    def is_open(self, at: datetime) -> bool:
        """Whether it was created and not ended at an instant."""
        return self.asked_at <= at and (self.ended_at is None or self.ended_at > at)

    def is_held(self, at: datetime) -> bool:
        """Whether it was assigned at an instant."""
        held = [movement.held for movement in self.movements if movement.at <= at]
        return bool(held) and held[-1]

    def begun_at(self, until: datetime) -> datetime | None:
        """When it was last assigned and not returned; if nobody was assigned, when it was done. None while it waits."""
        begun = None
        for movement in self.movements:
            if movement.at > until:
                break
            begun = (begun or movement.at) if movement.held else None
        if begun is None and self.done and self.ended_at is not None and self.ended_at <= until:
            return self.ended_at
        return begun

    def stretches(self, until: datetime) -> Iterator[tuple[datetime, datetime, bool]]:
        """Its intervals of waiting (False) and of being assigned (True), up to its end or an instant."""
        end = until if self.ended_at is None else min(self.ended_at, until)
        since, held = self.asked_at, False
        for movement in self.movements:
            moment = min(movement.at, end)
            if movement.held != held:
                yield since, moment, held
                since, held = moment, movement.held
        yield since, end, held

    def is_late(self, until: datetime) -> bool:
        """Whether it was begun after its start-by and the grace, or is not begun although that has passed."""
        return self.start_by + self.grace < (self.begun_at(until) or until)

    def is_at_risk(self, until: datetime, share: float) -> bool:
        """Whether it waits, is not late, and this share of its time until the start-by has passed."""
        last = self.start_by + self.grace
        if self.begun_at(until) is not None or last < until:
            return False
        return until - self.asked_at >= share * (last - self.asked_at)


def skipped(given: WorkSpan, pool: list[WorkSpan], at: datetime) -> int:
    """How many work items of the same pool waited at an instant ahead of one that was assigned then."""
    return sum(
        other.position < given.position and not other.is_held(at)
        for other in pool
        if other.key != given.key and other.is_open(at)
    )
