"""The ledger: one hash chain per stream, SHA-256 over RFC 8785 canonical JSON; entries are only ever added."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ARRAY, String, Table, bindparam, func, insert, select
from sqlmodel import Session

from rules.payments.amounts import CENT
from states.storage.vault import Vault
from states.tables.ledger import Stream, StreamKind

STREAMS: Table = Stream.__table__  # type: ignore[attr-defined]
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
            # Every amount and rate of ours has two decimals; nothing has no sign, as in the database.
            return format(thing.quantize(CENT) + 0, "f")
        case BaseModel():
            return plain(thing.model_dump())
        case Mapping():
            return {str(key): plain(value) for key, value in thing.items()}
        case Iterable():
            return [plain(value) for value in thing]
    raise TypeError(f"{type(thing).__name__} has no canonical form; give a text, number, date or amount.")


@dataclass(frozen=True)
class Chain:
    """A stream as it stands under its lock."""

    id: str
    seq: int
    head: str
    last_at: datetime
    key: bytes | None


def open_stream(session: Session, stream: str, kind: StreamKind, at: datetime) -> Chain:
    """Begin a chain, with a data key of its own."""
    key = Vault.of(session).new_key(stream)
    row = {"id": stream, "kind": kind, "seq": 0, "head": "", "last_at": at, "key": key}
    session.connection().execute(insert(STREAMS), row)
    return Chain(stream, 0, "", at, key)


def lock(session: Session, streams: Iterable[str]) -> dict[str, Chain]:
    """Lock some chains in the order of their ids, so that no two transactions wait for each other."""
    rows = session.connection().execute(LOCK, {"ids": sorted(set(streams))})
    return {row.id: Chain(*row) for row in rows}


def lock_if_free(session: Session, stream: str) -> Chain | None:
    """Lock one chain, or answer None where another transaction holds it."""
    row = session.connection().execute(LOCK_IF_FREE, {"id": stream}).first()
    return Chain(*row) if row else None


def lock_free(session: Session, streams: Iterable[str], *, limit: int) -> dict[str, Chain]:
    """Lock some chains as far as no other transaction holds them, and no more than a number of them."""
    rows = session.connection().execute(LOCK_FREE, {"ids": sorted(set(streams)), "limit": limit})
    return {row.id: Chain(*row) for row in rows}


def canonical(thing: Any) -> bytes:
    """RFC 8785 canonical JSON of a thing in plain form.

    Plain things hold no floats and only ASCII keys, and for those the standard library's own writer gives the very
    bytes of RFC 8785 (a test holds it against a library of that standard), many times faster.
    """
    return json.dumps(thing, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(entry: Mapping[str, Any]) -> str:
    """The hash of an entry over everything in it but its place among all entries."""
    fields = {name: value for name, value in entry.items() if name not in {"hash", "number"}}
    return hashlib.sha256(canonical({**fields, "at": plain(fields["at"])})).hexdigest()
