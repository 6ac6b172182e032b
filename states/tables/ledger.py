"""The ledger and the vault: what happened, hashed in a chain per stream, and its content, encrypted apart."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field, SQLModel

from states.tables.base import by_value, json_type


class StreamKind(StrEnum):
    """What a stream is about."""

    APPLICATION = "application"
    BATCH = "payment-batch"
    ORGANISATION = "organisation"
    PERSON = "person"
    LOAN = "loan"
    """One that was asked for without an application."""
    WORK = "work"
    """What moves in one pool of the queue: claimed, given back, assigned."""


class Stream(SQLModel, table=True):
    """One hash chain; its row is the lock under which everything of the stream changes."""

    id: str = Field(primary_key=True)
    kind: StreamKind = Field(sa_type=by_value(StreamKind))
    seq: int = 0
    head: str = ""
    last_at: datetime
    key: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The data key of the vault, wrapped by the office's key; None once destroyed."""


class LedgerEntry(SQLModel, table=True):
    """One event as it was recorded; append-only (a trigger refuses everything else)."""

    __tablename__ = "ledger_entry"
    # Statistics read some events of a period, and nothing else of the chains.
    __table_args__ = (Index("ix_ledger_entry_event_at", "event", "at"),)

    stream: str = Field(primary_key=True, foreign_key="stream.id")
    seq: int = Field(primary_key=True)
    number: int | None = Field(default=None, sa_type=BigInteger, unique=True)
    """The place among all committed entries, given afterwards by the sequencer."""
    at: datetime
    person: str
    role: str
    organisation: str | None = None
    chart: str
    subject: str
    event: str
    before: str | None = None
    after: str | None = None
    facts: dict[str, Any] = Field(sa_type=json_type())
    changes: dict[str, Any] = Field(sa_type=json_type())
    content: dict[str, Any] = Field(sa_type=json_type())
    """HMAC of each content field; the content itself lies in the vault."""
    receipt: list[Any] = Field(sa_type=json_type())
    """Which rules were asked, with which facts, and that they had nothing to object."""
    previous: str
    hash: str


class VaultItem(SQLModel, table=True):
    """The content of one ledger entry, sealed with the stream's data key."""

    __tablename__ = "vault_item"

    stream: str = Field(primary_key=True, foreign_key="stream.id")
    seq: int = Field(primary_key=True)
    subject: str = Field(index=True)
    sealed: bytes = Field(sa_type=LargeBinary)


class Checkpoint(SQLModel, table=True):
    """A hash over all numbered entries up to one number, so that an outsider can hold on to one line."""

    number: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime
    hash: str
