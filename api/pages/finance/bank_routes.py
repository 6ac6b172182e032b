"""Routes of the bank: its files, sending one, and assessing a line of a statement."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from api.access.books import require_bank_message
from api.http.dependencies import ConfigurationDep, require_duty
from api.http.pagination import Cursor
from api.pages import visit as visits
from api.pages.addresses import path
from api.pages.error_pages import Failure
from api.pages.finance.bank import bank_page, message_page, problem_of
from api.pages.forms.step import Place, show_step, take_step
from api.pages.forms.texts import notice_of
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep, key_of
from api.routes import bank_files
from states.errors import BankFileRefusedError, BankFileTooLargeError, NotFoundError
from states.storage.database import transaction

router = APIRouter(include_in_schema=False)
Done = Annotated[str, Query(max_length=80)]
Position = Annotated[int, Path(ge=1, le=9_999_999)]
AROUND = 2**16
"""Bytes of a form besides its file."""
NOTICES = {
    "ingelezen": "Het bestand is ingelezen.",
    "bekend": "Dit bestand was al ingelezen. Er is niets veranderd.",
}
ASSESSED = frozenset({"match-bank-entry", "set-aside-bank-entry"})


@router.get("/betalen/bank")
def bank(visit: VisitDep, cursor: Cursor = None) -> Response:
    """Show the files of the bank."""
    return show(visit, "finance/bank.html", bank_page(visit, cursor), title="Bank")


def may_send(request: Request, configuration: ConfigurationDep) -> Visit:
    """Check that the reader may send a file of this size, before any of it is read and without an open transaction.

    Whatever is wrong with the file from here on is said on the page.

    Raises:
        RefusedError: the reader's role does not send files of the bank.
        BankFileTooLargeError: the announced length exceeds the limit, or none is announced.
    """
    engine = request.app.state.engine
    with transaction(engine) as session:
        visit = visits.visit(request, session, configuration)

    def again(error: Exception, failure: Failure) -> Response:
        with transaction(engine) as session:
            now = replace(visit, session=session)
            page = bank_page(now, None, problem=problem_of(error, failure))
            return show(now, "finance/bank.html", page, title="Bank", status=failure.status)

    request.state.form_again = again
    require_duty(visit.by, "organisation", "take-in-statement")
    announced = request.headers.get("content-length", "")
    if not announced.isdigit() or int(announced) > bank_files.LARGEST + AROUND:
        raise BankFileTooLargeError(bank_files.LARGEST)
    return visit


@dataclass(frozen=True)
class Sent:
    """Sent file, and the idempotency key of its form."""

    file: BinaryIO
    key: str


async def sent_file(request: Request, visit: Annotated[Visit, Depends(may_send)]) -> AsyncIterator[Sent]:
    """Read the form with the file, while no transaction is open; a large file is spooled to disk.

    Raises:
        ForgedFormError: the form does not come from a page of this session.
        BankFileRefusedError: no file was chosen.
    """
    async with visits.own_form(request, visit) as form:
        upload = form.get("bestand")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise BankFileRefusedError("No file was chosen.", "Choose the file that the bank gave you.")
        yield Sent(upload.file, key_of(form))


@router.post("/betalen/bank")
def send(sent: Annotated[Sent, Depends(sent_file)], visit: VisitDep) -> Response:
    """Take in a file of the bank, whole or not at all."""
    answer = bank_files.take_in(sent.file, visit, idempotency_key=sent.key)
    taken = json.loads(bytes(answer.body))
    done = "bekend" if taken["again"] else "ingelezen"
    return RedirectResponse(f"{path('bank-message', message=taken['id'])}?gedaan={done}", 303)


@router.get("/betalen/bank/{message}")
def message(visit: VisitDep, message: str, gedaan: Done = "") -> Response:
    """Show one file of the bank with its lines."""
    page = message_page(visit, message, notice=NOTICES.get(gedaan) or notice_of(gedaan))
    return show(visit, "finance/bank_message.html", page, title="Bestand van de bank")


def entry_place(visit: Visit, message: str, position: int, event: str, payment: str = "") -> Place:
    """Return the place of the form that assesses a line.

    Raises:
        NotFoundError: there is no such form, or no such statement for this reader.
    """
    if event not in ASSESSED:
        raise NotFoundError("step", event)
    owner = require_bank_message(visit, message).organisation
    here = path("bank-entry", message=message, position=str(position), event=event)
    back = path("bank-message", message=message)
    preset = {"message": message, "position": position, **({"payment": payment} if payment else {})}
    return Place("organisation", event, owner, here, back, back, preset=preset)


@router.get("/betalen/bank/{message}/{position}/doen/{event}")
def entry(
    visit: VisitDep,
    message: str,
    position: Position,
    event: str,
    betaling: Annotated[str, Query(pattern=r"^[A-Za-z0-9./-]{0,40}$")] = "",
) -> Response:
    """Show the form that assesses a line."""
    return show_step(visit, entry_place(visit, message, position, event, betaling))


@router.post("/betalen/bank/{message}/{position}/doen/{event}")
def assess(request: Request, visit: VisitDep, form: FormDep, message: str, position: Position, event: str) -> Response:
    """Match a line, or set it aside."""
    return take_step(request, visit, form, entry_place(visit, message, position, event))
