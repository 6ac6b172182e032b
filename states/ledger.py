"""The ledger: one hash chain per stream, SHA-256 over RFC 8785 canonical JSON; entries are only ever added."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ARRAY, String, Table, bindparam, func, insert, select, update
from sqlmodel import Session

from rules.money import CENT
from rules.roles import Actor
from states.tables.ledger import LedgerEntry, Stream, StreamKind, VaultItem
from states.vault import Vault

ENTRIES: Table = LedgerEntry.__table__  # type: ignore[attr-defined]  # set by SQLAlchemy
VAULT: Table = VaultItem.__table__  # type: ignore[attr-defined]
STREAMS: Table = Stream.__table__  # type: ignore[attr-defined]
CHAIN = select(STREAMS.c.id, STREAMS.c.seq, STREAMS.c.head, STREAMS.c.last_at, STREAMS.c.key)
LOCK = (
    CHAIN.where(STREAMS.c.id == func.any(bindparam("ids", type_=ARRAY(String))))
    .order_by(STREAMS.c.id)
    .with_for_update()
)
LOCK_IF_FREE = CHAIN.where(STREAMS.c.id == bindparam("id")).with_for_update(skip_locked=True)
MOVE_HEAD = (
    update(STREAMS)
    .where(STREAMS.c.id == bindparam("stream"))
    .values(seq=bindparam("seq"), head=bindparam("hash"), last_at=bindparam("at"))
)
WRITE_ENTRIES, WRITE_CONTENT = insert(ENTRIES), insert(VAULT)


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


@dataclass
class Pen:
    """Adds entries to locked chains and writes all of them at once."""

    session: Session
    entries: list[dict[str, Any]] = field(default_factory=list)
    content: list[dict[str, Any]] = field(default_factory=list)
    heads: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The last entry of each chain that was added to."""

    def append(
        self,
        stream: Chain,
        *,
        by: Actor,
        at: datetime,
        chart: str,
        subject: str,
        event: str,
        before: str | None = None,
        after: str | None = None,
        facts: Mapping[str, Any],
        changes: Mapping[str, Any],
        content: Mapping[str, Any],
        receipt: list[Any],
    ) -> dict[str, Any]:
        """Add one entry to a locked chain; its content goes to the vault, an HMAC of it to the entry."""
        last = self.heads.get(stream.id)
        seq, head, latest = (
            (last["seq"], last["hash"], last["at"]) if last else (stream.seq, stream.head, stream.last_at)
        )
        marks: dict[str, str] = {}
        if content:
            sealed, marks = Vault.of(self.session).seal(stream, seq + 1, plain(content))
            item = {"stream": stream.id, "seq": seq + 1, "subject": subject, "sealed": sealed}
            self.content.append(item)
        entry = {
            "stream": stream.id,
            "seq": seq + 1,
            "number": None,
            "at": max(at, latest),  # within a stream, time of recording never goes back
            "person": by.person,
            "role": by.role.value,
            "organisation": by.organisation,
            "chart": chart,
            "subject": subject,
            "event": event,
            "before": before,
            "after": after,
            "facts": plain(facts),
            "changes": plain(changes),
            "content": marks,
            "receipt": plain(receipt),
            "previous": head,
        }
        entry["hash"] = digest(entry)
        self.entries.append(entry)
        self.heads[stream.id] = entry
        return entry

    def write(self) -> None:
        """Write everything that was added, and move the heads."""
        self.session.flush()
        connection = self.session.connection()
        if self.content:
            connection.execute(WRITE_CONTENT, self.content)
        if self.entries:
            connection.execute(WRITE_ENTRIES, self.entries)
            heads = [{name: last[name] for name in ("stream", "seq", "hash", "at")} for last in self.heads.values()]
            connection.execute(MOVE_HEAD, heads)
        self.entries, self.content, self.heads = [], [], {}
