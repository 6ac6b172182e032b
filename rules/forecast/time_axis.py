"""Working time on one axis: how much of it lies before a moment, and at which moment so much has passed.

It gives the same results as :mod:`rules.business_calendar.working_hours`, which walks from day to day, in one step: a
simulation asks a million times. Moments are hours since an origin, as plain numbers.
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
"""From when until when someone works on a day, in local time; None where not at all."""


class Axis:
    """The spans in which an office is open, or a person works."""

    def __init__(self, spans: Iterable[tuple[float, float]]) -> None:
        """Lay spans, in order and apart, on one axis."""
        held = [(begin, end) for begin, end in spans if begin < end]
        self.begins = [begin for begin, _ in held]
        self.ends = [end for _, end in held]
        self.passed = list(accumulate(end - begin for begin, end in held))
        """The working hours at the end of each span."""

    def worked(self, moment: float) -> float:
        """The working hours before a moment."""
        place = bisect_right(self.begins, moment) - 1
        if place < 0:
            return 0.0
        return self.passed[place] - max(0.0, self.ends[place] - moment)

    def moment(self, hours: float) -> float:
        """The moment at which so many working hours have passed, at closing time rather than the next morning."""
        place = bisect_left(self.passed, hours)
        if place == len(self.passed):
            return inf
        return self.ends[place] - (self.passed[place] - hours)

    def add(self, moment: float, hours: float) -> float:
        """The moment that many working hours after another; see :func:`rules.business_calendar.working_hours.add`."""
        return self.moment(self.worked(moment) + hours) if hours > 0 else self.opening(moment)

    def opening(self, moment: float) -> float:
        """The first moment at or after another that lies in working time."""
        place = bisect_right(self.ends, moment)
        return max(moment, self.begins[place]) if place < len(self.begins) else inf


def office_hours(day: date) -> tuple[time, time] | None:
    """From when until when the office is open on a day that is not closed; of old logs, as on the first known day."""
    held = value("office_hours", max(day, OLDEST))
    return held["opens"], held["closes"]


def spans(origin: datetime, last: date, hours: Hours, *, closed: bool = True) -> Iterator[tuple[float, float]]:
    """The working time of each day from that of the origin through the last, as hours since the origin.

    Args:
        origin: an aware moment.
        last: the last day.
        hours: of each day.
        closed: False for whoever works on closed days too.
    """
    day = origin.astimezone(AMSTERDAM).date()
    while day <= last:
        held = None if closed and why_surely_closed(day) is not None else hours(day)
        if held is not None:
            begin, end = (since(origin, datetime.combine(day, side, AMSTERDAM)) for side in held)
            yield begin, end
        day += timedelta(days=1)


def since(origin: datetime, moment: datetime) -> float:
    """The hours that really passed since the origin, whatever the clock on the wall did."""
    return (moment.astimezone(UTC) - origin.astimezone(UTC)) / timedelta(hours=1)
