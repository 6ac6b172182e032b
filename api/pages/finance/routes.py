"""Routes of payables and payment orders: the lists, each on its page, its steps, and its files."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.access.cases import may_read_document
from api.http.dependencies import require_duty, utc_now
from api.http.pagination import Cursor
from api.pages.addresses import path
from api.pages.finance.batches import batch_page, batches_page
from api.pages.finance.payable import payable_page
from api.pages.finance.payables import payables_page
from api.pages.forms.step import NEW, Place, show_step, take_step
from api.pages.forms.texts import notice_of
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep
from api.routes import invoice_documents, payments
from api.routes.invoice_documents import Original
from rules.core.dates import office_day
from rules.payments.invoice_documents import most_pages
from states.charts.payable import PayableState
from states.commands.invoice_documents import open_document
from states.errors import NotFoundError
from states.formats import image_pdf, rendering
from states.tables.payments import Document, Payable

router = APIRouter(include_in_schema=False)
Done = Annotated[str, Query(max_length=80)]


@router.get("/betalen/facturen")
def payables(visit: VisitDep, staat: PayableState | None = None, cursor: Cursor = None, gedaan: Done = "") -> Response:
    """Show the invoices in one state."""
    page = payables_page(visit, staat, cursor, notice=notice_of(gedaan))
    return show(visit, "finance/payables.html", page, title="Facturen")


@router.get("/betalen/facturen/{payable}")
def payable(visit: VisitDep, payable: str, gedaan: Done = "") -> Response:
    """Show one invoice with its money trail and its steps."""
    return show(visit, "finance/payable.html", payable_page(visit, payable, notice=notice_of(gedaan)), title="Factuur")


def payable_place(visit: Visit, payable: str, event: str) -> Place:
    """Return the place of a step of an invoice."""
    row = visit.session.get(Payable, payable)
    back = path("payable", payable=payable)
    here = path("payable-step", payable=payable, event=event)
    return Place("payable", event, payable, here, back, back, reference=None if row is None else row.stream)


@router.get("/betalen/facturen/{payable}/doen/{event}")
def payable_step(visit: VisitDep, payable: str, event: str) -> Response:
    """Show the form of a step of an invoice."""
    return show_step(visit, payable_place(visit, payable, event))


@router.post("/betalen/facturen/{payable}/doen/{event}")
def take_payable_step(request: Request, visit: VisitDep, form: FormDep, payable: str, event: str) -> Response:
    """Carry out a step of an invoice."""
    return take_step(request, visit, form, payable_place(visit, payable, event))


def original(visit: VisitDep, payable: str, document: str) -> Original:
    """Open a document of an invoice for its reader; the transaction ends before the document is drawn.

    Raises:
        RefusedError: the reader's role reads no documents.
        NotFoundError: there is none, or the reader may not know it.
    """
    require_duty(visit.by, "document", "read")
    row, of = visit.session.get(Document, document), visit.session.get(Payable, payable)
    if row is None or of is None or row.invoice != of.invoice or not may_read_document(visit, row):
        raise NotFoundError("document", document)
    found = Original(row.id, row.media_type, open_document(visit.session, row))
    visit.session.rollback()
    return found


OriginalDep = Annotated[Original, Depends(original)]


@router.get("/betalen/facturen/{payable}/documenten/{document}")
async def document(request: Request, found: OriginalDep) -> Response:
    """Return a document as it is shown, to keep."""
    return await invoice_documents.document(request, found)


@router.get("/betalen/facturen/{payable}/documenten/{document}/blad")
async def document_page(request: Request, found: OriginalDep) -> Response:
    """Return the first page of a document as a picture.

    Raises:
        NotFoundError: the document has no picture.
    """
    if found.media_type == "application/xml":
        raise NotFoundError("page", found.id)
    picture = await invoice_documents.rendered(request, partial(first_page, found))
    return Response(picture, media_type="image/jpeg")


def first_page(found: Original) -> bytes:
    """Draw the first page of a document."""
    pages = rendering.pages_of(found.data, found.media_type, most_pages(office_day(utc_now())))
    return image_pdf.jpeg(next(pages))


@router.get("/betalen/opdrachten")
def batches(visit: VisitDep, cursor: Cursor = None, gedaan: Done = "") -> Response:
    """Show the payment orders, and what is ready to pay."""
    page = batches_page(visit, cursor, notice=notice_of(gedaan))
    return show(visit, "finance/batches.html", page, title="Betaalopdrachten")


def building(visit: Visit) -> Place:
    """Return the place of the form that makes a payment order for the reader's employer."""
    done = path("batch", batch="{made}")
    preset = {"employer": str(visit.by.organisation)}
    return Place("payment-batch", "build", NEW, path("new-batch"), path("batches"), done, preset=preset)


@router.get("/betalen/opdrachten/nieuw")
def new_batch(visit: VisitDep) -> Response:
    """Show the form of a new payment order."""
    return show_step(visit, building(visit))


@router.post("/betalen/opdrachten/nieuw")
def build(request: Request, visit: VisitDep, form: FormDep) -> Response:
    """Make a payment order of everything that is ready to pay."""
    return take_step(request, visit, form, building(visit))


@router.get("/betalen/opdrachten/{batch}")
def batch(visit: VisitDep, batch: str, gedaan: Done = "") -> Response:
    """Show one payment order as the bank shows it."""
    return show(visit, "finance/batch.html", batch_page(visit, batch, notice=notice_of(gedaan)), title="Betaalopdracht")


@router.get("/betalen/opdrachten/{batch}/bestand")
def batch_file(visit: VisitDep, batch: str) -> Response:
    """Return the file for the bank; always the same bytes."""
    return payments.pain001(visit, batch)


def batch_place(batch: str, event: str) -> Place:
    """Return the place of a step of a payment order."""
    back = path("batch", batch=batch)
    return Place("payment-batch", event, batch, path("batch-step", batch=batch, event=event), back, back)


@router.get("/betalen/opdrachten/{batch}/doen/{event}")
def batch_step(visit: VisitDep, batch: str, event: str) -> Response:
    """Show the form of a step of a payment order."""
    return show_step(visit, batch_place(batch, event))


@router.post("/betalen/opdrachten/{batch}/doen/{event}")
def take_batch_step(request: Request, visit: VisitDep, form: FormDep, batch: str, event: str) -> Response:
    """Carry out a step of a payment order."""
    return take_step(request, visit, form, batch_place(batch, event))
