"""End date of a term, and the reasons for it (Algemene wet bestuursrecht, Algemene termijnenwet)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import takewhile
from math import ceil

from rules.business_calendar.closed_days import (
    BeyondHorizonError,
    known_from,
    known_through,
    why_closed,
    why_surely_closed,
)
from rules.business_calendar.durations import Length
from rules.core.errors import RulesError
from rules.deadlines.suspensions import ONE_DAY, Suspension, moved_end, running_days, suspension_sentences
from rules.deadlines.termijnenwet import (
    ATW,
    ClosedReason,
    MovedEnd,
    day_text,
    not_rolled_back,
    rolled_over,
    with_two_open_days,
)


@dataclass(frozen=True)
class Due:
    """The end of a term: ``on`` in law, ``raw_on`` as counted, both inclusive; ``on`` is None while suspended.

    ``provisional`` marks the earliest possible day, if the calendar does not yet reach the end.
    """

    on: date | None
    raw_on: date | None
    reasons: tuple[str, ...]
    provisional: bool = False


def due(
    event_on: date,
    length: Length,
    *,
    suspensions: Sequence[Suspension] = (),
    backwards: bool = False,
    statutory: bool = True,
) -> Due:
    """The day on which a term ends; it starts the day after the event (Awb 6:8, and practice).

    Args:
        event_on: the day of the event: receipt, announcement; when counting backwards, the day counted from.
        length: the length as the law gives it. Hours count as started days: only the event's day is known.
        suspensions: the intervals in which the term was suspended; a running one leaves the end open.
        backwards: the term is counted back from the event; then ``on`` is its first day.
        statutory: False for a term that no law sets; the Algemene termijnenwet does not extend it.

    Raises:
        BeyondHorizonError: the calendar does not reach the end of the term.
        RulesError: a term that is counted backwards has suspensions.

    Source: Algemene termijnenwet art. 1, 2 and 4, https://wetten.overheid.nl/BWBR0002448; Awb 4:15.
    """
    return _Term(event_on, length, suspensions, backwards, statutory).due(why_closed)


def due_or_provisional(
    event_on: date,
    length: Length,
    *,
    suspensions: Sequence[Suspension] = (),
    backwards: bool = False,
    statutory: bool = True,
) -> Due:
    """As :func:`due`, but beyond the calendar the earliest possible day, marked provisional.

    Equated days that are not known yet can only make the end later (counting backwards: earlier).
    """
    term = _Term(event_on, length, suspensions, backwards, statutory)
    try:
        return term.due(why_closed)
    except BeyondHorizonError:
        found = term.due(why_surely_closed)
    reason = (
        f"Provisional: the calendar is known from {known_from()} through {known_through()} only; a day "
        f"beyond it that the Crown equates with a holiday may still move the end ({ATW} art. 3(3))."
    )
    return replace(found, reasons=(*found.reasons, reason), provisional=True)


def extended(announced_on: date, until: date, suspensions: Sequence[Suspension] = ()) -> Due:
    """The end of a term after a notice of delay (Awb 4:14): the day it names, moved by later suspensions.

    The named day is set by the notice and not by a law, so the Algemene termijnenwet does not move it.
    """
    on = moved_end(announced_on, until, suspensions)
    notice = f"The notice of delay of {day_text(announced_on)} names {day_text(until)} as its last day (Awb 4:14)."
    return Due(on, until, (notice, *suspension_sentences(announced_on, on, suspensions)))


def threshold_on(event_on: date, due_on: date, fraction: float, suspensions: Sequence[Suspension] = ()) -> date:
    """The day by whose end that fraction of a term's running days has passed; at 1.0 the due day itself.

    Raises:
        RulesError: the fraction is not above 0 and at most 1.
    """
    if not 0 < fraction <= 1:
        raise RulesError(f"A threshold is a fraction above 0 and at most 1 of the term, not {fraction}.")
    days = list(takewhile(lambda day: day <= due_on, running_days(event_on, suspensions)))
    if fraction == 1 or not days:
        return due_on
    # From its text: 0.55 of 100 days is day 55, where a float gives day 56.
    return days[ceil(Fraction(str(fraction)) * len(days)) - 1]


@dataclass(frozen=True)
class _Term:
    event_on: date
    length: Length
    suspensions: Sequence[Suspension]
    backwards: bool
    statutory: bool

    def __post_init__(self) -> None:
        if self.backwards and self.suspensions:
            raise RulesError("A term that is counted backwards cannot be suspended: leave the suspensions out.")

    def due(self, closing: ClosedReason) -> Due:
        raw_on = moved_end(
            self.event_on, self.length.from_day(self.event_on, backwards=self.backwards), self.suspensions
        )
        on, moved = (None, []) if raw_on is None else self._moved(raw_on, closing)
        first = self.event_on + (-ONE_DAY if self.backwards else ONE_DAY)
        side = "before" if self.backwards else "after"
        start = f"The term of {self.length} is counted from {day_text(first)}, the day {side} the event."
        return Due(on, raw_on, (start, *suspension_sentences(self.event_on, on, self.suspensions), *moved))

    def _days(self) -> Iterator[date]:
        return _days_back(self.event_on) if self.backwards else running_days(self.event_on, self.suspensions)

    def _moved(self, raw_on: date, closing: ClosedReason) -> MovedEnd:
        if not self.statutory:
            return raw_on, [f"No law sets this term, so the {ATW} does not extend it."]
        if not self.length.under_termijnenwet:
            return raw_on, [f"The {ATW} does not apply to a term of {self.length} (its art. 4)."]
        on: date | None = raw_on
        reasons: list[str] = []
        if self.length.at_least_three_days:
            on, reasons = with_two_open_days(raw_on, self._days(), closing, backwards=self.backwards)
        if on is None:
            return None, reasons
        on, more = not_rolled_back(on, closing) if self.backwards else rolled_over(on, self._days(), closing)
        return on, [*reasons, *more]


def _days_back(event_on: date) -> Iterator[date]:
    while True:
        event_on -= ONE_DAY
        yield event_on
