"""Working hours of the advice office, in which its own service levels are counted (no law sets those)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from rules.business_calendar.closed_days import BeyondHorizonError, why_closed, why_surely_closed
from rules.core.dated_values import value
from rules.core.dates import AMSTERDAM
from rules.core.errors import RulesError


def add(start: datetime, hours: float) -> datetime:
    """The moment, in UTC, by which that many working hours have passed since ``start``.

    Zero hours give the first moment of office time at or after ``start``. A service level that is used up exactly at
    closing time is due then, not the next morning.

    Raises:
        RulesError: ``start`` has no time zone, or the hours are negative.
        BeyondHorizonError: the calendar does not reach that far.
    """
    return _add(start, hours, why_closed)


def add_or_provisional(start: datetime, hours: float) -> tuple[datetime, bool]:
    """As :func:`add`, and whether it is only the earliest possible moment because the calendar ends before it."""
    try:
        return add(start, hours), False
    except BeyondHorizonError:
        return _add(start, hours, why_surely_closed), True


@lru_cache(maxsize=4096)
def office_time(day: date) -> tuple[datetime, datetime]:
    """When the office opens and closes on a working day, in UTC: the clock may have changed overnight."""
    held = value("office_hours", day)
    opens, closes = (datetime.combine(day, held[side], AMSTERDAM).astimezone(UTC) for side in ("opens", "closes"))
    return opens, closes


def _add(start: datetime, hours: float, closing: Callable[[date], str | None]) -> datetime:
    if start.tzinfo is None:
        raise RulesError(f"Give the moment {start} with its time zone.")
    if hours < 0:
        raise RulesError(f"Working hours cannot be negative: {hours}.")
    moment, left = start.astimezone(UTC), timedelta(hours=hours)
    day = moment.astimezone(AMSTERDAM).date()
    while True:
        if closing(day) is None:
            opens, closes = office_time(day)
            begin = max(moment, opens)
            if begin < closes:
                # In UTC the difference is elapsed time, also on a day of 23 or 25 hours.
                if left <= closes - begin:
                    return begin + left
                left -= closes - begin
        day += timedelta(days=1)
