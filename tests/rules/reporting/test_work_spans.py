"""Work spans: how long work waited and was assigned, and when it was late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from walked_hours import walked

from rules.business_calendar.elapsed import days, working_hours
from rules.queue.order import QueuePosition
from rules.reporting.lateness import Figures, contribution
from rules.reporting.lateness import figures as summed
from rules.reporting.metrics import DEFINITIONS
from rules.reporting.percentiles import Percentiles, percentiles
from rules.reporting.work_spans import Movement, WorkSpan, skipped

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""Nine o'clock in the Netherlands."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPAN = WorkSpan("work-1", "VA-1", "officer", "", 4, MONDAY + 10 * HOUR, MONDAY, None, done=False)


def moved(*moments: tuple[float, bool]) -> tuple[Movement, ...]:
    return tuple(Movement(MONDAY + hours * HOUR, held) for hours, held in moments)


def figures(spans: list[WorkSpan], since: datetime, until: datetime, *, share: float) -> Figures:
    return summed(contribution(span, since, until, share=share) for span in spans)


def at(hours: float) -> datetime:
    return MONDAY + hours * HOUR


@settings(deadline=None)  # the first day of a year computes its holidays
@given(
    st.timedeltas(timedelta(), timedelta(days=2300)).map(lambda after: datetime(2023, 1, 1, tzinfo=UTC) + after),
    st.timedeltas(timedelta(), timedelta(days=90)),
)
def test_working_hours_are_those_that_are_walked_day_by_day(start: datetime, length: timedelta) -> None:
    assert working_hours(start, start + length) == pytest.approx(walked(start, start + length), abs=1e-6)


def test_hours_and_days_never_run_back_and_a_year_ends_without_a_gap() -> None:
    assert working_hours(MONDAY, MONDAY - DAY) == days(MONDAY, MONDAY - DAY) == 0
    assert working_hours(MONDAY, MONDAY) == days(MONDAY, MONDAY) == 0
    start, end = datetime(2025, 12, 30, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
    assert working_hours(start, end) == pytest.approx(walked(start, end))
    assert days(datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)) == pytest.approx(1)


def test_percentiles_are_interpolated_and_empty_for_no_durations() -> None:
    assert percentiles([]) == Percentiles(0, None, None, None)
    assert percentiles([4]) == Percentiles(1, 4, 4, 4)
    assert percentiles([5, 1, 3, 2, 4]) == (5, pytest.approx(1.4), 3, pytest.approx(4.6))
    assert percentiles([1, 2]).median == 1.5


def test_work_waits_unassigned_also_after_it_was_returned() -> None:
    span = replace(SPAN, movements=moved((1, True), (2, False), (4, True)))
    assert list(span.stretches(at(5))) == [
        (at(0), at(1), False),
        (at(1), at(2), True),
        (at(2), at(4), False),
        (at(4), at(5), True),
    ]
    assert span.begun_at(at(5)) == at(4)
    assert span.begun_at(at(3)) is None
    assert span.begun_at(at(1)) == span.begun_at(at(1.5)) == at(1)
    assert [span.is_held(at(hours)) for hours in (0, 1, 2, 4)] == [False, True, False, True]


def test_reassigned_work_was_begun_when_it_was_first_assigned() -> None:
    span = replace(SPAN, movements=moved((1, True), (3, True)))
    assert span.begun_at(at(5)) == at(1)
    assert list(span.stretches(at(5))) == [(at(0), at(1), False), (at(1), at(5), True)]


def test_unassigned_work_begins_when_it_is_done_and_never_when_it_is_cancelled() -> None:
    done = replace(SPAN, ended_at=at(3), done=True)
    assert done.begun_at(at(3)) == at(3)
    assert done.begun_at(at(2)) is None
    assert replace(done, done=False).begun_at(at(4)) is None
    assert [done.is_open(at(hours)) for hours in (-1, 0, 2.9, 3)] == [False, True, True, False]
    assert list(done.stretches(at(9))) == [(at(0), at(3), False)]


def test_work_is_late_once_its_start_by_is_past_and_at_risk_shortly_before() -> None:
    assert [SPAN.is_late(at(hours)) for hours in (9, 10, 10.1)] == [False, False, True]
    assert [SPAN.is_at_risk(at(hours), 0.8) for hours in (7.9, 8, 10, 10.1)] == [False, True, True, False]
    taken = replace(SPAN, movements=moved((9, True)))
    assert not taken.is_late(at(20))
    assert not taken.is_at_risk(at(9.5), 0.8)
    assert replace(SPAN, movements=moved((11, True))).is_late(at(20))


def test_work_that_waits_ahead_of_an_assigned_item_is_skipped() -> None:
    others = [
        replace(SPAN, key="work-0"),
        replace(SPAN, key="work-2"),  # is behind it
        replace(SPAN, key="urgent", lane=2),
        replace(SPAN, key="held", lane=2, movements=moved((1, True))),
        replace(SPAN, key="over", lane=2, ended_at=at(2), done=True),
        replace(SPAN, key="later", lane=2, asked_at=at(4)),
    ]
    assert skipped(SPAN, [SPAN, *others], at(3)) == 2


def test_work_has_the_place_of_its_lane_its_start_by_and_its_creation() -> None:
    assert SPAN.position == QueuePosition(4, MONDAY + 10 * HOUR, MONDAY, "work-1")


def test_the_first_and_the_last_moment_belong_to_a_period() -> None:
    begun = replace(SPAN, key="begun", movements=moved((4, True)))
    done = replace(SPAN, key="done", asked_at=at(1), ended_at=at(4), done=True)
    gone = [replace(SPAN, key=name, asked_at=at(1), ended_at=at(4)) for name in ("gone", "gone-too")]
    asked = replace(SPAN, key="asked", asked_at=at(4))
    for since, until in ((4, 5), (3, 4)):
        found = figures([begun, done, *gone, asked], at(since), at(until), share=0.8)
        assert (found.asked, found.begun, found.done, found.fell_away) == (1, 2, 1, 2)


def test_figures_count_what_is_within_the_period_and_nothing_outside_it() -> None:
    taken = replace(SPAN, key="taken", movements=moved((4, True)))
    done = replace(SPAN, key="done", movements=moved((4, True)), ended_at=at(6), done=True)
    gone = replace(SPAN, key="gone", ended_at=at(6))
    early = replace(SPAN, key="early", asked_at=at(-50), start_by=at(-40), movements=moved((-30, True)))
    before = replace(done, key="before", movements=moved((1, True)), ended_at=at(2))
    found = figures([SPAN, taken, done, gone, early, before], at(3), at(8), share=0.8)
    assert found[:9] == Figures(
        asked=0, begun=2, begun_late=0, done=1, fell_away=1, open=3, in_hand=2, late=1, at_risk=1,
        waiting=found.waiting, waiting_so_far=found.waiting_so_far, handling=found.handling,
    )[:9]  # fmt: skip
    assert found.waiting.hours == Percentiles(2, 4, 4, 4)
    assert found.waiting_so_far.hours == Percentiles(1, 8, 8, 8)
    assert found.handling.hours == Percentiles(1, 2, 2, 2)
    assert found.handling.days.median == pytest.approx(2 / 24)
    whole = figures([SPAN, taken, done], at(0), at(8), share=0.9)
    assert (whole.asked, whole.at_risk) == (3, 0)
    late = figures([replace(SPAN, start_by=at(1), movements=moved((2, True)))], at(0), at(8), share=0.9)
    assert (late.begun_late, late.late) == (1, 1)


def test_every_figure_says_what_it_counts_in_both_languages() -> None:
    names = {"".join(part.title() if place else part for place, part in enumerate(name.split("_")))
             for name in Figures._fields}  # fmt: skip
    assert names <= DEFINITIONS.keys()
    for one in DEFINITIONS.values():
        assert one.unit
        assert one.words.en.endswith(".")
        assert one.words.nl.endswith(".")


def test_acute_work_starts_at_once_and_is_late_after_its_service_level() -> None:
    acute = replace(SPAN, lane=1, start_by=MONDAY, grace=HOUR)
    assert not acute.is_late(MONDAY + HOUR)
    assert acute.is_late(MONDAY + 1.01 * HOUR)
    assert not acute.is_at_risk(MONDAY + 0.79 * HOUR, 0.8)
    assert acute.is_at_risk(MONDAY + 0.8 * HOUR, 0.8)
    taken = replace(acute, movements=(Movement(MONDAY + HOUR, held=True),))
    assert not taken.is_late(MONDAY + 9 * HOUR)
