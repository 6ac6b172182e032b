"""Trace of one replication: the cases with all their random draws, drawn before any work is assigned.

So every scenario has the same cases, and differences between two scenarios come from the scenarios alone.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from random import Random

from rules.core.dates import AMSTERDAM
from rules.forecast.model import WEEK, Backlog, Job, Model, Rate, Spread

RUN_OUT = 1.25
"""Cases arrive during this multiple of the measured weeks, so that the last measured ones wait behind others too."""
HOURS_PER_DAY = 24


def random_of(seed: int, number: int) -> Random:
    """The random generator of one replication; the same on every machine."""
    return Random(f"{seed}/{number}")  # noqa: S311  # the draws must be reproducible, not secret


def trace(model: Model, rng: Random) -> list[Job]:
    """The cases of one replication, those of the backlog first."""
    redrawn: dict[int, Spread] = {}

    def spread(stage: int, lane: int) -> Spread:
        held = model.stages[stage].spread(lane)
        if id(held) not in redrawn:
            redrawn[id(held)] = held.redrawn(rng)
        return redrawn[id(held)]

    def job(name: str, lane: int, arrived: float, before: Backlog | None = None) -> Job:
        first = before.stage if before else 0
        efforts: list[float | None] = []
        skills = []
        for number, stage in enumerate(model.stages):
            asked = number >= first and (rng.random() < stage.share or (before is not None and number == first))
            efforts.append(spread(number, lane).draw(rng) if asked else None)
            skills.append(_skill(stage.skills, rng) if stage.skills else "")
        if before and before.spent:
            efforts[first] = _remaining(spread(first, lane), before.spent, rng)
        return Job(name, lane, arrived, tuple(efforts), tuple(skills), first, before.holder if before else None)

    there = [job(row.id, row.lane, row.arrived, row) for row in model.backlog]
    coming = sorted(
        (moment, lane) for lane, rate in sorted(model.rates.items()) for moment in arrivals(model, rate, rng)
    )
    return there + [job(f"~{number:06}", lane, moment) for number, (moment, lane) in enumerate(coming)]


def arrivals(model: Model, rate: Rate, rng: Random) -> Iterator[float]:
    """The arrivals of a lane: a Poisson process with the pattern of the hours of the week."""
    local = model.on.astimezone(AMSTERDAM)
    first = local.weekday() * HOURS_PER_DAY + local.hour
    hours = round(model.weeks * WEEK * RUN_OUT)
    weights = _weights(model.pattern, first, hours)
    expected = rate.drawn(rng) * hours / WEEK
    for hour in rng.choices(range(hours), cum_weights=weights, k=_poisson(expected, rng)):
        yield model.start + hour + rng.random()


@lru_cache(maxsize=8)
def _weights(pattern: tuple[float, ...], first: int, hours: int) -> list[float]:
    """The cumulative arrivals at the end of each hour, from an hour of the week on."""
    return list(accumulate(pattern[(first + hour) % WEEK] for hour in range(hours)))


def _poisson(expected: float, rng: Random) -> int:
    """A Poisson draw with this expected number."""
    if expected <= 0:
        return 0
    count, passed = 0, rng.expovariate(1.0)
    while passed < expected:
        count += 1
        passed += rng.expovariate(1.0)
    return count


def _skill(skills: tuple[tuple[str, float], ...], rng: Random) -> str:
    names, shares = zip(*skills, strict=True)
    return str(rng.choices(names, weights=shares)[0])


def _remaining(spread: Spread, spent: float, rng: Random) -> float:
    """The remaining hours of begun work: drawn from work that took longer, or a whole draw if none did."""
    longer = [hours - spent for hours in spread.seen if hours > spent]
    return rng.choice(longer) if longer else spread.draw(rng)
