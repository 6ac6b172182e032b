"""Backtest of the forecast: fitted on the first half of a history, compared with the second."""

from typing import Any

from rules.forecast.history import Past, fit, known_at, next_hour
from rules.forecast.model import WEEK, Model
from rules.forecast.request import OnProgress, Question, run_replications
from rules.forecast.result import quantile, share
from rules.forecast.simulation import Record
from rules.forecast.time_axis import since
from rules.queue.order import LANES

LOW, HIGH = 0.1, 0.9
"""Four of five waits should lie between these quantiles."""


def back_test(past: Past, question: Question, tell: OnProgress = lambda _: None) -> dict[str, Any]:
    """For each lane, the share of the waits of the second half within the range forecast from the first half.

    The error is that of each wait against the middle of the forecast, and of the mean wait against the mean.

    Raises:
        TooLittleHistoryError: the first half is too short.
    """
    middle = next_hour(past.origin + (past.until - past.origin) / 2)
    known = known_at(past, middle)
    model = fit(known, weeks=since(middle, past.until) / WEEK)
    records = run_replications(model, question, tell)
    actual = waits_since(past, model)
    lanes = {str(LANES[lane]): _lane(model, records, lane, waits) for lane, waits in sorted(actual.items())}
    inside = sum(row["inside"] for row in lanes.values())
    of = sum(row["pieces"] for row in lanes.values())
    return {
        "fittedUntil": middle.isoformat().replace("+00:00", "Z"),
        "weeks": round(model.weeks, 1),
        "pieces": of,
        "within80": share(inside, of),
        "lanes": lanes,
    }


def waits_since(past: Past, model: Model) -> dict[int, list[float]]:
    """By lane, the waits of the work of cases that arrived since the start of the model, until the end of the log."""
    pools = {kind.name: kind.pool for kind in past.kinds}
    begun: dict[str, float] = {}
    lanes: dict[str, int] = {}
    for piece in past.pieces:
        begun[piece.case] = min(
            begun.get(piece.case, since(past.origin, piece.arrived)), since(past.origin, piece.arrived)
        )
        lanes[piece.case] = min(lanes.get(piece.case, piece.lane), piece.lane)
    found: dict[int, list[float]] = {}
    for piece in past.pieces:
        if begun[piece.case] >= model.start and pools[piece.work] == past.pool:
            until = since(past.origin, piece.started or past.until)
            wait = past.axis.hours_before(until) - past.axis.hours_before(since(past.origin, piece.arrived))
            found.setdefault(lanes[piece.case], []).append(wait)
    return found


def _lane(model: Model, records: list[Record], lane: int, actual: list[float]) -> dict[str, Any]:
    stages = [number for number, stage in enumerate(model.stages) if stage.pool == model.pool]
    foretold = sorted(hours for one in records for stage in stages for hours in one.waits.get((stage, lane), ()))
    mean = sum(actual) / len(actual)
    if not foretold:
        return {"pieces": len(actual), "inside": 0, "foretold": None, "actualMean": round(mean, 2)}
    low, middle, high = (quantile(foretold, part) for part in (LOW, 0.5, HIGH))
    return {
        "pieces": len(actual),
        "inside": sum(low - 1e-6 <= wait <= high + 1e-6 for wait in actual),
        "foretold": {"p10": round(low, 2), "p50": round(middle, 2), "p90": round(high, 2)},
        "foretoldMean": round(sum(foretold) / len(foretold), 2),
        "actualMean": round(mean, 2),
        "meanAbsoluteError": round(sum(abs(wait - middle) for wait in actual) / len(actual), 2),
        "errorOfTheMean": round(abs(mean - sum(foretold) / len(foretold)), 2),
    }
