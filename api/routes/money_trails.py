"""Money trails: of one payable, or of the payables behind a measure, a batch, a bank entry or a booking."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path

from api.access.books import require_bank_entry, require_batch, require_books
from api.access.cases import concerning, concerns, visible
from api.http.dependencies import RequestContext, RequestContextDep
from api.http.parameters import Id
from api.views import applications, base
from api.views.payments import LineView
from states.errors import NotFoundError
from states.reporting import money_trail
from states.tables.accounting import Booking
from states.tables.application import Measure
from states.tables.payments import Payable

READ_AT_ONCE = 500
"""How many trails are read at once; a batch may have a hundred thousand."""
router = APIRouter(prefix="/v1", tags=["trails"])


class AdviceLink(base.View):
    """Advice that the payable is based on."""

    application: str
    advice_version: int
    adopted_on: date | None


class PayableLink(base.View):
    """Payable and its invoice, without the payee."""

    id: str
    invoice: str
    organisation: str
    kind: str
    state: str
    number: str
    dated: date
    net: base.Euros
    vat: base.Euros
    gross: base.Euros
    paid_on: date | None
    return_reason: str | None
    checked_by: str | None
    approved_by: str | None


class DocumentLink(base.View):
    """Document of the invoice, by its hash."""

    id: str
    media_type: str
    size: int
    sha256: str


class PaymentLink(base.View):
    """Payment of the payable in a batch: the file by its hash, the payment by its EndToEndId."""

    batch: str
    state: str
    message_id: str | None
    sha256: str | None
    end_to_end: str
    amount: base.Euros
    counts: bool
    execution_on: date
    released_by: str | None


class EntryLink(base.View):
    """Statement entry that paid or returned the payable."""

    message: str
    position: int
    booked_on: date
    amount: base.Euros
    end_to_end: str | None


class BookingLink(base.View):
    """Booking of the payable."""

    id: str
    state: str
    amount: base.Euros
    tax_class: str
    designation: str
    missing: list[str]
    booked_on: date | None
    corrects: str | None


class JournalLink(base.View):
    """Journal line."""

    booking: str
    position: int
    booked_on: date
    document_on: date | None
    part: str | None
    side: str | None
    account: str
    debit: base.Euros
    credit: base.Euros
    mirrors: int | None
    statement: str | None
    entry: int | None


class GapView(base.View):
    """Link that is still missing."""

    link: str
    words: str


class TrailView(base.View):
    """Trail of one payable, from the advice to the journal, and the links that are still missing."""

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
    """Trails of several payables."""

    items: list[TrailView]


def require_payable(context: RequestContext, row: Payable | None, key: str) -> Payable:
    """Return the payable if the caller may see it.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: it does not exist, or the caller may not know that it does.
    """
    require_books(context)
    if row is None or not concerns(context, row):
        raise NotFoundError("payable", key)
    return row


def views(context: RequestContext, rows: Sequence[Payable]) -> list[TrailView]:
    """Return the trails of payables, with their measures as the caller may see them."""
    trails = money_trail.of_payables(context.session, rows)
    named = {row.id: row for found in trails for row in found.measures}
    measures = {item.id: item for item in applications.measures(context, list(named.values()))}
    return [view(found, measures) for found in trails]


def view(found: money_trail.Trail, measures: Mapping[str, applications.MeasureView]) -> TrailView:
    """Return the trail of a payable, with its measures as the caller may see them."""
    case = found.application
    return TrailView(
        payable=PayableLink.model_validate(found.payable),
        advice=case and AdviceLink(application=case.id, advice_version=case.advice_version, adopted_on=case.adopted_on),
        measures=[measures[row.id] for row in found.measures],
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


def views_of(context: RequestContext, rows: Sequence[Payable]) -> Trails:
    """Return the trails of the payables that the caller may see."""
    parts = (rows[first : first + READ_AT_ONCE] for first in range(0, len(rows), READ_AT_ONCE))
    return Trails(items=[item for part in parts for item in views(context, concerning(context, part))])


@router.get("/payables/{id}/trail", operation_id="get-trail-of-payable", summary="Follow the money of a payable")
def of_payable(context: RequestContextDep, key: Id) -> TrailView:
    """Return the money trail of one payable, from the advice to the journal, with the missing links."""
    return views(context, [require_payable(context, context.session.get(Payable, key), key)])[0]


@router.get("/measures/{id}/trails", operation_id="get-trails-of-measure", summary="Follow the money of a measure")
def of_measure(context: RequestContextDep, key: Id) -> Trails:
    """List the trails of all payables for a measure."""
    require_books(context)
    row = context.session.get(Measure, key)
    if row is None or not visible(context, row):
        raise NotFoundError("measure", key)
    return views_of(context, money_trail.payables_of_measure(context.session, row))


@router.get("/payment-batches/{id}/trails", operation_id="get-trails-of-batch", summary="Follow the money of a batch")
def of_batch(context: RequestContextDep, key: Id) -> Trails:
    """List the trails of all payables that are, or were, in a batch."""
    row = require_batch(context, key)
    return views_of(context, money_trail.payables_of_batch(context.session, row))


@router.get("/bookings/{id}/trail", operation_id="get-trail-of-booking", summary="Follow the money of a booking")
def of_booking(context: RequestContextDep, key: Id) -> TrailView:
    """Return the trail that a booking and its journal lines belong to."""
    booking = context.session.get(Booking, key)
    payable = context.session.get(Payable, booking.payable) if booking else None
    return views(context, [require_payable(context, payable, key)])[0]


@router.get(
    "/bank-messages/{id}/entries/{position}/trails",
    operation_id="get-trails-of-bank-entry",
    summary="Follow the money of a bank entry",
)
def of_entry(context: RequestContextDep, key: Id, position: Annotated[int, Path(ge=1, le=9_999_999)]) -> Trails:
    """List the trails of all payables that a statement entry paid or returned."""
    row = require_bank_entry(context, key, position)
    return views_of(context, money_trail.payables_of_entry(context.session, row))
