"""Ledger: one append-only hash chain per stream, SHA-256 over RFC 8785 canonical JSON.

This module opens, locks and hashes chains and writes no entry: the write buffer (write_buffer.py) does, and replay.py
rebuilds rows from the entries.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, String, bindparam, func, select, text
from sqlmodel import Session

from rules.access.content_classes import Retention
from states.storage.canonical_json import canonical, plain
from states.storage.database import vault_of
from states.storage.vault import DataKeys
from states.tables.columns import table_of
from states.tables.ledger import DataKey, Stream, StreamKind

STREAMS = table_of(Stream)
KEYS = table_of(DataKey)
# With the lock come the data keys, so that sealing asks for nothing more. A key that is destroyed while the lock is
# awaited may still seal; what it seals is erased like the rest.
CHAIN = select(
    STREAMS.c.id,
    STREAMS.c.seq,
    STREAMS.c.head,
    STREAMS.c.last_at,
    select(func.jsonb_object_agg(KEYS.c.retention, func.encode(KEYS.c.wrapped, "hex")))
    .where(KEYS.c.stream == STREAMS.c.id)
    .scalar_subquery()
    .label("keys"),
)
LOCK = (
    CHAIN.where(STREAMS.c.id == func.any(bindparam("ids", type_=ARRAY(String))))
    .order_by(STREAMS.c.id)
    .with_for_update()
)
LOCK_FREE = (
    CHAIN.where(STREAMS.c.id == func.any(bindparam("ids", type_=ARRAY(String))))
    .order_by(STREAMS.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
LOCK_IF_FREE = CHAIN.where(STREAMS.c.id == bindparam("id")).with_for_update(skip_locked=True)
OPEN = """
    WITH opened AS (
        INSERT INTO stream (id, kind, seq, head, last_at) VALUES (:id, :kind, 0, '', :at) {otherwise} RETURNING id
    )
    INSERT INTO data_key (stream, retention, wrapped)
    SELECT opened.id, k.key, decode(k.value, 'hex') FROM opened, jsonb_each_text(CAST(:keys AS jsonb)) AS k
    """
OPEN_NEW, OPEN_MISSING = (text(OPEN.format(otherwise=words)) for words in ("", "ON CONFLICT DO NOTHING"))


@dataclass(frozen=True)
class Chain:
    """A locked stream with its present head."""

    id: str
    seq: int
    head: str
    last_at: datetime
    keys: DataKeys


def open_stream(session: Session, stream: str, kind: StreamKind, at: datetime) -> Chain:
    """Start a chain with its own data keys."""
    vault = vault_of(session)
    keys = vault.new_keys(stream)
    session.connection().execute(OPEN_NEW, opening(stream, kind, at, keys))
    return Chain(stream, 0, "", at, DataKeys(vault, stream, keys))


def open_if_missing(session: Session, stream: str, kind: StreamKind, at: datetime) -> None:
    """Start a chain that another transaction may be starting too; :func:`lock` finds it afterwards."""
    session.connection().execute(OPEN_MISSING, opening(stream, kind, at, vault_of(session).new_keys(stream)))


def opening(stream: str, kind: StreamKind, at: datetime, keys: Mapping[Retention, bytes]) -> dict[str, Any]:
    """The parameters of the statements that open a stream."""
    hexed = {retention: wrapped.hex() for retention, wrapped in keys.items()}
    return {"id": stream, "kind": kind.value, "at": at, "keys": json.dumps(hexed)}


def lock(session: Session, streams: Iterable[str]) -> dict[str, Chain]:
    """Lock chains in the order of their ids, so that transactions cannot deadlock."""
    return chains(session, session.connection().execute(LOCK, {"ids": sorted(set(streams))}))


def lock_if_free(session: Session, stream: str) -> Chain | None:
    """Lock one chain; None if another transaction has locked it."""
    return chains(session, session.connection().execute(LOCK_IF_FREE, {"id": stream})).get(stream)


def lock_free(session: Session, streams: Iterable[str], *, limit: int) -> dict[str, Chain]:
    """Lock up to ``limit`` of the chains; skip those that another transaction has locked."""
    return chains(session, session.connection().execute(LOCK_FREE, {"ids": sorted(set(streams)), "limit": limit}))


def chains(session: Session, rows: Iterable[Any]) -> dict[str, Chain]:
    """Locked chains by stream, from their rows."""
    vault = vault_of(session)
    return {
        row.id: Chain(row.id, row.seq, row.head, row.last_at, DataKeys(vault, row.id, unhexed(row.keys)))
        for row in rows
    }


def unhexed(keys: Mapping[str, str] | None) -> dict[Retention, bytes]:
    """Wrapped data keys by retention class, from the form in which a query gives them."""
    return {Retention(retention): bytes.fromhex(wrapped) for retention, wrapped in (keys or {}).items()}


def digest(entry: Mapping[str, Any]) -> str:
    """The hash of an entry, over all its fields except its number."""
    fields = {name: value for name, value in entry.items() if name not in {"hash", "number"}}
    return hashlib.sha256(canonical({**fields, "at": plain(fields["at"])})).hexdigest()
