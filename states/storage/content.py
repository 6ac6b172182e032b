"""Content of a stream, read per entry: what each entry keeps in the vault, never merged with that of another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from states.storage.database import vault_of
from states.tables.ledger import LedgerEntry, Stream, VaultItem


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
    """The content of every entry of a stream that has any, in their order; empty once it was erased.

    Args:
        session: the database session.
        stream: the id of the stream.
        until: only entries up to and including this instant.
    """
    return opened(session, session.get_one(Stream, stream), None, until)


def content_of_subject(session: Session, stream: str, subject: str) -> list[EntryContent]:
    """The content of every entry of one subject that has any, in their order; empty once it was erased."""
    return opened(session, session.get_one(Stream, stream), subject, None)


def opened(session: Session, stream: Stream, subject: str | None, until: datetime | None) -> list[EntryContent]:
    """The content of the entries of a stream under conditions."""
    if stream.key is None:
        return []
    query = select(VaultItem, LedgerEntry).where(
        VaultItem.stream == stream.id,
        col(LedgerEntry.stream) == VaultItem.stream,
        col(LedgerEntry.seq) == VaultItem.seq,
    )
    if subject is not None:
        query = query.where(VaultItem.subject == subject)
    if until is not None:
        query = query.where(LedgerEntry.at <= until)
    vault = vault_of(session)
    return [
        EntryContent(
            content=vault.open(stream, item),
            **entry.model_dump(include={"seq", "at", "person", "role", "chart", "subject", "event", "facts"}),
        )
        for item, entry in session.exec(query.order_by(col(VaultItem.seq)))
    ]


def latest(entries: list[EntryContent], field: str) -> Any:
    """The newest value of a field among entries that keep the history of one thing; None if there is none."""
    return next((entry.content[field] for entry in reversed(entries) if field in entry.content), None)
