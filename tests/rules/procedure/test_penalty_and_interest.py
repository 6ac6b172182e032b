"""Penalty and interest of a late employer: the penalty per day, and the statutory interest."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rules.payments.statutory_interest import interest, interest_owed
from rules.procedure.late_decision_penalty import is_complete, penalty

DAY = timedelta(days=1)
DUE = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("known_after", "steps", "amount"),
    [
        (0, [], 0),
        (1, [], 0),
        (2, [(1, 23)], 23),
        (15, [(14, 23)], 322),
        (16, [(14, 23), (1, 35)], 357),
        (29, [(14, 23), (14, 35)], 812),
        (30, [(14, 23), (14, 35), (1, 45)], 857),
        (42, [(14, 23), (14, 35), (13, 45)], 1397),
        (43, [(14, 23), (14, 35), (14, 45)], 1442),
        (44, [(14, 23), (14, 35), (14, 45)], 1442),
        (400, [(14, 23), (14, 35), (14, 45)], 1442),
    ],
)
def test_the_penalty_runs_in_steps_until_the_day_before_the_decision_is_known(
    known_after: int, steps: list[tuple[int, int]], amount: int
) -> None:
    found = penalty(DUE, DUE + known_after * DAY)
    assert [(step.days, step.euros_per_day) for step in found.steps] == steps
    assert found.amount == Decimal(amount)
    assert found.first_on == DUE + DAY
    assert found.last_on == DUE + found.days * DAY


@pytest.mark.parametrize(("after", "complete"), [(41, False), (42, False), (43, True)])
def test_all_days_are_known_once_forty_two_have_passed_or_the_decision_is_known(after: int, complete: bool) -> None:
    assert is_complete(DUE, None, DUE + after * DAY) == complete
    assert is_complete(DUE, DUE, DUE)


@pytest.mark.parametrize(
    ("due_on", "paid_on", "euros"),
    [
        (date(2026, 1, 31), date(2026, 1, 31), "0.00"),
        (date(2026, 1, 31), date(2026, 2, 1), "0.11"),
        (date(2025, 1, 1), date(2026, 1, 1), "59.95"),  # 364 days at 6 percent, one at 4
        (date(2023, 12, 31), date(2024, 12, 31), "70.00"),  # a leap year costs no more than a year
        # the interest of the first year is added, and the second year is calculated over the sum: 1,070.00 at 6 percent
        (date(2023, 12, 31), date(2025, 12, 31), "134.20"),
        (date(2023, 6, 30), date(2023, 7, 1), "0.16"),
        (date(2023, 6, 29), date(2023, 6, 30), "0.11"),
    ],
)
def test_interest_follows_the_rate_of_each_day_and_is_added_to_the_amount_each_year(
    due_on: date, paid_on: date, euros: str
) -> None:
    assert interest(Decimal(1000), due_on, paid_on) == Decimal(euros)


def test_interest_is_rounded_half_up_and_each_year_adds_to_the_next() -> None:
    assert interest(Decimal(549), date(2024, 3, 1), date(2024, 3, 2)) == Decimal("0.11")  # 0.105
    # 1,000.00, 1,020.00 and 1,040.40, of which half a year costs 4 percent and half a year 6
    assert interest(Decimal(1000), date(2020, 12, 31), date(2023, 12, 31)) == Decimal("92.51")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, None),
        ({"kind": "supplier-invoice"}, "advance or a penalty"),
        ({"due_on": None}, "advance or a penalty"),
        ({"paid_on": None}, "advance or a penalty"),
        ({"fixed": True}, "already"),
        ({"paid_on": date(2026, 3, 15)}, "within the term"),
        ({"paid_on": date(2026, 6, 13)}, "below 10 euro"),  # 9.99 would be one day less of the amount
        ({"paid_on": date(2026, 6, 15)}, None),
    ],
)
def test_interest_is_owed_once_on_what_was_paid_too_late_from_ten_euro(changes: dict[str, object], says: str) -> None:
    # 1,000 euro at 4 percent costs 0.1096 euro a day: ten euro after 92 days, on 15 June
    asked = {"kind": "penalty", "principal": Decimal(1000), "due_on": DUE, "paid_on": date(2026, 7, 1), "fixed": False}
    finding = interest_owed(**{**asked, **changes})
    assert (finding is None) == (says is None)
    assert finding is None or (says in finding.message and finding.message_nl)
