"""Event log of another office: a file of comma-separated values, read completely or not at all."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from rules.business_calendar.closed_days import COMPUTED_FROM
from rules.core.dates import AMSTERDAM
from rules.core.errors import RulesError
from rules.forecast.history import Piece
from rules.threats.urgency import DUTCH, RANK

COLUMNS = ("case", "arrived", "started", "ended", "lane", "officer")
WORK = "case"
"""The name of the only kind of work in such a log."""
LANES = {str(urgency): rank for urgency, rank in RANK.items()} | {
    DUTCH[urgency]: rank for urgency, rank in RANK.items()
}
SHOWN = 20
"""The maximum number of faults that are listed."""
DATE_LENGTH = len("2026-02-03")
LONGEST = 60
"""The number of characters of a wrong value that are shown."""


class Fault(NamedTuple):
    """One fault in the file: its place, and what would be right."""

    line: int
    column: str
    value: str
    right: str

    def __str__(self) -> str:
        """A sentence that starts with the place."""
        shown = self.value if len(self.value) <= LONGEST else self.value[:LONGEST] + "..."
        return f"line {self.line}, {self.column}: {shown!r}: {self.right}"


class LogError(RulesError):
    """The file is not a valid log; nothing of it was used."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        more = len(faults) - SHOWN
        lines = [str(fault) for fault in faults[:SHOWN]] + ([f"and {more} more"] if more > 0 else [])
        super().__init__("\n".join(lines))
        self.faults = tuple(faults)


def read(text: str, *, at: datetime) -> list[Piece]:
    """The cases of a log, in the order of the file.

    The columns may be separated by commas or semicolons and come in any order; other columns are ignored. A moment
    without a time zone is in Europe/Amsterdam. A waiting case has no start and no officer, an assigned one no end.

    Args:
        text: the contents of the file.
        at: now; a log has no later moment.

    Raises:
        LogError: the file has faults; the message names line, column, value and what would be right, for each.
    """
    text = text.removeprefix("\ufeff")
    head = text.split("\n", 1)[0]
    if not text.strip():
        raise LogError([Fault(1, "file", "", f"it is empty; the first line names the columns {', '.join(COLUMNS)}")])
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        names = [name.strip().lower() for name in next(rows)]
        places = _places(names)
        pieces: list[Piece] = []
        faults: list[Fault] = []
        lines: dict[str, int] = {}
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            found = list(_row(rows.line_num, cells, len(names), places, lines, at))
            faults += [each for each in found if isinstance(each, Fault)]
            pieces += [each for each in found if isinstance(each, Piece)]
    except csv.Error as error:
        raise LogError([Fault(rows.line_num, "line", "", f"it is no line of such a file: {error}")]) from error
    if not faults and not pieces:
        faults = [Fault(2, "file", "", "it holds no case; give one line for each")]
    if faults:
        raise LogError(faults)
    return pieces


def _places(names: Sequence[str]) -> dict[str, int]:
    missing = [column for column in COLUMNS if column not in names]
    twice = [column for column in COLUMNS if names.count(column) > 1]
    faults = [
        Fault(1, column, ",".join(names), "this column is missing; the first line names it") for column in missing
    ]
    faults += [Fault(1, column, ",".join(names), "this column is named twice; leave one out") for column in twice]
    if faults:
        raise LogError(faults)
    return {column: names.index(column) for column in COLUMNS}


def _row(
    line: int, cells: Sequence[str], width: int, places: dict[str, int], lines: dict[str, int], at: datetime
) -> Iterator[Fault | Piece]:
    if len(cells) != width:
        right = f"this line has {len(cells)} cells, and the first line names {width} columns; quote a cell with a comma"
        yield Fault(line, "line", ",".join(cells), right)
        return
    held = {column: cells[place].strip() for column, place in places.items()}
    faults = [fault for fault in _faults_of_words(line, held, lines) if fault]
    moments: dict[str, datetime | None] = {}
    for column in ("arrived", "started", "ended"):
        found = _moment(held[column], at) if held[column] else None
        moments[column] = found if isinstance(found, datetime) else None
        if isinstance(found, str):
            faults.append(Fault(line, column, held[column], found))
    if not faults:
        faults = list(_faults_of_order(line, held, moments))
    if faults:
        yield from faults
        return
    arrived, started, ended = moments["arrived"], moments["started"], moments["ended"]
    assert arrived is not None
    yield Piece(held["case"], WORK, LANES[held["lane"].lower()], arrived, started, ended, held["officer"] or None)


def _faults_of_words(line: int, held: dict[str, str], lines: dict[str, int]) -> Iterator[Fault]:
    case, lane = held["case"], held["lane"]
    if not case:
        yield Fault(line, "case", case, "give the case a reference of its own")
    elif case in lines:
        yield Fault(line, "case", case, f"this case stands on line {lines[case]} already; give each case one line")
    lines.setdefault(case, line)
    if lane.lower() not in LANES:
        yield Fault(line, "lane", lane, f"give one of {', '.join(RANK)} (or {', '.join(DUTCH.values())})")
    if not held["arrived"]:
        yield Fault(line, "arrived", "", "say when the case came in, such as 2026-02-03T10:15")


def _faults_of_order(line: int, held: dict[str, str], moments: dict[str, datetime | None]) -> Iterator[Fault]:
    arrived, started, ended = moments["arrived"], moments["started"], moments["ended"]
    if started is None and ended is not None:
        yield Fault(line, "started", "", f"it ended at {held['ended']}, so say when it was begun; or leave the end out")
    if started is not None and arrived is not None and started < arrived:
        yield Fault(line, "started", held["started"], f"give a moment at or after its arrival at {held['arrived']}")
    if started is not None and ended is not None and ended < started:
        yield Fault(line, "ended", held["ended"], f"give a moment at or after its start at {held['started']}")
    if started is not None and not held["officer"]:
        yield Fault(line, "officer", "", "it was begun, so say by whom; any name will do, the same for the same person")
    if started is None and ended is None and held["officer"]:
        yield Fault(line, "officer", held["officer"], "it was not begun, so leave the officer out, or give its start")


def _moment(text: str, at: datetime) -> datetime | str:
    """The moment, or what would be right; a mistyped year would change every number."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return "write a moment as 2026-02-03T10:15, or with its zone as 2026-02-03T10:15+01:00"
    if len(text) <= DATE_LENGTH:
        return "give the time of day too, such as 2026-02-03T10:15"
    if found.date() < COMPUTED_FROM:
        return f"give a moment from {COMPUTED_FROM} on; of earlier years the holidays are not known"
    if found.year > at.year + 1 or (found := found if found.tzinfo else found.replace(tzinfo=AMSTERDAM)) > at:
        return "it has not come yet; give the moment at which it happened, or leave it out"
    return found
