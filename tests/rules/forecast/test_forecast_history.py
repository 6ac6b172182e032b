"""Forecast history from a log: effort, parallel work, people, arrivals and backlog."""

# ruff: noqa: E501  # a line is a situation

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.business_calendar.durations import Length, Unit
from rules.business_calendar.working_hours import add_or_provisional
from rules.core.dates import start_of
from rules.forecast.history import (
    Efforts,
    Kind,
    Past,
    Piece,
    Term,
    TooLittleHistoryError,
    fit,
    known_at,
    next_hour,
    people_in_log,
)
from rules.forecast.model import Person, Rate, Spread
from rules.forecast.sources import axis_until, past_of_log
from rules.forecast.time_axis import Axis, office_hours, since, spans

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
"""The first hour is one o'clock at night in Amsterdam."""
KINDS = (Kind("case", "adviser", "interview"),)


def at(day: int, hour: float) -> datetime:
    """A moment of the week in local time: day 0 is Monday 2 March 2026."""
    return start_of(date(2026, 3, 2) + timedelta(days=day)) + timedelta(hours=hour)


def done(case: str, start: datetime, end: datetime | None, person: str = "kim", lane: int = 4) -> Piece:
    return Piece(case, "case", lane, start - timedelta(hours=1), start, end, person)


def past(pieces: Sequence[Piece], weeks: int = 5, **more: object) -> Past:
    until = MONDAY + timedelta(weeks=weeks)
    axis = axis_until(MONDAY, until, 26)
    return Past(pieces, KINDS, (), MONDAY, until, axis, None, "adviser", 5)._replace(**more)


MANY = [done(f"x{number}", at(number % 25 // 5 * 7 + number % 5, 10), at(number % 25 // 5 * 7 + number % 5, 11)) for number in range(20)]  # fmt: skip


LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
YEARS = axis_until(LONG_AGO, datetime(2027, 1, 1, tzinfo=UTC), 20)


@settings(deadline=None)
@given(st.floats(0, 26_000), st.one_of(st.just(0.0), st.floats(0.01, 200)))
def test_the_axis_counts_working_hours_as_the_rules_do(passed: float, hours: float) -> None:
    moment = LONG_AGO + timedelta(hours=passed)
    found = LONG_AGO + timedelta(hours=YEARS.add(since(LONG_AGO, moment), hours))
    assert abs(found - add_or_provisional(moment, hours)[0]) < timedelta(milliseconds=1)


def test_the_axis_ends_and_a_person_works_on_closed_days_only_where_that_is_asked() -> None:
    axis = Axis([(8.0, 16.0), (32.0, 40.0), (41.0, 41.0)])
    assert [axis.hours_before(moment) for moment in (0, 8, 12, 16, 20, 36, 50)] == [0, 0, 4, 8, 8, 12, 16]
    assert [axis.moment(hours) for hours in (0.5, 8, 8.5, 16)] == [8.5, 16, 32.5, 40]
    assert axis.moment(16.1) == axis.opening(40) == float("inf")
    assert [axis.opening(moment) for moment in (0, 9, 16)] == [8, 9, 32]
    week = [list(spans(MONDAY, date(2026, 3, 8), office_hours, closed=closed)) for closed in (True, False)]
    assert [len(days) for days in week] == [5, 7]
    assert week[0][0] == (8.0, 16.0)
    assert office_hours(date(2020, 3, 2)) == office_hours(date(2021, 3, 2))


def test_a_person_with_two_items_divided_the_time_between_them() -> None:
    one, two = done("1", at(0, 10), at(0, 16)), done("2", at(0, 12), at(0, 14))
    late = done("3", at(1, 10), None)
    known = past([one, two, late, *MANY], until=at(1, 12))
    shared = Efforts(known._replace(pieces=[one, two, late]))
    assert [shared.hours(piece) for piece in (one, two, late)] == pytest.approx([5, 1, 2])
    assert shared.parallel == {"kim": 2}  # during 6 of 8 hours one thing, so not during nearly all
    assert Efforts(known._replace(pieces=[one, late])).parallel == {"kim": 1}


def test_hours_are_working_hours_or_elapsed_hours_where_the_office_was_closed() -> None:
    over_night, at_night = done("1", at(0, 16), at(1, 10)), done("2", at(5, 10), at(5, 13), "bo")
    nobody = Piece("3", "case", 4, at(0, 9), at(0, 9), at(0, 12))
    shared = Efforts(past([over_night, at_night, nobody]))
    assert [shared.hours(piece) for piece in (over_night, at_night, nobody)] == pytest.approx([2, 3, 3])


def test_someone_holds_no_more_than_the_limit_says() -> None:
    pieces = [done(str(number), at(0, 10), at(0, 16)) for number in range(4)]
    shared = Efforts(past(pieces))
    axis = Axis([(0, 1)])
    assert shared.with_parallel_work(Person("kim", "adviser", axis)).parallel == 4
    assert shared.with_parallel_work(Person("kim", "adviser", axis, limit=3)).parallel == 3
    assert shared.with_parallel_work(Person("new", "adviser", axis)).parallel == 1


def test_people_who_ended_work_in_the_last_eight_weeks_or_have_it_assigned_are_present() -> None:
    until = MONDAY + timedelta(weeks=8)
    before = MONDAY - timedelta(hours=1)
    pieces = [
        done("1", before, before, "gone"),
        done("2", before, MONDAY, "back"),
        done("3", before, None, "busy"),
        Piece("4", "case", 4, before),
    ]
    found = people_in_log(past(pieces, until=until))
    assert [person.name for person in found["adviser"]] == ["back", "busy"]


def test_what_was_known_at_an_earlier_moment_holds_nothing_of_later() -> None:
    pieces = [done("1", at(0, 10), at(0, 12)), done("2", at(0, 11), at(2, 12)), done("3", at(2, 9.5), at(2, 12)), done("4", at(3, 9), at(3, 10))]  # fmt: skip
    known = known_at(past(pieces), at(2, 9)).pieces
    assert [(piece.case, piece.started is not None, piece.ended is not None, piece.person) for piece in known] == [
        ("1", True, True, "kim"),
        ("2", True, False, "kim"),
        ("3", False, False, None),
    ]


def test_the_fitted_office_has_the_rates_the_durations_and_the_open_work() -> None:
    more = [
        done("held", at(31, 9), None, lane=2),
        Piece("waits", "case", 1, at(34, 11)),
        done("short", at(1, 9), at(1, 9.5), "bo", lane=3),
    ]
    model = fit(past([*MANY, *more]), weeks=4)
    assert {lane: rate.weekly for lane, rate in model.rates.items()} == {1: 0.2, 2: 0.2, 3: 0.2, 4: 4.0}
    stage = model.stages[0]
    assert (stage.share, stage.level[1], stage.level[4]) == (1.0, 8, 160)
    assert set(stage.hours) == {0, 4}  # ten or more of a lane have their own spread
    assert stage.spread(4).expected == pytest.approx(1.0)
    assert stage.spread(3).expected == pytest.approx((20 * 1 + 0.5) / 21)
    assert [(row.id, row.lane, row.holder, round(row.spent, 2)) for row in model.backlog] == [
        ("held", 2, "kim", 8.0),
        ("waits", 1, None, 0.0),
    ]
    assert [person.name for person in model.people] == ["bo", "kim"]
    assert sum(model.pattern) == 23
    assert model.pattern[9] > 0  # Mondays at nine, an hour before the work began
    assert model.end - model.start == 4 * 168


def test_a_stage_is_needed_by_as_many_cases_as_arrived_so_far() -> None:
    kinds = (Kind("first", "officer", "intake"), Kind("second", "adviser", "advice"), Kind("third", "adviser", "advice"), Kind("never", "adviser", "advice"))  # fmt: skip
    pieces = [piece._replace(work="first") for piece in MANY]
    pieces += [done(f"x{number}", at(30, 10), at(30, 12))._replace(work="second", skill="domain:home") for number in range(4)]  # fmt: skip
    pieces += [done(f"x{number}", at(31, 10), at(31, 12))._replace(work="third") for number in range(3, 8)]
    terms = (
        Term("all", "Awb 4:13", Length(8, Unit.WEEKS), "first", "third"),
        Term("none", "Awb 4:13", Length(8, Unit.WEEKS), "first", "never"),
    )
    model = fit(past(pieces)._replace(kinds=kinds, terms=terms, pool="officer"), weeks=4)
    assert [(stage.name, stage.share) for stage in model.stages] == [("first", 1.0), ("second", 0.5), ("third", 1.0)]
    assert model.stages[1].skills == (("domain:home", 4.0),)
    assert model.stages[2].skills == ()
    assert [(term.name, term.first, term.last) for term in model.deadlines] == [("all", 0, 2)]


def test_work_of_others_counts_with_its_wait_and_work_that_no_log_shows_by_its_estimate() -> None:
    kinds = (
        KINDS[0],
        Kind("take-over", "employer", "takeover", queued=False),
        Kind("adopt", "authority", "authority", 1.5),
    )
    theirs = Piece("x1", "take-over", 4, at(30, 9), at(30, 15), at(31, 9))
    held = Piece("x2", "take-over", 4, at(30, 9), at(30, 15), None, "someone of theirs")
    model = fit(past([*MANY, theirs, held])._replace(kinds=kinds), weeks=4)
    assert [(row.id, row.stage) for row in model.backlog] == [("x2", 1)]
    assert [(stage.name, stage.spread(0).expected) for stage in model.stages[1:]] == [
        ("take-over", pytest.approx(8.0)),
        ("adopt", 1.5),
    ]


@pytest.mark.parametrize(("cases", "days", "enough"), [(20, 28, True), (19, 28, False), (20, 27, False)])
def test_twenty_finished_cases_over_four_weeks_are_enough(cases: int, days: int, enough: bool) -> None:
    known = past([*MANY[:cases], Piece("open", "case", 4, at(0, 9))])
    known = known._replace(until=MONDAY + timedelta(days=days))
    if enough:
        assert fit(known, weeks=4).rates
        return
    with pytest.raises(
        TooLittleHistoryError, match=f"{cases} finished cases over {days} days; at least 20 over 4 weeks"
    ):
        fit(known, weeks=4)


def test_a_log_begins_with_the_hour_of_its_first_arrival_and_ends_with_that_of_its_last_moment() -> None:
    known = past_of_log(MANY, weeks=4, always=False, advisers=3)
    assert known.origin == at(0, 9)
    assert known.until == max(piece.ended for piece in MANY if piece.ended)
    assert known.people is not None
    assert len(known.people["adviser"]) == 3
    assert next_hour(at(0, 9.01)) == at(0, 10)
    always = past_of_log(MANY, weeks=4, always=True)
    assert always.axis.hours_before(100.0) == 100.0
    assert always.people is None


def test_few_counts_leave_the_rate_open_and_assumed_ones_do_not() -> None:
    rng = Random(1)
    counted = [Rate(20, 10, 2.0).drawn(rng) for _ in range(4000)]
    assert sum(counted) / 4000 == pytest.approx(4.0, rel=0.03)
    assert sum((rate - 4) ** 2 for rate in counted) / 4000 == pytest.approx(4 * 20 / 100, rel=0.1)
    assert Rate(3.0, factor=2.0).drawn(rng) == 6.0
    assert Rate(0, 10).drawn(rng) == 0.0


def test_observed_durations_are_resampled_and_a_mean_is_spread() -> None:
    rng = Random(1)
    seen = Spread((1.0, 2.0, 3.0))
    assert {seen.draw(rng) for _ in range(100)} == {1.0, 2.0, 3.0}
    assert len(seen.redrawn(rng).seen) == 3
    assert set(seen.redrawn(rng).seen) <= {1.0, 2.0, 3.0}
    assert Spread(mean=4.0).redrawn(rng) == Spread(mean=4.0)
    drawn = [Spread(mean=4.0).draw(rng) for _ in range(4000)]
    assert sum(drawn) / 4000 == pytest.approx(4.0, rel=0.05)
