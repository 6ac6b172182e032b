"""Bank files: import statements and status reports, and show unmatched entries and missing statements."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, cast

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from sqlalchemy import Engine, func
from sqlmodel import col, select

from api.access.books import employers_with_bank_files, require_bank_message, visible_in_books
from api.http import authentication
from api.http.dependencies import ConfigurationDep, RequestContext, RequestContextDep, require_duty, utc_now
from api.http.idempotency import Answer, answer_once
from api.http.pagination import Cursor, Limit, Page, newest_first, next_link, split_page
from api.http.parameters import Id, Key
from api.views import base
from api.views.payments import StoredFindingView
from states.commands import bank_files
from states.errors import BankFileRefusedError, BankFileTooLargeError
from states.formats.bank_reason_codes import reason_in_words, status_in_words
from states.formats.bank_xml import LIMIT
from states.payments.statement_gaps import gaps
from states.storage.database import transaction
from states.tables.payments import ENTRY_WAITS, BankEntry, BankMessage, BatchLine

router = APIRouter(prefix="/v1/bank-messages", tags=["finance"])
LARGEST = LIMIT
"""Largest bank file in bytes; a statement of 100,000 lines is 49 MiB."""
LARGEST_JSON = 8 * 2**20
"""Largest bank file inside JSON in bytes; it is held in memory as a whole."""
IN_MEMORY = 2**20
"""Bytes held in memory; a larger file is spooled to an unnamed file on disk until it has been imported."""


class BankEntryView(base.View):
    """Entry of a statement: matched, set aside, or waiting for a person, and why."""

    position: int
    booked_on: date
    amount: base.Euros
    end_to_end: str | None
    payment_information: str | None
    reference: str | None
    is_return: bool
    reason: str | None
    reason_words: base.Words | None
    payable: str | None
    batch: str | None
    matched: bool
    waits: bool
    finding: StoredFindingView | None
    assessed_by: str | None


class PaymentStatusView(base.View):
    """Status that the bank reported for one payment of an order."""

    end_to_end: str
    status: str
    status_words: base.Words | None
    reason: str | None
    reason_words: base.Words | None


class BankMessageSummary(base.View):
    """Imported bank file."""

    id: str
    kind: str
    statement: str
    organisation: str
    sha256: str
    received_at: datetime
    sequence: int | None
    issued_on: date | None
    opening: base.Euros | None
    closing: base.Euros | None
    batch: str | None
    waiting: int
    """How many of its entries wait for a person."""


class BankMessageView(BankMessageSummary):
    """Bank file with its entries; ``again`` if it had been imported before and nothing changed."""

    again: bool
    entries: list[BankEntryView]
    payments: list[PaymentStatusView]


class StatementGap(base.View):
    """Missing statement, or one whose opening balance differs from the previous closing balance."""

    organisation: str
    year: int
    sequence: int
    opening: base.Euros | None
    expected: base.Euros | None


class BankMessagePage(Page[BankMessageSummary]):
    """Page of bank files, newest first, and the statements missing between them."""

    gaps: list[StatementGap]


def entry_view(entry: BankEntry) -> BankEntryView:
    """Return the view of a statement entry."""
    return BankEntryView(
        **entry.model_dump(exclude={"finding"}),
        finding=None if entry.finding is None else StoredFindingView.model_validate(entry.finding),
        reason_words=reason_in_words(entry.reason),
        waits=entry.waits,
    )


def waiting(context: RequestContext, rows: Sequence[BankMessage]) -> dict[str, int]:
    """Return how many entries of each statement wait for a person; statements without any are left out."""
    mine = col(BankEntry.message).in_([row.id for row in rows])
    query = select(BankEntry.message, func.count()).where(mine, *ENTRY_WAITS).group_by(BankEntry.message)
    return dict(context.session.exec(query).all())


def message_view(
    context: RequestContext, row: BankMessage, entries: list[BankEntry], *, again: bool
) -> BankMessageView:
    """Return the view of a bank file with its entries, or with the status of each payment."""
    reported = select(BatchLine).where(BatchLine.batch == row.batch, col(BatchLine.bank_status).is_not(None))
    lines = context.session.exec(reported.order_by(BatchLine.end_to_end)) if row.batch else ()
    return BankMessageView(
        **row.model_dump(exclude={"entries"}),
        waiting=sum(entry.waits for entry in entries),
        again=again,
        entries=[entry_view(entry) for entry in entries],
        payments=[
            PaymentStatusView(
                end_to_end=line.end_to_end,
                status=str(line.bank_status),
                status_words=status_in_words(line.bank_status),
                reason=line.bank_reason,
                reason_words=reason_in_words(line.bank_reason),
            )
            for line in lines
        ],
    )


FILE_DESCRIPTION = "A camt.053 statement or a pain.002 status report as the bank gives it"
FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/xml": {"schema": {"type": "string", "description": FILE_DESCRIPTION}},
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["document"],
                    "properties": {"document": {"type": "string", "description": f"{FILE_DESCRIPTION}, as text"}},
                },
            },
        },
    },
}


def require_may_send(
    request: Request,
    configuration: ConfigurationDep,
    authorization: Annotated[str | None, Header(description="Bearer token")] = None,
) -> None:
    """Check that the caller may send bank files, before any of the body is read.

    Raises:
        RefusedError: the caller's role does not send bank files.
        BankFileTooLargeError: the announced length exceeds the limit.
    """
    engine: Engine = request.app.state.engine
    with transaction(engine) as session:
        by = authentication.actor(session, configuration, authorization, at=utc_now())
    require_duty(by, "organisation", "take-in-statement")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > largest(request):
        raise BankFileTooLargeError(largest(request))


def is_json(request: Request) -> bool:
    """Return whether the file is sent inside JSON."""
    return "json" in request.headers.get("content-type", "")


def largest(request: Request) -> int:
    """Return the largest allowed body in bytes."""
    return min(LARGEST, LARGEST_JSON) if is_json(request) else LARGEST


async def received_file(request: Request, _: Annotated[None, Depends(require_may_send)]) -> AsyncIterator[BinaryIO]:
    """Read the sent file in chunks, before any transaction is opened.

    Raises:
        BankFileTooLargeError: the file exceeds the limit.
        BankFileRefusedError: the body contains no file.
    """
    size = 0
    with SpooledTemporaryFile(IN_MEMORY) as out:
        async for chunk in request.stream():
            size += len(chunk)
            if size > largest(request):
                raise BankFileTooLargeError(largest(request))
            out.write(chunk)
        out.seek(0)
        yield BytesIO(document_in(out.read())) if is_json(request) else cast("BinaryIO", out)


@router.post(
    "",
    status_code=201,
    response_model=BankMessageView,
    operation_id="take-in-bank-message",
    summary="Import a bank file",
    responses={200: {"model": BankMessageView, "description": "It was imported already; nothing changed"}},
    openapi_extra=FILE_BODY,
)
def take_in(
    file: Annotated[BinaryIO, Depends(received_file)], context: RequestContextDep, idempotency_key: Key = None
) -> Response:
    """Import a statement (camt.053) or a status report (pain.002) completely or not at all; a repeat has no effect."""

    def do() -> Answer:
        taken = bank_files.take_in(context.session, file, by=context.by, at=context.at)
        shown = message_view(context, taken.message, taken.entries, again=taken.again)
        return Answer(200 if taken.again else 201, shown.model_dump(mode="json", by_alias=True))

    mark = bank_files.digest_of(file) if idempotency_key else ""
    return answer_once(context, idempotency_key, "POST /v1/bank-messages", mark, do)


def document_in(raw: bytes) -> bytes:
    """Return the bank file inside JSON.

    Raises:
        BankFileRefusedError: the body contains no file.
    """
    try:
        return bytes(json.loads(raw)["document"], "utf-8")
    except (ValueError, KeyError, TypeError, RecursionError):
        remedy = 'Send the file as application/xml, or as JSON: {"document": "<?xml ..."}.'
        raise BankFileRefusedError("The body contains no document.", remedy) from None


@router.get("", operation_id="list-bank-messages", summary="List bank files", responses=next_link("list-bank-messages"))
def messages(
    context: RequestContextDep,
    kind: Annotated[str | None, Query(pattern=r"^(camt\.053|pain\.002)$")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> BankMessagePage:
    """List the bank files of the caller's employer, newest first, and the statements that are missing."""
    place = col(BankMessage.received_at), col(BankMessage.id)
    query = visible_in_books(context, select(BankMessage), BankMessage)
    if kind is not None:
        query = query.where(BankMessage.kind == kind)
    last = None if cursor is None else require_bank_message(context, cursor)
    query = newest_first(query, place, None if last is None else (last.received_at, last.id))
    found = context.session.exec(query.limit(limit + 1)).all()
    shown, following = split_page(found, limit)
    waits = waiting(context, shown)
    missing = gaps(context.session, *employers_with_bank_files(context))
    return BankMessagePage(
        items=[BankMessageSummary(**row.model_dump(), waiting=waits.get(row.id, 0)) for row in shown],
        next=following,
        gaps=[StatementGap.model_validate(gap) for gap in missing],
    )


@router.get("/{id}", operation_id="get-bank-message", summary="Read one bank file")
def message(context: RequestContextDep, key: Id, waits: bool | None = None) -> BankMessageView:
    """Return one bank file with its entries, or with only those that do or do not wait for a person."""
    row = require_bank_message(context, key)
    entries = bank_files.entries_of(context.session, row)
    if waits is not None:
        entries = [entry for entry in entries if entry.waits is waits]
    return message_view(context, row, entries, again=False)
