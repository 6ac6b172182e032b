"""Elapsed time: in working hours of the office, and in calendar days."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from rules.business_calendar.closed_days import BeyondHorizonError, why_closed, why_surely_closed
from rules.business_calendar.working_hours import office_time
from rules.core.dates import AMSTERDAM, office_day

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def working_hours(start: datetime, end: datetime) -> float:
    """The working hours of the office between two moments; zero if the end comes first."""
    if end <= start:
        return 0.0
    first, last = office_day(start), office_day(end)
    before = sum(_of_year(year)[-1] for year in range(first.year, last.year))
    return before + _since_new_year(end, last) - _since_new_year(start, first)


def days(start: datetime, end: datetime) -> float:
    """The calendar days between two moments, with fractions; a day of a clock change has 23 or 25 hours."""
    if end <= start:
        return 0.0
    first, last = (moment.astimezone(AMSTERDAM).replace(tzinfo=None) for moment in (start, end))
    return (last - first) / DAY


def _since_new_year(moment: datetime, day: date) -> float:
    """The working hours from the start of a year until a moment on one of its days."""
    place = day.toordinal() - date(day.year, 1, 1).toordinal()
    before, through = _of_year(day.year)[place : place + 2]
    if before == through:
        return before
    opens, closes = office_time(day)
    return before + (min(max(moment, opens), closes) - opens) / HOUR


@lru_cache(maxsize=64)
def _of_year(year: int) -> tuple[float, ...]:
    """The working hours of a year before each of its days, followed by the total."""
    first = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - first).days
    return tuple(accumulate((_hours_on(first + timedelta(days=number)) for number in range(length)), initial=0.0))


def _hours_on(day: date) -> float:
    """The working hours of one day."""
    try:
        closed = why_closed(day)
    except BeyondHorizonError:
        closed = why_surely_closed(day)
    if closed is not None:
        return 0.0
    opens, closes = office_time(day)
    return (closes - opens) / HOUR
