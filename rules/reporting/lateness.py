"""Lateness of the work of a period: open, late, at risk, and how long it waited and was assigned."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from rules.business_calendar.elapsed import days, working_hours
from rules.core.errors import RulesError
from rules.reporting.percentiles import Percentiles, percentiles
from rules.reporting.work_spans import WorkSpan

Elapsed = tuple[float, float]
"""Working hours of the office, and calendar days."""


class DurationSummary(NamedTuple):
    """The distribution of durations, in both units."""

    hours: Percentiles
    """Working hours of the office."""
    days: Percentiles
    """Calendar days."""


class Figures(NamedTuple):
    """The figures of some work in a period; docs/statistics.md says what each counts."""

    asked: int
    begun: int
    begun_late: int
    done: int
    fell_away: int
    open: int
    in_hand: int
    late: int
    at_risk: int
    waiting: DurationSummary
    waiting_so_far: DurationSummary
    handling: DurationSummary


class Contribution(NamedTuple):
    """The contribution of one work item to the figures."""

    counts: tuple[bool, ...]
    """By the first names of :class:`Figures`."""
    waited: Elapsed | None
    waits: Elapsed | None
    handled: Elapsed | None


COUNTED = Figures._fields[:9]


def contribution(piece: WorkSpan, since: datetime, until: datetime, *, share: float) -> Contribution:
    """Compute the contribution of one work item.

    Args:
        piece: the work item as of ``until``.
        since: the first moment of the period.
        until: its last moment, as of which open, late and at risk are counted.
        share: the share of the time until the start-by after which waiting work is at risk.
    """
    begun = piece.begun_at(until)
    ended = piece.ended_at is not None and since <= piece.ended_at <= until
    is_open = piece.is_open(until)
    late = piece.is_late(until)
    begun_now = begun is not None and since <= begun <= until
    counts = {
        "asked": since <= piece.asked_at <= until,
        "begun": begun_now,
        "begun_late": begun_now and late,
        "done": ended and piece.done,
        "fell_away": ended and not piece.done,
        "open": is_open,
        "in_hand": is_open and begun is not None,
        "late": is_open and late,
        "at_risk": is_open and piece.is_at_risk(until, share),
    }
    return Contribution(
        tuple(counts[name] for name in COUNTED),
        _elapsed(piece, begun, held=False) if begun is not None and begun_now else None,
        _elapsed(piece, until, held=False) if is_open and begun is None else None,
        _elapsed(piece, until, held=True) if ended and piece.done and piece.movements else None,
    )


def figures(found: Iterable[Contribution]) -> Figures:
    """Add up the contributions of several work items."""
    every = list(found)
    counts = {name: sum(one.counts[place] for one in every) for place, name in enumerate(COUNTED)}
    return Figures(
        **counts,
        waiting=_summary(one.waited for one in every),
        waiting_so_far=_summary(one.waits for one in every),
        handling=_summary(one.handled for one in every),
    )


def _elapsed(piece: WorkSpan, until: datetime, *, held: bool) -> Elapsed:
    """The working hours and the days in which the work was assigned, or was not."""
    found = [(begin, end) for begin, end, kept in piece.stretches(until) if kept is held]
    return sum(working_hours(*each) for each in found), sum(days(*each) for each in found)


def _summary(pairs: Iterable[Elapsed | None]) -> DurationSummary:
    known = [pair for pair in pairs if pair is not None]
    return DurationSummary(percentiles(hours for hours, _ in known), percentiles(each for _, each in known))


def check_share(share: object) -> object:
    """Check the share of its time after which work is at risk: above 0 and below 1.

    Raises:
        RulesError: it is not such a share, for example 80 instead of 0.8.
    """
    if type(share) is not float or not 0 < share < 1:
        raise RulesError(f"at_risk_share is {share!r}; give a share between 0 and 1, such as 0.8.")
    return share
