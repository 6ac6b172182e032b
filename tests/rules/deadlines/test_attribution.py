"""Attribution: every day of a case belongs to exactly one party."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.deadlines.attribution import EmployerPeriod, HeldInterval, Party, days_per_party

FIRST = date(2026, 3, 2)
DAY = timedelta(days=1)
LIFE = [
    (FIRST, "received"),
    (FIRST + 1 * DAY, "intake"),
    (FIRST + 10 * DAY, "with-security-authority"),
    (FIRST + 15 * DAY, "takeover"),
    (FIRST + 30 * DAY, "closed"),
]


def days(office: int = 0, authority: int = 0, employer: int = 0, applicant: int = 0) -> dict[str, int]:
    return {"office": office, "security-authority": authority, "employer": employer, "applicant": applicant}


def test_a_day_belongs_to_the_party_that_held_the_case_when_it_began() -> None:
    assert days_per_party(FIRST, FIRST + 30 * DAY, LIFE) == days(11, 5, 15)
    assert days_per_party(FIRST, FIRST, LIFE) == days(1)
    assert days_per_party(FIRST, FIRST + 11 * DAY, LIFE) == days(11, 1)


def test_days_between_receipt_and_recording_belong_to_the_office() -> None:
    recorded = [(FIRST + 20 * DAY, "received"), (FIRST + 21 * DAY, "takeover")]
    assert days_per_party(FIRST, FIRST + 25 * DAY, recorded) == days(office=22, employer=4)


def test_a_case_without_any_stage_belongs_to_the_office() -> None:
    assert days_per_party(FIRST, FIRST + 2 * DAY, []) == days(office=3)


def test_before_its_first_change_a_case_belongs_to_the_party_after_that_change() -> None:
    assert days_per_party(FIRST, FIRST, [(FIRST, "takeover")]) == days(employer=1)


@pytest.mark.parametrize(("offset", "whose"), [(-1, {"office": 1}), (0, {"applicant": 1}), (1, {"applicant": 1})])
def test_a_waiting_term_includes_its_first_day(offset: int, whose: dict[str, int]) -> None:
    waiting = EmployerPeriod(FIRST, None, (HeldInterval(FIRST - DAY, None, "applicant"),))
    day = FIRST + offset * DAY
    assert days_per_party(day, day, [(FIRST - 9 * DAY, "intake")], courses=[waiting]) == days(**whose)


def test_the_window_to_complete_is_the_applicants_whatever_the_stage() -> None:
    window = HeldInterval(FIRST + 3 * DAY, FIRST + 6 * DAY, "applicant")
    assert days_per_party(FIRST, FIRST + 30 * DAY, LIFE, [window]) == days(7, 5, 15, 4)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (None, days(11, 5, 11, 4)),
        (
            EmployerPeriod(FIRST + 16 * DAY, FIRST + 25 * DAY),
            days(11, 5, 15),
        ),  # the other employer's term is not suspended
        (
            EmployerPeriod(FIRST + 16 * DAY, FIRST + 20 * DAY),
            days(11, 5, 12, 3),
        ),  # and ended on the first suspended day
        (
            EmployerPeriod(FIRST + 16 * DAY, None, (HeldInterval(FIRST + 22 * DAY, None, "applicant"),)),
            days(11, 5, 13, 2),
        ),
    ],
)
def test_a_suspension_takes_days_from_the_employers_where_every_running_term_is_suspended(
    other: EmployerPeriod | None, expected: dict[str, int]
) -> None:
    suspended = EmployerPeriod(FIRST + 16 * DAY, None, (HeldInterval(FIRST + 20 * DAY, FIRST + 23 * DAY, "applicant"),))
    courses = [suspended, *([other] if other else [])]
    assert days_per_party(FIRST, FIRST + 30 * DAY, LIFE, courses=courses) == expected


offsets = st.integers(-20, 80).map(lambda number: FIRST + number * DAY)
helds = st.builds(
    HeldInterval, offsets, st.one_of(st.none(), offsets), st.sampled_from([str(party) for party in Party])
)
names = st.sampled_from(["received", "intake", "advice", "with-security-authority", "takeover", "booking", "closed"])
courses_of = st.builds(EmployerPeriod, offsets, st.one_of(st.none(), offsets), st.lists(helds, max_size=3).map(tuple))


@given(
    st.integers(0, 100),
    st.lists(st.tuples(offsets, names), max_size=8).map(sorted),
    st.lists(helds, max_size=4),
    st.lists(courses_of, max_size=3),
)
def test_the_days_always_add_up(
    length: int, stages: list[tuple[date, str]], windows: list[HeldInterval], courses: list[EmployerPeriod]
) -> None:
    found = days_per_party(FIRST, FIRST + length * DAY, stages, windows, courses)
    assert sum(found.values()) == length + 1
    assert set(found) == {str(party) for party in Party}
    assert min(found.values()) >= 0
