"""Second approver: above a limit two people approve a payment, one after the other."""

from datetime import date
from decimal import Decimal

from rules.core.dated_values import value


def second_limit(employer_kind: str, on: date) -> Decimal:
    """The amount up to which one approver is enough, in euros including VAT, by employer kind."""
    return Decimal(value("second_approver_above", on)[employer_kind])


def second_needed(*, amount: Decimal, employer_kind: str, on: date) -> bool:
    """Whether an amount needs a second approver; a credit counts like a payment."""
    return abs(amount) > second_limit(employer_kind, on)
