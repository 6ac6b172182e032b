"""Closed days of the Algemene termijnenwet: weekends, the holidays of its article 3 and equated days."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

import holidays

from rules.business_calendar.durations import Length, Unit
from rules.core.dated_values import value, versions
from rules.core.errors import RulesError

SATURDAY = 5

FEASTS = {
    "Nieuwjaarsdag": "New Year's Day",
    "Goede vrijdag": "Good Friday",
    "Tweede paasdag": "Easter Monday",
    "Koningsdag": "King's Day",
    "Bevrijdingsdag": "5 May",
    "Hemelvaartsdag": "Ascension Day",
    "Tweede pinksterdag": "Whit Monday",
    "Eerste kerstdag": "Christmas Day",
    "Tweede kerstdag": "Boxing Day",
}
"""The holidays of art. 3(1) and (2), by their name in the holidays package; Easter and Whit Sunday are Sundays."""


COMPUTED_FROM, COMPUTED_THROUGH = date(2014, 1, 1), date(2100, 12, 31)
"""The range for which holidays can be computed: from the first King's Day to the limit of the holidays package."""


class BeyondHorizonError(RulesError):
    """The day lies outside the known calendar."""


def known_from() -> date:
    """The first day from which every closed day is known."""
    return versions()["calendar_known_through"][0].since


def known_through() -> date:
    """The last day up to which every closed day is known (the horizon)."""
    known: date = versions()["calendar_known_through"][-1].value
    return known


def warning_from(on: date) -> date:
    """The day from which the administrator is warned that the calendar ends."""
    months = value("calendar_warning_months", on)
    return Length(months, Unit.MONTHS).from_day(known_through(), backwards=True)


def is_known(day: date) -> bool:
    """Whether the calendar covers the day."""
    return known_from() <= day <= known_through()


@cache
def holidays_of(year: int) -> Mapping[date, str]:
    """The holidays that art. 3(1) and (2) list, by date, with their English names.

    They can be computed for every year since 2014; the equated days of art. 3(3) cannot.

    Raises:
        RulesError: the holidays package does not give a holiday that the law names.
    """
    table = holidays.country_holidays("NL", years=year, language="nl", categories=("public", "optional"))
    found = {day: FEASTS[name] for day in sorted(table) for name in table.get_list(day) if name in FEASTS}
    # Two holidays may share a day (Ascension Day on 5 May), so we compare the names that the package gave.
    named = {name for day in table for name in table.get_list(day)}
    if missing := sorted(FEASTS.keys() - named):
        raise RulesError(f"The holidays package does not name {', '.join(missing)} in {year}: correct FEASTS.")
    return MappingProxyType(found)


@cache
def closed_days(year: int) -> Mapping[date, str]:
    """Holidays and equated days of a year, by date, with the name of each; weekends are not included.

    Raises:
        BeyondHorizonError: the calendar does not cover the year.

    Source: Algemene termijnenwet art. 3, https://wetten.overheid.nl/BWBR0002448.
    """
    if not (known_from().year <= year <= known_through().year):
        raise _beyond(f"The year {year}")
    first = date(year, 1, 1)
    return MappingProxyType(dict.fromkeys(value("equated_days", first), "an equated day") | dict(holidays_of(year)))


def why_closed(day: date) -> str | None:
    """Why a day is closed, by name, or None where it is open.

    Raises:
        BeyondHorizonError: the calendar does not cover the day; the message says what to add, and where.
    """
    if not is_known(day):
        raise _beyond(str(day))
    return closed_days(day.year).get(day) or _weekend(day)


def why_surely_closed(day: date) -> str | None:
    """Why a day is closed, as far as known: outside the known calendar the equated days are missing."""
    return why_closed(day) if is_known(day) else holidays_of(day.year).get(day) or _weekend(day)


def is_open(day: date) -> bool:
    """Whether a day is not a Saturday, Sunday, holiday or equated day.

    Raises:
        BeyondHorizonError: the calendar does not cover the day.
    """
    return why_closed(day) is None


def _weekend(day: date) -> str | None:
    if day.weekday() < SATURDAY:
        return None
    return "Saturday" if day.weekday() == SATURDAY else "Sunday"


def _beyond(what: str) -> BeyondHorizonError:
    return BeyondHorizonError(
        f"{what} lies outside the calendar, which is known from {known_from()} through {known_through()}: "
        "add the equated days of each further year (equated_days, with its Staatscourant source) and then "
        "move calendar_known_through, both in rules/values/calendar.toml."
    )
