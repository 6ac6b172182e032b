"""Durations of terms, and the dated values that set them."""

from datetime import date

import pytest

from rules.business_calendar.durations import Length, Unit, length
from rules.core.dated_values import value, versions
from rules.core.errors import RulesError, UnknownValueError

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("name", "amount", "unit"),
    [
        ("term_completion", 2, Unit.WEEKS),
        ("term_not_processed", 4, Unit.WEEKS),
        ("term_takeover", 8, Unit.WEEKS),
        ("term_default", 2, Unit.WEEKS),
        ("term_penalty", 42, Unit.DAYS),
        ("term_penalty_decision", 2, Unit.WEEKS),
        ("term_objection", 6, Unit.WEEKS),
        ("term_objection_decision", 6, Unit.WEEKS),
        ("term_objection_decision_committee", 12, Unit.WEEKS),
        ("term_objection_put_off", 6, Unit.WEEKS),
        ("term_payment", 6, Unit.WEEKS),
        ("term_view", 2, Unit.WEEKS),
    ],
)
def test_every_term_has_the_length_of_its_article(name: str, amount: int, unit: Unit) -> None:
    assert length(name, TODAY) == Length(amount, unit)


def test_every_length_in_the_value_files_can_be_read_and_carries_a_source() -> None:
    for name, known in versions().items():
        if name.startswith("term_"):
            for version in known:
                assert length(name, version.since).amount > 0
                assert version.source


def test_a_length_before_its_first_version_is_refused() -> None:
    with pytest.raises(UnknownValueError, match="term_objection"):
        length("term_objection", date(2020, 12, 31))


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 1, 1)])
def test_the_penalty_for_default_comes_to_1442_euros_in_42_days(day: date) -> None:
    steps = value("penalty_steps", day)
    assert sum(step["days"] for step in steps) == length("term_penalty", day).amount
    assert sum(step["days"] * step["euros_per_day"] for step in steps) == 1442


@pytest.mark.parametrize(
    "stage",
    ["intake", "interview", "advice", "authority", "takeover", "provision", "settlement", "booking"],
)
def test_a_service_level_is_never_slower_in_a_more_urgent_lane(stage: str) -> None:
    hours = value(f"service_level_{stage}", TODAY)
    assert list(hours) == ["acute", "urgent", "elevated", "routine"]
    assert list(hours.values()) == sorted(hours.values())


@pytest.mark.parametrize(
    ("held", "applies"),
    [
        (Length(1, Unit.HOURS), False),
        (Length(48, Unit.HOURS), False),
        (Length(1, Unit.DAYS), True),
        (Length(90, Unit.DAYS), True),
        (Length(91, Unit.DAYS), False),
        (Length(12, Unit.WEEKS), True),
        (Length(13, Unit.WEEKS), False),
        (Length(3, Unit.MONTHS), True),
        (Length(4, Unit.MONTHS), False),
        (Length(1, Unit.YEARS), False),
    ],
)
def test_the_termijnenwet_applies_up_to_the_limits_of_its_article_4(held: Length, applies: bool) -> None:
    assert held.under_termijnenwet is applies


@pytest.mark.parametrize(
    ("held", "looked_after"),
    [
        (Length(2, Unit.DAYS), False),
        (Length(3, Unit.DAYS), True),
        (Length(1, Unit.WEEKS), True),
        (Length(1, Unit.MONTHS), True),
    ],
)
def test_article_2_protects_terms_of_at_least_three_days(held: Length, looked_after: bool) -> None:
    assert held.at_least_three_days is looked_after


@pytest.mark.parametrize(
    ("event_on", "held", "forwards", "backwards"),
    [
        (date(2026, 3, 2), Length(6, Unit.WEEKS), date(2026, 4, 13), date(2026, 1, 19)),
        (date(2026, 1, 31), Length(1, Unit.MONTHS), date(2026, 2, 28), date(2025, 12, 31)),
        (date(2028, 1, 30), Length(1, Unit.MONTHS), date(2028, 2, 29), date(2027, 12, 30)),
        (date(2026, 2, 28), Length(1, Unit.MONTHS), date(2026, 3, 28), date(2026, 1, 28)),
        (date(2026, 11, 15), Length(3, Unit.MONTHS), date(2027, 2, 15), date(2026, 8, 15)),
        (date(2026, 1, 15), Length(1, Unit.MONTHS), date(2026, 2, 15), date(2025, 12, 15)),
        (date(2026, 11, 30), Length(1, Unit.MONTHS), date(2026, 12, 30), date(2026, 10, 30)),
        (date(2028, 2, 29), Length(1, Unit.YEARS), date(2029, 2, 28), date(2027, 2, 28)),
        (date(2026, 3, 2), Length(24, Unit.HOURS), date(2026, 3, 3), date(2026, 3, 1)),
        (date(2026, 3, 2), Length(25, Unit.HOURS), date(2026, 3, 4), date(2026, 2, 28)),
    ],
)
def test_a_length_ends_on_the_same_weekday_or_the_same_day_of_the_month(
    event_on: date, held: Length, forwards: date, backwards: date
) -> None:
    assert held.from_day(event_on) == forwards
    assert held.from_day(event_on, backwards=True) == backwards


@pytest.mark.parametrize("amount", [0, -1])
def test_a_term_of_no_length_is_refused(amount: int) -> None:
    with pytest.raises(RulesError, match="at least one"):
        Length(amount, Unit.WEEKS)


def test_a_length_reads_as_words() -> None:
    assert [str(Length(1, Unit.WEEKS)), str(Length(6, Unit.WEEKS))] == ["1 week", "6 weeks"]
