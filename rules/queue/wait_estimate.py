"""Wait estimate of a work item, as a range: from the pool's recent claim rate and the number of items ahead."""

from math import exp, lgamma, log
from typing import NamedTuple

TINY = 1e-30


class Range(NamedTuple):
    """The range of working hours in which four of five outcomes lie."""

    low: float
    high: float


def wait(ahead: int, *, claims: int, hours: float) -> Range:
    """The working hours until ``ahead`` more claims, for a pool that made ``claims`` in ``hours``.

    Claims are assumed to be random at one unknown rate. After n claims in T hours the rate has a gamma distribution
    with shape n, and the time until p more claims is T times a beta prime of p and n. The result holds the 10 % and
    the 90 % quantile.
    """
    low, high = (_quantile(share, ahead, claims) for share in (0.1, 0.9))
    return Range(low * hours, high * hours)


def _quantile(share: float, p: int, n: int) -> float:
    """The quantile of a beta prime distribution, by bisection on the underlying beta distribution."""
    low, high = 0.0, 1.0
    while high - low > 1e-5 * high * (1 - low):
        middle = (low + high) / 2
        low, high = (middle, high) if _beta(middle, p, n) < share else (low, middle)
    x = (low + high) / 2
    return x / (1 - x)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function (Abramowitz and Stegun 26.5.8), by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    c, d = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    found, m = d, 1
    while True:
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _nonzero(1 + term * d)
            c = _nonzero(1 + term / c)
            found *= c * d
        if abs(c * d - 1) < 1e-9:  # noqa: PLR2004  # no displayed digit changes any more
            return front * found
        m += 1


def _nonzero(x: float) -> float:
    """The number, or the smallest divisor if it is almost zero."""
    return x if abs(x) > TINY else TINY
