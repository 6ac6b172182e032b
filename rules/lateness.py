"""What is counted of the work of a period: open, late, at risk, how long it waited and how long it was in hand."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from rules.elapsed import days, working_hours
from rules.pieces import Piece
from rules.spread import Spread, spread


class Took(NamedTuple):
    """How long something took, in both units."""

    hours: Spread
    """Working hours of the office."""
    days: Spread
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
    waiting: Took
    waiting_so_far: Took
    handling: Took


def figures(pieces: Iterable[Piece], since: datetime, until: datetime, *, share: float) -> Figures:
    """Count pieces of work.

    Args:
        pieces: as they stood at ``until``.
        since: the first moment of the period.
        until: its last one, at which open, late and at risk are counted.
        share: of the time until the start-by, after which what waits is at risk.
    """
    counts = dict.fromkeys(Figures._fields[:9], 0)
    waited: list[tuple[float, float]] = []
    waits: list[tuple[float, float]] = []
    handled: list[tuple[float, float]] = []
    for piece in pieces:
        begun = piece.begun_at(until)
        ended = piece.ended_at is not None and since <= piece.ended_at <= until
        is_open = piece.is_open(until)
        counts["asked"] += since <= piece.asked_at <= until
        counts["done"] += ended and piece.done
        counts["fell_away"] += ended and not piece.done
        counts["open"] += is_open
        counts["in_hand"] += is_open and begun is not None
        counts["late"] += is_open and piece.is_late(until)
        counts["at_risk"] += is_open and piece.is_at_risk(until, share)
        if begun is not None and since <= begun <= until:
            counts["begun"] += 1
            counts["begun_late"] += piece.is_late(until)
            waited.append(_in(piece, begun, held=False))
        if is_open and begun is None:
            waits.append(_in(piece, until, held=False))
        if ended and piece.done and piece.movements:
            handled.append(_in(piece, until, held=True))
    return Figures(**counts, waiting=_took(waited), waiting_so_far=_took(waits), handling=_took(handled))


def _in(piece: Piece, until: datetime, *, held: bool) -> tuple[float, float]:
    """The working hours and the days in which it lay in someone's hands, or in nobody's."""
    found = [(begin, end) for begin, end, kept in piece.stretches(until) if kept is held]
    return sum(working_hours(*each) for each in found), sum(days(*each) for each in found)


def _took(pairs: list[tuple[float, float]]) -> Took:
    return Took(spread(hours for hours, _ in pairs), spread(each for _, each in pairs))
