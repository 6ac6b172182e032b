"""One seeded trace of arrivals, and the same desk that works it off for every queue, in virtual time."""

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
    """A queue by its own code: what comes in, and which is next."""

    def arrive(self, case: Case) -> None:
        """A case comes in."""

    def take(self, at: float) -> int | None:
        """The next case, taken; None where none waits."""

    def done(self, number: int) -> None:
        """Its work is done."""


def trace(count: int = CASES, seed: int = SEED) -> list[Case]:
    """Arrivals for two officers at nine tenths of what they can do, with weeks in which threats surface.

    In one week of five the arrivals are half as many again, and most of them are not routine.
    """
    chance = random.Random(seed)  # the same for every queue
    found, now = [], 0.0
    for number in range(count):
        surge = int(now // (5 * DAY)) % 5 == 4
        now += chance.expovariate(2 / 60 * 0.82 * (1.5 if surge else 1.0))
        weights = (4, 26, 50, 20) if surge else (1, 8, 21, 70)
        lane = chance.choices((1, 2, 3, 4), weights)[0]
        found.append(Case(number, lane, now, chance.expovariate(1 / 60)))
    return found


def moment(minutes: float) -> datetime:
    """A working minute of the trace, on the calendar."""
    day, rest = divmod(minutes, DAY)
    week, weekday = divmod(int(day), 5)
    return MONDAY + timedelta(weeks=week, days=weekday, minutes=rest)


def waits(cases: Sequence[Case], queue: Queue, officers: int = 2) -> dict[str, float]:
    """The longest wait of each class until its work was begun, in working minutes; every case is begun once."""
    longest: dict[str, float] = defaultdict(float)
    busy: list[tuple[float, int]] = []
    begun: set[int] = set()
    coming = iter(cases)
    following = next(coming, None)
    while len(begun) < len(cases):
        frees = busy[0][0] if busy else float("inf")
        if following is not None and (following.arrives <= frees or len(busy) < officers):
            now = following.arrives
            if busy and frees <= now:
                queue.done(heapq.heappop(busy)[1])
                continue
            queue.arrive(following)
            following = next(coming, None)
        else:
            now = frees
            queue.done(heapq.heappop(busy)[1])
        while len(busy) < officers and (number := queue.take(now)) is not None:
            case = cases[number]
            assert number not in begun
            begun.add(number)
            name = LANES[case.lane - 1]
            longest[name] = max(longest[name], now - case.arrives)
            heapq.heappush(busy, (now + case.takes, number))
    return {name: longest[name] for name in LANES}
