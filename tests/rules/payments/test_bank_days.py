"""Bank days, and the cut-off for a batch on such a day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.core.dated_values import value
from rules.core.errors import RulesError, UnknownValueError
from rules.payments.bank_days import (
    NAMES,
    _named,
    bank_closing_reason,
    bank_day,
    cut_off,
    first_execution,
    not_in_past,
    on_bank_day,
)

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 1, 1), "New Year's Day"),
        (date(2026, 1, 2), None),  # an equated day, on which the law rests and banks do not
        (date(2026, 4, 2), None),
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 5), "Sunday"),
        (date(2026, 4, 6), "Easter Monday"),
        (date(2026, 4, 7), None),
        (date(2026, 4, 27), None),  # King's Day
        (date(2026, 5, 1), "Labour Day"),
        (date(2026, 5, 5), None),
        (date(2026, 5, 14), None),  # Ascension Day
        (date(2026, 5, 25), None),  # Whit Monday
        (date(2026, 12, 24), None),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 26), "Saturday"),
        (date(2025, 12, 26), "Christmas Holiday"),
        (date(2026, 12, 31), None),
        (date(2038, 4, 23), "Good Friday"),
        (date(2038, 4, 26), "Easter Monday"),
    ],
)
def test_banks_rest_on_the_days_that_the_ecb_named(day: date, why: str | None) -> None:
    assert bank_closing_reason(day) == why
    assert (on_bank_day(execution_on=day) is None) == (why is None)


def test_nothing_is_known_of_the_years_before_the_calendar() -> None:
    assert bank_closing_reason(date(2002, 1, 2)) is None
    with pytest.raises(UnknownValueError):
        bank_closing_reason(date(2001, 12, 31))


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[date, str]]:
    """What the holidays package names; it can be changed."""
    names = dict(holidays.financial_holidays("XECB", years=2026))
    monkeypatch.setattr(holidays, "financial_holidays", lambda *_, **__: names)
    _named.cache_clear()
    yield names
    _named.cache_clear()


def test_a_closing_day_that_the_package_does_not_name_is_refused(package: dict[date, str]) -> None:
    for gone in (date(2026, 5, 1), date(2026, 4, 3)):
        del package[gone]
    with pytest.raises(RulesError, match=r"^The holidays package does not name Good Friday, Labour Day in 2026\.$"):
        bank_closing_reason(date(2026, 3, 2))


def test_a_day_that_the_package_names_and_the_ecb_does_not_is_a_bank_day(package: dict[date, str]) -> None:
    package[date(2026, 4, 27)] = "King's Day"
    assert bank_closing_reason(date(2026, 4, 27)) is None


@given(some.dates(date(2021, 1, 1), date(2090, 1, 1)))
def test_the_next_bank_day_is_the_first_on_which_banks_do_not_rest(day: date) -> None:
    found = bank_day(day)
    assert bank_closing_reason(found) is None
    assert found - day <= 5 * DAY
    assert all(bank_closing_reason(day + DAY * past) for past in range((found - day).days))
    assert {bank_closing_reason(day), *value("target_closing_days", day)} - {None} <= NAMES.keys()


@pytest.mark.parametrize(
    ("at", "first"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 3)),
        (datetime(2026, 3, 2, 14, 30, tzinfo=UTC), date(2026, 3, 3)),  # 15:30 in Amsterdam
        (datetime(2026, 3, 2, 14, 30, 1, tzinfo=UTC), date(2026, 3, 4)),
        (datetime(2026, 3, 6, 14, 0, tzinfo=UTC), date(2026, 3, 9)),  # a Friday
        (datetime(2026, 3, 6, 15, 0, tzinfo=UTC), date(2026, 3, 10)),
        (datetime(2026, 3, 7, 9, tzinfo=UTC), date(2026, 3, 10)),  # a Saturday
        (datetime(2026, 4, 2, 13, 30, tzinfo=UTC), date(2026, 4, 7)),  # summer time, before Easter
        (datetime(2026, 4, 2, 13, 31, tzinfo=UTC), date(2026, 4, 8)),
        (datetime(2026, 12, 24, 22, tzinfo=UTC), date(2026, 12, 29)),
    ],
)
def test_a_batch_can_be_executed_on_the_first_bank_day_whose_cut_off_has_not_passed(at: datetime, first: date) -> None:
    assert first_execution(at) == first
    assert cut_off(first, first) >= at


def test_the_cut_off_is_at_half_past_three_on_the_bank_day_before() -> None:
    assert f"{cut_off(date(2026, 4, 7), date(2026, 4, 7)):%Y-%m-%d %H:%M %z}" == "2026-04-02 15:30 +0200"
    assert f"{cut_off(date(2026, 3, 10), date(2026, 3, 10)):%Y-%m-%d %H:%M %z}" == "2026-03-09 15:30 +0100"


def test_a_past_day_is_refused_with_the_day_that_would_be_right() -> None:
    found = not_in_past(execution_on=date(2026, 3, 6), on=date(2026, 3, 7))
    assert found is not None
    assert "Take 2026-03-09 or later" in found.message
    assert "Neem 2026-03-09 of later" in found.message_nl
