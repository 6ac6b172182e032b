"""Priority replay: the events of a case decide its priority, and an explanation is checked from its facts."""

import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rules.core.dates import utc_text
from rules.queue.priority import (
    HANDED_OVER,
    JOINED,
    LOWERED,
    SIGNAL,
    Signal,
    UrgencyEvent,
    WorkFacts,
    asked_steps,
    check,
    from_json,
    lane_and_start_by,
    open_steps,
    start_by,
    still_effective,
    to_json,
    urgency_after,
)
from rules.threats.urgency import SignalKind, SignalSource, Urgency

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST_DAY = date(2026, 1, 1)
POLICE = Signal("s1", SignalKind.ACUTE_DANGER, SignalSource.POLICE, MONDAY.date(), True, "U1", FIRST_DAY)


def signal(seq: int, at: datetime, urgency: Urgency, threat: Signal | None = None) -> UrgencyEvent:
    return UrgencyEvent(seq, at, SIGNAL, urgency, threat)


def lowered(seq: int, at: datetime, urgency: Urgency) -> UrgencyEvent:
    return UrgencyEvent(seq, at, LOWERED, urgency)


ACUTE, URGENT, ELEVATED, ROUTINE = Urgency.ACUTE, Urgency.URGENT, Urgency.ELEVATED, Urgency.ROUTINE
INTAKE = WorkFacts(MONDAY, "intake")


@pytest.mark.parametrize(
    ("happened", "urgency"),
    [
        ([], ROUTINE),
        ([signal(2, MONDAY, ELEVATED)], ELEVATED),
        ([signal(2, MONDAY, URGENT), signal(3, MONDAY, ELEVATED)], URGENT),
        ([signal(2, MONDAY, ACUTE), lowered(3, MONDAY, ELEVATED)], ELEVATED),
        ([signal(2, MONDAY, ACUTE), lowered(3, MONDAY, ROUTINE), signal(4, MONDAY, URGENT)], URGENT),
        ([UrgencyEvent(2, MONDAY, JOINED, URGENT)], URGENT),
        ([UrgencyEvent(2, MONDAY, HANDED_OVER, ROUTINE)], ROUTINE),
    ],
)
def test_a_signal_raises_and_only_a_person_lowers(happened: list[UrgencyEvent], urgency: Urgency) -> None:
    assert urgency_after(happened) is urgency


def test_work_starts_within_its_service_level_and_acute_work_at_once() -> None:
    assert lane_and_start_by(INTAKE, []) == (4, start_by(MONDAY, "intake", ROUTINE))
    assert lane_and_start_by(INTAKE, [signal(2, MONDAY, URGENT)]) == (2, start_by(MONDAY, "intake", URGENT))
    assert lane_and_start_by(INTAKE, [signal(2, MONDAY - DAY, ACUTE)]) == (1, MONDAY)
    assert lane_and_start_by(INTAKE, [signal(2, MONDAY + HOUR, ACUTE)]) == (1, MONDAY + HOUR)
    assert start_by(MONDAY, "intake", ACUTE) == MONDAY
    assert start_by(MONDAY, "intake", URGENT) < start_by(MONDAY, "intake", ROUTINE)


def test_work_that_moves_to_another_lane_must_not_begin_before_it_moved() -> None:
    late = MONDAY + 30 * DAY
    assert lane_and_start_by(INTAKE, [signal(2, late, URGENT)]) == (2, late)
    assert lane_and_start_by(INTAKE, [signal(2, late, ACUTE), lowered(3, late + DAY, ROUTINE)]) == (4, late + DAY)
    soon = MONDAY + HOUR
    assert lane_and_start_by(INTAKE, [signal(2, soon, URGENT)]) == (2, start_by(MONDAY, "intake", URGENT))
    # A second signal of the same class changes nothing.
    assert lane_and_start_by(INTAKE, [signal(2, soon, URGENT), signal(3, late, URGENT)]) == (
        2,
        start_by(MONDAY, "intake", URGENT),
    )


def test_a_loan_that_was_asked_for_as_urgent_is_urgent_whatever_its_case() -> None:
    loan = INTAKE._replace(level="loan", urgent_loan=True)
    assert lane_and_start_by(loan, [])[0] == 2
    assert lane_and_start_by(loan, [signal(2, MONDAY + HOUR, ELEVATED)]) == lane_and_start_by(loan, [])
    assert lane_and_start_by(loan, [signal(2, MONDAY + HOUR, ACUTE)]) == (1, MONDAY + HOUR)


def test_a_handoff_step_keeps_the_lane_of_its_signal_until_the_case_changes_it() -> None:
    happened = [signal(2, MONDAY, ACUTE, POLICE)]
    step = WorkFacts(MONDAY, "intake", by_signal=2, tie_break=3)
    assert lane_and_start_by(step, happened) == (1, MONDAY - timedelta(microseconds=3))
    done = UrgencyEvent(3, MONDAY + HOUR, HANDED_OVER, ROUTINE, step="call-112")
    assert lane_and_start_by(step, [*happened, done]) == lane_and_start_by(step, happened)
    down = lowered(4, MONDAY + 30 * DAY, ELEVATED)
    assert lane_and_start_by(step, [*happened, done, down]) == (3, MONDAY + 30 * DAY + timedelta(microseconds=3))
    with pytest.raises(LookupError, match="no signal with place 9"):
        lane_and_start_by(step._replace(by_signal=9), happened)


def test_the_steps_that_are_open_are_those_asked_for_and_not_taken() -> None:
    happened = [signal(2, MONDAY, ACUTE, POLICE)]
    steps = [str(step) for step in asked_steps(happened[0])]
    found = open_steps(happened)
    assert found == dict.fromkeys(steps, 2)
    taken = UrgencyEvent(3, MONDAY, HANDED_OVER, ROUTINE, step=steps[0])
    assert open_steps([*happened, taken]).keys() == set(steps[1:])
    again = signal(4, MONDAY + HOUR, ACUTE, POLICE._replace(id="s2"))
    assert open_steps([*happened, taken, again])[steps[0]] == 4
    assert open_steps([*happened, taken, again])[steps[1]] == found[steps[1]]


def test_events_before_the_last_lowering_no_longer_affect_the_urgency() -> None:
    happened = [signal(2, MONDAY, ACUTE), lowered(3, MONDAY, ROUTINE), signal(4, MONDAY, ELEVATED)]
    assert still_effective(happened) == [False, True, True]
    assert still_effective(happened[:1]) == [True]
    assert still_effective([]) == []


def test_events_are_read_back_from_an_explanation() -> None:
    for item in (
        signal(2, MONDAY, ACUTE, POLICE),
        lowered(3, MONDAY, ELEVATED),
        UrgencyEvent(4, MONDAY, JOINED, URGENT),
    ):
        assert from_json(to_json(item, effective=True)) == item
    bare = signal(2, MONDAY, ACUTE, POLICE._replace(row=None, table_since=None))
    assert from_json(to_json(bare, effective=False)) == bare
    assert utc_text(MONDAY) == "2026-03-02T09:00:00.000000Z"


def explanation() -> dict[str, Any]:
    happened = [signal(2, MONDAY + HOUR, ACUTE, POLICE)]
    return {
        "lane": "acute",
        "factors": [
            {"factor": "lane", "value": "acute", "fact": [to_json(happened[0], effective=True)]},
            {
                "factor": "startBy",
                "value": utc_text(MONDAY + HOUR),
                "fact": {
                    "createdAt": utc_text(MONDAY),
                    "level": "intake",
                    "urgentLoan": False,
                    "bySignal": None,
                    "hairs": 0,
                },
            },
        ],
    }


def test_a_true_explanation_follows_from_its_facts() -> None:
    assert check(explanation()) == []


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    found = copy.deepcopy(explanation())
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return found


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("lane",), "urgent", "lane 1 follows from the facts"),
        (("factors", 0, "value"), "routine", "lane 1 follows from the facts"),
        (("factors", 1, "value"), utc_text(MONDAY), "follows from the facts"),
        (("factors", 1, "fact", "bySignal"), 7, "no signal with place 7"),
        (("factors", 0, "fact", 0, "counts"), False, "another part of what happened"),
        (("factors", 0, "fact", 0, "row"), "U9", "the table says acute by U1"),
        (("factors", 0, "fact", 0, "urgency"), "elevated", "the table says acute by U1"),
        (("factors", 0, "fact", 0, "tableSince"), "2025-01-01", "the table says acute by U1"),
        (
            ("factors", 0, "fact"),
            [to_json(signal(3, MONDAY, ACUTE, POLICE), effective=True)] * 2,
            "not in the order of its chain",
        ),
    ],
)
def test_a_tampered_explanation_is_detected(path: tuple[Any, ...], value: Any, says: str) -> None:
    assert any(says in text for text in check(changed(path, value)))
