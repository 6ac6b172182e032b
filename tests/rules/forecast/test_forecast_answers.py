"""Forecast answers: reproducible by seed, what-ifs, the number of advisers, and the backtest."""

# ruff: noqa: E501  # a line is a situation

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rules.business_calendar.durations import Length, Unit
from rules.core.dated_values import value
from rules.core.dates import office_day
from rules.core.errors import QuestionError
from rules.forecast import event_log
from rules.forecast.backtest import back_test
from rules.forecast.history import TooLittleHistoryError, fit
from rules.forecast.model import Backlog, Deadline, Job, Model, Person, Rate, Spread, Stage
from rules.forecast.request import Question, answer, check, extra_person, needed, scenarios, with_default_scenarios
from rules.forecast.result import quantile
from rules.forecast.simulation import Replication
from rules.forecast.sources import Assumed, assumed, example, past_of_log
from rules.forecast.time_axis import Axis
from rules.forecast.trace import random_of, trace
from rules.threats.urgency import Urgency

ROOT = Path(__file__).parents[3]
KNOWN = Path(__file__).with_name("forecast.json")
"""The answers of a small forecast, to the last digit; running this file writes them again."""
LOG = (ROOT / "docs" / "examples" / "forecast-log.csv").read_text("utf-8")
NOW = datetime(2026, 11, 28, tzinfo=UTC)
FEW = Question(weeks=6, replications=10, seed=3)


def small() -> Model:
    return assumed(example(date(2024, 1, 1)), weeks=6)


def of_log(weeks: float = 6) -> Model:
    return fit(past_of_log(event_log.read(LOG, at=NOW), weeks=weeks, always=False), weeks=weeks)


def steps() -> Model:
    """An office with three steps, of which the last belongs to others, with skills, multitasking and a backlog."""
    model = small()
    axis = model.axis
    few = dict.fromkeys(range(1, 5), 8.0)
    stages = (
        Stage("intake", "officer", few, {0: Spread((0.5, 1.0))}),
        Stage("advice", "adviser", few, {0: Spread(mean=7.0), 2: Spread((3.0, 4.0))}, 0.8, (("", 2.0), ("domain:home", 1.0))),
        Stage("take-over", "employer", few, {0: Spread((40.0, 360.0))}),
    )  # fmt: skip
    people = (
        Person("a", "adviser", axis, parallel=2),
        Person("b", "adviser", axis, ("domain:digital",)),
        Person("u", "officer", axis),
    )
    backlog = (
        Backlog("w", 4, model.start - 50, 0),
        Backlog("h", 2, model.start - 30, 1, "a", 3.5),
        Backlog("g", 3, model.start - 30, 1, "gone", 1.0),
    )
    deadlines = (Deadline("theirs", "Awb 4:13", Length(8, Unit.WEEKS), 2, 2, ours=False), Deadline("ours", "Awb 4:13", Length(2, Unit.WEEKS), 0, 1))  # fmt: skip
    rates = {1: Rate(3, 20), 2: Rate(20, 20), 4: Rate(90, 20)}
    return replace(model, stages=stages, people=people, backlog=backlog, deadlines=deadlines, rates=rates, warm=1.0)


def answers() -> dict[str, Any]:
    """Small forecasts of every kind."""
    asked = replace(FEW, ill="1", intake=2.0, reserve=3, joins="domain:home")
    past = past_of_log(event_log.read(LOG, at=NOW), weeks=6, always=False)
    return {
        "example": answer(small(), with_default_scenarios(small(), FEW)),
        "log": answer(of_log(), replace(FEW, confidence=0.7)),
        "steps": answer(steps(), replace(asked, needed=False)),
        "backTest": back_test(past, FEW),
    }


def test_the_same_seed_gives_the_same_answer_to_the_last_digit() -> None:
    assert json.dumps(answers(), indent=1) + "\n" == KNOWN.read_text("utf-8")


def test_another_seed_gives_another_answer() -> None:
    bare = replace(FEW, needed=False)
    assert answer(small(), bare)["base"] != answer(small(), replace(bare, seed=4))["base"]


def test_the_figures_of_the_example_are_those_reported_to_parliament() -> None:
    held = example(date(2024, 1, 1))
    assert (held.arrivals_per_week, held.advisers) == (140 / 19, 2)
    assert held.hours_per_case == 9
    assert held.lanes == {Urgency.ACUTE: 0.02, Urgency.URGENT: 0.13, Urgency.ELEVATED: 0.25, Urgency.ROUTINE: 0.6}
    assert example(date(2019, 1, 1))[:4] == held[:4]


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("forecast_minimum", {"cases": 20, "weeks": 4}),
        ("forecast_urgent_within", 16),
        ("forecast_confidence", 0.9),
        ("forecast_active", 8),
        ("term_decision", {"amount": 8, "unit": "weeks"}),
    ],
)
def test_the_minimum_history_of_a_forecast_has_its_documented_value(name: str, held: object) -> None:
    assert value(name, date(2026, 3, 2)) == held


@pytest.mark.parametrize(
    ("wrong", "parameter", "said"),
    [
        ({"weeks": 0}, "weeks", "from 1 to 104"),
        ({"weeks": 105}, "weeks", "It is 105"),
        ({"replications": 9}, "replications", "from 10 to 5000"),
        ({"replications": 5001}, "replications", "from 10 to 5000"),
        ({"intake": 0.04}, "intake", "from 0.05 to 20"),
        ({"intake": 20.1}, "intake", "from 0.05 to 20"),
        ({"seed": -1}, "seed", "a whole number from 0"),
        ({"confidence": 0.49}, "confidence", "from 0.5 to below 1"),
        ({"confidence": 1.0}, "confidence", "from 0.5 to below 1"),
        ({"reserve": 0}, "reserve", "at least 2"),
        ({"reserve": 1}, "reserve", "at least 2"),
        ({"joins": "domain:garden"}, "joins", "There is no skill domain:garden; give all or one of: domain:digital"),
    ],
)
def test_a_question_that_cannot_be_asked_names_the_parameter_and_what_would_be_right(
    wrong: dict[str, Any], parameter: str, said: str
) -> None:
    with pytest.raises(QuestionError, match=said) as caught:
        check(replace(FEW, **wrong))
    assert caught.value.parameter == parameter


@pytest.mark.parametrize(
    "right",
    [
        {"weeks": 1}, {"weeks": 104}, {"replications": 10}, {"replications": 5000}, {"intake": 0.05}, {"intake": 20.0},
        {"seed": 0}, {"confidence": 0.5}, {"confidence": 0.99}, {"reserve": 2}, {"joins": "all"}, {"joins": "domain:home"},
    ],
)  # fmt: skip
def test_a_question_at_the_edge_of_what_can_be_asked_is_asked(right: dict[str, Any]) -> None:
    expect_accepted(replace(FEW, **right))


def expect_accepted(asked: Question) -> None:
    """Check a question; an error in it would be raised."""
    check(asked)


@pytest.mark.parametrize(
    ("ill", "said"),
    [
        ("0", "It is 0, and 2 take this work; give a number from 1 to 1"),
        ("2", "It is 2, and 2 take this work"),
        ("officer-9", "There is no officer officer-9 among those who take this work; there are: adviser-1, adviser-2"),
    ],
)
def test_only_existing_people_are_ill_and_at_least_one_stays(ill: str, said: str) -> None:
    with pytest.raises(QuestionError, match=said) as caught:
        list(scenarios(small(), replace(FEW, ill=ill)))
    assert caught.value.parameter == "ill"
    alone = small().with_people([extra_person(small(), 1)])
    with pytest.raises(QuestionError, match="One person alone"):
        list(scenarios(alone, replace(FEW, ill="1")))


def test_each_what_if_is_separate_and_all_are_combined_last() -> None:
    found = list(scenarios(small(), replace(FEW, ill="adviser-1", intake=2.0, reserve=3, joins="domain:home")))
    assert [(name, len(model.people), model.reserve) for name, model in found] == [
        ("as it is", 2, 5),
        ("adviser-1 ill", 1, 5),
        ("intake times 2", 2, 5),
        ("reserve every 3", 2, 3),
        ("one more with domain:home", 3, 5),
        ("all of these", 2, 3),
    ]
    assert found[3][1].rates == small().rates
    assert {lane: rate.weekly for lane, rate in found[2][1].rates.items()} == {
        lane: pytest.approx(2 * rate.weekly) for lane, rate in small().rates.items()
    }
    assert found[1][1].people[0].name == "adviser-2"
    assert found[4][1].people[2].skills == ("domain:home",)
    assert [name for name, _ in scenarios(small(), replace(FEW, joins="all"))][1] == "one more with every skill"


def test_of_several_the_one_with_every_skill_is_ill() -> None:
    (_, _), (_, model) = scenarios(steps(), replace(FEW, ill="1"))
    assert [person.name for person in model.staff("adviser")] == ["b"]
    assert [person.name for person in model.staff("officer")] == ["u"]


def test_without_a_question_the_usual_what_ifs_are_answered() -> None:
    found = with_default_scenarios(small(), FEW)
    assert (found.ill, found.intake, found.reserve, found.together) == ("1", 2.0, 3, False)
    assert with_default_scenarios(replace(small(), reserve=3), FEW).reserve == 4
    assert with_default_scenarios(small().with_people([extra_person(small(), 1)]), FEW).ill is None
    for asked in ({"ill": "1"}, {"intake": 1.5}, {"reserve": 2}, {"joins": "all"}):
        assert with_default_scenarios(small(), replace(FEW, **asked)) == replace(FEW, **asked)


def test_the_number_of_advisers_is_the_smallest_that_meets_the_target_often_enough() -> None:
    progress: list[int] = []
    found = needed(small(), replace(FEW, replications=20), progress.append)
    assert found["advisers"] == len(found["tried"])
    assert found["confidence"] == 0.9
    assert found["now"] == 2
    *fewer, last = found["tried"]
    assert last["held"] >= 0.9
    assert last["of"] == 20
    assert all(row["held"] < 0.9 for row in fewer)
    assert sum(progress) == sum(row["of"] for row in found["tried"])
    sure = needed(small(), replace(FEW, replications=20, confidence=0.5), progress.append)
    assert sure["advisers"] <= found["advisers"]


def test_where_advisers_alone_do_not_help_no_number_is_given() -> None:
    late = replace(small(), deadlines=(Deadline("x", "Awb", Length(1, Unit.DAYS), 0, 0),))
    stage = replace(late.stages[0], hours={0: Spread((60.0,))})
    found = needed(replace(late, stages=(stage,), weeks=1), replace(FEW, replications=10), lambda _: None)
    assert found["advisers"] is None
    assert len(found["tried"]) == 2 + 15


def test_each_half_of_a_backtest_needs_more_history() -> None:
    short = "\n".join(LOG.splitlines()[:25])
    past = past_of_log(event_log.read(short, at=NOW), weeks=6, always=False)
    with pytest.raises(TooLittleHistoryError):
        back_test(past, FEW)


def test_a_back_test_on_a_history_like_the_first_half_finds_most_waits_in_the_range() -> None:
    found = back_test(past_of_log(event_log.read(LOG, at=NOW), weeks=6, always=False), replace(FEW, replications=30))
    assert 0.6 <= found["within80"] <= 1
    assert sum(row["pieces"] for row in found["lanes"].values()) == found["pieces"] > 60


def test_a_log_of_an_office_that_never_closes_says_which_option_it_needs() -> None:
    rows = "".join(f"{n},2026-03-0{n % 6 + 2}T20:00,2026-03-0{n % 6 + 2}T21:00,,routine,kim\n" for n in range(9))
    pieces = event_log.read("case,arrived,started,ended,lane,officer\n" + rows, at=NOW)
    with pytest.raises(QuestionError, match="9 of 9 cases were begun outside") as caught:
        past_of_log(pieces, weeks=6, always=False)
    assert caught.value.parameter == "hours"


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"arrivals_per_week": 0.0}, "arrivals-per-week"),
        ({"arrivals_per_week": 1001.0}, "arrivals-per-week"),
        ({"advisers": 0}, "advisers"),
        ({"advisers": 201}, "advisers"),
        ({"hours_per_case": -1.0}, "hours-per-case"),
    ],
)
def test_an_impossible_assumption_is_refused_by_name(change: dict[str, Any], parameter: str) -> None:
    held: Assumed = example(date(2024, 1, 1))
    with pytest.raises(QuestionError) as caught:
        assumed(held._replace(**change), weeks=6)
    assert caught.value.parameter == parameter


def test_assumed_cases_arrive_in_office_hours_of_every_weekday() -> None:
    pattern = small().pattern
    assert sum(pattern) == 40
    assert [day for day in range(7) if pattern[day * 24 + 9] and pattern[day * 24 + 16]] == [0, 1, 2, 3, 4]
    assert not any(pattern[day * 24 + hour] for day in range(7) for hour in (8, 17))
    model = replace(small(), weeks=20)
    days = {office_day(model.at(job.arrived)).isoweekday() for job in trace(model, random_of(1, 1))}
    assert days == {1, 2, 3, 4, 5}


ALWAYS = Axis([(0.0, 1e6)])


def one(people: tuple[Person, ...], jobs: list[Job], **more: Any) -> tuple[Replication, Any]:
    model = replace(small(), axis=ALWAYS, people=people, weeks=1, **more)
    run = Replication(model, jobs)
    return run, run.run()


def test_two_parallel_items_share_the_time_and_a_third_waits() -> None:
    jobs = [
        Job(str(n), 4, moment, (effort,), ("",)) for n, (moment, effort) in enumerate([(0, 4.0), (1, 2.0), (2, 1.0)])
    ]
    _, record = one((Person("a", "adviser", ALWAYS, parallel=2),), jobs)
    # the first is alone for an hour, then both get half: the second is done at 5, the first at 6.5 with the third
    assert record.waits[0, 4] == pytest.approx([0, 0, 3])


def test_a_term_is_missed_on_the_first_moment_after_its_last_day() -> None:
    term = (Deadline("t", "Awb", Length(1, Unit.WEEKS), 0, 0),)
    model = small()
    due = model.due(10.0, term[0].length)
    assert office_day(model.at(due) - timedelta(seconds=1)) == date(2024, 1, 8)
    staff = (Person("a", "adviser", ALWAYS),)
    for effort, missed in ((due - 10.0 - 0.01, 0), (due - 10.0, 1)):
        record = one(staff, [Job("1", 4, 10.0, (effort,), ("",))], deadlines=term)[1]
        assert (record.missed, record.kept) == ([missed], [1 - missed])


def test_work_that_nobody_begins_counts_with_its_wait_so_far() -> None:
    jobs = [Job(str(n), 4, 0.0, (1000.0,), ("",)) for n in range(2)]
    _, record = one((Person("a", "adviser", ALWAYS),), jobs)
    assert record.never == 1
    assert record.waits[0, 4] == [0, 336.0]
    assert record.missed == [0]
    assert record.kept == [0]


def test_a_quantile_lies_between_two_numbers() -> None:
    assert [quantile([1.0, 2.0, 4.0], share) for share in (0, 0.25, 0.5, 0.9, 1)] == [1, 1.5, 2, pytest.approx(3.6), 4]
    assert quantile([7.0], 0.9) == 7


if __name__ == "__main__":
    KNOWN.write_text(json.dumps(answers(), indent=1) + "\n", "utf-8")
