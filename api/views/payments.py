"""Payments: payables, batches and bookings as the API returns them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field
from sqlmodel import col, select

from api.access.content import OF_PAYABLES, entries_of
from api.http.dependencies import RequestContext
from api.http.pagination import Page
from api.views.base import Euros, Percentage, View, Words
from states.payments.payees import payees_of
from states.storage.content import EntryContent
from states.tables.accounting import Booking
from states.tables.payments import Payable, PayableLine


class LineView(View):
    """Line of a payable: for a measure, or for something outside the advice."""

    measure: str | None = None
    outside: str | None = None
    certificate_works: bool | None = None
    attributable: bool | None = None
    period_from: date | None = None
    period_until: date | None = None
    net: Euros
    vat_rate: Percentage
    vat: Euros
    gross: Euros


class PayableView(View):
    """Payable: one employer's part of an invoice."""

    id: str
    application: str
    invoice: str
    organisation: str
    state: str
    kind: str
    number: str
    dated: date
    net: Euros
    vat: Euros
    gross: Euros
    addressee: str | None = None
    own_contribution: Euros
    addressed_to: str | None = None
    replaces: str | None = None
    credits: str | None = None
    """For a credit note: the invoice that it credits; its amounts are negative."""
    part: int = 1
    part_of: str | None = None
    settled_with: str | None = None
    repaid_by: str | None = None
    entered_by: str | None = None
    matched_by: str | None = None
    checked_by: str | None = None
    approved_by: str | None = None
    second_approved_by: str | None = None
    paid_on: date | None = None
    return_reason: str | None = None
    version: int
    payee: str | None = None
    iban: str | None = None
    reasons: list[str] = Field(default=[])
    """Reasons entered with its lines, such as why something outside the advice is paid."""
    texts: list[str] = Field(default=[])
    """Texts of the supplier on its lines, for those who may know what it is for."""
    lines: list[LineView] = Field(default=[])
    """Its lines; until it is matched, only their amounts."""


class PayablePage(Page[PayableView]):
    """Page of payables."""


class BatchLineView(View):
    """Payment in a batch."""

    payable: str
    end_to_end: str
    amount: Euros
    counts: bool
    bank_status: str | None = None
    """Latest status that the bank reported (pain.002); it is no proof of payment."""
    bank_status_words: Words | None = None
    bank_reason: str | None = None
    bank_reason_words: Words | None = None


class StoredFindingView(View):
    """Finding of a rule as it was stored."""

    rule: str
    message: str
    message_nl: str
    article: str


class LeftOut(View):
    """Payable that was left out of a batch, and why."""

    payable: str
    amount: Euros
    findings: list[StoredFindingView]


class ProposedBatch(View):
    """Batch as it would be if it were built now."""

    organisation: str
    execution_on: date
    count: int
    total: Euros
    payables: list[str]
    left_out: list[LeftOut]


class BatchView(View):
    """Payment batch."""

    id: str
    organisation: str
    state: str
    execution_on: date
    count: int
    total: Euros
    sha256: str | None = None
    message_id: str | None = None
    created_by: str
    released_by: str | None = None
    exported_at: datetime | None = None
    bank_status: str | None = None
    bank_status_words: Words | None = None
    bank_reason: str | None = None
    bank_reason_words: Words | None = None
    payee_is_verified: bool = False
    """Whether the bank always verifies the payee's name: it does so for a file with one payment."""
    version: int
    lines: list[BatchLineView] = Field(default=[])
    left_out: list[LeftOut] = Field(default=[])


class BatchPage(Page[BatchView]):
    """Page of payment batches."""


class BookingView(View):
    """Booking."""

    id: str
    application: str
    payable: str
    organisation: str
    state: str
    amount: Euros
    vat: Euros | None = None
    tax_class: str
    designation: str
    evidence: dict[str, Any]
    missing: list[str]
    booked_on: date | None = None
    exported_on: date | None = None
    version: int


class BookingPage(Page[BookingView]):
    """Page of bookings."""


def payable(
    row: Payable, entries: Sequence[EntryContent], payee: tuple[str, str] | None, lines: Sequence[PayableLine]
) -> PayableView:
    """Return a payable as the caller may see it."""
    found = {path: text for entry in entries for path, text in entry.content.items()}
    name, iban = payee or (None, None)
    return PayableView(
        **row.model_dump(),
        application=row.stream,
        payee=name,
        iban=iban,
        reasons=[text for path, text in sorted(found.items()) if path.endswith(".reasons")],
        texts=[text for path, text in sorted(found.items()) if path.endswith(".text")],
        rejection=found.get("reasons"),
        lines=[LineView.model_validate(line) for line in row.offered or lines],
    )


def payable_views(context: RequestContext, rows: Sequence[Payable]) -> list[PayableView]:
    """Return payables with their lines, as the caller may see them."""
    session = context.session
    lines: dict[str, list[PayableLine]] = {row.id: [] for row in rows}
    query = select(PayableLine).where(col(PayableLine.payable).in_(list(lines)))
    for line in session.exec(query.order_by(PayableLine.id)):
        lines[line.payable].append(line)
    entries = entries_of(context, rows, OF_PAYABLES)
    payees = payees_of(session, [row for row in rows if any("iban" in entry.content for entry in entries[row.id])])
    return [payable(row, entries[row.id], payees.get(row.id), lines[row.id]) for row in rows]


def payable_view(context: RequestContext, row: Payable) -> PayableView:
    """Return a payable with its lines, as the caller may see it."""
    return payable_views(context, [row])[0]


def booking_view(row: Booking) -> BookingView:
    """Return the view of a booking."""
    return BookingView(**row.model_dump(), application=row.stream)
