"""Trace: one seeded series of arrivals, and the officers that process it for every queue, in virtual time."""

import heapq
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

LANES = ("acute", "urgent", "elevated", "routine")
CASES = 10_000
SEED = 1
DAY = 480.0
"""Minutes of an office day; the trace counts working minutes only."""
MONDAY = datetime(2024, 1, 8, 9, tzinfo=ZoneInfo("Europe/Amsterdam"))


class Case(NamedTuple):
    """One arrival."""

    number: int
    lane: int
    """1 acute to 4 routine."""
    arrives: float
    takes: float


class Queue(Protocol):
    """A queue: cases arrive, and its own code gives the next one."""

    def arrive(self, case: Case) -> None:
        """Add a case."""

    def take(self, at: float) -> int | None:
        """Take the next case; None if none waits."""

    def done(self, number: int) -> None:
        """Complete a case."""


def trace(count: int = CASES, seed: int = SEED) -> list[Case]:
    """Arrivals for two officers at nine tenths of their capacity, with surges.

    In one week of five the arrivals are one and a half times as many, and most of them are not routine.
    """
    generator = random.Random(seed)  # the same for every queue
    found, now = [], 0.0
    for number in range(count):
        surge = int(now // (5 * DAY)) % 5 == 4
        now += generator.expovariate(2 / 60 * 0.82 * (1.5 if surge else 1.0))
        weights = (4, 26, 50, 20) if surge else (1, 8, 21, 70)
        lane = generator.choices((1, 2, 3, 4), weights)[0]
        found.append(Case(number, lane, now, generator.expovariate(1 / 60)))
    return found


def calendar_time(minutes: float) -> datetime:
    """A working minute of the trace as a calendar time."""
    day, rest = divmod(minutes, DAY)
    week, weekday = divmod(int(day), 5)
    return MONDAY + timedelta(weeks=week, days=weekday, minutes=rest)


def longest_waits(cases: Sequence[Case], queue: Queue, officers: int = 2) -> dict[str, float]:
    """The longest wait of each class until the start of its work, in working minutes; every case starts once."""
    longest: dict[str, float] = defaultdict(float)
    busy: list[tuple[float, int]] = []
    started: set[int] = set()
    arrivals = iter(cases)
    following = next(arrivals, None)
    while len(started) < len(cases):
        free_at = busy[0][0] if busy else float("inf")
        if following is not None and (following.arrives <= free_at or len(busy) < officers):
            now = following.arrives
            if busy and free_at <= now:
                queue.done(heapq.heappop(busy)[1])
                continue
            queue.arrive(following)
            following = next(arrivals, None)
        else:
            now = free_at
            queue.done(heapq.heappop(busy)[1])
        while len(busy) < officers and (number := queue.take(now)) is not None:
            case = cases[number]
            assert number not in started
            started.add(number)
            name = LANES[case.lane - 1]
            longest[name] = max(longest[name], now - case.arrives)
            heapq.heappush(busy, (now + case.takes, number))
    return {name: longest[name] for name in LANES}
