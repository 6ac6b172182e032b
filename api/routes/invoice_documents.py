"""Documents with an invoice, and e-invoices: sent as they are, refused early, given to those alone who need them."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from sqlmodel import col, select

from api.access.cases import may_read_document, may_see, require_subject
from api.access.content import reads_invoice_lines
from api.http import authentication
from api.http.dependencies import ConfigurationDep, RequestContextDep, require_duty, utc_now
from api.http.idempotency import Answer
from api.http.parameters import Id
from api.http.urls import etag
from api.views import base
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


def sender(
    request: Request,
    configuration: ConfigurationDep,
    authorization: Annotated[str | None, Header(description="Bearer token")] = None,
) -> Actor:
    """Who sends a file, asked in a transaction of its own: none stays open while the file comes in."""
    with transaction(request.app.state.engine) as session:
        return authentication.actor(session, configuration, authorization, at=utc_now())


SenderDep = Annotated[Actor, Depends(sender)]


async def read_body(request: Request, most: int) -> bytes:
    """The body as it came, up to a limit; what is announced as larger is not read at all.

    Raises:
        TooLargeError: it is larger.
        DocumentRefusedError: there is none.
    """
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > most:
        raise TooLargeError(most)
    found = bytearray()
    stream: AsyncIterator[bytes] = request.stream()
    async for piece in stream:
        found += piece
        if len(found) > most:
            raise TooLargeError(most)
    if not found:
        raise DocumentRefusedError("The body is empty. Send the file itself as the body of the request.")
    return bytes(found)


async def document_of(request: Request, _: SenderDep) -> bytes:
    """A document, within the limit of the day."""
    return await read_body(request, limits.largest(office_day(utc_now())))


async def e_invoice_of(request: Request, by: SenderDep) -> bytes:
    """An e-invoice, within the limit of the day, from someone who takes in invoices.

    Raises:
        RefusedError: the caller's role takes in none.
    """
    require_duty(by, "application", "receive-invoice")
    return await read_body(request, limits.largest_e_invoice(office_day(utc_now())))


def body_of(*kinds: str) -> dict[str, Any]:
    """How the OpenAPI document describes a body that is a file."""
    schema = {"type": "string", "format": "binary"}
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}}


class DocumentView(base.View):
    """A document with an invoice: what is known without opening it."""

    id: str
    payable: str
    invoice: str
    media_type: str
    size: int
    sha256: str
    added_by: str
    added_at: datetime
    again: bool = False
    """Whether this very file was there before, so that nothing changed."""


class Documents(base.View):
    """The documents with an invoice."""

    items: list[DocumentView]


@router.post(
    "/payables/{id}/documents",
    status_code=201,
    response_model=DocumentView,
    operation_id="add-document",
    openapi_extra=body_of(*invoice_documents.SUFFIX),
)
def add(data: Annotated[bytes, Depends(document_of)], context: RequestContextDep, key: Id) -> Response:
    """Keep a PDF, image or e-invoice with its invoice, encrypted; the same file twice changes nothing."""
    row = require_subject(context, Payable, "payable", key)
    require_duty(context.by, "payable", "add-document")
    taken = invoice_documents.take_in(context.session, row, data, by=context.by, at=context.at)
    shown = DocumentView(**taken.document.model_dump(), again=taken.again).model_dump(mode="json", by_alias=True)
    return Answer(200 if taken.again else 201, shown, {"Location": f"/v1/documents/{taken.document.id}"}).response()


@router.get("/payables/{id}/documents", operation_id="list-documents")
def listed(context: RequestContextDep, response: Response, key: Id) -> Documents:
    """The documents with the invoice of a payable, with its ETag; what they show is for the security contact alone."""
    row = require_subject(context, Payable, "payable", key)
    response.headers["ETag"] = etag(row.version)
    query = select(Document).where(Document.invoice == row.invoice).order_by(col(Document.added_at), col(Document.id))
    return Documents(items=[DocumentView.model_validate(item) for item in context.session.exec(query)])


@router.get("/documents/{id}", operation_id="get-document", response_class=Response)
def document(context: RequestContextDep, key: Id) -> Response:
    """A document itself, for the security contact of an employer that pays, and for the privacy officer."""
    require_duty(context.by, "document", "read")
    row = context.session.get(Document, key)
    if row is None or not may_read_document(context, row):
        raise NotFoundError("document", key)
    headers = {
        "Content-Disposition": f'attachment; filename="{row.id}.{invoice_documents.SUFFIX[row.media_type]}"',
        "X-Content-SHA256": row.sha256,
    }
    return Response(invoice_documents.open_document(context.session, row), media_type=row.media_type, headers=headers)


class ProblemView(base.View):
    """What in an e-invoice does not fit: at which term of EN 16931, by which of its rules or of ours."""

    term: str
    standard: str | None
    rule: str
    message: str
    message_nl: str
    article: str
    source: str


class FilledLine(base.View):
    """A line of an e-invoice with its VAT; its words are for those who may know what it is for."""

    text: str | None
    net: Decimal
    vat_rate: Decimal
    vat: Decimal
    gross: Decimal


class RateView(base.View):
    """The VAT of one rate, as stated."""

    vat_rate: Decimal
    net: Decimal
    vat: Decimal


class TotalsView(base.View):
    """What the e-invoice states in total."""

    net: Decimal
    vat: Decimal
    gross: Decimal
    rates: list[RateView]


class EInvoiceView(base.View):
    """An e-invoice filled in; what could not be read is empty, and ``problems`` says what does not fit."""

    kind: str
    number: str | None
    dated: date
    due_on: date | None
    currency: str
    seller: str
    payee: str
    iban: str | None
    application: str | None
    """The application that its order reference names, where the caller may see it."""
    addressed_to: str | None
    invoice: str | None
    """For a credit note: the invoice that it takes something off."""
    totals: TotalsView
    lines: list[FilledLine]
    problems: list[ProblemView]


@router.post(
    "/invoices/_read",
    operation_id="read-e-invoice",
    openapi_extra=body_of("application/xml"),
)
def read(data: Annotated[bytes, Depends(e_invoice_of)], context: RequestContextDep) -> EInvoiceView:
    """Read an e-invoice (UBL 2.1, Peppol BIS 3 or NLCIUS) and fill its fields in; nothing is kept."""
    filled = e_invoices.read(context.session, data, by=context.by, on=office_day(context.at))
    found = filled.found
    case = context.session.get(Application, filled.application) if filled.application else None
    reads = reads_invoice_lines(context.by)
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
