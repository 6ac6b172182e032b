"""Termijnenwet (Algemene termijnenwet), articles 1 and 2: how the end of a term moves, and the reasons in words."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import dropwhile, islice

ATW = "Algemene termijnenwet"
OPEN_DAYS_AT_LEAST = 2

ClosedReason = Callable[[date], str | None]
"""Why a day is closed, or None.

Either :func:`rules.business_calendar.closed_days.why_closed` or its counterpart beyond the calendar's horizon.
"""

MovedEnd = tuple[date | None, list[str]]
"""The end, None where a running suspension keeps it open, and the reasons for it."""


def day_text(day: date) -> str:
    """A day in plain words: Friday 3 April 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def with_two_open_days(end_on: date, days: Iterator[date], closing: ClosedReason, *, backwards: bool) -> MovedEnd:
    """Article 2: a term of at least three days holds two days that are not a Saturday, Sunday or holiday.

    ``days`` are the days that count, forwards or backwards from the event.
    """
    open_days = list(islice((day for day in days if closing(day) is None), OPEN_DAYS_AT_LEAST))
    if len(open_days) < OPEN_DAYS_AT_LEAST:
        return None, []
    on = (min if backwards else max)(end_on, open_days[-1])
    if on == end_on:
        return on, []
    rule = "a term of at least three days holds two days that are no Saturday, Sunday or holiday"
    return on, [f"The term would run to {day_text(end_on)}, but {rule}: it runs to {day_text(on)} ({ATW} art. 2)."]


def rolled_over(end_on: date, days: Iterator[date], closing: ClosedReason) -> MovedEnd:
    """Article 1(1): a term that ends on a Saturday, Sunday or holiday is extended to the next other day."""
    closed: list[str] = []
    for day in dropwhile(lambda day: day < end_on, days):
        why = closing(day)
        if why is None:
            over = f"No term ends on {', '.join(closed)}: it is extended to {day_text(day)} ({ATW} art. 1(1))."
            return day, [over] if closed else []
        closed.append(_closed_day_text(day, why))
    return None, []


def not_rolled_back(end_on: date, closing: ClosedReason) -> MovedEnd:
    """Article 1(2): a term that is counted backwards stays on a closed day."""
    why = closing(end_on)
    if why is None:
        return end_on, []
    where = _closed_day_text(end_on, why)
    return end_on, [f"The term is counted backwards, so it stays on {where} ({ATW} art. 1(2))."]


def _closed_day_text(day: date, why: str) -> str:
    # A Saturday or Sunday needs no reason; another day does.
    return day_text(day) if day_text(day).startswith(why) else f"{day_text(day)} ({why})"
