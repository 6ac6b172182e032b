"""Working hours of the office, in which its service levels are counted."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.business_calendar.closed_days import BeyondHorizonError
from rules.business_calendar.working_hours import add, add_or_provisional, office_time
from rules.core.errors import RulesError

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02T09:00", 1, "2026-03-02T10:00"),
        ("2026-03-02T08:59", 1, "2026-03-02T10:00"),
        ("2026-03-02T09:00", 8, "2026-03-02T17:00"),  # used up exactly at closing time
        ("2026-03-02T09:01", 8, "2026-03-03T09:01"),
        ("2026-03-02T16:30", 0.75, "2026-03-03T09:15"),
        ("2026-03-02T17:00", 0, "2026-03-03T09:00"),
        ("2026-03-02T23:59", 1, "2026-03-03T10:00"),
        ("2026-03-02T12:00", 0, "2026-03-02T12:00"),
        ("2026-03-06T16:00", 2, "2026-03-09T10:00"),  # over the weekend
        ("2026-03-07T12:00", 0, "2026-03-09T09:00"),
        ("2026-04-02T16:00", 2, "2026-04-07T10:00"),  # over Easter
        ("2026-05-13T16:00", 2, "2026-05-18T10:00"),  # over Ascension Day and its equated Friday
        ("2026-03-02T09:00", 80, "2026-03-13T17:00"),
        # the night of 29 March 2026 lost its third hour, the night of 25 October 2026 had it twice
        ("2026-03-27T16:00", 2, "2026-03-30T10:00"),
        ("2026-03-29T01:30", 1, "2026-03-30T10:00"),
        ("2026-03-29T03:30", 1, "2026-03-30T10:00"),
        ("2026-10-23T16:00", 2, "2026-10-26T10:00"),
        ("2026-10-25T02:30", 1, "2026-10-26T10:00"),
    ],
)
def test_working_hours_pass_only_while_the_office_is_open(start: str, hours: float, end: str) -> None:
    assert add(local(start), hours) == local(end)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 3, 27, 15, 0, tzinfo=UTC), datetime(2026, 3, 30, 8, 0, tzinfo=UTC)),
        (datetime(2026, 10, 23, 14, 0, tzinfo=UTC), datetime(2026, 10, 26, 9, 0, tzinfo=UTC)),
    ],
)
def test_the_office_opens_at_its_local_time_after_the_clock_change(start: datetime, end: datetime) -> None:
    assert add(start, 2) == end
    assert add(start, 2).tzinfo is UTC


@pytest.mark.parametrize("fold", [0, 1])
def test_both_hours_of_the_doubled_night_end_on_the_same_monday(fold: int) -> None:
    assert add(local("2026-10-25T02:30").replace(fold=fold), 1) == local("2026-10-26T10:00")


def test_the_day_is_that_of_amsterdam_and_not_of_utc() -> None:
    # Half past midnight on Saturday in Amsterdam is still Friday in UTC.
    assert add(datetime(2026, 7, 3, 22, 30, tzinfo=UTC), 1) == local("2026-07-06T10:00")


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(RulesError, match="time zone"):
        add(datetime(2026, 3, 2, 9, 0), 1)  # noqa: DTZ001  # the very mistake


def test_hours_cannot_be_negative() -> None:
    with pytest.raises(RulesError, match="cannot be negative"):
        add(local("2026-03-02T09:00"), -1)


def test_a_service_level_beyond_the_horizon_is_refused_or_marked_provisional() -> None:
    start = local("2028-12-29T16:00")
    assert add_or_provisional(start, 1) == (local("2028-12-29T17:00"), False)
    with pytest.raises(BeyondHorizonError):
        add(start, 2)
    assert add_or_provisional(start, 2) == (local("2029-01-02T10:00"), True)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(AMSTERDAM))  # noqa: DTZ001
quarters = st.integers(0, 200).map(lambda number: number / 4)


@settings(deadline=None)  # the first day asked for reads the calendar
@given(moments, quarters, quarters)
def test_hours_added_in_two_parts_end_at_the_same_moment(start: datetime, one: float, other: float) -> None:
    # At closing time and at the next opening equally many hours have passed: compare where work goes on.
    assert add(add(add(start, one), other), 0) == add(add(start, one + other), 0)


@settings(deadline=None)  # the first day asked for reads the calendar
@given(moments, quarters)
def test_an_end_falls_within_office_hours(start: datetime, hours: float) -> None:
    end = add(start, hours)
    opens, closes = office_time(end.astimezone(AMSTERDAM).date())
    assert opens <= end <= closes
    assert end - start.astimezone(UTC) >= timedelta(hours=hours)


@pytest.mark.usefixtures("far_east")
def test_the_hours_are_those_of_the_office_wherever_the_machine_is() -> None:
    end = add(datetime(2026, 3, 2, 13, 0, tzinfo=UTC), 1)  # already Tuesday where the machine is
    assert (end, end.tzinfo) == (datetime(2026, 3, 2, 14, 0, tzinfo=UTC), UTC)
