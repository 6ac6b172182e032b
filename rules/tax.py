"""The tax class of a booking and its designation letter (BESL x.3.8; LB art. 31(1)(f), 31a(2)(h))."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from rules.findings import BESL, HOUSE, rule
from rules.offices import LegalBasis
from rules.values import value


class TaxClass(StrEnum):
    """How a payment stands in the wage tax."""

    EXEMPT_BY_DESIGNATION = "exempt-by-designation"
    OUTSIDE_SCHEME_WAGE = "outside-scheme-wage"
    OUTSIDE_SCHEME_FREE_SPACE = "outside-scheme-free-space"
    NOT_WAGE = "not-wage"


def designation(employer_kind: str, basis: LegalBasis, on: date) -> tuple[TaxClass, str]:
    """The class and the article for (employer kind, legal basis) on a day.

    Raises:
        UnknownValueError: no table covers the day.
    """
    row = value("designation", on)[str(basis)]
    article = row["articles"].get(employer_kind) or row["articles"]["any"]
    return TaxClass(row["class"]), str(article)


@rule("tax.no-own-contribution", article="LB art. 31a(2)(h); KG:204:2022:34", source=BESL)
def no_own_contribution(*, own_contribution: Decimal) -> str | None:
    """No own contribution was paid; with one the exemption is lost."""
    if own_contribution:
        return f"An own contribution of {own_contribution} EUR is recorded: the provision is not exempt."
    return None


@rule("tax.evidence-complete", article="LB art. 31(1)(f); BESL x.3.8", source=HOUSE, verified=False)
def evidence_complete(*, missing: tuple[str, ...]) -> str | None:
    """Every item of the evidence list is there before the booking is made."""
    if missing:
        return f"The booking waits for its evidence: {', '.join(missing)}."
    return None
