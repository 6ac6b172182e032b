"""Wait estimate: the claim rate of a pool in working hours, and the resulting range."""

from datetime import UTC, datetime
from math import comb

import pytest

from rules.business_calendar.elapsed import working_hours
from rules.queue.wait_estimate import wait


def reached(x: float, p: int, n: int) -> float:
    """The chance of p claims within x times as long as n claims took: a sum of the binomial, for whole p and n."""
    share, rounds = x / (1 + x), p + n - 1
    return sum(comb(rounds, k) * share**k * (1 - share) ** (rounds - k) for k in range(p, rounds + 1))


@pytest.mark.parametrize("ahead", [1, 2, 5, 30, 200])
@pytest.mark.parametrize("claims", [1, 5, 20, 300])
def test_four_of_five_outcomes_lie_within_the_range(ahead: int, claims: int) -> None:
    low, high = wait(ahead, claims=claims, hours=40)
    assert reached(low / 40, ahead, claims) == pytest.approx(0.1, abs=1e-4)
    assert reached(high / 40, ahead, claims) == pytest.approx(0.9, abs=1e-4)


def test_the_next_claim_of_a_pool_that_made_five_in_a_week() -> None:
    low, high = wait(1, claims=5, hours=40)
    assert low == pytest.approx(40 * (0.9**-0.2 - 1), rel=1e-4)
    assert high == pytest.approx(40 * (0.1**-0.2 - 1), rel=1e-4)
    assert wait(1, claims=5, hours=80) == pytest.approx((2 * low, 2 * high))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ((2026, 3, 2, 8), (2026, 3, 2, 8), 0),
        ((2026, 3, 2, 9), (2026, 3, 2, 11, 30), 2.5),
        ((2026, 3, 2, 5), (2026, 3, 2, 20), 8),  # hours before opening and after closing do not count
        ((2026, 3, 2, 17), (2026, 3, 2, 20), 0),
        ((2026, 3, 2, 15), (2026, 3, 3, 9), 2),
        ((2026, 3, 6, 15), (2026, 3, 9, 9), 2),  # over a weekend
        ((2026, 3, 2, 8), (2026, 3, 16, 8), 80),
        ((2026, 4, 2, 14), (2026, 4, 7, 8), 1 + 1),  # Good Friday to Easter Monday; the clock went on in March
        ((2026, 3, 27, 15), (2026, 3, 30, 8), 1 + 1),  # the office opens at seven in UTC from then on
        ((2028, 12, 29, 15), (2029, 1, 2, 9), 1 + 1),  # beyond the known calendar New Year's Day is surely closed
        ((2026, 3, 3, 9), (2026, 3, 2, 9), 0),
    ],
)
def test_working_hours_between_two_moments(start: tuple[int, ...], end: tuple[int, ...], hours: float) -> None:
    assert working_hours(datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC)) == hours  # type: ignore[misc]
