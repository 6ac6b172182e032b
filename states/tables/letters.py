"""Letter tables: the outbox and the daily digests."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from states.tables.base import json_type


class Outbox(SQLModel, table=True):
    """A letter to be sent, written in the transaction of the event that asks for it; facts only."""

    __table_args__ = (Index("ix_outbox_to_send", "next_at", postgresql_where=text("state IN ('pending', 'sending')")),)

    id: str = Field(primary_key=True)
    application: str = Field(index=True)
    letter: str
    language: str = "nl"
    recipient: str
    """The handle of the recipient; the address is looked up when the letter is sent."""
    facts: dict[str, Any] = Field(sa_type=json_type())
    created_at: datetime
    state: str = "pending"
    """pending, sending, sent, outcome-unknown, failed, or held-back where the recipient died."""
    next_at: datetime
    attempts: int = 0
    """How often a sender tried it since it was last pending."""
    failures: int = 0
    """How often the mail server certainly did not accept it."""
    message_id: str = Field(unique=True)
    sent_at: datetime | None = None
    problem: str | None = None


class Digest(SQLModel, table=True):
    """The daily digest of a person was handled on a day; the primary key prevents a second one."""

    person: str = Field(primary_key=True, foreign_key="person.id")
    day: date = Field(primary_key=True)
    at: datetime
    outbox: str | None = None
    """The letter; None if there was no work to report, or if the person declined digests."""
