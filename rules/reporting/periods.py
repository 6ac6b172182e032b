"""Periods of a report: a range of days, or whole quarters that have ended."""

from datetime import date, timedelta
from typing import NamedTuple

from rules.core.errors import QuestionError
from rules.core.rule import OLDEST

ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=366)
MOST_QUARTERS = 40


class Quarter(NamedTuple):
    """A quarter of a calendar year."""

    since: date
    until: date
    """Its last day."""

    @property
    def months(self) -> tuple[str, ...]:
        """Its months, such as 2026-01."""
        return tuple(f"{self.since.year}-{self.since.month + number:02}" for number in range(3))

    @property
    def name(self) -> str:
        """The year and the number of the quarter, such as 2026-Q1."""
        return f"{self.since.year}-Q{(self.since.month + 2) // 3}"


def quarter_of(day: date) -> Quarter:
    """The quarter in which a day lies."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    return Quarter(first, _next(first) - ONE_DAY)


def days_asked(since: date | None, until: date | None, *, on: date) -> tuple[date, date]:
    """The requested days; by default the last three months until today.

    Raises:
        QuestionError: they are in the wrong order, in the future, too many, or before the oldest case.
    """
    last = until or on
    _not_in_future("until", last, on)
    _not_before_cases("until", last)
    first = since or max(OLDEST, _months_before(last, 3))
    _in_order(first, last)
    if last - first > LONGEST:
        longest = first + LONGEST
        words = f"From {first} until {last} is more than a year; give a day until {longest}, or ask twice."
        raise QuestionError("until", words)
    return first, last


def quarters_asked(since: date, until: date, *, on: date) -> list[Quarter]:
    """The quarters from the first day of one until the last day of one; all must have ended.

    Only whole quarters: two reports that differ by a few days would reveal what happened in those days.

    Raises:
        QuestionError: they are not whole quarters, in the wrong order, not over yet, or too many.
    """
    _in_order(since, until)
    ended = quarter_of(quarter_of(on).since - ONE_DAY)
    if until > ended.until:
        words = f"{until} lies in a quarter that is not over yet; give {ended.until} at the latest."
        raise QuestionError("until", words)
    first, last = quarter_of(since), quarter_of(until)
    if since != first.since:
        words = f"{since} is not the first day of a quarter; give {first.since} or {_next(first.since)}."
        raise QuestionError("from", words)
    if until != last.until:
        before = last.since - ONE_DAY
        words = f"{until} is not the last day of a quarter; give {before} or {last.until}."
        raise QuestionError("until", words)
    found = [first]
    while found[-1].until < until:
        found.append(quarter_of(found[-1].until + ONE_DAY))
    if len(found) > MOST_QUARTERS:
        words = f"From {since} until {until} is {len(found)} quarters; give {MOST_QUARTERS} at most."
        raise QuestionError("from", words)
    return found


def _in_order(since: date, until: date) -> None:
    if since > until:
        raise QuestionError("from", f"{since} is after until, {until}; give a day until {until}.")
    _not_before_cases("from", since)


def _not_before_cases(name: str, day: date) -> None:
    if day < OLDEST:
        raise QuestionError(name, f"{day} is before the oldest case; give {OLDEST} or later.")


def _not_in_future(name: str, day: date, on: date) -> None:
    if day > on:
        raise QuestionError(name, f"{day} is in the future; give a day until today, {on}.")


def _next(first: date) -> date:
    """The first day of the quarter after the one that begins on a day."""
    return date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)


def _months_before(day: date, months: int) -> date:
    """The first day of the month that is a number of months before the month of a day."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
