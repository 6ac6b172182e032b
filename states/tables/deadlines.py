"""Deadline tables: terms, their suspensions, thresholds and reminders."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from states.tables.base import json_type


class Term(SQLModel, table=True):
    """A term on an application: its start, its due day and its end."""

    __table_args__ = (
        Index("uq_term_running", "subject", "kind", unique=True, postgresql_where=text("ended_on IS NULL")),
        Index("ix_term_provisional", "due_on", postgresql_where=text("provisional AND ended_on IS NULL")),
    )

    id: str = Field(primary_key=True)
    application: str = Field(index=True)
    subject: str
    kind: str
    article: str
    owner: str
    organisation: str = ""
    started_on: date
    """The day of the event that starts it; the term runs from the day after."""
    started_at: datetime | None = None
    """The moment from which a service level counts its working hours; None for a term in days."""
    amount: int
    unit: str
    due_on: date | None = None
    """None during a suspension."""
    noticed_on: date | None = None
    """The day on which a notice of delay was announced (Awb 4:14)."""
    extended_until: date | None = None
    """The day that the notice of delay named."""
    provisional: bool = False
    suspendable: bool
    reasons: list[str] = Field(sa_type=json_type())
    ended_on: date | None = None
    ended_by: str | None = None


class TermSuspension(SQLModel, table=True):
    """An interval in which one named term does not run."""

    __tablename__ = "term_suspension"

    id: str = Field(primary_key=True)
    term: str = Field(foreign_key="term.id", index=True)
    since: date
    until: date | None = None
    """The last suspended day; None during the suspension."""
    ground: str
    article: str
    attributed_to: str


class Threshold(SQLModel, table=True):
    """A moment of a term at which somebody is notified, or at which the term lapses; the clock passes it once."""

    __table_args__ = (
        # A tick reads only this index, so its cost does not grow with the number of running terms.
        Index("ix_threshold_due", "due_at", postgresql_where=text("passed_at IS NULL AND due_at IS NOT NULL")),
    )

    term: str = Field(primary_key=True, foreign_key="term.id")
    name: str = Field(primary_key=True)
    due_at: datetime | None = None
    passed_at: datetime | None = None
    late: bool = False


class Reminder(SQLModel, table=True):
    """A reminder to one recipient of one threshold; the primary key prevents a second one."""

    term: str = Field(primary_key=True, foreign_key="term.id")
    threshold: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    application: str = Field(index=True)
    at: datetime
    outbox: str
