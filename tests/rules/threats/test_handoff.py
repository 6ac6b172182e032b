"""Handoff of a threat: the steps that a signal requires, and what a recorded step must say."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rules.core.dated_values import value, version
from rules.core.decision_table import every_case
from rules.core.errors import RulesError
from rules.core.rule import Rule
from rules.threats.handoff import (
    COLUMNS,
    TIE_BREAK_MICROSECONDS,
    HandOffOutcome,
    HandOffStep,
    call_has_time_only,
    check_table,
    contact_with_consent,
    not_before_signal,
    not_in_future,
    problems,
    step_is_open,
    steps_of,
)
from rules.threats.urgency import SignalKind, SignalSource, Urgency

ON = date(2026, 3, 2)
TABLE = value("hand_off", ON)
CALL, REPORT, SUPPORT, CONTACT, LOAN = HandOffStep
DONE, DECLINED, NOT_NEEDED = HandOffOutcome


def test_every_signal_requires_the_steps_in_their_order_and_none_twice() -> None:
    assert list(problems(TABLE)) == []
    check_table(version("hand_off", ON))
    for case, _ in every_case(TABLE, COLUMNS):
        urgency, kind, source, reported = case.values()
        asked = steps_of(urgency, kind, source, ON, reported=reported)
        assert asked == [step for step in HandOffStep if step in asked]
        assert SUPPORT in asked
        assert (REPORT in asked) == (not reported and source is not SignalSource.POLICE)
        assert (CALL in asked) == (urgency is Urgency.ACUTE and kind is SignalKind.ACUTE_DANGER)
        assert (LOAN in asked) == (urgency in {Urgency.ACUTE, Urgency.URGENT})
        assert (CONTACT in asked) == (urgency is not Urgency.ROUTINE)


def test_each_step_comes_before_the_next_by_a_microsecond() -> None:
    assert [TIE_BREAK_MICROSECONDS[step] for step in HandOffStep] == [5, 4, 3, 2, 1]


def test_the_checker_notices_a_table_with_steps_in_another_order() -> None:
    order = (
        "The steps stand in the order consider-loan, security-contact, support-team, police-report, call-112;"
        " they are done as call-112, police-report, support-team, security-contact, consider-loan."
    )
    assert order in problems(TABLE[::-1])
    with pytest.raises(RulesError) as refused:
        check_table(replace(version("hand_off", ON), value=TABLE[::-1]))
    assert str(refused.value) == f"The hand-off table from {version('hand_off', ON).since} is incomplete: {order}"


@pytest.mark.parametrize(
    ("row", "columns", "words"),
    [
        (2, {"reported": [True]}, "asks for: nothing"),
        (1, {"step": "support-team"}, "support-team, support-team"),
        (1, {"step": "tell-the-press"}, "names the step tell-the-press"),
        (1, {"kinds": ["rumour"]}, "names ['rumour'] among its kinds"),
    ],
)
def test_the_checker_notices_a_gap_a_duplicate_and_an_unknown_name(row: int, columns: Any, words: str) -> None:
    table = [{**found, **columns} if place == row else found for place, found in enumerate(TABLE)]
    table = [found for found in table if words != "asks for: nothing" or found["step"] in {"support-team", "call-112"}]
    assert any(words in fault for fault in problems(table))


@pytest.mark.parametrize(("reported", "words"), [(True, "reported"), (False, "not reported")])
def test_a_gap_is_reported_with_the_signal_that_falls_into_it(reported: bool, words: str) -> None:
    rows = [{**found, "reported": [not reported]} for found in TABLE if found["step"] == SUPPORT]
    assert next(iter(problems(rows))) == f"acute acute-danger told by police, {words}, asks for: nothing."


def test_the_number_of_the_support_team_says_where_and_when_it_was_read_and_that_it_must_be_checked() -> None:
    number = version("support_team_number", ON)
    assert number.value == "070-373 83 14"
    assert not number.verified
    assert "20 January 2020" in number.source
    assert "check it again" in number.source


AT = {"on": ON, "now": "10:00"}

SITUATIONS: list[tuple[Rule, dict[str, Any], bool]] = [
    (step_is_open, {"step": REPORT, "open_steps": [REPORT, SUPPORT]}, True),
    (step_is_open, {"step": CALL, "open_steps": [REPORT, SUPPORT]}, False),
    (step_is_open, {"step": CALL, "open_steps": []}, False),
    (contact_with_consent, {"step": CONTACT, "outcome": DONE, "consent": True}, True),
    (contact_with_consent, {"step": CONTACT, "outcome": DONE, "consent": False}, False),
    (contact_with_consent, {"step": CONTACT, "outcome": DONE, "consent": None}, False),
    (contact_with_consent, {"step": CONTACT, "outcome": DECLINED, "consent": False}, True),
    (contact_with_consent, {"step": CONTACT, "outcome": NOT_NEEDED, "consent": None}, True),
    (contact_with_consent, {"step": SUPPORT, "outcome": DONE, "consent": None}, True),
    (call_has_time_only, {"step": CALL, "outcome": DONE, "time": "14:05", "reference": None}, True),
    (call_has_time_only, {"step": CALL, "outcome": DONE, "time": None, "reference": None}, False),
    (call_has_time_only, {"step": CALL, "outcome": DONE, "time": "14:05", "reference": "P-1"}, False),
    (call_has_time_only, {"step": CALL, "outcome": NOT_NEEDED, "time": None, "reference": None}, True),
    (call_has_time_only, {"step": CALL, "outcome": NOT_NEEDED, "time": "14:05", "reference": None}, False),
    (call_has_time_only, {"step": REPORT, "outcome": DONE, "time": None, "reference": "P-1"}, True),
    (call_has_time_only, {"step": REPORT, "outcome": DONE, "time": "14:05", "reference": None}, False),
    (not_in_future, {"done_on": ON, "time": None, **AT}, True),
    (not_in_future, {"done_on": ON, "time": "10:00", **AT}, True),
    (not_in_future, {"done_on": ON, "time": "10:01", **AT}, False),
    (not_in_future, {"done_on": ON - timedelta(days=1), "time": "23:59", **AT}, True),
    (not_in_future, {"done_on": ON + timedelta(days=1), "time": None, **AT}, False),
    (not_before_signal, {"done_on": ON, "first_signal": ON}, True),
    (not_before_signal, {"done_on": ON, "first_signal": ON + timedelta(days=1)}, False),
    (not_before_signal, {"done_on": ON + timedelta(days=1), "first_signal": ON}, True),
]


@pytest.mark.parametrize(("rule", "facts", "holds"), SITUATIONS, ids=lambda part: getattr(part, "id", None))
def test_a_step_is_recorded_when_allowed_and_otherwise_refused_in_both_languages(
    rule: Rule,
    facts: dict[str, Any],
    holds: bool,
) -> None:
    finding = rule(**facts)
    assert (finding is None) == holds
    if finding is not None:
        assert finding.message
        assert finding.message_nl
    assert rule.summary_nl


@pytest.mark.parametrize("number", range(len(TABLE)))
@pytest.mark.parametrize("column", ["urgencies", "kinds", "sources", "reported"])
def test_a_row_that_leaves_a_column_out_is_reported(number: int, column: str) -> None:
    left = {name: value for name, value in TABLE[number].items() if name != column}
    table = [left if place == number else row for place, row in enumerate(TABLE)]
    assert f"{left['id']} does not name its {column}." in problems(table)
