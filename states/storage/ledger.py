"""Ledger: one append-only hash chain per stream, SHA-256 over RFC 8785 canonical JSON.

This module opens, locks and hashes chains. The write buffer (write_buffer.py) appends the entries, and replay.py
rebuilds rows from them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, String, bindparam, func, insert, select
from sqlmodel import Session

from states.storage.canonical_json import canonical, plain
from states.storage.database import vault_of
from states.tables.columns import table_of
from states.tables.ledger import Stream, StreamKind

STREAMS = table_of(Stream)
CHAIN = select(STREAMS.c.id, STREAMS.c.seq, STREAMS.c.head, STREAMS.c.last_at, STREAMS.c.key)
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


@dataclass(frozen=True)
class Chain:
    """A locked stream with its present head."""

    id: str
    seq: int
    head: str
    last_at: datetime
    key: bytes | None


def open_stream(session: Session, stream: str, kind: StreamKind, at: datetime) -> Chain:
    """Start a chain with its own data key."""
    key = vault_of(session).new_key(stream)
    row = {"id": stream, "kind": kind, "seq": 0, "head": "", "last_at": at, "key": key}
    session.connection().execute(insert(STREAMS), row)
    return Chain(stream, 0, "", at, key)


def lock(session: Session, streams: Iterable[str]) -> dict[str, Chain]:
    """Lock chains in the order of their ids, so that transactions cannot deadlock."""
    rows = session.connection().execute(LOCK, {"ids": sorted(set(streams))})
    return {row.id: Chain(*row) for row in rows}


def lock_if_free(session: Session, stream: str) -> Chain | None:
    """Lock one chain; None if another transaction has locked it."""
    row = session.connection().execute(LOCK_IF_FREE, {"id": stream}).first()
    return Chain(*row) if row else None


def lock_free(session: Session, streams: Iterable[str], *, limit: int) -> dict[str, Chain]:
    """Lock up to ``limit`` of the chains; skip those that another transaction has locked."""
    rows = session.connection().execute(LOCK_FREE, {"ids": sorted(set(streams)), "limit": limit})
    return {row.id: Chain(*row) for row in rows}


def digest(entry: Mapping[str, Any]) -> str:
    """The hash of an entry, over all its fields except its number."""
    fields = {name: value for name, value in entry.items() if name not in {"hash", "number"}}
    return hashlib.sha256(canonical({**fields, "at": plain(fields["at"])})).hexdigest()
