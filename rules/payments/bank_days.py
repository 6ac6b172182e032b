"""Bank days: the days on which banks pay (TARGET), and the cut-off for a batch on such a day."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType

import holidays

from rules.business_calendar.closed_days import SATURDAY
from rules.core.dated_values import value
from rules.core.dates import AMSTERDAM, office_day
from rules.core.errors import RulesError
from rules.core.rule import HOUSE, Bilingual, message, rule

ECB = "https://www.ecb.europa.eu/press/pr/date/2000/html/pr001214_4.en.html"
NAMES = {
    "New Year's Day": "Nieuwjaarsdag",
    "Good Friday": "Goede Vrijdag",
    "Easter Monday": "tweede paasdag",
    "Labour Day": "de Dag van de Arbeid",
    "Christmas Day": "eerste kerstdag",
    "Christmas Holiday": "tweede kerstdag",
    "Saturday": "een zaterdag",
    "Sunday": "een zondag",
}
"""The Dutch names of the closing days."""
DAY = timedelta(days=1)


@cache
def _named(year: int) -> Mapping[date, str]:
    return MappingProxyType(dict(holidays.financial_holidays("XECB", years=year)))


def bank_closing_reason(day: date) -> str | None:
    """Why banks do not pay on a day, by name, or None if they do. Known for every year since 2002.

    Raises:
        RulesError: the holidays package does not know a closing day that the ECB named.
    """
    if day.weekday() >= SATURDAY:
        return "Saturday" if day.weekday() == SATURDAY else "Sunday"
    closing, named = value("target_closing_days", day), _named(day.year)
    if missing := set(closing) - set(named.values()):
        raise RulesError(f"The holidays package does not name {', '.join(sorted(missing))} in {day.year}.")
    name = named.get(day)
    return name if name in closing else None


def bank_day(day: date) -> date:
    """The day itself if banks pay on it, else the next one on which they do."""
    while bank_closing_reason(day):
        day += DAY
    return day


def cut_off(execution_on: date, on: date) -> datetime:
    """The cut-off for a batch on a day of execution, by the dated value that holds on a day."""
    known = value("batch_cut_off", on)
    day = execution_on
    for _ in range(known["days_before"]):
        day -= DAY
        while bank_closing_reason(day):
            day -= DAY
    return datetime.combine(day, known["time"], AMSTERDAM)


def first_execution(at: datetime) -> date:
    """The first day on which a batch created now can be executed."""
    on = office_day(at)
    day = bank_day(on)
    while at > cut_off(day, on):
        day = bank_day(day + DAY)
    return day


@rule(
    "batch.not-in-the-past",
    article="SEPA rulebook, requested execution date",
    source=HOUSE,
    nl="Een batch wordt vandaag of later uitgevoerd.",
)
def not_in_past(*, execution_on: date, on: date) -> Bilingual | None:
    """A batch is executed today or later."""
    if execution_on >= on:
        return None
    return message(
        f"The execution date {execution_on} lies in the past; today is {on}. Take {bank_day(on)} or later.",
        f"De uitvoerdatum {execution_on} ligt in het verleden; het is {on}. Neem {bank_day(on)} of later.",
    )


@rule(
    "batch.on-a-bank-day",
    article="TARGET, long-term calendar of closing days",
    source=ECB,
    nl="Een batch wordt uitgevoerd op een dag waarop TARGET open is.",
)
def on_bank_day(*, execution_on: date) -> Bilingual | None:
    """A batch is executed on a day on which TARGET is open."""
    name = bank_closing_reason(execution_on)
    if name is None:
        return None
    later = bank_day(execution_on)
    return message(
        f"{execution_on} is no bank day: {name}. Take {later}.",
        f"{execution_on} is geen bankdag: het is {NAMES[name]}. Neem {later}.",
    )


@rule(
    "batch.before-cut-off",
    article="the bank's conditions for batches",
    source=HOUSE,
    nl="Een batch wordt gemaakt voor de bank de opdrachten voor die dag sluit.",
    verified=False,
)
def before_cut_off(*, execution_on: date, at: datetime) -> Bilingual | None:
    """A batch is created before the bank's cut-off for its day."""
    closed = cut_off(execution_on, office_day(at))
    if at <= closed:
        return None
    closing_time = f"{closed:%Y-%m-%d %H:%M}"
    first = first_execution(at)
    return message(
        f"For {execution_on} the bank takes orders until {closing_time}. Take {first} or later.",
        f"Voor {execution_on} neemt de bank opdrachten aan tot {closing_time}. Neem {first} of later.",
    )


@rule(
    "batch.leaves-in-time",
    article="SEPA rulebook, requested execution date",
    source=HOUSE,
    nl="Het betaalbestand gaat uiterlijk op de dag van uitvoering de deur uit.",
)
def exported_in_time(*, execution_on: date, on: date) -> Bilingual | None:
    """The payment file is exported on its day of execution at the latest."""
    if on <= execution_on:
        return None
    return message(
        f"The file says {execution_on}, and it is {on}; its contents are sealed. Withdraw the batch and build another:"
        " its payables go along.",
        f"Het bestand noemt {execution_on}, en het is {on}; de inhoud ligt vast. Trek de batch in en maak een nieuwe:"
        " de posten gaan mee.",
    )
