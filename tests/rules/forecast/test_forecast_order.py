"""Forecast order: work is assigned as in the queue, and waits as long as queueing theory predicts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import factorial, sqrt
from statistics import mean, stdev

import pytest

from rules.forecast.model import Model, Person, Rate, Spread, Stage
from rules.forecast.simulation import Replication, simulate
from rules.forecast.time_axis import Axis
from rules.forecast.trace import random_of, trace
from rules.forecast.waiting_line import Item, Taken, WaitingLine
from rules.queue.order import ACUTE, QueuePosition

ORIGIN = datetime(2024, 1, 1, tzinfo=UTC)
ALWAYS = Axis([(0.0, 1e7)])


def office(
    people: int,
    per_hour: Mapping[int, float],
    hours: Mapping[int, Spread],
    *,
    weeks: float,
    reserve: int | None = None,
    level: float = 0.0,
    warm: float = 0.0,
) -> Model:
    """An office that never closes, with one kind of work."""
    stage = Stage("case", "adviser", dict.fromkeys(range(1, 5), level), hours)
    staff = tuple(Person(f"a-{number}", "adviser", ALWAYS) for number in range(people))
    rates = {lane: Rate(rate * 168) for lane, rate in per_hour.items()}
    flat = (1.0,) * 168
    return Model(ORIGIN, 0.0, weeks, ALWAYS, (stage,), staff, rates, flat, "adviser", reserve, warm=warm)


def cobham(people: int, per_hour: Mapping[int, float], hours: float) -> dict[int, float]:
    """The mean wait of each class in M/M/c with priorities that interrupt nothing.

    Cobham (1954), Operations Research 2(1); Kleinrock, Queueing Systems II, section 3.6.
    """
    load = sum(per_hour.values()) * hours
    busy = load**people / factorial(people) / (1 - load / people)
    waits = busy / (sum(load**number / factorial(number) for number in range(people)) + busy)
    found, before = {}, 0.0
    for lane in sorted(per_hour):
        upto = before + per_hour[lane] * hours / people
        found[lane] = waits * hours / people / (1 - before) / (1 - upto)
        before = upto
    return found


@pytest.mark.parametrize(
    ("people", "shares"),
    [
        (1, {2: 0.2, 4: 0.4}),
        (2, {2: 0.2, 3: 0.2, 4: 0.25}),
        (3, {1: 0.2, 4: 0.45}),
    ],
)
def test_without_a_reserve_the_mean_wait_of_each_class_is_that_of_cobham(people: int, shares: dict[int, float]) -> None:
    per_hour = {lane: share * people for lane, share in shares.items()}
    model = office(people, per_hour, {0: Spread(mean=1.0)}, weeks=15 / people, warm=1 / people)
    runs = [run.waits for run in simulate(model, (trace(model, random_of(7, number)) for number in range(10)))]
    for lane, expected in cobham(people, per_hour, 1.0).items():
        means = [mean(run[0, lane]) for run in runs]
        error = stdev(means) / sqrt(len(means))
        assert abs(mean(means) - expected) < 3.1 * error, (lane, mean(means), expected, error)
        assert error < expected / 6  # else anything would agree


def test_with_one_person_and_unequal_work_the_mean_wait_is_that_of_cobham_too() -> None:
    """M/G/1: the residual work is half of the sum of rate times second moment."""
    rates, means = {2: 0.3, 3: 0.1}, {2: 0.5, 3: 4.0}
    model = office(
        1, rates, {lane: Spread(mean=hours) for lane, hours in means.items()} | {0: Spread(mean=1)}, weeks=25
    )
    runs = [run.waits for run in simulate(model, (trace(model, random_of(3, number)) for number in range(10)))]
    residual = sum(rates[lane] * 2 * means[lane] ** 2 for lane in rates) / 2
    loads = {lane: rates[lane] * means[lane] for lane in rates}
    expected = {2: residual / (1 - loads[2]), 3: residual / (1 - loads[2]) / (1 - loads[2] - loads[3])}
    for lane, wait in expected.items():
        seen = [mean(run[0, lane]) for run in runs]
        assert abs(mean(seen) - wait) < 3.1 * stdev(seen) / sqrt(len(seen)), (lane, mean(seen), wait)


BUSY = {1: 0.1, 2: 0.5, 3: 0.5, 4: 0.6}
"""More than two people can do, so that much waits."""


def test_with_the_reserve_off_each_claim_takes_the_first_in_the_strict_order() -> None:
    model = office(2, BUSY, {0: Spread(mean=1.2)}, weeks=3, level=8.0)
    claims = 0

    def watch(line: WaitingLine, taken: Taken, _: float) -> None:
        nonlocal claims
        claims += 1
        left = [item.position for each in line.classes.values() for _, item in each.in_order if not item.taken]
        assert all(taken.item.position < standing for standing in left)
        assert not taken.reserved

    Replication(model, trace(model, random_of(1, 0)), watch).run()
    assert claims > 300


@pytest.mark.parametrize("every", [2, 5])
@pytest.mark.parametrize("seed", range(4))
def test_with_the_reserve_on_the_bound_holds_in_every_run(every: int, seed: int) -> None:
    """The k-th oldest overdue item is taken within N times k claims that are not acute (docs/queue.md)."""
    model = office(2, BUSY, {0: Spread(mean=1.2)}, weeks=3, level=8.0, reserve=every)
    promised: dict[str, int] = {}
    claims = reserved = 0

    def watch(line: WaitingLine, taken: Taken, moment: float) -> None:
        nonlocal claims, reserved
        claims += taken.item.position.lane != ACUTE
        reserved += taken.reserved
        assert claims <= promised.pop(taken.item.position.id, claims)
        now = model.at(moment)
        waiting = {item.position for each in line.classes.values() for _, item in each.in_order if not item.taken}
        overdue = sorted((standing for standing in waiting if standing.start_by <= now), key=lambda each: each[1:])
        for place, standing in enumerate(overdue, start=1):
            promised[standing.id] = min(promised.get(standing.id, claims + every * place), claims + every * place)
        assert not promised or claims <= min(promised.values())

    Replication(model, trace(model, random_of(seed, 0)), watch).run()
    assert reserved > 20


def test_the_reserve_never_goes_before_acute_work_and_acute_claims_do_not_count() -> None:
    line = WaitingLine(2, lambda _: ORIGIN)
    made = [(1, "acute-1"), (1, "acute-2"), (2, "urgent"), (4, "old"), (4, "older")]
    for lane, name in made:
        day = 1 if name == "older" else 2
        moment = ORIGIN.replace(year=2023, day=day)
        line.add(Item(QueuePosition(lane, moment, moment, name), 0, 0, 0.0), "")
    order = [line.take((), 0.0) for _ in made]
    assert [(taken.item.position.id, taken.reserved) for taken in order if taken] == [
        ("acute-1", False),
        ("acute-2", False),
        ("urgent", False),
        ("older", True),
        ("old", False),
    ]


def test_more_people_never_wait_longer_on_average() -> None:
    model = office(2, BUSY, {0: Spread(mean=1.0)}, weeks=3, reserve=5, level=8.0)
    traces = [trace(model, random_of(2, number)) for number in range(4)]
    means = []
    for people in (2, 3, 5):
        crowd = [Person(f"a-{number}", "adviser", ALWAYS) for number in range(people)]
        runs = list(simulate(model.with_people(crowd), traces))
        means.append(mean(hours for run in runs for waits in run.waits.values() for hours in waits))
    assert means == sorted(means, reverse=True)
    assert means[0] > 10 * means[-1]
