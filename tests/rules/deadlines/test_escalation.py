"""Escalation and reminders: the schedules, and the problems that are refused."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.core.dated_values import versions
from rules.core.roles import Role
from rules.deadlines.escalation import (
    ESCALATION,
    REMINDERS,
    EscalationStep,
    ReminderSchedule,
    escalation_steps,
    is_reminder,
    overdue_name,
    problems,
    reminder_schedule,
    share_name,
)
from rules.deadlines.escalation import escalation_problems as judge_escalation
from rules.deadlines.escalation import reminder_problems as judge_reminders

BEFORE, AFTER = date(2026, 11, 30), date(2026, 12, 1)
KINDS = {"takeover": False, "objection": True}
OWNERS = {"office", "employer"}
EMPLOYERS = (
    EscalationStep(Role.SECRETARY, 1),
    EscalationStep(Role.COORDINATOR, 7),
    EscalationStep(Role.MINISTRY_CONTACT, 14),
)
IN_THE_HOUSE = (EscalationStep(Role.COORDINATOR, 1), EscalationStep(Role.HEAD, 5))


@pytest.mark.parametrize("kind", ["completion", "takeover", "objection"])
def test_until_november_2026_every_term_had_the_same_reminder_schedule(kind: str) -> None:
    assert reminder_schedule(kind, BEFORE) == ReminderSchedule((0.5, 0.8, 1.0), ())


@pytest.mark.parametrize(
    ("kind", "at", "after"),
    [
        ("completion", (0.5, 0.8, 1.0), ()),
        ("not-processed", (0.5, 0.8, 1.0), ()),
        ("view", (0.5, 1.0), ()),
        ("authority", (0.5, 0.8, 1.0), (1,)),
        ("takeover", (0.5, 0.8, 1.0), (3, 10)),
        ("default", (0.5, 0.8, 1.0), ()),
        ("penalty", (0.33, 0.66, 1.0), ()),
        ("penalty-decision", (0.5, 0.8, 1.0), (3,)),
        ("payment", (0.5, 0.8, 1.0), (3, 10)),
        ("objection", (0.8,), ()),
        ("objection-decision", (0.5, 0.8, 1.0), (3,)),
        ("objection-put-off", (0.5, 0.8, 1.0), (3,)),
    ],
)
def test_since_december_2026_each_kind_of_term_has_its_own_reminder_schedule(
    kind: str, at: tuple[float, ...], after: tuple[int, ...]
) -> None:
    assert reminder_schedule(kind, AFTER) == ReminderSchedule(at, after)


def test_a_term_missed_by_an_employer_is_escalated_after_a_day_a_week_and_two_weeks() -> None:
    assert escalation_steps("employer", BEFORE) == escalation_steps("employer", AFTER) == EMPLOYERS


@pytest.mark.parametrize("owner", ["office", "security-authority"])
def test_a_term_missed_by_the_office_is_escalated_to_the_coordinator_and_the_head(owner: str) -> None:
    assert escalation_steps(owner, BEFORE) == ()
    assert escalation_steps(owner, AFTER) == IN_THE_HOUSE


def test_a_term_missed_by_an_applicant_is_not_escalated() -> None:
    assert escalation_steps("applicant", AFTER) == ()


def test_the_name_of_a_threshold_says_when_it_passes() -> None:
    assert ReminderSchedule((0.5, 0.33, 1.0), (3,)).names == ("50%", "33%", "100%", "+3d")
    assert (share_name(0.8), overdue_name(10)) == ("80%", "+10d")
    assert is_reminder("80%")
    assert is_reminder("+3d")
    assert not is_reminder("coordinator")
    assert not is_reminder("lapsed")


def remind(value: dict[str, Any]) -> list[tuple[str, str]]:
    found = replace(versions()[REMINDERS][-1], value={"objection": {"at": [0.8], "after": []}, **value})
    return list(judge_reminders(found, KINDS))


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ({"at": [0.5, 1.2], "after": []}, "takeover.at.1", "1.2 lies after the end of the term. Give at most 1.0"),
        ({"at": [0, 1.0], "after": []}, "takeover.at.0", "0 lies before the term begins. Give a fraction above 0."),
        ({"at": [], "after": []}, "takeover.at", "Nobody would hear of the term before it ends"),
        ({"at": [0.8, 0.5], "after": []}, "takeover.at", "[0.8, 0.5] does not go up."),
        ({"at": [0.8, 0.8], "after": []}, "takeover.at", "[0.8, 0.8] does not go up."),
        ({"at": [1.0], "after": [0]}, "takeover.after.0", "0 is not after the last day. Give whole days, 1 for"),
        ({"at": [1.0], "after": [1.5]}, "takeover.after.0", "1.5 is not after the last day."),
        ({"at": [1.0], "after": [10, 3]}, "takeover.after", "[10, 3] does not go up."),
    ],
)
def test_an_impossible_reminder_schedule_is_refused_with_its_field_and_what_would_be_right(
    line: dict[str, Any], field: str, words: str
) -> None:
    ((found, said),) = remind({"takeover": line})
    assert found == field
    assert said.startswith(words)


def test_a_valid_reminder_schedule_is_not_refused() -> None:
    assert remind({"takeover": {"at": [0.01, 1.0], "after": [1, 2]}}) == []
    assert remind({"every": {"at": [1], "after": []}}) == []


@pytest.mark.parametrize("kind", ["objection", "every"])
def test_nobody_is_reminded_after_the_end_of_a_term_that_lapses(kind: str) -> None:
    value = {"takeover": {"at": [1.0], "after": []}, kind: {"at": [1.0], "after": [3]}}
    ((field, words),) = remind(value)
    assert field == f"{kind}.after"
    assert words.startswith("3 days after its end nothing is left to remind of")
    assert "Leave this empty" in words


def test_a_kind_of_term_that_does_not_exist_or_has_no_reminder_schedule_is_named() -> None:
    assert remind({"takover": {"at": [1.0], "after": []}}) == [
        ("takover", "There is no such kind of term; there are takeover, objection."),
        ("every", "Nobody is reminded of takeover; give each a ladder, or one for every."),
    ]
    nothing = replace(versions()[REMINDERS][-1], value={})
    assert list(judge_reminders(nothing, KINDS)) == [
        ("every", "Nobody is reminded of objection, takeover; give each a ladder, or one for every."),
    ]


def climb(value: dict[str, Any]) -> list[tuple[str, str]]:
    return list(judge_escalation(replace(versions()[ESCALATION][-1], value=value), KINDS, OWNERS))


@pytest.mark.parametrize(
    ("rungs", "field", "words"),
    [
        ([{"to": "boss", "days": 1}], "office.0.to", "boss is nobody to turn to; there are administrator, adviser,"),
        ([{"to": "applicant", "days": 1}], "office.0.to", "applicant is nobody to turn to"),
        ([{"to": "head", "days": 0}], "office.days.0", "0 is not after the last day."),
        ([{"to": "coordinator", "days": 5}, {"to": "head", "days": 5}], "office.days", "[5, 5] does not go up."),
        ([{"to": "head", "days": 1}, {"to": "head", "days": 2}], "office", "Name each role once."),
    ],
)
def test_an_escalation_to_nobody_is_refused(rungs: list[Any], field: str, words: str) -> None:
    ((found, said),) = climb({"office": rungs})
    assert found == field
    assert said.startswith(words)


def test_an_escalation_for_nobodys_term_is_refused() -> None:
    assert climb({"provider": []}) == [("provider", "No term is theirs; there are employer, office.")]
    assert climb({"office": [{"to": "coordinator", "days": 1}, {"to": "head", "days": 2}]}) == []


def test_what_is_wrong_names_the_value_and_its_version() -> None:
    every = dict.fromkeys(versions()[REMINDERS][-1].value, False)
    assert problems(every, {"employer", "office", "security-authority"}) == []
    found = problems(every | {"objection": True, "takeover": True}, {"employer", "office"})
    assert [line.partition(": ")[0] for line in found] == [
        "reminder_ladders, the version from 2026-12-01",
        "escalation_ladders, the version from 2026-12-01",
    ]
    assert ": takeover.after: " in found[0]
    assert ": security-authority: " in found[1]
