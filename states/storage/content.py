"""Content of a stream, read per entry: what each entry keeps in the vault, never merged with that of another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from rules.access.content_classes import Retention
from states.storage.database import vault_of
from states.storage.vault import DataKeys
from states.tables.ledger import DataKey, LedgerEntry, VaultItem


@dataclass(frozen=True)
class EntryContent:
    """The content of one entry, by the dotted path of each field, with what the ledger says of that entry."""

    seq: int
    at: datetime
    person: str
    role: str
    chart: str
    subject: str
    event: str
    facts: Mapping[str, Any]
    content: Mapping[str, Any]


def content_of_stream(session: Session, stream: str, *, until: datetime | None = None) -> list[EntryContent]:
    """The content of every entry of a stream that has any, in their order, without what was erased.

    Args:
        session: the database session.
        stream: the id of the stream.
        until: only entries up to and including this instant.

    Raises:
        InvalidTag: an item was changed, or moved from another place.
    """
    return opened(session, VaultItem.stream == stream, *(() if until is None else (LedgerEntry.at <= until,)))


def content_of_subject(session: Session, stream: str, subject: str) -> list[EntryContent]:
    """As :func:`content_of_stream`, of one subject."""
    return opened(session, VaultItem.stream == stream, VaultItem.subject == subject)


def content_of_subjects(session: Session, streams: Mapping[str, str]) -> dict[str, list[EntryContent]]:
    """As :func:`content_of_subject`, of several subjects, by subject.

    Args:
        session: the database session.
        streams: the stream of each subject.
    """
    found: dict[str, list[EntryContent]] = {subject: [] for subject in streams}
    places = [(stream, subject) for subject, stream in streams.items()]
    if places:
        for entry in opened(session, tuple_(col(VaultItem.stream), col(VaultItem.subject)).in_(places)):
            found[entry.subject].append(entry)
    return found


def opened(session: Session, *where: Any) -> list[EntryContent]:
    """The content of entries under conditions; an entry has an item for each retention class."""
    query = (
        select(VaultItem, LedgerEntry, DataKey.wrapped)
        .join(LedgerEntry, (col(LedgerEntry.stream) == VaultItem.stream) & (col(LedgerEntry.seq) == VaultItem.seq))
        .join(DataKey, (col(DataKey.stream) == VaultItem.stream) & (col(DataKey.retention) == VaultItem.retention))
        .where(*where)
    )
    places = col(VaultItem.stream), col(VaultItem.seq), col(VaultItem.retention)
    rows = session.exec(query.order_by(*places)).all()
    wrapped: dict[str, dict[Retention, bytes]] = {}
    for item, _, key in rows:
        wrapped.setdefault(item.stream, {})[item.retention] = key
    keys = {stream: DataKeys(vault_of(session), stream, found) for stream, found in wrapped.items()}
    entries: dict[tuple[str, int], EntryContent] = {}
    for item, entry, _ in rows:
        facts = entry.model_dump(include={"seq", "at", "person", "role", "chart", "subject", "event", "facts"})
        before = entries.get((item.stream, item.seq))
        content = {**(before.content if before else {}), **keys[item.stream].open(item, entry.event)}
        entries[item.stream, item.seq] = EntryContent(**facts, content=content)
    return list(entries.values())


def latest(entries: list[EntryContent], field: str) -> Any:
    """The newest value of a field among entries that keep the history of one thing; None if there is none."""
    return next((entry.content[field] for entry in reversed(entries) if field in entry.content), None)
