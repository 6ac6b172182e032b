"""How long work will wait, as a range: from how fast its pool took work lately, and how much stands before it."""

from math import exp, lgamma, log
from typing import NamedTuple

TINY = 1e-30


class Range(NamedTuple):
    """Between which two numbers of working hours four of five outcomes lie."""

    low: float
    high: float


def wait(ahead: int, *, claims: int, hours: float) -> Range:
    """How many working hours pass until ``ahead`` claims more were made, of a pool that made some in some hours.

    Claims are taken to come at one unknown rate, at random. After n claims in T hours the rate has a gamma
    distribution with shape n, and the time until p more claims is T times a beta prime of p and n. The answer holds
    the 10 % and the 90 % quantile.
    """
    low, high = (_quantile(share, ahead, claims) for share in (0.1, 0.9))
    return Range(low * hours, high * hours)


def _quantile(share: float, p: int, n: int) -> float:
    """The quantile of a beta prime distribution, by halving on the beta distribution below it."""
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
    c, d = 1.0, 1 / _kept(1 - (a + b) * x / (a + 1))
    found, m = d, 1
    while True:
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _kept(1 + term * d)
            c = _kept(1 + term / c)
            found *= c * d
        if abs(c * d - 1) < 1e-9:  # noqa: PLR2004  # no digit that is shown changes any more
            return front * found
        m += 1


def _kept(x: float) -> float:
    """Never quite nought, so that it can be divided by."""
    return x if abs(x) > TINY else TINY
