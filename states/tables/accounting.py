"""Accounting tables: the accounts of an employer by day, and its closed periods."""

from datetime import date, datetime

from sqlmodel import Field

from states.tables.base import Recorded


class BookAccounts(Recorded, table=True):
    """The accounts of one employer's books from a day on, until a later row replaces them."""

    __tablename__ = "book_accounts"

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    organisation: str = Field(foreign_key="organisation.id", index=True)
    since: date
    cost: str
    creditor: str
    vat: str
    bank: str
    cost_centre: str
    task_field: str
    category: str
    """The economic category of Iv3 of the cost account."""
    tax_number: str | None = None
    """RSIN: an audit file must name it."""
    source: str
    """The employer's own document that names them."""
    recorded_at: datetime


class BookPeriod(Recorded, table=True):
    """A month or a year of one employer's books that was closed, and perhaps reopened."""

    __tablename__ = "book_period"

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    organisation: str = Field(foreign_key="organisation.id", index=True)
    period: str
    """2026 or 2026-03."""
    since: date
    until: date
    """Its last day."""
    closed_by: str
    closed_at: datetime
    reopened_by: str | None = None
    reopened_at: datetime | None = None
