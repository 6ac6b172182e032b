"""Closed days of the Algemene termijnenwet."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from rules.business_calendar import closed_days as calendar
from rules.business_calendar.closed_days import (
    FEASTS,
    BeyondHorizonError,
    closed_days,
    holidays_of,
    is_open,
    known_from,
    known_through,
    why_closed,
    why_surely_closed,
)
from rules.core.dated_values import versions
from rules.core.errors import RulesError

HOLIDAYS = {
    2026: "1-1 2-1 3-4 6-4 27-4 5-5 14-5 15-5 25-5 25-12 26-12",
    2027: "1-1 26-3 29-3 27-4 5-5 6-5 7-5 17-5 25-12 26-12",
    2028: "1-1 14-4 17-4 27-4 28-4 5-5 25-5 26-5 5-6 25-12 26-12",
}


@pytest.mark.parametrize("year", HOLIDAYS)
def test_a_year_has_exactly_the_holidays_of_article_3_and_the_equated_days(year: int) -> None:
    table = {date(year, int(month), int(day)) for day, month in (d.split("-") for d in HOLIDAYS[year].split())}
    assert set(closed_days(year)) == table


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 1, 1), "New Year's Day"),
        (date(2026, 1, 2), "an equated day"),
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 4), "Saturday"),
        (date(2026, 4, 5), "Sunday"),
        (date(2026, 4, 6), "Easter Monday"),
        (date(2026, 4, 7), None),
        (date(2026, 5, 4), None),
        (date(2026, 5, 5), "5 May"),
        (date(2026, 5, 6), None),
        (date(2026, 5, 13), None),
        (date(2026, 5, 14), "Ascension Day"),
        (date(2026, 5, 15), "an equated day"),
        (date(2026, 12, 24), None),
        (date(2026, 12, 26), "Boxing Day"),
        (date(2027, 12, 27), None),
        (date(2024, 12, 31), None),
    ],
)
def test_a_closed_day_says_why_it_is_closed(day: date, why: str | None) -> None:
    assert why_closed(day) == why
    assert is_open(day) == (why is None)


@pytest.mark.parametrize(
    ("year", "kings_day"),
    [(2024, 27), (2025, 26), (2026, 27), (2027, 27), (2028, 27), (2031, 26), (2036, 26)],
)
def test_kings_day_is_on_the_26th_where_the_27th_is_a_sunday(year: int, kings_day: int) -> None:
    assert [day for day, name in holidays_of(year).items() if name == "King's Day"] == [date(year, 4, kings_day)]


def test_the_fifth_of_may_is_closed_every_year_and_not_once_in_five() -> None:
    assert all(date(year, 5, 5) in holidays_of(year) for year in range(2014, 2050))


def test_every_year_computed_knows_what_article_3_names() -> None:
    # In 2016 Ascension Day fell on 5 May: nine names, eight dates.
    assert [len(holidays_of(year)) for year in range(2014, 2019)] == [9, 9, 8, 9, 9]


@pytest.mark.parametrize("day", [date(2022, 12, 31), date(2029, 1, 1), date(2029, 1, 6)])
def test_a_day_outside_the_known_calendar_is_refused_with_what_to_add_where(day: date) -> None:
    with pytest.raises(BeyondHorizonError, match=r"equated_days.*rules/values/calendar\.toml"):
        why_closed(day)
    assert issubclass(BeyondHorizonError, RulesError)


@pytest.mark.parametrize("year", [2022, 2029])
def test_a_year_outside_the_known_calendar_is_refused(year: int) -> None:
    with pytest.raises(BeyondHorizonError, match=str(year)):
        closed_days(year)


def test_the_first_and_the_last_known_day_have_an_answer() -> None:
    assert (known_from(), known_through()) == (date(2023, 1, 1), date(2028, 12, 31))
    assert why_closed(known_from()) == "New Year's Day"
    assert why_closed(known_through()) == "Sunday"


def test_beyond_the_horizon_weekends_and_holidays_are_still_surely_closed() -> None:
    assert why_surely_closed(date(2029, 1, 1)) == "New Year's Day"
    assert why_surely_closed(date(2029, 1, 6)) == "Saturday"
    assert why_surely_closed(date(2029, 5, 11)) is None  # the Friday after Ascension, likely equated, not yet known
    assert why_surely_closed(date(2028, 5, 26)) == "an equated day"


def test_every_known_year_has_its_equated_days_and_they_are_weekdays_that_year() -> None:
    known = {version.since.year: version for version in versions()["equated_days"]}
    assert set(known) == set(range(known_from().year, known_through().year + 1))
    for year, version in known.items():
        assert (version.since, version.until) == (date(year, 1, 1), date(year, 12, 31))
        assert all(day.year == year and day.weekday() < 5 and day not in holidays_of(year) for day in version.value)


def test_every_equated_day_bridges_a_closed_day_and_a_weekend() -> None:
    for version in versions()["equated_days"]:
        for day in version.value:
            assert not is_open(day - timedelta(days=1))
            assert not is_open(day + timedelta(days=1))


@pytest.mark.parametrize(
    ("ask", "what"),
    [(lambda: why_closed(date(2029, 1, 1)), "2029-01-01"), (lambda: closed_days(2022), "The year 2022")],
)
def test_beyond_the_calendar_it_says_what_to_add_and_where(ask: Callable[[], object], what: str) -> None:
    with pytest.raises(BeyondHorizonError) as caught:
        ask()
    assert str(caught.value) == (
        f"{what} lies outside the calendar, which is known from 2023-01-01 through 2028-12-31: add the equated days of"
        " each further year (equated_days, with its Staatscourant source) and then move calendar_known_through, both in"
        " rules/values/calendar.toml."
    )


def test_a_holiday_that_the_package_does_not_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "FEASTS", {**FEASTS, "Wapenstilstand": "Armistice", "Allerheiligen": "All Saints"})
    words = r"^The holidays package does not name Allerheiligen, Wapenstilstand in 2024: correct FEASTS\.$"
    with pytest.raises(RulesError, match=words):
        holidays_of.__wrapped__(2024)
