"""Event log of another office: read completely, or refused with line, column, value and what would be right."""

# ruff: noqa: E501  # a line is a situation

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rules.forecast.event_log import SHOWN, LogError, read
from rules.forecast.history import Piece

HEAD = "case,arrived,started,ended,lane,officer\n"
ROW = "1,2026-02-03T10:15,2026-02-04T09:00,2026-02-04T12:00,urgent,kim\n"


NOW = datetime(2026, 11, 28, 15, tzinfo=UTC)


def read_now(text: str) -> list[Piece]:
    return read(text, at=NOW)


def faults(text: str) -> list[str]:
    with pytest.raises(LogError) as caught:
        read_now(text)
    return [str(fault) for fault in caught.value.faults]


def test_a_line_is_a_case_with_its_lane_its_moments_and_who_did_it() -> None:
    (piece,) = read_now(HEAD + ROW)
    assert (piece.case, piece.work, piece.lane, piece.person) == ("1", "case", 2, "kim")
    assert piece.arrived == datetime(2026, 2, 3, 9, 15, tzinfo=UTC)  # a moment without a zone is one of Amsterdam
    assert piece.started == datetime(2026, 2, 4, 8, tzinfo=UTC)
    assert piece.ended == datetime(2026, 2, 4, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "lanes"),
    [
        (HEAD + ROW.replace("urgent", "spoed"), [2]),
        (HEAD + ROW.replace("urgent", "Acute"), [1]),
        ("\ufeff" + HEAD.upper().replace(",", ";") + ROW.replace(",", ";"), [2]),
        ('officer,lane,note,ended,started,arrived,case\nkim,routine,"a, b",,2026-01-02T10:00Z,2026-01-01T10:00Z,7\n', [4]),
        (HEAD + ROW + "\n,,,,,\n" + ROW.replace("1,", "2,", 1).replace("urgent", "elevated"), [2, 3]),
        (HEAD + "1,2026-02-03T10:15,,,acute,\r\n", [1]),
    ],
)  # fmt: skip
def test_columns_may_be_in_any_order_and_lanes_are_named_in_english_or_dutch(text: str, lanes: list[int]) -> None:
    assert [piece.lane for piece in read_now(text)] == lanes


def test_a_waiting_case_has_no_start_and_an_assigned_one_no_end() -> None:
    waits, held = read_now(HEAD + "1,2026-02-03T10:15,,,acute,\n2,2026-02-03T10:15,2026-02-03T11:15,,acute,kim\n")
    assert (waits.started, waits.ended, waits.person) == (None, None, None)
    assert (held.ended, held.person) == (None, "kim")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ROW.replace("2026-02-04T12:00", "2026-02-04T08:59"), "line 2, ended: '2026-02-04T08:59': give a moment at or after its start at 2026-02-04T09:00"),
        (ROW.replace("2026-02-04T09:00", "2026-02-03T10:14"), "line 2, started: '2026-02-03T10:14': give a moment at or after its arrival at 2026-02-03T10:15"),
        (ROW.replace("2026-02-04T09:00", ""), "line 2, started: '': it ended at 2026-02-04T12:00, so say when it was begun; or leave the end out"),
        (ROW.replace("kim", ""), "line 2, officer: '': it was begun, so say by whom; any name will do, the same for the same person"),
        ("1,2026-02-03T10:15,,,urgent,kim\n", "line 2, officer: 'kim': it was not begun, so leave the officer out, or give its start"),
        (ROW.replace("urgent", "high"), "line 2, lane: 'high': give one of acute, urgent, elevated, routine (or acuut, spoed, verhoogd, regulier)"),
        (ROW.replace("1,", " ,", 1), "line 2, case: '': give the case a reference of its own"),
        (ROW.replace("2026-02-03T10:15", ""), "line 2, arrived: '': say when the case came in, such as 2026-02-03T10:15"),
        (ROW.replace("2026-02-03T10:15", "3-2-2026 10:15"), "line 2, arrived: '3-2-2026 10:15': write a moment as 2026-02-03T10:15, or with its zone as 2026-02-03T10:15+01:00"),
        (ROW.replace("2026-02-03T10:15", "2026-02-03"), "line 2, arrived: '2026-02-03': give the time of day too, such as 2026-02-03T10:15"),
        (ROW.replace("2026-02-03T10:15", "1926-02-03T10:15"), "line 2, arrived: '1926-02-03T10:15': give a moment from 2014-01-01 on; of earlier years the holidays are not known"),
        (ROW.replace("2026-02-03T10:15", "0001-01-01T00:00+14:00"), "line 2, arrived: '0001-01-01T00:00+14:00': give a moment from 2014-01-01 on; of earlier years the holidays are not known"),
        (ROW.replace("2026-02-04T12:00", "3026-02-04T12:00"), "line 2, ended: '3026-02-04T12:00': it has not come yet; give the moment at which it happened, or leave it out"),
        (ROW.replace("2026-02-04T12:00", "2026-11-28T16:01"), "line 2, ended: '2026-11-28T16:01': it has not come yet; give the moment at which it happened, or leave it out"),
        ("1,9999-12-31T23:59-12:00,,,urgent,\n", "line 2, arrived: '9999-12-31T23:59-12:00': it has not come yet; give the moment at which it happened, or leave it out"),
        (ROW.replace("kim", "kim,more"), f"line 2, line: '{ROW[:60]}...': this line has 7 cells, and the first line names 6 columns; quote a cell with a comma"),
        (ROW + ROW, "line 3, case: '1': this case stands on line 2 already; give each case one line"),
        ("", "line 2, file: '': it holds no case; give one line for each"),
        (ROW.replace("urgent", "x" * 61), f"line 2, lane: '{'x' * 60}...': give one of acute, urgent, elevated, routine (or acuut, spoed, verhoogd, regulier)"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_with_its_column_its_value_and_what_would_be_right(row: str, said: str) -> None:
    assert faults(HEAD + row) == [said]


def test_what_happened_a_moment_ago_is_read() -> None:
    (piece,) = read_now(HEAD + ROW.replace("2026-02-04T12:00", "2026-11-28T16:00"))
    assert piece.ended == NOW


def test_every_wrong_line_is_named_and_nothing_is_read() -> None:
    found = faults(HEAD + ROW + ROW.replace("1,", "2,", 1).replace("urgent", "x") + "3,soon,,,y,\n")
    assert [line.split(":")[0] for line in found] == ["line 3, lane", "line 4, lane", "line 4, arrived"]


def test_of_very_many_faults_the_first_are_shown_and_the_rest_are_counted() -> None:
    rows = "".join(f"{number},2026-02-03T10:15,,,x,\n" for number in range(SHOWN + 3))
    with pytest.raises(LogError) as caught:
        read_now(HEAD + rows)
    lines = str(caught.value).splitlines()
    assert len(lines) == SHOWN + 1
    assert lines[-1] == "and 3 more"
    with pytest.raises(LogError) as caught:
        read_now(HEAD + "".join(rows.splitlines(keepends=True)[:SHOWN]))
    assert len(str(caught.value).splitlines()) == SHOWN


def test_a_file_without_the_columns_is_refused_with_those_that_are_missing() -> None:
    found = faults("case,arrived,started,lane,lane,officer\n" + ROW)
    assert found == [
        "line 1, ended: 'case,arrived,started,lane,lane,officer': this column is missing; the first line names it",
        "line 1, lane: 'case,arrived,started,lane,lane,officer': this column is named twice; leave one out",
    ]
    assert faults(" \n") == [
        "line 1, file: '': it is empty; the first line names the columns case, arrived, started, ended, lane, officer",
    ]
    (one,) = faults(HEAD + '"' + "x" * 140_000 + '"\n')
    assert one.startswith("line 2, line: '': it is no line of such a file: ")


def test_the_example_of_the_documentation_is_read() -> None:
    pieces = read_now((Path(__file__).parents[3] / "docs" / "examples" / "forecast-log.csv").read_text("utf-8"))
    assert len(pieces) > 130
