"""Ledger and vault tables: the events, hashed in a chain per stream, and their content, encrypted separately."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field, SQLModel

from rules.access.content_classes import Retention
from states.tables.base import by_value, json_type


class StreamKind(StrEnum):
    """What a stream is about."""

    APPLICATION = "application"
    BATCH = "payment-batch"
    ORGANISATION = "organisation"
    PERSON = "person"
    LOAN = "loan"
    """A loan that was requested without an application."""
    WORK = "work"
    """The events of the work of one pool: claim, release, assign, ..."""


class Stream(SQLModel, table=True):
    """One hash chain; every change of the stream is made under the lock of this row."""

    id: str = Field(primary_key=True)
    kind: StreamKind = Field(sa_type=by_value(StreamKind))
    seq: int = 0
    head: str = ""
    last_at: datetime


class DataKey(SQLModel, table=True):
    """A data key of the vault, wrapped by a key outside the database; erasing content removes the row for good."""

    __tablename__ = "data_key"

    stream: str = Field(primary_key=True, foreign_key="stream.id")
    retention: Retention = Field(primary_key=True, sa_type=by_value(Retention))
    wrapped: bytes = Field(sa_type=LargeBinary)


class LedgerEntry(SQLModel, table=True):
    """One recorded event; append-only (a trigger refuses everything else)."""

    __tablename__ = "ledger_entry"
    # Statistics read some events of a period and nothing else of the chains.
    __table_args__ = (Index("ix_ledger_entry_event_at", "event", "at"),)

    stream: str = Field(primary_key=True, foreign_key="stream.id")
    seq: int = Field(primary_key=True)
    number: int | None = Field(default=None, sa_type=BigInteger, unique=True)
    """The number among all committed entries, assigned later by the sequencer."""
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
    """HMAC of each content field; the content itself is in the vault."""
    receipt: list[Any] = Field(sa_type=json_type())
    """The rules that were checked, with their facts; none of them objected."""
    previous: str
    hash: str


class VaultItem(SQLModel, table=True):
    """What one ledger entry holds of one retention class, sealed with the stream's data key of that class."""

    __tablename__ = "vault_item"

    stream: str = Field(primary_key=True, foreign_key="stream.id")
    seq: int = Field(primary_key=True)
    retention: Retention = Field(primary_key=True, sa_type=by_value(Retention))
    subject: str = Field(index=True)
    sealed: bytes = Field(sa_type=LargeBinary)


class Checkpoint(SQLModel, table=True):
    """A hash over all numbered entries up to one number, so that an outsider can keep a single line as proof."""

    number: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime
    hash: str
