"""Accounting periods: their days, the first open day, and the defaults of the accounts."""

from datetime import date, timedelta

import pytest

from rules.core.dated_values import value, version
from rules.payments.accounting_periods import days_of, first_open

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-03", date(2026, 3, 1), date(2026, 3, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_a_year_or_a_month_of_one(period: str, since: date, until: date) -> None:
    assert days_of(period) == (since, until)


MARCH, APRIL, YEAR_2025 = days_of("2026-03"), days_of("2026-04"), days_of("2025")


@pytest.mark.parametrize(
    ("day", "closed", "found"),
    [
        (date(2026, 3, 15), [], date(2026, 3, 15)),
        (date(2026, 2, 28), [MARCH], date(2026, 2, 28)),
        (date(2026, 3, 1), [MARCH], date(2026, 4, 1)),
        (date(2026, 3, 31), [MARCH], date(2026, 4, 1)),
        (date(2026, 4, 1), [MARCH], date(2026, 4, 1)),
        (date(2026, 3, 15), [APRIL, MARCH], date(2026, 5, 1)),
        (date(2025, 6, 1), [days_of("2025-06"), YEAR_2025], date(2026, 1, 1)),
    ],
)
def test_a_day_in_a_closed_period_moves_to_the_first_open_day(
    day: date, closed: list[tuple[date, date]], found: date
) -> None:
    assert first_open(day, closed) == found


def test_an_employer_that_set_no_accounts_has_the_default_ones() -> None:
    on = date(2026, 3, 2)
    assert (value("creditor_account", on), value("vat_account", on)) == ("1400", "1520-BCF")
    assert (value("task_field", on), value("economic_category", on)) == ("0.1", "3.8")
    assert value("closed_period_payment", on) == "first-open-day"


def test_the_ministry_contributes_two_and_a_half_million_a_year_since_2024() -> None:
    first = date(2024, 1, 1)
    assert value("ministry_contribution", first - DAY) == "none"
    assert value("ministry_contribution", first) == "2500000.00"
    assert version("ministry_contribution", first).verified
