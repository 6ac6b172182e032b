"""The money trail over the API: of one payable, and to it from a measure, a batch, a bank entry or a booking."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path

from api.access.books import require_bank_entry, require_batch, require_books
from api.access.cases import concerns, visible
from api.http.dependencies import RequestContext, RequestContextDep
from api.http.parameters import Id
from api.views import applications, base
from api.views.payments import LineView
from states.errors import NotFoundError
from states.reporting import money_trail
from states.tables.accounting import Booking
from states.tables.application import Measure
from states.tables.payments import Payable

router = APIRouter(prefix="/v1", tags=["trails"])


class AdviceLink(base.View):
    """The advice that it all rests on."""

    application: str
    advice_version: int
    adopted_on: date | None


class PayableLink(base.View):
    """The payable and its invoice; whom it pays stands with the payable itself."""

    id: str
    invoice: str
    organisation: str
    kind: str
    state: str
    number: str
    dated: date
    net: Decimal
    vat: Decimal
    gross: Decimal
    paid_on: date | None
    return_reason: str | None
    checked_by: str | None
    approved_by: str | None


class DocumentLink(base.View):
    """A document with the invoice, by its hash."""

    id: str
    media_type: str
    size: int
    sha256: str


class PaymentLink(base.View):
    """One time that it stood in a batch: the file by its hash, the payment by its EndToEndId."""

    batch: str
    state: str
    message_id: str | None
    sha256: str | None
    end_to_end: str
    amount: Decimal
    counts: bool
    execution_on: date
    released_by: str | None


class EntryLink(base.View):
    """One entry of a statement that paid it or gave it back."""

    message: str
    position: int
    booked_on: date
    amount: Decimal
    end_to_end: str | None


class BookingLink(base.View):
    """One booking."""

    id: str
    state: str
    amount: Decimal
    tax_class: str
    designation: str
    missing: list[str]
    booked_on: date | None
    corrects: str | None


class JournalLink(base.View):
    """One line of the journal."""

    booking: str
    position: int
    booked_on: date
    document_on: date | None
    part: str | None
    side: str | None
    account: str
    debit: Decimal
    credit: Decimal
    mirrors: int | None
    statement: str | None
    entry: int | None


class GapView(base.View):
    """A link that is not there yet."""

    link: str
    words: str


class TrailView(base.View):
    """The way of one payable, from the advice to the journal, and what of it is not there yet."""

    payable: PayableLink
    advice: AdviceLink | None
    measures: list[applications.MeasureView]
    takeovers: list[applications.TakeoverView]
    lines: list[LineView]
    documents: list[DocumentLink]
    payments: list[PaymentLink]
    entries: list[EntryLink]
    bookings: list[BookingLink]
    journal: list[JournalLink]
    complete: bool
    gaps: list[GapView]


class Trails(base.View):
    """The trails that lead through one thing."""

    items: list[TrailView]


def require_payable(context: RequestContext, row: Payable | None, key: str) -> Payable:
    """A payable that the caller may see.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: there is none, or the caller may not know that there is.
    """
    require_books(context)
    if row is None or not concerns(context, row):
        raise NotFoundError("payable", key)
    return row


def view(context: RequestContext, row: Payable) -> TrailView:
    """The trail of a payable, its measures as the caller may see them."""
    found = money_trail.of_payable(context.session, row)
    case = found.application
    return TrailView(
        payable=PayableLink.model_validate(row),
        advice=case and AdviceLink(application=case.id, advice_version=case.advice_version, adopted_on=case.adopted_on),
        measures=[applications.measure(context.session, context.by, item) for item in found.measures],
        takeovers=[applications.TakeoverView.model_validate(item) for item in found.takeovers],
        lines=[LineView.model_validate(item) for item in found.lines],
        documents=[DocumentLink.model_validate(item) for item in found.documents],
        payments=[PaymentLink(**{**batch.model_dump(), **line.model_dump()}) for line, batch in found.payments],
        entries=[EntryLink.model_validate(item) for item in found.entries],
        bookings=[BookingLink.model_validate(item) for item in found.bookings],
        journal=[JournalLink.model_validate(item) for item in found.journal],
        complete=not found.gaps,
        gaps=[GapView.model_validate(gap) for gap in found.gaps],
    )


def views_of(context: RequestContext, rows: Iterable[Payable]) -> Trails:
    """The trails of those payables that the caller may see."""
    return Trails(items=[view(context, row) for row in rows if concerns(context, row)])


@router.get("/payables/{id}/trail", operation_id="get-trail-of-payable")
def of_payable(context: RequestContextDep, key: Id) -> TrailView:
    """The money trail of one payable: from the advice to the journal, and what of it is not there yet."""
    return view(context, require_payable(context, context.session.get(Payable, key), key))


@router.get("/measures/{id}/trails", operation_id="get-trails-of-measure")
def of_measure(context: RequestContextDep, key: Id) -> Trails:
    """The trails of everything that pays for a measure."""
    require_books(context)
    row = context.session.get(Measure, key)
    if row is None or not visible(context, row):
        raise NotFoundError("measure", key)
    return views_of(context, money_trail.payables_of_measure(context.session, row))


@router.get("/payment-batches/{id}/trails", operation_id="get-trails-of-batch")
def of_batch(context: RequestContextDep, key: Id) -> Trails:
    """The trails of everything that stands, or stood, in a batch."""
    row = require_batch(context, key)
    return views_of(context, money_trail.payables_of_batch(context.session, row))


@router.get("/bookings/{id}/trail", operation_id="get-trail-of-booking")
def of_booking(context: RequestContextDep, key: Id) -> TrailView:
    """The trail that a booking, and so each of its lines in the journal, belongs to."""
    booking = context.session.get(Booking, key)
    return view(
        context, require_payable(context, context.session.get(Payable, booking.payable) if booking else None, key)
    )


@router.get("/bank-messages/{id}/entries/{position}/trails", operation_id="get-trails-of-bank-entry")
def of_entry(context: RequestContextDep, key: Id, position: Annotated[int, Path(ge=1, le=9_999_999)]) -> Trails:
    """The trails of everything that one entry of a statement paid or gave back."""
    row = require_bank_entry(context, key, position)
    return views_of(context, money_trail.payables_of_entry(context.session, row))
