"""End dates of terms: examples from the law, and the day before and after each boundary."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.business_calendar.closed_days import BeyondHorizonError
from rules.business_calendar.durations import Length, Unit
from rules.core.errors import RulesError
from rules.deadlines.end_date import due, due_or_provisional, threshold_on
from rules.deadlines.suspensions import Suspension


def days(amount: int) -> Length:
    return Length(amount, Unit.DAYS)


def weeks(amount: int) -> Length:
    return Length(amount, Unit.WEEKS)


def suspended(since: date, until: date | None) -> Suspension:
    return Suspension(since, until, "awaiting completion", "Awb 4:15(1)(a)", "applicant")


@pytest.mark.parametrize(
    ("event_on", "length", "raw_on", "on", "why"),
    [
        (date(2026, 2, 20), weeks(6), date(2026, 4, 3), date(2026, 4, 7), "Good Friday"),
        (date(2026, 3, 20), weeks(8), date(2026, 5, 15), date(2026, 5, 18), "equated day"),
        (date(2026, 10, 30), weeks(8), date(2026, 12, 25), date(2026, 12, 28), "Christmas Day"),
        (date(2026, 11, 13), weeks(6), date(2026, 12, 25), date(2026, 12, 28), "Boxing Day"),
        (date(2027, 3, 12), weeks(8), date(2027, 5, 7), date(2027, 5, 10), "equated day"),
        (date(2027, 11, 1), weeks(8), date(2027, 12, 27), date(2027, 12, 27), None),
        # the day before and the day after each of them
        (date(2026, 2, 19), weeks(6), date(2026, 4, 2), date(2026, 4, 2), None),
        (date(2026, 2, 21), weeks(6), date(2026, 4, 4), date(2026, 4, 7), "Easter Monday"),
        (date(2026, 2, 23), weeks(6), date(2026, 4, 6), date(2026, 4, 7), "Easter Monday"),
        (date(2026, 2, 24), weeks(6), date(2026, 4, 7), date(2026, 4, 7), None),
        (date(2026, 2, 25), weeks(6), date(2026, 4, 8), date(2026, 4, 8), None),
        (date(2026, 3, 18), weeks(8), date(2026, 5, 13), date(2026, 5, 13), None),
        (date(2026, 3, 19), weeks(8), date(2026, 5, 14), date(2026, 5, 18), "Ascension Day"),
        (date(2026, 3, 23), weeks(8), date(2026, 5, 18), date(2026, 5, 18), None),
        (date(2026, 10, 29), weeks(8), date(2026, 12, 24), date(2026, 12, 24), None),
        (date(2026, 11, 2), weeks(8), date(2026, 12, 28), date(2026, 12, 28), None),
        (date(2026, 11, 12), weeks(6), date(2026, 12, 24), date(2026, 12, 24), None),
        (date(2027, 3, 9), weeks(8), date(2027, 5, 4), date(2027, 5, 4), None),
        (date(2027, 3, 10), weeks(8), date(2027, 5, 5), date(2027, 5, 10), "5 May"),
        (date(2027, 3, 15), weeks(8), date(2027, 5, 10), date(2027, 5, 10), None),
        (date(2027, 10, 31), weeks(8), date(2027, 12, 26), date(2027, 12, 27), "Boxing Day"),
    ],
)
def test_a_term_ends_on_the_first_open_day_at_or_after_its_raw_end(
    event_on: date, length: Length, raw_on: date, on: date, why: str | None
) -> None:
    found = due(event_on, length)
    assert (found.raw_on, found.on, found.provisional) == (raw_on, on, False)
    extension = [reason for reason in found.reasons if "art. 1(1)" in reason]
    assert len(extension) == (why is not None)
    assert why is None or why in extension[0]


@pytest.mark.parametrize(
    ("length", "raw_on", "on"),
    [
        # announced on Thursday 2 April 2026: Good Friday, weekend, Easter Monday follow
        (days(1), date(2026, 4, 3), date(2026, 4, 7)),
        (days(2), date(2026, 4, 4), date(2026, 4, 7)),
        (days(3), date(2026, 4, 5), date(2026, 4, 8)),
        (days(4), date(2026, 4, 6), date(2026, 4, 8)),
        (days(5), date(2026, 4, 7), date(2026, 4, 8)),
        (days(6), date(2026, 4, 8), date(2026, 4, 8)),
        (weeks(1), date(2026, 4, 9), date(2026, 4, 9)),
    ],
)
def test_a_term_of_at_least_three_days_holds_two_open_days(length: Length, raw_on: date, on: date) -> None:
    found = due(date(2026, 4, 2), length)
    assert (found.raw_on, found.on) == (raw_on, on)
    assert any("art. 2" in reason for reason in found.reasons) == (on == date(2026, 4, 8) != raw_on)


# Good Friday 3 April 2026 is the raw end of each.
@pytest.mark.parametrize(
    ("event_on", "length", "on"),
    [
        (date(2026, 1, 3), days(90), date(2026, 4, 7)),
        (date(2026, 1, 2), days(91), date(2026, 4, 3)),
        (date(2026, 1, 9), weeks(12), date(2026, 4, 7)),
        (date(2026, 1, 2), weeks(13), date(2026, 4, 3)),
        (date(2026, 1, 3), Length(3, Unit.MONTHS), date(2026, 4, 7)),
        (date(2025, 12, 3), Length(4, Unit.MONTHS), date(2026, 4, 3)),
        (date(2025, 4, 3), Length(1, Unit.YEARS), date(2026, 4, 3)),
        (date(2026, 4, 1), Length(48, Unit.HOURS), date(2026, 4, 3)),
    ],
)
def test_the_termijnenwet_does_not_apply_to_hours_years_and_long_terms(
    event_on: date, length: Length, on: date
) -> None:
    found = due(event_on, length)
    assert (found.raw_on, found.on) == (date(2026, 4, 3), on)
    assert any("art. 4" in reason for reason in found.reasons) == (on == date(2026, 4, 3))


def test_a_term_that_no_law_sets_ends_on_a_holiday_too() -> None:
    found = due(date(2026, 2, 20), weeks(6), statutory=False)
    assert found.on == date(2026, 4, 3)
    assert "No law sets this term" in found.reasons[-1]


@pytest.mark.parametrize(
    ("event_on", "length", "on", "article"),
    [
        (date(2026, 4, 13), days(10), date(2026, 4, 3), "art. 1(2)"),  # stays on Good Friday
        (date(2026, 4, 14), days(10), date(2026, 4, 4), "art. 1(2)"),  # stays on a Saturday
        (date(2026, 4, 17), days(10), date(2026, 4, 7), None),
        (date(2026, 4, 7), days(2), date(2026, 4, 5), "art. 1(2)"),
        (date(2026, 4, 7), days(3), date(2026, 4, 1), "art. 2"),  # two open days before Good Friday
        (date(2026, 4, 7), days(6), date(2026, 4, 1), None),
        (date(2026, 4, 7), days(7), date(2026, 3, 31), None),
    ],
)
def test_a_term_counted_backwards_is_not_rolled_over_but_holds_two_open_days(
    event_on: date, length: Length, on: date, article: str | None
) -> None:
    found = due(event_on, length, backwards=True)
    assert found.on == on
    assert len(found.reasons) == 1 + (article is not None)
    assert article is None or article in found.reasons[-1]


def test_a_term_counted_backwards_cannot_be_suspended() -> None:
    with pytest.raises(RulesError, match="backwards"):
        due(date(2026, 4, 7), days(7), backwards=True, suspensions=[suspended(date(2026, 4, 1), None)])


# Received on Monday 2 March 2026; four weeks end on Monday 30 March.
@pytest.mark.parametrize(
    ("suspensions", "on"),
    [
        ([], date(2026, 3, 30)),
        ([(date(2026, 3, 9), date(2026, 3, 9))], date(2026, 3, 31)),
        ([(date(2026, 2, 1), date(2026, 3, 2))], date(2026, 3, 30)),
        ([(date(2026, 2, 1), date(2026, 3, 3))], date(2026, 3, 31)),
        ([(date(2026, 3, 30), date(2026, 3, 31))], date(2026, 4, 1)),
        ([(date(2026, 3, 31), date(2026, 4, 20))], date(2026, 3, 30)),
        # overlapping: nine days in all, not fourteen; the raw end 8 April is an open Wednesday
        ([(date(2026, 3, 9), date(2026, 3, 15)), (date(2026, 3, 11), date(2026, 3, 17))], date(2026, 4, 8)),
        # the second begins in the days that the first won
        ([(date(2026, 3, 9), date(2026, 3, 10)), (date(2026, 4, 1), date(2026, 4, 1))], date(2026, 4, 2)),
        ([(date(2026, 4, 1), date(2026, 4, 1))], date(2026, 3, 30)),
        # the raw end falls on Good Friday and rolls over Easter
        ([(date(2026, 3, 9), date(2026, 3, 12))], date(2026, 4, 7)),
        # and Easter's Tuesday is suspended: the end is still open then
        ([(date(2026, 3, 9), date(2026, 3, 12)), (date(2026, 4, 7), date(2026, 4, 8))], date(2026, 4, 9)),
        # completed on the day of the invitation
        ([(date(2026, 3, 10), date(2026, 3, 8))], date(2026, 3, 30)),
    ],
)
def test_a_suspended_day_between_the_start_and_the_end_does_not_count(
    suspensions: list[tuple[date, date]], on: date
) -> None:
    given_ones = [suspended(*pair) for pair in suspensions]
    assert due(date(2026, 3, 2), weeks(4), suspensions=given_ones).on == on
    assert due(date(2026, 3, 2), weeks(4), suspensions=given_ones[::-1]).on == on


@pytest.mark.parametrize(
    ("since", "on"),
    [
        (date(2026, 2, 20), None),
        (date(2026, 3, 3), None),
        (date(2026, 3, 30), None),
        (date(2026, 3, 31), date(2026, 3, 30)),
    ],
)
def test_while_a_suspension_runs_within_the_term_the_end_is_open(since: date, on: date | None) -> None:
    found = due(date(2026, 3, 2), weeks(4), suspensions=[suspended(since, None)])
    assert found.on == on
    assert any("no end yet" in reason for reason in found.reasons) == (on is None)


@pytest.mark.parametrize("length", [days(1), days(3), weeks(1)])
def test_a_suspension_that_begins_in_the_extension_leaves_the_end_open(length: Length) -> None:
    friday_before = date(2026, 4, 4) - timedelta(days=length.amount * (7 if length.unit is Unit.WEEKS else 1))
    found = due(friday_before, length, suspensions=[suspended(date(2026, 4, 5), None)])
    assert (found.raw_on, found.on) == (date(2026, 4, 4), None)


def test_a_suspension_that_begins_before_the_second_open_day_leaves_the_end_open() -> None:
    # Three days from Thursday 2 April 2026 hold one open day, Tuesday 7 April; the second is Wednesday.
    assert due(date(2026, 4, 2), days(3), suspensions=[suspended(date(2026, 4, 8), None)]).on is None
    assert due(date(2026, 4, 2), days(3), suspensions=[suspended(date(2026, 4, 9), None)]).on == date(2026, 4, 8)


def test_the_reasons_name_each_suspension_that_counts_with_its_article() -> None:
    counts, before = (
        suspended(date(2026, 3, 9), date(2026, 3, 15)),
        suspended(date(2026, 1, 1), date(2026, 1, 5)),
    )
    reasons = due(date(2026, 3, 2), weeks(4), suspensions=[before, counts]).reasons
    assert len([reason for reason in reasons if "Awb 4:15(1)(a)" in reason]) == 1
    assert reasons[0] == "The term of 4 weeks is counted from Tuesday 3 March 2026, the day after the event."
    assert "from Monday 9 March 2026 through Sunday 15 March 2026" in reasons[1]


@pytest.mark.parametrize(
    ("event_on", "on"),
    [
        (date(2028, 12, 14), date(2028, 12, 28)),
        (date(2028, 12, 15), date(2028, 12, 29)),
        (date(2028, 12, 16), None),  # ends on Saturday 30 December and rolls beyond the horizon
        (date(2028, 12, 20), None),
        (date(2022, 12, 1), None),
    ],
)
def test_a_term_that_ends_beyond_the_horizon_is_refused(event_on: date, on: date | None) -> None:
    if on is None:
        with pytest.raises(BeyondHorizonError):
            due(event_on, weeks(2))
    else:
        assert due(event_on, weeks(2)).on == on


@pytest.mark.parametrize(
    ("event_on", "on", "provisional"),
    [
        (date(2028, 12, 15), date(2028, 12, 29), False),
        (date(2028, 12, 16), date(2029, 1, 2), True),
        (date(2028, 12, 20), date(2029, 1, 3), True),
        (date(2029, 3, 16), date(2029, 4, 3), True),  # Good Friday 30 March 2029 and Easter Monday are known
    ],
)
def test_beyond_the_horizon_the_earliest_possible_day_is_marked_provisional(
    event_on: date, on: date, provisional: bool
) -> None:
    found = due_or_provisional(event_on, weeks(2))
    assert (found.on, found.provisional) == (on, provisional)
    assert found.reasons[-1].startswith("Provisional") == provisional


def test_a_term_that_needs_no_calendar_has_no_horizon() -> None:
    assert due(date(2028, 12, 20), Length(10, Unit.YEARS)).on == date(2038, 12, 20)
    assert due(date(2028, 12, 20), weeks(2), statutory=False).on == date(2029, 1, 3)


@pytest.mark.parametrize(
    ("fraction", "on"),
    [
        (0.001, date(2026, 3, 3)),
        (0.5, date(2026, 3, 16)),
        (0.51, date(2026, 3, 17)),
        (0.8, date(2026, 3, 25)),
        (1.0, date(2026, 3, 30)),
    ],
)
def test_a_threshold_is_the_day_on_which_that_part_of_the_term_has_passed(fraction: float, on: date) -> None:
    assert threshold_on(date(2026, 3, 2), date(2026, 3, 30), fraction) == on


def test_a_threshold_counts_running_days_only() -> None:
    week = suspended(date(2026, 3, 9), date(2026, 3, 15))
    assert threshold_on(date(2026, 3, 2), date(2026, 4, 7), 0.5, [week]) == date(2026, 3, 24)
    assert threshold_on(date(2026, 3, 2), date(2026, 4, 7), 1.0, [week]) == date(2026, 4, 7)


def test_a_threshold_of_a_term_without_days_that_count_is_its_due_day() -> None:
    event_on, due_on = date(2026, 3, 2), date(2026, 3, 30)
    assert threshold_on(event_on, due_on, 0.5, [suspended(date(2026, 3, 3), None)]) == due_on
    assert threshold_on(event_on, due_on, 1.0, [suspended(date(2026, 3, 9), None)]) == due_on


def test_a_threshold_of_a_round_number_of_days_is_that_day() -> None:
    start = date(2026, 1, 1)
    for percent in range(1, 101):
        assert threshold_on(start, start + timedelta(days=100), percent / 100) == start + timedelta(days=percent)


@pytest.mark.parametrize("fraction", [0, -0.5, 1.01])
def test_a_threshold_outside_the_term_is_refused(fraction: float) -> None:
    with pytest.raises(RulesError, match="fraction"):
        threshold_on(date(2026, 3, 2), date(2026, 3, 30), fraction)


event_days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
spans = st.tuples(st.integers(-20, 120), st.integers(0, 30))
lengths = st.one_of(
    st.builds(days, st.integers(1, 95)),
    st.builds(weeks, st.integers(1, 13)),
    st.builds(lambda amount: Length(amount, Unit.MONTHS), st.integers(1, 4)),
)


@settings(deadline=None)  # the first day asked for reads the calendar
@given(event_days, lengths, st.lists(spans, max_size=4), spans, st.booleans())
def test_adding_a_suspension_never_makes_a_term_end_earlier(
    event_on: date,
    length: Length,
    drawn: list[tuple[int, int]],
    extra: tuple[int, int],
    running: bool,
) -> None:
    def interval(begin: int, lasting: int) -> Suspension:
        return suspended(event_on + timedelta(days=begin), event_on + timedelta(days=begin + lasting))

    before = [interval(*pair) for pair in drawn]
    added = suspended(event_on + timedelta(days=extra[0]), None) if running else interval(*extra)
    without, with_it = (
        due(event_on, length, suspensions=before),
        due(event_on, length, suspensions=[*before, added]),
    )
    assert without.on is not None
    assert with_it.on is None or with_it.on >= without.on


@settings(deadline=None)  # the first day asked for reads the calendar
@given(event_days, lengths, st.sampled_from([0.5, 0.8, 1.0]), st.lists(spans, max_size=3))
def test_a_threshold_lies_within_the_term_on_a_day_that_counts(
    event_on: date, length: Length, fraction: float, drawn: list[tuple[int, int]]
) -> None:
    suspensions = [
        suspended(event_on + timedelta(days=begin), event_on + timedelta(days=begin + lasting))
        for begin, lasting in drawn
    ]
    found = due(event_on, length, suspensions=suspensions)
    assert found.on is not None
    on = threshold_on(event_on, found.on, fraction, suspensions)
    assert event_on < on <= found.on
    assert not any(each.covers(on) for each in suspensions)
    assert fraction < 1 or on == found.on
