"""Durations of terms, in the units in which laws give them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rules.core.dated_values import value
from rules.core.errors import RulesError

HOURS_PER_DAY = 24
MONTHS_PER_YEAR = 12
THREE_DAYS = 3


class Unit(StrEnum):
    """The unit in which a law gives a term; articles 2 and 4 of the Algemene termijnenwet depend on it."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


LONGEST = {Unit.DAYS: 90, Unit.WEEKS: 12, Unit.MONTHS: 3}
"""The longest term to which the Algemene termijnenwet applies (its art. 4); it never applies to hours and years."""


@dataclass(frozen=True)
class Length:
    """A length as the law gives it: 6 weeks is not 42 days, since article 4 treats them differently.

    Raises:
        RulesError: the amount is not at least one.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise RulesError(f"A term lasts at least one of its unit, not {self.amount} {self.unit}.")

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.removesuffix('s') if self.amount == 1 else self.unit}"

    @property
    def under_termijnenwet(self) -> bool:
        """Whether the Algemene termijnenwet applies to a statutory term of this length (its art. 4)."""
        return self.amount <= LONGEST.get(self.unit, 0)

    @property
    def at_least_three_days(self) -> bool:
        """Whether art. 2 of the Algemene termijnenwet guarantees open days in the term."""
        return self.unit in {Unit.WEEKS, Unit.MONTHS, Unit.YEARS} or self.days_or_zero >= THREE_DAYS

    @property
    def days_or_zero(self) -> int:
        """The length in whole days, where a started day of hours counts in full; zero for months and years."""
        match self.unit:
            case Unit.HOURS:
                return -(-self.amount // HOURS_PER_DAY)
            case Unit.DAYS:
                return self.amount
            case Unit.WEEKS:
                return 7 * self.amount
            case _:
                return 0

    def from_day(self, event_on: date, *, backwards: bool = False) -> date:
        """The last day of a term that starts the day after the event, or before it when counting backwards.

        Months and years end on the day with the number of the event's day, or on the last day of a shorter
        month (our reading; compare art. 4(2) of the European Convention on the Calculation of Time-Limits).
        """
        sign = -1 if backwards else 1
        if days := self.days_or_zero:
            return event_on + sign * timedelta(days=days)
        months = self.amount * (MONTHS_PER_YEAR if self.unit is Unit.YEARS else 1)
        year, month = divmod(event_on.year * MONTHS_PER_YEAR + event_on.month - 1 + sign * months, MONTHS_PER_YEAR)
        return date(year, month + 1, min(event_on.day, monthrange(year, month + 1)[1]))


def length(name: str, on: date) -> Length:
    """The length that holds on a day under a name of rules/values/terms.toml, such as ``term_objection``.

    Raises:
        UnknownValueError: no version covers the day.
    """
    held = value(name, on)
    return Length(held["amount"], Unit(held["unit"]))
