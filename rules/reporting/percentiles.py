"""Percentiles of durations: the median and the 10th and 90th percentiles."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Percentiles(NamedTuple):
    """The number of durations, and the values below which 10, 50 and 90 % of them lie."""

    of: int
    p10: float | None = None
    median: float | None = None
    p90: float | None = None


def percentiles(durations: Iterable[float]) -> Percentiles:
    """The median and the 10th and 90th percentiles, interpolated; None for no durations."""
    ordered = sorted(durations)
    if not ordered:
        return Percentiles(0)
    return Percentiles(len(ordered), *(percentile(ordered, share) for share in (0.1, 0.5, 0.9)))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the ordered durations lies, interpolated (definition 7 of Hyndman, Fan)."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
