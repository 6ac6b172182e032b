"""Replay of rows from the ledger: every recorded row is the fold of the changes in its stream."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from states.storage.canonical_json import plain
from states.tables import accounting, application, loans, payments, people
from states.tables.base import METADATA, Recorded
from states.tables.ledger import LedgerEntry

TABLE_MODULES = (application, payments, people, loans, accounting)
"""The modules of the recorded tables; their import registers the tables."""


def fold(entries: Iterable[LedgerEntry]) -> dict[str, dict[str, Any]]:
    """The column values of every row that the entries change, by ``table:key``, after the last entry."""
    rows: dict[str, dict[str, Any]] = {}
    for entry in entries:
        for key, changes in entry.changes.items():
            rows.setdefault(key, {}).update(changes)
    return rows


def entries_of(session: Session, stream: str, *, until: datetime | None = None) -> list[LedgerEntry]:
    """The entries of a stream in order, up to and including an instant where one is given."""
    query = select(LedgerEntry).where(LedgerEntry.stream == stream)
    if until is not None:
        query = query.where(LedgerEntry.at <= until)
    return list(session.exec(query.order_by(col(LedgerEntry.seq))))


def as_of(session: Session, stream: str, instant: datetime) -> dict[str, dict[str, Any]]:
    """Every row of a stream at an instant, from the ledger alone."""
    return fold(entries_of(session, stream, until=instant))


def recorded_tables() -> dict[str, type[Recorded]]:
    """The recorded tables by name."""
    found: dict[str, type[Recorded]] = {}
    pending = list(Recorded.__subclasses__())
    while pending:
        table = pending.pop()
        pending += table.__subclasses__()
        if str(getattr(table, "__tablename__", "")) in METADATA.tables:
            found[str(table.__tablename__)] = table
    return found


def duty_ended(entries: list[LedgerEntry], organisation: str) -> bool:
    """Whether a person's stream records that a duty ended: the person departed, or the employer was merged."""
    return any(
        entry.event == "depart" or (entry.event == "succeed-employer" and entry.facts["merged"] == organisation)
        for entry in entries
        if entry.chart == "person"
    )


def differences(session: Session, stream: str, entries: list[LedgerEntry]) -> list[str]:
    """The differences between the stored rows of a stream and its ledger; empty when all agree."""
    problems = []
    known = recorded_tables()
    for key, facts in fold(entries).items():
        name, _, primary = key.partition(":")
        table = known[name]
        parts = tuple(primary.split("/"))
        row = session.get(table, parts if len(parts) > 1 else primary)
        if row is None:
            if name != "duty" or not duty_ended(entries, parts[-1]):
                problems.append(f"{stream}: {key} stands in the ledger and not in its table.")
            continue
        stored = plain(row.model_dump(exclude=set(row.unrecorded)))
        # An earlier version recorded marks, which follow from the content and change with the keys.
        wrong = sorted(
            column for column, value in facts.items() if column not in row.unrecorded and stored.get(column) != value
        )
        # A column that was added after the row was recorded has its default.
        defaults = {
            name: plain(field.get_default()) for name, field in table.model_fields.items() if not field.is_required()
        }
        missing = sorted(
            column
            for column, value in stored.items()
            if column not in facts and value not in (None, defaults.get(column))
        )
        if wrong or missing:
            problems.append(f"{stream}: {key} differs from its ledger in {', '.join(wrong + missing)}.")
    return problems
