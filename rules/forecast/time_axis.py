"""Time axis: converts moments to working hours since an origin, and back.

It gives the results of :mod:`rules.business_calendar.working_hours` without walking from day to day: a simulation
needs a million of them. Moments are hours since an origin, as plain numbers.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from math import inf

from rules.business_calendar.closed_days import why_surely_closed
from rules.core.dated_values import value
from rules.core.dates import AMSTERDAM
from rules.core.rule import OLDEST

Hours = Callable[[date], tuple[time, time] | None]
"""The working hours of a day, in local time; None for a day off."""


class Axis:
    """The intervals in which an office is open, or a person works."""

    def __init__(self, spans: Iterable[tuple[float, float]]) -> None:
        """Build the axis from ordered intervals that do not overlap."""
        held = [(begin, end) for begin, end in spans if begin < end]
        self.begins = [begin for begin, _ in held]
        self.ends = [end for _, end in held]
        self.passed = list(accumulate(end - begin for begin, end in held))
        """The working hours at the end of each span."""

    def hours_before(self, moment: float) -> float:
        """The working hours before a moment."""
        place = bisect_right(self.begins, moment) - 1
        if place < 0:
            return 0.0
        return self.passed[place] - max(0.0, self.ends[place] - moment)

    def moment(self, hours: float) -> float:
        """The moment at which a number of working hours has passed: closing time rather than the next morning."""
        place = bisect_left(self.passed, hours)
        if place == len(self.passed):
            return inf
        return self.ends[place] - (self.passed[place] - hours)

    def add(self, moment: float, hours: float) -> float:
        """The moment a number of working hours later; see :func:`rules.business_calendar.working_hours.add`."""
        return self.moment(self.hours_before(moment) + hours) if hours > 0 else self.opening(moment)

    def opening(self, moment: float) -> float:
        """The first moment at or after another that lies in working time."""
        place = bisect_right(self.ends, moment)
        return max(moment, self.begins[place]) if place < len(self.begins) else inf


def office_hours(day: date) -> tuple[time, time] | None:
    """The opening hours of the office on an open day; for old logs, those of the first known day."""
    held = value("office_hours", max(day, OLDEST))
    return held["opens"], held["closes"]


def spans(origin: datetime, last: date, hours: Hours, *, closed: bool = True) -> Iterator[tuple[float, float]]:
    """The working time of each day from that of the origin through the last, as hours since the origin.

    Args:
        origin: an aware moment.
        last: the last day.
        hours: of each day.
        closed: False for a person who works on closed days too.
    """
    day = origin.astimezone(AMSTERDAM).date()
    while day <= last:
        held = None if closed and why_surely_closed(day) is not None else hours(day)
        if held is not None:
            begin, end = (since(origin, datetime.combine(day, side, AMSTERDAM)) for side in held)
            yield begin, end
        day += timedelta(days=1)


def since(origin: datetime, moment: datetime) -> float:
    """The elapsed hours since the origin, also over a clock change."""
    return (moment.astimezone(UTC) - origin.astimezone(UTC)) / timedelta(hours=1)
