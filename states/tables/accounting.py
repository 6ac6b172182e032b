"""Accounting tables: accounts by day, periods, bookings and journal lines."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from rules.payments.tax import TaxClass
from states.charts.booking import BookingState
from states.tables.base import Recorded, Subject, by_value, json_type, money_type, versioned


class BookAccounts(Recorded, table=True):
    """The accounts of one employer's books from a day until the next row."""

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
    """RSIN, which an audit file must name."""
    source: str
    """The employer's own document."""
    recorded_at: datetime


class BookPeriod(Recorded, table=True):
    """A closed month or year of one employer's books, which may have been reopened."""

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


class Part(StrEnum):
    """The part of a booking that a journal line belongs to."""

    COST = "cost"
    """The cost, owed to the creditor."""
    PAYMENT = "payment"
    """The bank's payment to the creditor."""


class Side(StrEnum):
    """The kind of account of a journal line."""

    COST = "cost"
    VAT = "vat"
    CREDITOR = "creditor"
    BANK = "bank"


@versioned
class Booking(Subject, table=True):
    """One payment in the books of one employer."""

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    state: BookingState = Field(sa_type=by_value(BookingState))
    payable: str = Field(foreign_key="payable.id", index=True)
    organisation: str = Field(foreign_key="organisation.id", index=True)
    amount: Decimal = Field(sa_type=money_type())
    tax_class: TaxClass = Field(sa_type=by_value(TaxClass))
    designation: str
    """The letter of the designation, e.g. BESL 3.3.8(j)."""
    vat: Decimal | None = Field(default=None, sa_type=money_type())
    """The VAT in the amount; None in early bookings, for which the lines have it."""
    evidence: dict[str, Any] = Field(sa_type=json_type())
    missing: list[str] = Field(sa_type=json_type())
    booked_on: date | None = None
    exported_on: date | None = None
    corrects: str | None = Field(default=None, foreign_key="booking.id")
    """The reversed booking that this one replaces; its payment stays in the journal."""


class JournalLine(Recorded, table=True):
    """One journal line; it is never changed or removed (a trigger refuses it), and each part balances."""

    __tablename__ = "journal_line"
    __table_args__ = (Index("ix_journal_line_organisation_booked_on", "organisation", "booked_on"),)

    booking: str = Field(primary_key=True, foreign_key="booking.id")
    position: int = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    booked_on: date
    account: str
    cost_centre: str
    task_field: str
    debit: Decimal = Field(sa_type=money_type())
    credit: Decimal = Field(sa_type=money_type())
    organisation: str | None = Field(default=None, foreign_key="organisation.id")
    """The employer of the books; None in early lines, which belong to the employer of their booking."""
    part: Part | None = Field(default=None, sa_type=by_value(Part))
    """None in early lines without a creditor, which book the cost directly against the bank."""
    side: Side | None = Field(default=None, sa_type=by_value(Side))
    category: str | None = None
    """The economic category of Iv3 of a cost account."""
    mirrors: int | None = None
    """The position of the line that this one reverses."""
    document_on: date | None = None
    """The day of the invoice, or the bank's day, if it differs from the booking day."""
    statement: str | None = Field(default=None, foreign_key="bank_message.id")
    """The statement, and the position of the entry on it, of the payment or return."""
    entry: int | None = None
