"""Accounting periods of an employer: which are open, who closes and reopens them, and what an audit file needs."""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

from rules.core.rule import HOUSE, Bilingual, message, rule

GEMEENTEWET = "https://wetten.overheid.nl/BWBR0005416"
ORDINANCE = "Gemeentewet art. 212; Provinciewet art. 216; Waterschapswet art. 108"
"""The legal basis of the accounts: the financial ordinance of each employer."""
PERIOD = r"^20[0-9]{2}(-(0[1-9]|1[0-2]))?$"
"""A year or a month, such as 2026 or 2026-03."""


def days_of(period: str) -> tuple[date, date]:
    """The first and the last day of a period such as 2026 or 2026-03."""
    year, _, month = period.partition("-")
    first, last = (int(month), int(month)) if month else (1, 12)
    return date(int(year), first, 1), date(int(year), last, calendar.monthrange(int(year), last)[1])


def first_open(day: date, closed: Sequence[tuple[date, date]]) -> date:
    """The day itself, or the first one after it that lies in no closed period (first day, last day)."""
    while True:
        ends = [until for since, until in closed if since <= day <= until]
        if not ends:
            return day
        day = max(ends) + timedelta(days=1)


@rule(
    "books.period-open",
    article=ORDINANCE,
    source=GEMEENTEWET,
    nl="In een afgesloten periode wordt niets geboekt.",
    verified=False,
)
def period_open(*, booked_on: date, closed: str | None, first_open_day: date) -> Bilingual | None:
    """Nothing is booked in a closed period."""
    if closed is None:
        return None
    return message(
        f"The period {closed} of these books is closed, and {booked_on} lies in it. Book on {first_open_day} or later,"
        f' say closedPeriod "first-open-day" to let it move to {first_open_day}, or let another person reopen it.',
        f"De periode {closed} van deze boekhouding is afgesloten, en {booked_on} valt daarin. Boek op {first_open_day}"
        f' of later, geef closedPeriod "first-open-day" om naar {first_open_day} te verschuiven, of laat een ander de'
        " periode heropenen.",
    )


@rule(
    "books.period-has-ended",
    article=ORDINANCE,
    source=GEMEENTEWET,
    nl="Een periode wordt afgesloten als zij voorbij is.",
    verified=False,
)
def period_has_ended(*, period: str, until: date, on: date) -> Bilingual | None:
    """A period is closed only after it has ended."""
    if until < on:
        return None
    return message(
        f"The period {period} lasts until {until}; today is {on}. Close it after its last day.",
        f"De periode {period} duurt tot en met {until}; het is {on}. Sluit haar af na de laatste dag.",
    )


@rule(
    "books.period-closed-once",
    article=ORDINANCE,
    source=HOUSE,
    nl="Een periode die is afgesloten, wordt niet nog eens afgesloten.",
)
def period_closed_once(*, period: str, closed: bool) -> Bilingual | None:
    """A closed period is not closed again."""
    if not closed:
        return None
    return message(
        f"The period {period} of these books is closed already; there is nothing to do.",
        f"De periode {period} van deze boekhouding is al afgesloten; er is niets te doen.",
    )


@rule(
    "books.period-is-closed",
    article=ORDINANCE,
    source=HOUSE,
    nl="Alleen een afgesloten periode wordt heropend.",
)
def period_is_closed(*, period: str, closed: bool) -> Bilingual | None:
    """Only a closed period is reopened."""
    if closed:
        return None
    return message(
        f"The period {period} of these books is not closed. Name the period as it was closed: a year, or a month.",
        f"De periode {period} van deze boekhouding is niet afgesloten. Noem haar zoals zij is afgesloten: een jaar of"
        " een maand.",
    )


@rule(
    "books.reopened-by-another",
    article=ORDINANCE,
    source=HOUSE,
    nl="Wie een periode afsloot, heropent haar niet.",
)
def reopened_by_another(*, person: str, closed_by: str | None) -> Bilingual | None:
    """The person who closed a period does not reopen it."""
    if person != closed_by:
        return None
    return message(
        "You closed this period: another person of finance, or who approves or releases, reopens it.",
        "U sloot deze periode af: een ander van financiën, of wie goedkeurt of vrijgeeft, heropent haar.",
    )


@rule(
    "books.audit-file-names-its-taxpayer",
    article="AWR art. 52",
    source="https://wetten.overheid.nl/BWBR0002320",
    nl="Een auditfile noemt het fiscale nummer van de werkgever.",
    verified=False,
)
def names_taxpayer(*, organisation: str, tax_number: str | None) -> Bilingual | None:
    """An audit file names the tax number of its employer."""
    if tax_number:
        return None
    return message(
        f"The tax number (RSIN) of {organisation} is not known, and XAF 3.2 asks for it. Record it with set-accounts.",
        f"Het fiscale nummer (RSIN) van {organisation} is niet bekend, en XAF 3.2 vraagt ernaar. Leg het vast met"
        " set-accounts.",
    )
