"""The ledger: one hash chain per stream, SHA-256 over RFC 8785 canonical JSON; entries are only ever added."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import rfc8785
from pydantic import BaseModel
from sqlmodel import Session, select

from rules.money import CENT
from rules.roles import Actor
from states.tables.ledger import LedgerEntry, Stream, StreamKind, VaultItem
from states.vault import Vault


def plain(thing: Any) -> Any:  # noqa: PLR0911  # one line per kind of value
    """The JSON form in which facts are hashed and stored: amounts and dates as text, enums by value."""
    match thing:
        case None | bool() | str() | int() if not isinstance(thing, Enum):
            return thing
        case Enum():
            return thing.value
        case datetime():
            return thing.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case date():
            return thing.isoformat()
        case Decimal():
            return format(thing.quantize(CENT), "f")  # every amount and rate of ours has two decimals
        case BaseModel():
            return plain(thing.model_dump())
        case Mapping():
            return {str(key): plain(value) for key, value in thing.items()}
        case Iterable():
            return [plain(value) for value in thing]
    raise TypeError(f"{type(thing).__name__} has no canonical form; give a text, number, date or amount.")


def open_stream(session: Session, stream: str, kind: StreamKind, at: datetime) -> Stream:
    """Begin a chain, with a data key of its own."""
    row = Stream(id=stream, kind=kind, seq=0, head="", last_at=at, key=Vault.of(session).new_key(stream))
    session.add(row)
    session.flush()
    return row


def lock(session: Session, streams: Iterable[str]) -> dict[str, Stream]:
    """Lock some chains in the order of their ids, so that no two transactions wait for each other."""
    query = select(Stream).where(Stream.id.in_(set(streams))).order_by(Stream.id).with_for_update()  # type: ignore[attr-defined]
    return {row.id: row for row in session.exec(query.execution_options(populate_existing=True))}


def lock_if_free(session: Session, stream: str) -> Stream | None:
    """Lock one chain, or answer None where another transaction holds it."""
    query = select(Stream).where(Stream.id == stream).with_for_update(skip_locked=True)
    return session.exec(query.execution_options(populate_existing=True)).first()


def digest(entry: LedgerEntry) -> str:
    """The hash of an entry over everything in it but its place among all entries."""
    fields = entry.model_dump(exclude={"hash", "number"})
    return hashlib.sha256(rfc8785.dumps(plain(fields))).hexdigest()


def append(
    session: Session,
    stream: Stream,
    *,
    by: Actor,
    at: datetime,
    chart: str,
    subject: str,
    event: str,
    before: str | None,
    after: str | None,
    facts: Mapping[str, Any],
    changes: Mapping[str, Any],
    content: Mapping[str, Any],
    receipt: list[Any],
) -> LedgerEntry:
    """Add one entry to a locked chain; its content goes to the vault, an HMAC of it to the entry."""
    seq = stream.seq + 1
    marks: dict[str, str] = {}
    if content:
        sealed, marks = Vault.of(session).seal(stream, seq, plain(content))
        session.add(VaultItem(stream=stream.id, seq=seq, subject=subject, sealed=sealed))
    entry = LedgerEntry(
        stream=stream.id,
        seq=seq,
        at=max(at, stream.last_at),  # within a stream, time of recording never goes back
        person=by.person,
        role=str(by.role),
        organisation=by.organisation,
        chart=chart,
        subject=subject,
        event=event,
        before=before,
        after=after,
        facts=plain(facts),
        changes=plain(changes),
        content=marks,
        receipt=plain(receipt),
        previous=stream.head,
        hash="",
    )
    entry.hash = digest(entry)
    session.add(entry)
    stream.seq, stream.head, stream.last_at = seq, entry.hash, entry.at
    return entry
