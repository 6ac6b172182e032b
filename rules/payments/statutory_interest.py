"""Statutory interest on late payments by an employer (Awb 4:97, 4:98; BW 6:119)."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from rules.business_calendar.durations import Length, Unit
from rules.core.dated_values import value
from rules.core.rule import AWB, Bilingual, message, rule
from rules.payments.amounts import CENT

PERCENT = Decimal(100)


def interest(principal: Decimal, due_on: date, paid_on: date) -> Decimal:
    """The interest in euros from the day after the due day through the day of payment.

    Each day adds its part of the yearly percentage of that day; after each year the interest of that year is added
    to the principal (BW 6:119(2)). It is our own reading that the day of payment counts, and that a day is one 365th
    (366th in a leap year).
    """
    base, grown, day = principal, Decimal(0), due_on
    years = 1
    while day < paid_on:
        day += timedelta(days=1)
        days_of_year = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
        grown += base * Decimal(value("statutory_interest", day)) / PERCENT / days_of_year
        if day == Length(years, Unit.YEARS).from_day(due_on):
            base, years = principal + grown, years + 1
    return grown.quantize(CENT, ROUND_HALF_UP)


@rule(
    "interest.owed",
    article="Awb 4:97, 4:98; BW 6:119",
    source=AWB,
    nl="Rente is verschuldigd over een voorschot of dwangsom die te laat is betaald, vanaf het minimumbedrag.",
    verified=False,
)
def interest_owed(
    *, kind: str, principal: Decimal, due_on: date | None, paid_on: date | None, fixed: bool
) -> Bilingual | None:
    """Interest is owed once, on an advance or penalty paid after its term, from a minimum amount."""
    if kind not in {"advance", "penalty"} or due_on is None or paid_on is None:
        return message(
            "Interest is owed on an advance or a penalty once it was paid after its payment term; this is not one.",
            "Rente is verschuldigd over een voorschot of dwangsom die na de betaaltermijn is betaald; dit is er geen.",
        )
    if fixed:
        return message(
            "The interest on this payment was fixed already.", "De rente over deze betaling is al vastgesteld."
        )
    if paid_on <= due_on:
        return message(
            f"It was paid on {paid_on}, within the term that ran until {due_on}: no interest is owed.",
            f"Er is betaald op {paid_on}, binnen de termijn tot en met {due_on}: er is geen rente verschuldigd.",
        )
    least = Decimal(value("interest_minimum", paid_on))
    if (owed := interest(principal, due_on, paid_on)) < least:
        return message(
            f"The interest would be {owed} euro; below {least} euro none is owed.",
            f"De rente zou {owed} euro zijn; onder {least} euro is geen rente verschuldigd.",
        )
    return None
