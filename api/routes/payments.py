"""Payments: receive invoices, list payables, build batches, and download payment orders."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlmodel import col, select

from api.access.books import require_batch, require_books_of, require_payment_order, visible_in_books
from api.access.cases import concerns, require_application, require_subject
from api.commands import do_event
from api.http.dependencies import RequestContext, RequestContextDep
from api.http.idempotency import Answer, answer_once
from api.http.pagination import Cursor, Limit, newest_first, next_link, split_page
from api.http.parameters import Id, Key
from api.http.urls import etag, href
from api.views import payments
from api.views.payments import payable_view, payable_views
from rules.core.wording import wording
from rules.payments import amounts
from rules.payments.bank_days import first_execution
from states.charts.batch import BatchState
from states.charts.payable import PayableState
from states.commands.fire import fire
from states.engine.event import EventContext
from states.engine.patterns import HANDLE
from states.engine.unit_of_work import UnitOfWork
from states.errors import RefusedError, StatesError
from states.events.catalogue import EVENTS
from states.events.payments.batch_contents import select_payables
from states.events.payments.batches import NewBatch
from states.events.payments.invoice_bodies import Invoice
from states.formats.bank_reason_codes import reason_in_words, status_in_words
from states.payments.batch_files import CHUNK, lines_by_batch, open_batch_file, sha256_of
from states.tables.payments import BatchLine, Payable, PaymentBatch

router = APIRouter(prefix="/v1", tags=["finance"])


class NewPayable(Invoice):
    """Invoice or advance for one application."""

    application: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{3,40}$")]


@router.post(
    "/payables",
    status_code=201,
    response_model=payments.PayablePage,
    operation_id="receive-payable",
    summary="Receive an invoice or advance of a case",
)
def receive(context: RequestContextDep, body: NewPayable, idempotency_key: Key = None) -> Response:
    """Receive an invoice; every employer that pays for its measures gets a payable for its part.

    The answer lists those of the caller's own employer.
    """

    def do() -> Answer:
        row = require_application(context.session, context.by, body.application)
        invoice = Invoice.model_validate(body.model_dump(exclude={"application"}))
        before = set(context.session.exec(select(Payable.id).where(Payable.stream == row.id)))
        do_event(context, EVENTS["application", "receive-invoice"], row.id, invoice, "*")
        made = context.session.exec(select(Payable).where(Payable.stream == row.id).order_by(Payable.id)).all()
        new = payable_views(context, [item for item in made if item.id not in before and concerns(context, item)])
        shown = payments.PayablePage(items=new).model_dump(mode="json", by_alias=True)
        return Answer(201, shown, {"Location": href("payable", new[0].id) if new else href("application", row.id)})

    return answer_once(context, idempotency_key, "POST /v1/payables", body, do)


@router.get("/payables", operation_id="list-payables", summary="List payables", responses=next_link("list-payables"))
def payables(
    context: RequestContextDep,
    state: PayableState | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> payments.PayablePage:
    """List the payables of the caller's employer; of all employers for roles of the office that see all books."""
    query = select(Payable)
    if state is not None:
        query = query.where(Payable.state == state)
    if cursor is not None:
        query = query.where(Payable.id > cursor)
    found = context.session.exec(visible_in_books(context, query, Payable).order_by(Payable.id).limit(limit + 1)).all()
    shown, following = split_page(found, limit)
    return payments.PayablePage(items=payable_views(context, shown), next=following)


@router.get(
    "/payables/{id}", response_model=payments.PayableView, operation_id="get-payable", summary="Read one payable"
)
def payable(context: RequestContextDep, response: Response, key: Id) -> payments.PayableView:
    """Return one payable."""
    row = require_subject(context, Payable, "payable", key)
    response.headers["ETag"] = etag(row.version)
    return payable_view(context, row)


@router.post(
    "/payment-batches",
    status_code=201,
    response_model=payments.BatchView,
    operation_id="build-batch",
    summary="Build a payment batch",
)
def build(context: RequestContextDep, body: NewBatch, idempotency_key: Key = None) -> Response:
    """Build a batch of all approved payables of one employer."""

    def do() -> Answer:
        row = fire(context.session, "payment-batch", None, "build", by=context.by, at=context.at, body=body).row
        shown = batch_views(context, [row])[0].model_dump(mode="json", by_alias=True)
        return Answer(201, shown, {"Location": href("payment-batch", row.id), "ETag": etag(row.version)})

    return answer_once(context, idempotency_key, "POST /v1/payment-batches", body, do)


@router.get(
    "/payment-batches", operation_id="list-batches", summary="List payment batches", responses=next_link("list-batches")
)
def batches(
    context: RequestContextDep,
    state: BatchState | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> payments.BatchPage:
    """List the batches of the caller's employer, newest first."""
    place = col(PaymentBatch.created_at), col(PaymentBatch.id)
    query = visible_in_books(context, select(PaymentBatch), PaymentBatch)
    if state is not None:
        query = query.where(PaymentBatch.state == state)
    last = None if cursor is None else require_batch(context, cursor)
    query = newest_first(query, place, None if last is None else (last.created_at, last.id))
    found = context.session.exec(query.limit(limit + 1)).all()
    shown, following = split_page(found, limit)
    return payments.BatchPage(items=batch_views(context, shown), next=following)


def batch_views(context: RequestContext, rows: Sequence[PaymentBatch]) -> list[payments.BatchView]:
    """Return the views of batches with their payments."""
    lines = lines_by_batch(context.session, rows)
    return [batch_view(row, lines[row.id]) for row in rows]


def batch_view(row: PaymentBatch, lines: Sequence[BatchLine]) -> payments.BatchView:
    """Return the view of a batch with its payments."""
    return payments.BatchView(
        **row.model_dump(exclude={"left_out"}),
        left_out=[payments.LeftOut.model_validate(item) for item in row.left_out or ()],
        bank_status_words=status_in_words(row.bank_status),
        bank_reason_words=reason_in_words(row.bank_reason),
        payee_is_verified=row.count == 1,
        lines=[
            payments.BatchLineView(
                **line.model_dump(),
                bank_status_words=status_in_words(line.bank_status),
                bank_reason_words=reason_in_words(line.bank_reason),
            )
            for line in lines
        ],
    )


@router.get(
    "/payment-batches/actions/propose", operation_id="propose-batch", summary="Show what a batch would hold now"
)
def propose(context: RequestContextDep, employer: Annotated[str, Query(pattern=HANDLE)]) -> payments.ProposedBatch:
    """Show the batch that would be built for an employer now, and what would be left out and why."""
    require_books_of(context, employer)
    included, left_out = select_payables(
        EventContext(UnitOfWork(context.session, context.by, context.at), None, context.by), employer
    )
    return payments.ProposedBatch(
        organisation=employer,
        execution_on=first_execution(context.at),
        count=len(included),
        total=sum((item.gross for item in included), Decimal("0.00")),
        payables=[item.id for item in included],
        left_out=[payments.LeftOut.model_validate(item) for item in left_out],
    )


@router.get(
    "/payment-batches/{id}",
    response_model=payments.BatchView,
    operation_id="get-batch",
    summary="Read one payment batch",
)
def batch(context: RequestContextDep, response: Response, key: Id) -> payments.BatchView:
    """Return one batch: its count, total and payments."""
    row = require_batch(context, key)
    response.headers["ETag"] = etag(row.version)
    return batch_views(context, [row])[0]


@router.get(
    "/payment-batches/{id}/pain001",
    operation_id="get-pain001",
    summary="Download the payment file of a batch",
    response_class=Response,
    responses={200: {"content": {"application/xml": {"schema": {"type": "string"}}}}},
)
def pain001(context: RequestContextDep, key: Id) -> Response:
    """Download the exported batch as pain.001.001.09; always the same bytes, with the sealed hash."""
    row = require_payment_order(context, key)
    if (finding := amounts.file_available(state=str(row.state))) is not None:
        raise RefusedError([finding])
    file = open_batch_file(context.session, row)
    if sha256_of(file) != row.sha256:
        file.close()
        raise StatesError(
            wording("The file of batch {id} differs from its seal; do not pay it, call an auditor.", id=row.id)
        )
    headers = {
        "Content-Disposition": f'attachment; filename="{row.id}.pain.001.001.09.xml"',
        "X-Content-SHA256": str(row.sha256),
    }

    def chunks() -> Iterator[bytes]:
        with file:
            while chunk := file.read(CHUNK):
                yield chunk

    return StreamingResponse(chunks(), media_type="application/xml", headers=headers)
