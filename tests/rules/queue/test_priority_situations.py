"""Priority situations: the lane from the events of the case, the start-by time from the service level."""

from collections.abc import Sequence
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
    check,
    from_json,
    lane_and_start_by,
    open_steps,
    start_by,
    still_effective,
    to_json,
)
from rules.threats.handoff import HandOffStep
from rules.threats.urgency import RANK, SignalKind, SignalSource, Urgency

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Ten o'clock in the office; it closes at five."""
HOUR = timedelta(hours=1)
ACUTE, URGENT, ELEVATED, ROUTINE = Urgency
TODAY = MONDAY.date()
TUESDAY, WEDNESDAY, NEXT_MONDAY = (MONDAY + timedelta(days=days) for days in (1, 2, 7))


@pytest.mark.parametrize(
    ("urgency", "level", "until"),
    [
        (ACUTE, "intake", MONDAY),
        (URGENT, "intake", TUESDAY),  # 8 hours: seven today and one tomorrow
        (ELEVATED, "intake", WEDNESDAY),
        (ROUTINE, "intake", NEXT_MONDAY),
        (URGENT, "takeover", MONDAY + timedelta(days=3)),
        (ACUTE, "takeover", MONDAY),
    ],
)
def test_work_is_begun_within_the_service_level_of_its_urgency(urgency: Urgency, level: str, until: datetime) -> None:
    assert start_by(MONDAY, level, urgency) == until


def test_acute_work_of_a_sunday_starts_at_once_and_other_work_when_the_office_opens() -> None:
    sunday = MONDAY - timedelta(days=1)
    assert start_by(sunday, "intake", ACUTE) == sunday
    assert start_by(sunday, "intake", URGENT) == datetime(2026, 3, 2, 16, tzinfo=UTC)


def happened(seq: int, event: str, urgency: Urgency, hours: int = 0, **more: Any) -> UrgencyEvent:
    return UrgencyEvent(seq, MONDAY + hours * HOUR, event, urgency, **more)


def lowered(seq: int, urgency: Urgency, hours: int = 0) -> UrgencyEvent:
    return happened(seq, LOWERED, urgency, hours)


def signal(
    seq: int,
    urgency: Urgency,
    hours: int = 0,
    kind: SignalKind = SignalKind.STALKING,
    source: SignalSource = SignalSource.APPLICANT,
    *,
    reported: bool = False,
) -> UrgencyEvent:
    row = {URGENT: "U5", ACUTE: "U1", ELEVATED: "U7"}[urgency]
    seen = Signal(f"signal-{seq}", kind, source, TODAY, reported, row, date(2026, 1, 1))
    return happened(seq, SIGNAL, urgency, hours, signal=seen)


ASKED = WorkFacts(MONDAY, "intake")
LOAN = WorkFacts(MONDAY, "intake", urgent_loan=True)


@pytest.mark.parametrize(
    ("asked", "happenings", "lane", "until"),
    [
        (ASKED, [], ROUTINE, NEXT_MONDAY),
        (ASKED, [signal(1, URGENT)], URGENT, TUESDAY),
        (ASKED, [signal(1, URGENT), signal(2, ELEVATED)], URGENT, TUESDAY),  # a signal never lowers
        (ASKED, [signal(1, ELEVATED), signal(2, URGENT, 1)], URGENT, TUESDAY),
        (ASKED, [signal(1, URGENT), lowered(2, ELEVATED, 1)], ELEVATED, WEDNESDAY),  # a person does
        (ASKED, [signal(1, URGENT), lowered(2, ROUTINE, 1)], ROUTINE, NEXT_MONDAY),
        (ASKED, [signal(1, ACUTE), lowered(2, ROUTINE, 1), signal(3, ELEVATED, 2)], ELEVATED, WEDNESDAY),
        (ASKED, [happened(1, JOINED, ACUTE, 1)], ACUTE, MONDAY + HOUR),
        (ASKED, [signal(1, ACUTE, 1)], ACUTE, MONDAY + HOUR),
        (ASKED, [signal(1, ACUTE, -5)], ACUTE, MONDAY),
        (ASKED, [signal(1, ACUTE, 1), signal(2, ACUTE, 2)], ACUTE, MONDAY + HOUR),
        (ASKED, [signal(1, ACUTE, 1), lowered(2, ELEVATED, 2), signal(3, ACUTE, 3)], ACUTE, MONDAY + 3 * HOUR),
        (ASKED, [signal(1, URGENT), happened(2, HANDED_OVER, ACUTE, 1, step="police-report")], URGENT, TUESDAY),
        (LOAN, [], URGENT, TUESDAY),
        (LOAN, [signal(1, ELEVATED)], URGENT, TUESDAY),
        (LOAN, [signal(1, ACUTE, 1)], ACUTE, MONDAY + HOUR),
    ],
)
def test_the_events_decide_the_lane_and_their_times_the_start_by(
    asked: WorkFacts, happenings: Sequence[UrgencyEvent], lane: Urgency, until: datetime
) -> None:
    assert lane_and_start_by(asked, happenings) == (RANK[lane], until)


def hand_off(by_signal: int, hairs: int = 1) -> WorkFacts:
    return WorkFacts(MONDAY + HOUR, "intake", by_signal=by_signal, tie_break=hairs)


HAIR = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("asked", "happenings", "lane", "until"),
    [
        (hand_off(7), [signal(7, URGENT)], URGENT, TUESDAY - HAIR),
        (hand_off(7, 3), [signal(7, ACUTE)], ACUTE, MONDAY - 3 * HAIR),
        # it follows its own signal, not an earlier one
        (hand_off(7), [signal(3, ACUTE), signal(7, URGENT, 1)], URGENT, TUESDAY + HOUR - HAIR),
        # and follows the case from the next event that changes its lane
        (hand_off(7), [signal(7, URGENT), signal(9, ACUTE, 2)], ACUTE, MONDAY + 2 * HOUR - HAIR),
        (hand_off(7), [signal(7, URGENT), signal(8, ELEVATED, 1), signal(9, ACUTE, 2)],
         ACUTE, MONDAY + 2 * HOUR - HAIR),
        # its steps in the same order
        (hand_off(7, 5), [signal(7, URGENT), lowered(9, ELEVATED, 2)], ELEVATED, WEDNESDAY + HOUR + HAIR),
        (hand_off(7), [signal(7, URGENT), signal(9, ELEVATED, 2)], URGENT, TUESDAY - HAIR),
        (hand_off(7), [signal(3, ACUTE), signal(7, URGENT, 1), happened(8, HANDED_OVER, URGENT, 2, step="x")],
         URGENT, TUESDAY + HOUR - HAIR),
        (hand_off(7), [signal(3, ACUTE), signal(7, URGENT, 1), happened(8, HANDED_OVER, URGENT, 2, step="x"),
                       lowered(9, ELEVATED, 3)], ELEVATED, WEDNESDAY + HOUR + 5 * HAIR),
    ],
)  # fmt: skip
def test_a_handoff_step_follows_the_signal_that_requires_it(
    asked: WorkFacts, happenings: Sequence[UrgencyEvent], lane: Urgency, until: datetime
) -> None:
    assert lane_and_start_by(asked, happenings) == (RANK[lane], until)


@pytest.mark.parametrize("happenings", [[], [signal(3, URGENT)]])
def test_a_handoff_without_its_signal_is_reported(happenings: list[UrgencyEvent]) -> None:
    with pytest.raises(LookupError, match=r"^no signal with place 7 in the chain$"):
        lane_and_start_by(hand_off(7), happenings)


DANGER = {"kind": SignalKind.ACUTE_DANGER, "source": SignalSource.APPLICANT}


def test_the_open_handoff_steps_name_the_signal_that_requires_them() -> None:
    first = signal(3, ACUTE, **DANGER)
    asked = ["call-112", "police-report", "support-team", "security-contact", "consider-loan"]
    assert open_steps([first]) == dict.fromkeys(asked, 3)
    taken = happened(4, HANDED_OVER, ACUTE, 1, step=HandOffStep.POLICE_REPORT)
    left = {step: 3 for step in asked if step != "police-report"}
    assert open_steps([first, taken]) == left
    assert open_steps([taken, first]) == open_steps([first])
    assert open_steps([first, happened(4, HANDED_OVER, ACUTE, 1)]) == open_steps([first])
    # a second signal requires the steps that are no longer open again, and none twice
    assert open_steps([first, taken, signal(5, URGENT, 2)]) == {**left, "police-report": 5}
    # a signal from the police, or reported to it, needs no report
    assert "police-report" not in open_steps([signal(6, URGENT, reported=True)])
    assert open_steps([lowered(1, ROUTINE)]) == {}


@pytest.mark.parametrize(
    ("happenings", "bear"),
    [
        ([], []),
        ([signal(1, URGENT)], [True]),
        ([signal(1, URGENT), signal(2, ACUTE)], [True, True]),
        ([signal(1, URGENT), lowered(2, ROUTINE), signal(3, ACUTE)], [False, True, True]),
        ([lowered(1, ELEVATED), signal(2, URGENT), lowered(3, ROUTINE)], [False, False, True]),
    ],
)
def test_an_event_before_the_last_lowering_is_no_longer_effective(
    happenings: list[UrgencyEvent], bear: list[bool]
) -> None:
    assert still_effective(happenings) == bear


def test_an_event_is_read_back_from_its_json() -> None:
    item = signal(3, URGENT, reported=True)
    assert to_json(item, effective=True) == {
        "event": "record-threat",
        "seq": 3,
        "at": "2026-03-02T09:00:00.000000Z",
        "urgency": "urgent",
        "counts": True,
        "signal": "signal-3",
        "kind": "stalking",
        "source": "applicant",
        "occurredOn": "2026-03-02",
        "reported": True,
        "row": "U5",
        "tableSince": "2026-01-01",
    }
    assert from_json(to_json(item, effective=False)) == item
    bare = lowered(4, ROUTINE)
    assert to_json(bare, effective=False) == {
        "event": "lower-urgency",
        "seq": 4,
        "at": "2026-03-02T09:00:00.000000Z",
        "urgency": "routine",
        "counts": False,
    }
    assert from_json(to_json(bare, effective=True)) == bare
    assert item.signal is not None
    old = item._replace(signal=item.signal._replace(row=None, table_since=None))
    assert to_json(old, effective=True)["tableSince"] is None
    assert from_json(to_json(old, effective=True)) == old


def explained(happenings: Sequence[UrgencyEvent], asked: WorkFacts = ASKED) -> dict[str, Any]:
    """An explanation as it is stored."""
    rank, until = lane_and_start_by(asked, happenings)
    lane = next(str(urgency) for urgency in Urgency if RANK[urgency] == rank)
    lines = [
        to_json(item, effective=still) for item, still in zip(happenings, still_effective(happenings), strict=True)
    ]
    fact = {
        "createdAt": utc_text(asked.created_at),
        "level": asked.level,
        "urgentLoan": asked.urgent_loan,
        "bySignal": asked.by_signal,
        "hairs": asked.tie_break,
    }
    return {
        "lane": lane,
        "factors": [
            {"factor": "lane", "value": lane, "fact": lines},
            {"factor": "startBy", "value": utc_text(until), "fact": fact},
        ],
    }


STORY = [signal(1, URGENT), lowered(2, ROUTINE, 1), signal(3, ELEVATED, 2, SignalKind.INTIMIDATION)]


@pytest.mark.parametrize(
    ("happenings", "asked"),
    [([], ASKED), (STORY, ASKED), (STORY, LOAN), (STORY, hand_off(3, 2)), ([signal(1, ACUTE, **DANGER)], hand_off(1))],
)
def test_an_explanation_follows_from_its_own_facts(happenings: list[UrgencyEvent], asked: WorkFacts) -> None:
    assert check(explained(happenings, asked)) == []


UNTIL = "2026-03-04T09:00:00.000000Z"


@pytest.mark.parametrize(
    ("place", "key", "value", "wrong"),
    [
        ((0, "fact", 0), "seq", 2, ["what happened to the case is not in the order of its chain"]),
        ((0, "fact", 2), "seq", 1, ["what happened to the case is not in the order of its chain"]),
        ((0, "fact", 0), "counts", True, ["another part of what happened bears on the urgency"]),
        ((0, "fact", 0), "row", "U4", ["signal signal-1 is urgent by U4, and the table says urgent by U5"]),
        ((0, "fact", 0), "tableSince", "2021-01-01",
         ["signal signal-1 is urgent by U5, and the table says urgent by U5"]),
        ((0, "fact", 0), "urgency", "acute", ["signal signal-1 is acute by U5, and the table says urgent by U5"]),
        ((0, "fact", 0), "row", None, []),  # recorded before the row was stored: nothing to compare it with
        ((0,), "value", "urgent", ["the lane is urgent, and lane 3 follows from the facts"]),
        ((), "lane", "urgent", ["the lane is elevated, and lane 3 follows from the facts"]),
        ((1,), "value", "2026-03-04T09:00:00.000001Z",
         [f"the start-by is 2026-03-04T09:00:00.000001Z, and {UNTIL} follows from the facts"]),
        ((1, "fact"), "level", "takeover",
         [f"the start-by is {UNTIL}, and 2026-03-09T09:00:00.000000Z follows from the facts"]),
        ((1, "fact"), "urgentLoan", True, [
            "the lane is elevated, and lane 2 follows from the facts",
            f"the start-by is {UNTIL}, and 2026-03-03T09:00:00.000000Z follows from the facts",
        ]),
        ((1, "fact"), "bySignal", 9, ["no signal with place 9 in the chain"]),
        ((1, "fact"), "createdAt", "2026-03-02T10:00:00.000000Z",
         [f"the start-by is {UNTIL}, and 2026-03-04T10:00:00.000000Z follows from the facts"]),
    ],
)  # fmt: skip
def test_a_changed_explanation_is_detected(place: tuple[Any, ...], key: str, value: object, wrong: list[str]) -> None:
    explanation = explained(STORY)
    part: Any = explanation["factors"] if place else explanation
    for step in place:
        part = part[step]
    part[key] = value
    assert check(explanation) == wrong


def test_the_tie_break_of_a_handoff_is_checked_against_its_start_by() -> None:
    explanation = explained([signal(1, URGENT)], hand_off(1, 2))
    explanation["factors"][1]["fact"]["hairs"] = 1
    [wrong] = check(explanation)
    assert wrong.startswith("the start-by is 2026-03-03T08:59:59.999998Z, and 2026-03-03T08:59:59.999999Z follows")
