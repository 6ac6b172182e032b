"""Walked hours: working hours counted day by day."""

from datetime import datetime, timedelta

from rules.business_calendar.closed_days import BeyondHorizonError, why_closed, why_surely_closed
from rules.business_calendar.working_hours import office_time
from rules.core.dates import office_day


def walked(start: datetime, end: datetime) -> float:
    """The working hours of the office between two moments, counted day by day."""
    total, day, last = timedelta(), office_day(start), office_day(end)
    while day <= last:
        try:
            closed = why_closed(day)
        except BeyondHorizonError:
            closed = why_surely_closed(day)
        if closed is None:
            opens, closes = office_time(day)
            total += max(timedelta(), min(closes, end) - max(opens, start))
        day += timedelta(days=1)
    return total / timedelta(hours=1)
