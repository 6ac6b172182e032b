"""Periods of a report, and the refusal of invalid ones."""

from datetime import date

import pytest

from rules.core.errors import QuestionError
from rules.reporting.periods import Quarter, days_asked, quarter_of, quarters_asked

ON = date(2026, 11, 28)


def test_the_default_period_is_the_last_three_months() -> None:
    assert days_asked(None, None, on=ON) == (date(2026, 8, 1), ON)
    assert days_asked(None, date(2026, 2, 10), on=ON) == (date(2025, 11, 1), date(2026, 2, 10))
    assert days_asked(None, date(2021, 2, 10), on=ON) == (date(2021, 1, 1), date(2021, 2, 10))
    assert days_asked(date(2026, 1, 1), ON, on=ON) == (date(2026, 1, 1), ON)
    assert days_asked(ON, ON, on=ON) == (ON, ON)
    assert days_asked(date(2025, 11, 27), ON, on=ON) == (date(2025, 11, 27), ON)


@pytest.mark.parametrize(
    ("since", "until", "parameter", "words"),
    [
        ("2026-03-02", "2026-03-01", "from", "2026-03-02 is after until, 2026-03-01; give a day until 2026-03-01."),
        ("2026-03-02", "2026-11-29", "until", "2026-11-29 is in the future; give a day until today, 2026-11-28."),
        ("2020-12-31", "2021-03-01", "from", "2020-12-31 is before the oldest case; give 2021-01-01 or later."),
        (
            "2025-01-01",
            "2026-01-03",
            "until",
            "From 2025-01-01 until 2026-01-03 is more than a year; give a day until 2026-01-02, or ask twice.",
        ),
    ],
)
def test_invalid_days_are_refused_with_what_would_be_right(since: str, until: str, parameter: str, words: str) -> None:
    with pytest.raises(QuestionError) as refused:
        days_asked(date.fromisoformat(since), date.fromisoformat(until), on=ON)
    assert (refused.value.parameter, str(refused.value)) == (parameter, words)


def test_a_quarter_has_three_months_and_a_name() -> None:
    for month in range(1, 13):
        quarter = quarter_of(date(2026, month, 15))
        assert quarter.since.day == 1
        assert quarter.name == f"2026-Q{(month - 1) // 3 + 1}"
        assert f"2026-{month:02}" in quarter.months
    assert quarter_of(date(2024, 2, 29)) == Quarter(date(2024, 1, 1), date(2024, 3, 31))
    assert quarter_of(date(2026, 12, 31)) == Quarter(date(2026, 10, 1), date(2026, 12, 31))
    assert quarter_of(date(2026, 10, 1)).months == ("2026-10", "2026-11", "2026-12")


def test_a_report_covers_whole_quarters_up_to_the_last_one_that_is_over() -> None:
    found = quarters_asked(date(2025, 10, 1), date(2026, 9, 30), on=ON)
    assert [one.name for one in found] == ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]
    assert quarters_asked(date(2026, 7, 1), date(2026, 9, 30), on=date(2026, 10, 1)) == [quarter_of(date(2026, 7, 1))]
    assert len(quarters_asked(date(2021, 1, 1), date(2030, 12, 31), on=date(2031, 1, 1))) == 40


@pytest.mark.parametrize(
    ("since", "until", "parameter", "words"),
    [
        ("2026-04-01", "2026-03-31", "from", "2026-04-01 is after until, 2026-03-31; give a day until 2026-03-31."),
        (
            "2026-01-15",
            "2026-06-30",
            "from",
            "2026-01-15 is not the first day of a quarter; give 2026-01-01 or 2026-04-01.",
        ),
        (
            "2026-01-01",
            "2026-06-15",
            "until",
            "2026-06-15 is not the last day of a quarter; give 2026-03-31 or 2026-06-30.",
        ),
        (
            "2026-01-01",
            "2026-12-31",
            "until",
            "2026-12-31 lies in a quarter that is not over yet; give 2026-09-30 at the latest.",
        ),
        (
            "9999-10-01",
            "9999-12-31",
            "until",
            "9999-12-31 lies in a quarter that is not over yet; give 2026-09-30 at the latest.",
        ),
        ("2020-10-01", "2026-03-31", "from", "2020-10-01 is before the oldest case; give 2021-01-01 or later."),
    ],
)
def test_other_periods_are_refused_and_say_what_would_be_right(
    since: str, until: str, parameter: str, words: str
) -> None:
    with pytest.raises(QuestionError) as refused:
        quarters_asked(date.fromisoformat(since), date.fromisoformat(until), on=ON)
    assert (refused.value.parameter, str(refused.value)) == (parameter, words)


def test_a_report_has_an_end() -> None:
    with pytest.raises(QuestionError, match="is 41 quarters; give 40 at most") as refused:
        quarters_asked(date(2021, 1, 1), date(2031, 3, 31), on=date(2031, 4, 1))
    assert refused.value.parameter == "from"


def test_a_period_that_ends_before_the_oldest_case_is_refused_for_its_end() -> None:
    with pytest.raises(QuestionError) as refused:
        days_asked(None, date(2020, 12, 31), on=ON)
    words = "2020-12-31 is before the oldest case; give 2021-01-01 or later."
    assert (refused.value.parameter, str(refused.value)) == ("until", words)
