"""Suspensions, and the attribution of the days of a term."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.core.errors import RulesError
from rules.deadlines.suspensions import Suspension, attribution, merged_spans, moved_end, suspension_sentences

RECEIVED = date(2026, 3, 2)


def suspended(since: date, until: date | None, attributed_to: str = "applicant") -> Suspension:
    return Suspension(since, until, "awaiting completion", "Awb 4:15(1)(a)", attributed_to)


@pytest.mark.parametrize(
    ("suspensions", "days"),
    [
        ([], {"employer": 28}),
        ([suspended(date(2026, 3, 9), date(2026, 3, 15))], {"employer": 21, "applicant": 7}),
        ([suspended(date(2026, 2, 1), date(2026, 3, 3))], {"applicant": 1, "employer": 27}),
        ([suspended(date(2026, 2, 1), date(2026, 3, 2))], {"employer": 28}),
        ([suspended(date(2026, 3, 30), date(2026, 4, 20))], {"employer": 27, "applicant": 1}),
        ([suspended(date(2026, 3, 31), date(2026, 4, 20))], {"employer": 28}),
        ([suspended(date(2026, 3, 16), None)], {"employer": 13, "applicant": 15}),
        (
            [
                suspended(date(2026, 3, 12), date(2026, 3, 20), "abroad"),
                suspended(date(2026, 3, 9), date(2026, 3, 15)),
            ],
            {"employer": 16, "applicant": 7, "abroad": 5},
        ),
    ],
)
def test_each_day_of_a_term_is_attributed_to_the_owner_or_to_who_caused_the_suspension(
    suspensions: list[Suspension], days: dict[str, int]
) -> None:
    assert attribution(RECEIVED, date(2026, 3, 30), "employer", suspensions) == days


@pytest.mark.parametrize("until_on", [RECEIVED, RECEIVED - timedelta(days=1)])
def test_before_the_first_day_of_a_term_nobody_is_answerable(until_on: date) -> None:
    assert attribution(RECEIVED, until_on, "employer") == {}


def test_a_completion_on_the_day_of_the_invitation_suspends_nothing() -> None:
    never = suspended(date(2026, 3, 10), date(2026, 3, 8))
    assert attribution(RECEIVED, date(2026, 3, 30), "employer", [never]) == {"employer": 28}


def test_a_suspension_that_ended_before_its_invitation_is_refused() -> None:
    with pytest.raises(RulesError, match="cannot have ended"):
        suspended(date(2026, 3, 10), date(2026, 3, 7))


def test_a_suspension_covers_its_first_and_its_last_day() -> None:
    week = suspended(date(2026, 3, 9), date(2026, 3, 15))
    assert [week.covers(date(2026, 3, day)) for day in (8, 9, 15, 16)] == [False, True, True, False]
    assert suspended(date(2026, 3, 9), None).covers(date(2030, 1, 1))


day_numbers = st.integers(-40, 160)


@settings(deadline=None)  # the first day asked for reads the calendar
@given(
    st.integers(-5, 140),
    st.lists(st.tuples(day_numbers, st.integers(0, 40), st.sampled_from(["applicant", "abroad", "employer"]))),
    st.booleans(),
)
def test_attributed_days_always_add_up(length: int, drawn: list[tuple[int, int, str]], last_is_running: bool) -> None:
    suspensions = [
        suspended(RECEIVED + timedelta(days=begin), RECEIVED + timedelta(days=begin + lasting), party)
        for begin, lasting, party in drawn
    ]
    if last_is_running:
        suspensions.append(suspended(RECEIVED + timedelta(days=length // 2), None))
    days = attribution(RECEIVED, RECEIVED + timedelta(days=length), "employer", suspensions)
    assert sum(days.values()) == max(length, 0)
    assert all(days.values())


def test_a_suspension_that_never_ran_leaves_the_later_ones() -> None:
    never, week = suspended(date(2026, 3, 5), date(2026, 3, 3)), suspended(date(2026, 3, 9), date(2026, 3, 15))
    assert merged_spans([week, never]) == [(date(2026, 3, 9), date(2026, 3, 15))]
    assert moved_end(RECEIVED, date(2026, 3, 30), [never, week]) == date(2026, 4, 6)


def test_a_day_on_which_one_suspension_ends_and_another_begins_moves_the_end_once() -> None:
    week, days = suspended(date(2026, 3, 9), date(2026, 3, 15)), suspended(date(2026, 3, 15), date(2026, 3, 17))
    assert merged_spans([week, days]) == [(date(2026, 3, 9), date(2026, 3, 17))]
    assert moved_end(RECEIVED, date(2026, 3, 30), [week, days]) == date(2026, 4, 8)


def test_the_last_day_of_a_term_can_be_suspended_and_the_day_after_it_cannot() -> None:
    end = date(2026, 3, 30)
    last, after = suspended(end, date(2026, 3, 31)), suspended(date(2026, 3, 31), date(2026, 4, 3))
    assert moved_end(RECEIVED, end, [last]) == date(2026, 4, 1)
    assert moved_end(RECEIVED, end, [after]) == end
    assert suspension_sentences(RECEIVED, end, [last]) == [
        "Not counted, from Monday 30 March 2026 through Tuesday 31 March 2026: awaiting completion (Awb 4:15(1)(a)).",
    ]
    assert suspension_sentences(RECEIVED, end, [after]) == []
