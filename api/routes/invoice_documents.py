"""Invoice documents and e-invoices: upload them, and return them only to those who need them."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Request, Response
from sqlmodel import col, select

from api.access.cases import may_read_document, may_see, require_subject
from api.access.content import has_grant
from api.http import authentication
from api.http.dependencies import (
    ConfigurationDep,
    RequestContext,
    RequestContextDep,
    reject_unknown_query,
    require_duty,
    utc_now,
)
from api.http.idempotency import Answer
from api.http.parameters import Id
from api.http.urls import etag
from api.views import base
from rules.access.content_classes import ContentClass
from rules.core.dates import office_day
from rules.core.roles import Actor
from rules.payments import invoice_documents as limits
from states.commands import invoice_documents
from states.errors import DocumentRefusedError, NotFoundError, TooLargeError
from states.payments import e_invoices
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.payments import Document, Payable

router = APIRouter(prefix="/v1", tags=["finance"])
SUFFIX = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "text/plain": "txt"}
T = TypeVar("T")


def sender(
    request: Request,
    configuration: ConfigurationDep,
    authorization: Annotated[str | None, Header(description="Bearer token")] = None,
) -> Actor:
    """Return the sender of a file, in a transaction of its own so that none stays open during the upload."""
    with transaction(request.app.state.engine) as session:
        return authentication.actor(session, configuration, authorization, at=utc_now())


SenderDep = Annotated[Actor, Depends(sender)]


async def read_body(request: Request, most: int) -> bytes:
    """Read the body up to a limit in bytes; a body announced as larger is not read.

    Raises:
        TooLargeError: the body exceeds the limit.
        DocumentRefusedError: the body is empty.
    """
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > most:
        raise TooLargeError(most)
    found = bytearray()
    stream: AsyncIterator[bytes] = request.stream()
    async for chunk in stream:
        found += chunk
        if len(found) > most:
            raise TooLargeError(most)
    if not found:
        raise DocumentRefusedError("The body is empty. Send the file itself as the body of the request.")
    return bytes(found)


async def rendered(request: Request, work: Callable[[], T]) -> T:
    """Do work that renders a document, beside the other requests and at most a few at a time."""
    return await to_thread.run_sync(work, limiter=request.app.state.renderings)


async def document_of(request: Request, by: SenderDep) -> invoice_documents.ExaminedDocument:
    """Read and examine a document, within the limits of the day, from a caller who may add documents.

    Raises:
        RefusedError: the caller's role adds no documents.
        DocumentRefusedError: it is no document, or cannot be shown.
    """
    require_duty(by, "payable", "add-document")
    day = office_day(utc_now())
    data = await read_body(request, limits.largest(day))
    return await rendered(request, partial(invoice_documents.examine, data, on=day))


async def e_invoice_of(request: Request, by: SenderDep) -> bytes:
    """Read an e-invoice, within the size limit of the day, from a caller who may receive invoices.

    Raises:
        RefusedError: the caller's role does not receive invoices.
    """
    require_duty(by, "application", "receive-invoice")
    return await read_body(request, limits.largest_e_invoice(office_day(utc_now())))


def body_of(*kinds: str) -> dict[str, Any]:
    """Return the OpenAPI description of a body that is a file."""
    schema = {"type": "string", "format": "binary"}
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}}


class DocumentView(base.View):
    """Document of an invoice: its metadata."""

    id: str
    payable: str
    invoice: str
    media_type: str
    size: int
    sha256: str
    added_by: str
    added_at: datetime
    again: bool = False
    """Whether the same file was already stored, so that nothing changed."""


class Documents(base.View):
    """Documents of an invoice."""

    items: list[DocumentView]


@router.post(
    "/payables/{id}/documents",
    status_code=201,
    response_model=DocumentView,
    operation_id="add-document",
    summary="Add a document to an invoice",
    responses={200: {"model": DocumentView, "description": "The same file was stored already; nothing changed"}},
    openapi_extra=body_of(*invoice_documents.SHOWN_AS),
)
def add(
    examined: Annotated[invoice_documents.ExaminedDocument, Depends(document_of)], context: RequestContextDep, key: Id
) -> Response:
    """Store a PDF, image or e-invoice that can be shown, encrypted; the same file again changes nothing."""
    row = require_subject(context, Payable, "payable", key)
    taken = invoice_documents.take_in(context.session, row, examined, by=context.by, at=context.at)
    shown = DocumentView(**taken.document.model_dump(), again=taken.again).model_dump(mode="json", by_alias=True)
    return Answer(200 if taken.again else 201, shown, {"Location": f"/v1/documents/{taken.document.id}"}).response()


@router.get("/payables/{id}/documents", operation_id="list-documents", summary="List the documents of an invoice")
def listed(context: RequestContextDep, response: Response, key: Id) -> Documents:
    """List the documents of the invoice of a payable, with the payable's ETag; this does not show their content."""
    row = require_subject(context, Payable, "payable", key)
    response.headers["ETag"] = etag(row.version)
    query = select(Document).where(Document.invoice == row.invoice).order_by(col(Document.added_at), col(Document.id))
    return Documents(items=[DocumentView.model_validate(item) for item in context.session.exec(query)])


@dataclass(frozen=True)
class Original:
    """Document as it came, with its id and kind; it is drawn anew before anything of it leaves."""

    id: str
    media_type: str
    data: bytes


def original(request: Request, configuration: ConfigurationDep, by: SenderDep, key: Id) -> Original:
    """Open a document for a caller who may read it; the transaction ends before it is rendered.

    Raises:
        RefusedError: the caller's role reads no documents.
        NotFoundError: there is none, or the caller may not know it.
    """
    reject_unknown_query(request)
    require_duty(by, "document", "read")
    with transaction(request.app.state.engine) as session:
        row = session.get(Document, key)
        if row is None or not may_read_document(RequestContext(session, by, utc_now(), configuration), row):
            raise NotFoundError("document", key)
        return Original(row.id, row.media_type, invoice_documents.open_document(session, row))


OriginalDep = Annotated[Original, Depends(original)]


@router.get("/documents/{id}", operation_id="get-document", summary="Show a document", response_class=Response)
async def document(request: Request, found: OriginalDep) -> Response:
    """Return a document as it is shown, for the security contact of an employer that pays, and the privacy officer.

    A PDF has a picture of each page, a picture is encoded anew, and an e-invoice is text; the file that came is kept
    as the record and never sent.
    """
    day = office_day(utc_now())
    content = await rendered(request, partial(invoice_documents.image_of, found.data, found.media_type, on=day))
    media_type = invoice_documents.SHOWN_AS[found.media_type]
    headers = {
        "Content-Disposition": f'attachment; filename="{found.id}.{SUFFIX[media_type]}"',
        "X-Content-SHA256": sha256(content).hexdigest(),
    }
    return Response(content, media_type=media_type, headers=headers)


@router.get(
    "/documents/{id}/text",
    operation_id="get-document-text",
    summary="Read the text of a document",
    response_class=Response,
)
async def document_text(request: Request, found: OriginalDep) -> Response:
    """Return the text of a document for its readers, to search or to listen to; empty for pictures and scans."""
    day = office_day(utc_now())
    text = await rendered(request, partial(invoice_documents.text_of, found.data, found.media_type, on=day))
    return Response(text, media_type="text/plain")


class ProblemView(base.View):
    """Problem in an e-invoice: the term of EN 16931, and the rule of the standard or of the office."""

    term: str
    standard: str | None
    rule: str
    message: str
    message_nl: str
    article: str
    source: str


class FilledLine(base.View):
    """Line of an e-invoice with its VAT; its text is present only for those who may know what it is for."""

    text: str | None
    net: base.Euros
    vat_rate: base.Percentage
    vat: base.Euros
    gross: base.Euros


class RateView(base.View):
    """VAT of one rate, as the e-invoice states it."""

    vat_rate: base.Percentage
    net: base.Euros
    vat: base.Euros


class TotalsView(base.View):
    """Totals that the e-invoice states."""

    net: base.Euros
    vat: base.Euros
    gross: base.Euros
    rates: list[RateView]


class EInvoiceView(base.View):
    """E-invoice as parsed; a field that could not be read is null, and ``problems`` lists what does not fit."""

    kind: str
    number: str | None
    dated: date
    due_on: date | None
    currency: str
    seller: str
    payee: str
    iban: str | None
    application: str | None
    """The application that its order reference names, if the caller may see it."""
    addressed_to: str | None
    invoice: str | None
    """For a credit note: the invoice that it credits."""
    totals: TotalsView
    lines: list[FilledLine]
    problems: list[ProblemView]


@router.post(
    "/invoices/actions/read",
    operation_id="read-e-invoice",
    summary="Read an e-invoice without storing it",
    openapi_extra=body_of("application/xml"),
)
def read(data: Annotated[bytes, Depends(e_invoice_of)], context: RequestContextDep) -> EInvoiceView:
    """Parse an e-invoice (UBL 2.1, Peppol BIS 3 or NLCIUS) and return its fields; nothing is stored."""
    filled = e_invoices.read(context.session, data, by=context.by, on=office_day(context.at))
    found = filled.found
    case = context.session.get(Application, filled.application) if filled.application else None
    reads = has_grant(context.by, ContentClass.INVOICE_LINE)
    return EInvoiceView(
        kind="credit-note" if found.credit else "supplier-invoice",
        number=filled.number,
        dated=found.dated,
        due_on=found.due_on,
        currency=found.currency,
        seller=found.seller,
        payee=found.payee,
        iban=found.iban,
        application=case.id if case is not None and may_see(context.session, context.by, case) else None,
        addressed_to=filled.addressed_to,
        invoice=filled.credits,
        totals=TotalsView(
            net=found.net,
            vat=found.vat,
            gross=found.gross,
            rates=[RateView(vat_rate=item.rate, net=item.base, vat=item.vat) for item in found.rates],
        ),
        lines=[FilledLine.model_validate({**item, "text": item["text"] if reads else None}) for item in filled.lines],
        problems=[
            ProblemView(term=item.term, standard=item.standard, **vars(item.finding)) for item in filled.problems
        ],
    )
