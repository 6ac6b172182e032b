"""Urgency table: every version decides every signal once, without gap or overlap."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from rules.core.dated_values import Version, versions
from rules.core.decision_table import every_case
from rules.core.errors import RulesError
from rules.threats.urgency import (
    COLUMNS,
    RANK,
    Classification,
    SignalKind,
    SignalSource,
    Urgency,
    check_table,
    class_by_table,
    classify,
    highest,
    only_lowers,
    problems,
    signal_not_in_future,
)

VERSIONS = versions()["urgency_table"]
TABLE = VERSIONS[-1].value
ON = date(2026, 3, 2)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: str(version.since))
def test_every_signal_fits_exactly_one_row(version: Version) -> None:
    cases = list(every_case(version.value, COLUMNS))
    assert len(cases) == 8 * 5 * 2 * 2
    assert [case for case, rows in cases if len(rows) != 1] == []
    assert list(problems(version.value)) == []
    check_table(version)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: str(version.since))
def test_every_row_decides_something(version: Version) -> None:
    cases = list(every_case(version.value, COLUMNS))
    for row in version.value:
        assert any(row in rows for _, rows in cases)


def changed(number: int, **columns: Any) -> list[dict[str, Any]]:
    """The table with one row changed."""
    return [{**row, **columns} if place == number else row for place, row in enumerate(TABLE)]


@pytest.mark.parametrize("gone", range(len(TABLE)))
def test_the_checker_notices_a_missing_row(gone: int) -> None:
    fault = next(fault for fault in problems([*TABLE[:gone], *TABLE[gone + 1 :]]) if "no row fits" in fault)
    with pytest.raises(RulesError) as refused:
        check_table(replace(VERSIONS[-1], value=[*TABLE[:gone], *TABLE[gone + 1 :]]))
    words = f"The urgency table from {VERSIONS[-1].since} does not decide every signal once: "
    assert str(refused.value) == words + fault


@pytest.mark.parametrize("twice", range(len(TABLE)))
def test_the_checker_notices_a_row_that_overlaps(twice: int) -> None:
    found = list(problems([*TABLE, {**TABLE[twice], "id": "U99"}]))
    assert found
    assert all("2 rows fit" in fault for fault in found)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"kinds": ["rumour"]}, "names ['rumour'] among its kinds"),
        ({"sources": ["neighbour"]}, "names ['neighbour'] among its sources"),
        ({"ages": ["ancient"]}, "names ['ancient'] among its ages"),
        ({"reported": ["perhaps"]}, "names ['perhaps'] among its reported"),
        ({"urgency": "panic"}, "names the urgency panic"),
        ({"id": "U2"}, "Two rows are called U2"),
        ({"reported": [True]}, "not reported to the police: no row fits"),
    ],
)
def test_the_checker_notices_an_unknown_name(columns: dict[str, Any], words: str) -> None:
    assert any(words in fault for fault in problems(changed(0, **columns)))


@pytest.mark.parametrize(("reported", "words"), [(True, "reported"), (False, "not reported")])
def test_a_gap_and_an_overlap_are_reported_with_the_signal_and_the_rows(reported: bool, words: str) -> None:
    signal = f"recent acute-danger told by police, {words} to the police"
    assert next(iter(problems(changed(0, reported=[not reported])))) == f"{signal}: no row fits."
    row = {**TABLE[0], "id": "U99", "reported": [reported]}
    assert next(iter(problems([*TABLE, row]))) == f"{signal}: 2 rows fit: U1, U99."


def test_the_versions_leave_no_day_without_a_table() -> None:
    for earlier, later in pairwise(VERSIONS):
        assert earlier.until is not None
        assert later.since == earlier.until + timedelta(days=1)
    assert VERSIONS[-1].until is None


@pytest.mark.parametrize(
    ("kind", "source", "days_ago", "reported", "urgency", "row"),
    [
        (SignalKind.ACUTE_DANGER, SignalSource.THIRD_PARTY, 0, False, Urgency.ACUTE, "U1"),
        (SignalKind.ACUTE_DANGER, SignalSource.THIRD_PARTY, 30, False, Urgency.ACUTE, "U1"),
        (SignalKind.ACUTE_DANGER, SignalSource.THIRD_PARTY, 31, True, Urgency.URGENT, "U6"),
        (SignalKind.DEATH_THREAT, SignalSource.POLICE, 30, True, Urgency.ACUTE, "U2"),
        (SignalKind.DEATH_THREAT, SignalSource.APPLICANT, 30, False, Urgency.ACUTE, "U2"),
        (SignalKind.DEATH_THREAT, SignalSource.THIRD_PARTY, 30, True, Urgency.ACUTE, "U3"),
        (SignalKind.DEATH_THREAT, SignalSource.THIRD_PARTY, 30, False, Urgency.URGENT, "U4"),
        (SignalKind.DEATH_THREAT, SignalSource.THIRD_PARTY, 31, True, Urgency.URGENT, "U6"),
        (SignalKind.PHYSICAL_VIOLENCE, SignalSource.THIRD_PARTY, 30, True, Urgency.ACUTE, "U3"),
        (SignalKind.PHYSICAL_VIOLENCE, SignalSource.THIRD_PARTY, 30, False, Urgency.URGENT, "U4"),
        (SignalKind.PHYSICAL_VIOLENCE, SignalSource.THIRD_PARTY, 31, True, Urgency.URGENT, "U6"),
        (SignalKind.STALKING, SignalSource.APPLICANT, 30, False, Urgency.URGENT, "U5"),
        (SignalKind.STALKING, SignalSource.APPLICANT, 31, False, Urgency.ELEVATED, "U8"),
        (SignalKind.INTIMIDATION, SignalSource.APPLICANT, 31, True, Urgency.ELEVATED, "U8"),
        (SignalKind.ONLINE_HARASSMENT, SignalSource.POLICE, 30, True, Urgency.ELEVATED, "U7"),
        (SignalKind.ONLINE_HARASSMENT, SignalSource.POLICE, 31, True, Urgency.ROUTINE, "U9"),
    ],
)
def test_a_signal_has_its_class_by_a_row(
    kind: SignalKind,
    source: SignalSource,
    days_ago: int,
    reported: bool,
    urgency: Urgency,
    row: str,
) -> None:
    found = classify(kind, source, ON - timedelta(days=days_ago), ON, reported=reported)
    assert found == Classification(urgency, row, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("on", "reported", "found"),
    [
        (date(2025, 12, 31), True, Classification(Urgency.URGENT, "U3", date(2021, 1, 1))),
        (date(2025, 12, 31), False, Classification(Urgency.URGENT, "U3", date(2021, 1, 1))),
        (date(2026, 1, 1), True, Classification(Urgency.ACUTE, "U3", date(2026, 1, 1))),
        (date(2026, 1, 1), False, Classification(Urgency.URGENT, "U4", date(2026, 1, 1))),
    ],
)
def test_from_2026_a_report_to_the_police_makes_a_death_threat_by_hearsay_acute(
    on: date,
    reported: bool,
    found: Classification,
) -> None:
    assert classify(SignalKind.DEATH_THREAT, SignalSource.THIRD_PARTY, on, on, reported=reported) == found


@pytest.mark.parametrize("on", [date(2025, 12, 31), ON])
def test_an_older_signal_and_an_unreported_one_are_never_more_urgent(on: date) -> None:
    for case, _ in every_case(TABLE, COLUMNS):
        kind, source, age, reported = case.values()
        days = {"recent": 30, "old": 31}[age]
        here = classify(kind, source, on - timedelta(days=days), on, reported=reported)
        later = classify(kind, source, on - timedelta(days=31), on, reported=reported)
        untold = classify(kind, source, on - timedelta(days=days), on, reported=False)
        assert RANK[here.urgency] <= RANK[later.urgency]
        assert RANK[here.urgency] <= RANK[untold.urgency]


def test_a_wrong_class_is_reported_with_the_row_that_gives_another() -> None:
    facts = {"kind": SignalKind.STALKING, "source": SignalSource.POLICE, "occurred_on": ON, "reported": True, "on": ON}
    judged = class_by_table.judge(**facts, row="U5", urgency=Urgency.URGENT)
    assert judged.finding is None
    assert {version.name for version in judged.values} == {"urgency_table", "recent_signal_days"}
    for wrong in ({"row": "U5", "urgency": Urgency.ACUTE}, {"row": "U7", "urgency": Urgency.URGENT}):
        finding = class_by_table(**facts, **wrong)
        assert finding is not None
        assert "By row U5 of the table from 2026-01-01" in finding.message
        assert "Volgens regel U5" in finding.message_nl


def test_the_most_urgent_of_several_counts_and_none_is_routine() -> None:
    assert highest([Urgency.ROUTINE, Urgency.ACUTE, Urgency.ELEVATED]) is Urgency.ACUTE
    assert highest([Urgency.URGENT, Urgency.ELEVATED]) is Urgency.URGENT  # not by the alphabet
    assert highest([]) is Urgency.ROUTINE


@pytest.mark.parametrize(("present", "wanted"), [(one, other) for one in Urgency for other in Urgency])
def test_a_person_only_lowers(present: Urgency, wanted: Urgency) -> None:
    assert (only_lowers(present=present, wanted=wanted) is None) == (RANK[wanted] > RANK[present])


def test_a_signal_has_happened() -> None:
    assert signal_not_in_future(occurred_on=ON, on=ON) is None
    assert signal_not_in_future(occurred_on=ON + timedelta(days=1), on=ON) is not None


@pytest.mark.parametrize("number", range(len(TABLE)))
@pytest.mark.parametrize("column", ["kinds", "sources", "ages"])
def test_a_row_that_leaves_a_column_out_is_reported_unless_it_is_whether_the_police_knows(
    number: int, column: str
) -> None:
    left = {name: value for name, value in TABLE[number].items() if name != column}
    table = [left if place == number else row for place, row in enumerate(TABLE)]
    assert f"{left['id']} does not name its {column}." in problems(table)
    assert not any("does not name" in problem for problem in problems(TABLE))
