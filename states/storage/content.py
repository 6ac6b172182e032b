"""Content of a stream, read per entry: what each entry keeps in the vault, never merged with that of another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

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
    return opened(session, stream, *(() if until is None else (LedgerEntry.at <= until,)))


def content_of_subject(session: Session, stream: str, subject: str) -> list[EntryContent]:
    """The content of every entry of one subject that has any, in their order, without what was erased.

    Raises:
        InvalidTag: an item was changed, or moved from another place.
    """
    return opened(session, stream, VaultItem.subject == subject)


def opened(session: Session, stream: str, *where: Any) -> list[EntryContent]:
    """The content of the entries of a stream under conditions; an entry has an item for each retention class."""
    query = (
        select(VaultItem, LedgerEntry, DataKey.wrapped)
        .join(LedgerEntry, (col(LedgerEntry.stream) == VaultItem.stream) & (col(LedgerEntry.seq) == VaultItem.seq))
        .join(DataKey, (col(DataKey.stream) == VaultItem.stream) & (col(DataKey.retention) == VaultItem.retention))
        .where(VaultItem.stream == stream, *where)
    )
    rows = session.exec(query.order_by(col(VaultItem.seq), col(VaultItem.retention))).all()
    keys = DataKeys(vault_of(session), stream, {item.retention: wrapped for item, _, wrapped in rows})
    found: dict[int, EntryContent] = {}
    for item, entry, _ in rows:
        facts = entry.model_dump(include={"seq", "at", "person", "role", "chart", "subject", "event", "facts"})
        content = {**found[entry.seq].content} if entry.seq in found else {}
        found[entry.seq] = EntryContent(**facts, content=content | keys.open(item, entry.event))
    return list(found.values())


def latest(entries: list[EntryContent], field: str) -> Any:
    """The newest value of a field among entries that keep the history of one thing; None if there is none."""
    return next((entry.content[field] for entry in reversed(entries) if field in entry.content), None)
