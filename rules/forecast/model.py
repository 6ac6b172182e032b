"""Model of an office: who works when, how often cases arrive, how long work takes, and which terms run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from random import Random

from rules.business_calendar.durations import Length
from rules.core.dated_values import value
from rules.core.dates import office_day, start_of
from rules.deadlines.end_date import due_or_provisional
from rules.forecast.time_axis import Axis, since
from rules.queue.order import LANES
from rules.queue.skills import skills_suffice

WEEK = 168
"""The hours of a week."""


@dataclass(frozen=True)
class Spread:
    """The distribution of durations: observed ones to draw from, or an exponential one with a mean."""

    seen: tuple[float, ...] = ()
    mean: float = 0.0

    def redrawn(self, rng: Random) -> "Spread":
        """A bootstrap resample: few observations leave much uncertainty."""
        return Spread(tuple(rng.choices(self.seen, k=len(self.seen)))) if self.seen else self

    def draw(self, rng: Random) -> float:
        """One duration, in working hours."""
        return rng.choice(self.seen) if self.seen else rng.expovariate(1 / self.mean)

    @property
    def expected(self) -> float:
        """The mean, in working hours."""
        return sum(self.seen) / len(self.seen) if self.seen else self.mean


@dataclass(frozen=True)
class Rate:
    """The arrivals of a lane per week: counted over a number of weeks, or assumed if that number is zero."""

    count: float
    weeks: float = 0.0
    factor: float = 1.0

    @property
    def weekly(self) -> float:
        """The expected number per week."""
        return self.factor * (self.count / self.weeks if self.weeks else self.count)

    def drawn(self, rng: Random) -> float:
        """A possible true number per week, given the count: gamma distributed with the count as shape."""
        if not self.weeks or not self.count:
            return self.weekly
        return self.factor * rng.gammavariate(self.count, 1 / self.weeks)


@dataclass(frozen=True)
class Stage:
    """One kind of work in a case."""

    name: str
    pool: str
    """The pool that does the work."""
    level: Mapping[int, float]
    """The service level by lane, in working hours; for acute work in elapsed hours."""
    hours: Mapping[int, Spread]
    """Hours of work by lane; 0 for every lane that is not named."""
    share: float = 1.0
    """The share of the cases reaching this stage that have it."""
    skills: tuple[tuple[str, float], ...] = ()
    """The required skills with their shares; empty for none."""

    def spread(self, lane: int) -> Spread:
        """The distribution of its effort in a lane."""
        return self.hours.get(lane) or self.hours[0]


@dataclass(frozen=True)
class Deadline:
    """A statutory term in a case: from the arrival of work of one stage until work of another is done."""

    name: str
    article: str
    length: Length
    first: int
    last: int
    ours: bool = True
    """Whether the office is responsible for it."""


@dataclass(frozen=True)
class Person:
    """A person who takes work from a pool."""

    name: str
    pool: str
    axis: Axis
    """When the person works."""
    skills: tuple[str, ...] = ()
    """Empty for every skill."""
    parallel: int = 1
    """The number of work items that the person does in parallel."""
    limit: int = 500
    """The number of work items that the person may hold."""


@dataclass(slots=True)
class Job:
    """One case with all its random draws, so that every scenario has the same cases."""

    id: str
    lane: int
    arrived: float
    efforts: tuple[float | None, ...]
    """The hours of effort of each stage; None for a stage that it skips."""
    skills: tuple[str, ...]
    first: int = 0
    """The stage in which it arrives."""
    holder: str | None = None
    """The person to whom it is assigned when the simulation begins."""


@dataclass(frozen=True)
class Backlog:
    """A case that is open when the simulation begins."""

    id: str
    lane: int
    arrived: float
    stage: int
    holder: str | None = None
    spent: float = 0.0
    """The hours of effort already spent on its stage."""


@dataclass(frozen=True)
class Model:
    """An office as the simulation knows it."""

    origin: datetime
    """The moment from which hours are counted."""
    start: float
    """When the simulation begins."""
    weeks: float
    axis: Axis
    """The office's working time, in which service levels and waits are counted."""
    stages: tuple[Stage, ...]
    people: tuple[Person, ...]
    rates: Mapping[int, Rate]
    pattern: tuple[float, ...]
    """The arrivals in each hour of the week, from Monday at midnight in local time."""
    pool: str
    """The pool that the forecast is about."""
    reserve: int | None
    """Every Nth non-acute claim is the reserve's; None for no reserve."""
    deadlines: tuple[Deadline, ...] = ()
    backlog: tuple[Backlog, ...] = ()
    warm: float = 0.0
    """The warm-up weeks, which are not measured."""
    dues: dict[tuple[int, Length], float] = field(default_factory=dict, compare=False, repr=False)

    @property
    def end(self) -> float:
        """The end of the measured weeks."""
        return self.start + self.weeks * WEEK

    @cached_property
    def on(self) -> datetime:
        """The moment at which the simulation begins."""
        return self.at(self.start)

    def at(self, moment: float) -> datetime:
        """The aware instant of a moment."""
        return self.origin + timedelta(hours=moment)

    def staff(self, pool: str) -> list[Person]:
        """The people of a pool."""
        return [person for person in self.people if person.pool == pool]

    def lacking(self) -> dict[str, list[str]]:
        """By pool, the required skills that nobody in it has: such work is never begun."""
        found = {}
        for pool in sorted({person.pool for person in self.people}):
            asked = {skill for stage in self.stages if stage.pool == pool for skill, _ in stage.skills}
            there = self.staff(pool)
            if none := sorted(skill for skill in asked if not any(skills_suffice(one.skills, skill) for one in there)):
                found[pool] = none
        return found

    def with_people(self, people: list[Person]) -> "Model":
        """The same office with these people in the pool that the forecast is about."""
        others = [person for person in self.people if person.pool != self.pool]
        return replace(self, people=(*others, *people))

    def with_intake(self, factor: float) -> "Model":
        """The same office with the arrivals multiplied by a factor."""
        rates = {lane: replace(rate, factor=rate.factor * factor) for lane, rate in self.rates.items()}
        return replace(self, rates=rates)

    def due(self, arrived: float, length: Length) -> float:
        """The moment at which a statutory term that starts now has passed: the first after its last day."""
        day = office_day(self.at(arrived))
        key = (day.toordinal(), length)
        if key not in self.dues:
            last = due_or_provisional(day, length).on
            assert last is not None
            self.dues[key] = since(self.origin, start_of(last + timedelta(days=1)))
        return self.dues[key]


def levels(name: str, on: datetime) -> dict[int, float]:
    """A service level of the office by lane, as it holds on a day."""
    held = value(f"service_level_{name}", office_day(on))
    return {lane: float(held[str(urgency)]) for lane, urgency in LANES.items()}
