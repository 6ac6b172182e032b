"""Invoices of an employer: a form that an e-invoice fills in, kept until it was sent, and its routes."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from api.http import drafts
from api.http.dependencies import require_duty
from api.pages import wording
from api.pages.addresses import ADDRESSES, path
from api.pages.error_pages import Failure
from api.pages.forms.fields import Options
from api.pages.forms.step import Place, require_case, show_step, take_step
from api.pages.forms.texts import notice_of
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep
from api.routes import applications, invoice_documents
from rules.core.dates import office_day
from rules.payments import invoice_documents as limits
from states.charts.application import APPLICATION
from states.errors import DocumentRefusedError, TooLargeError

router = APIRouter(include_in_schema=False)
TITLE = ADDRESSES["new-invoice"].title
Reference = Annotated[str, Query(max_length=40)]
MOST = 200
"""Cases to choose from."""
AROUND = 2**16
"""Bytes of a form besides its file."""
AMOUNTS = ("net", "vatRate", "vat", "gross")
NO_FILE = "Kies eerst het bestand van de factuur."
NO_CASE = "Kies de zaak waar deze factuur bij hoort. Het nummer staat niet op de factuur."
CREDIT = "Dit is een creditnota. Voer die in op de pagina van de zaak, bij de stap creditnota ontvangen."


@dataclass(frozen=True)
class ChoosePage:
    """Choice of how an invoice comes in: from a file, or by hand for a case."""

    cases: Options
    chosen: str = ""
    failure: Failure | None = None
    words: str = ""
    """What is wrong with the file or the choice."""
    notice: str = ""


@dataclass(frozen=True)
class AroundInvoice:
    """What is around the form of an invoice: whether a file filled it in, and what does not fit in that file."""

    from_file: bool
    seller: str = ""
    problems: list[tuple[str, str]] = field(default_factory=list)


def cases_to_bill(visit: Visit) -> Options:
    """Return the cases of the reader's employer for which an invoice can come in."""
    found = applications.list_applications(visit, limit=MOST).items
    return [
        (each.reference, f"{each.reference}, {wording.office(each.office)}")
        for each in found
        if APPLICATION.mark("receive-invoice", each.stage) in (">", "=")
    ]


def draft_of(reference: str) -> str:
    """Return the place at which the invoice of a case is kept until it was sent."""
    return f"factuur/{reference}"


def place_of(reference: str) -> Place:
    """Return the place of the form of an invoice for a case."""
    return Place(
        "application",
        "receive-invoice",
        reference,
        here=f"{path('new-invoice')}?zaak={reference}",
        back=path("new-invoice"),
        done=path("new-invoice"),
        reference=reference,
        template="takeover/invoice.html",
        title=TITLE,
    )


def around(visit: Visit, reference: str) -> AroundInvoice:
    """Return what is around the form of an invoice."""
    kept = drafts.kept(visit, draft_of(reference))
    if kept is None:
        return AroundInvoice(from_file=False)
    return AroundInvoice(
        True, kept.content["seller"], [(words, article) for words, article in kept.content["problems"]]
    )


@router.get("/werkgever/facturen/nieuw")
def new_invoice(visit: VisitDep, zaak: Reference = "", gedaan: Annotated[str, Query(max_length=80)] = "") -> Response:
    """Show how an invoice comes in, or its form for a case, with what a file filled in."""
    require_duty(visit.by, "application", "receive-invoice")
    if not zaak:
        page = ChoosePage(cases_to_bill(visit), notice=notice_of(gedaan))
        return show(visit, "takeover/choose_invoice.html", page, title=TITLE)
    reference = require_case(visit, zaak).id
    kept = drafts.kept(visit, draft_of(reference))
    given = kept.content["given"] if kept is not None else {}
    return show_step(visit, place_of(reference), extra=around(visit, reference), given=given)


@router.post("/werkgever/facturen/nieuw")
def receive(request: Request, visit: VisitDep, form: FormDep, zaak: Reference) -> Response:
    """Take in an invoice; what a file had filled in is then no longer kept."""
    reference = require_case(visit, zaak).id
    place = place_of(reference)
    answer = take_step(request, visit, form, place, extra=lambda now: around(now, reference))
    if isinstance(answer, RedirectResponse):
        drafts.drop(visit, draft_of(reference))
    return answer


def announced_size(request: Request, visit: VisitDep) -> None:
    """Check that the announced form is no larger than an e-invoice may be, before any of it is read.

    Raises:
        TooLargeError: it is larger, or its size is not announced.
    """
    most = limits.largest_e_invoice(office_day(visit.at))
    size = request.headers.get("content-length", "")
    if not size.isdecimal() or int(size) > most + AROUND:
        raise TooLargeError(most)


@router.post("/werkgever/facturen/lezen")
def read(visit: VisitDep, _: Annotated[None, Depends(announced_size)], form: FormDep) -> Response:
    """Read an e-invoice and keep what it fills in; nothing is received yet."""
    require_duty(visit.by, "application", "receive-invoice")
    chosen, file = str(form.get("zaak") or ""), form.get("bestand")
    most = limits.largest_e_invoice(office_day(visit.at))
    data = file.file.read(most + 1) if isinstance(file, UploadFile) else b""
    if not data:
        return choose_again(visit, chosen, NO_FILE)
    if len(data) > most:
        raise TooLargeError(most)
    try:
        found = invoice_documents.read(data, visit)
    except DocumentRefusedError as error:
        return choose_again(visit, chosen, " ".join(each.message_nl for each in error.findings) or str(error))
    if found.kind == "credit-note":
        return choose_again(visit, chosen, CREDIT)
    reference = found.application or chosen
    if not reference:
        return choose_again(visit, chosen, NO_CASE)
    reference = require_case(visit, reference).id
    content = {
        "given": filled_in(found),
        "seller": found.seller,
        "problems": [(each.message_nl, each.article) for each in found.problems],
    }
    drafts.keep(visit, draft_of(reference), content)
    return RedirectResponse(f"{path('new-invoice')}?zaak={reference}", 303)


def choose_again(visit: Visit, chosen: str, words: str) -> Response:
    """Show again how an invoice comes in, with what is wrong."""
    failure = Failure(422, "De factuur is niet gelezen", words)
    page = ChoosePage(cases_to_bill(visit), chosen, failure, words)
    return show(visit, "takeover/choose_invoice.html", page, title=TITLE, status=422)


def filled_in(found: invoice_documents.EInvoiceView) -> dict[str, Any]:
    """Return the fields of the form that an e-invoice fills in, with amounts as people write them."""
    whole = found.model_dump(mode="json", by_alias=True, exclude_none=True)
    totals = whole["totals"]
    rates = [{name: comma(rate[name]) for name in ("vatRate", "net", "vat")} for rate in totals["rates"]]
    return {
        **{name: whole[name] for name in ("kind", "number", "dated", "payee", "iban") if name in whole},
        "totals": {**{name: comma(totals[name]) for name in ("net", "vat", "gross")}, "rates": rates},
        "lines": [
            {**{name: comma(line[name]) for name in AMOUNTS}, **({"text": line["text"]} if "text" in line else {})}
            for line in whole["lines"]
        ],
    }


def comma(amount: object) -> str:
    """Return an amount with a comma for its cents."""
    return str(amount).replace(".", ",")
