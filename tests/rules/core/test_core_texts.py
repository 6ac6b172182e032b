"""Texts of the core: a finding as JSON, an instant as the office reads it, and values that are checked."""

from datetime import UTC, datetime

from rules.core.dated_values import versions
from rules.core.dates import office_time_text
from rules.procedure.separation_of_duties import not_own_case
from rules.validation import CHECKS, check_values


def test_a_finding_as_json_has_rule_messages_and_article() -> None:
    finding = not_own_case(person="a", applicant="a")
    assert finding is not None
    assert finding.as_json() == {
        "rule": "conflict.not-own-case",
        "message": finding.message,
        "messageNl": finding.message_nl,
        "article": "Awb 2:4",
    }


def test_an_instant_is_shown_in_local_time_to_the_minute() -> None:
    assert office_time_text(datetime(2026, 3, 2, 23, 5, 59, tzinfo=UTC)) == "2026-03-03 00:05"
    assert office_time_text(datetime(2026, 7, 1, 9, 30, tzinfo=UTC)) == "2026-07-01 11:30"


def test_the_values_of_the_repository_pass_their_checks() -> None:
    assert CHECKS.keys() <= versions().keys()
    check_values()
