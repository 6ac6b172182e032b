"""Routes of a case: its overview, its parts, and each step as a page of its own."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.http.pagination import Cursor
from api.pages.addresses import ADDRESSES, path
from api.pages.application import parts
from api.pages.application.model import PartPage, case_page
from api.pages.forms.step import NEW, Place, require_case, show_step, take_step
from api.pages.forms.texts import notice_of
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep
from rules.core.regulation import Domain

router = APIRouter(include_in_schema=False)
Domein = Annotated[Domain | None, Query()]


@router.get("/zaken/nieuw")
def new_case(visit: VisitDep) -> Response:
    """Show the form of a new application."""
    return show_step(visit, new_place())


@router.post("/zaken/nieuw")
def receive(request: Request, visit: VisitDep, form: FormDep) -> Response:
    """Receive an application."""
    return take_step(request, visit, form, new_place())


def new_place() -> Place:
    """Return the place of the form of a new application."""
    title = ADDRESSES["new-case"].title
    return Place("application", "receive", NEW, path("new-case"), path("work"), "/zaken/{made}", title=title)


@router.get("/zaken/{reference}")
def case(visit: VisitDep, reference: str, gedaan: Annotated[str, Query(max_length=80)] = "") -> Response:
    """Show the overview of a case."""
    page = case_page(visit, require_case(visit, reference), notice=notice_of(gedaan))
    return show(visit, "application/case.html", page, title=f"Zaak {reference}")


@router.get("/zaken/{reference}/termijnen")
def terms(visit: VisitDep, reference: str) -> Response:
    """Show the terms of a case, and whose days they were."""
    page = parts.terms_page(visit, require_case(visit, reference))
    return show(visit, "application/terms.html", page, title=f"Termijnen van zaak {reference}")


@router.get("/zaken/{reference}/advies")
def advice(visit: VisitDep, reference: str) -> Response:
    """Show the interview and the advice of a case."""
    page = parts.advice_page(visit, require_case(visit, reference))
    return show(visit, "application/advice.html", page, title=f"Gesprek en advies van zaak {reference}")


@router.get("/zaken/{reference}/brieven")
def letters(visit: VisitDep, reference: str) -> Response:
    """Show the letters of a case."""
    page = parts.letters_page(visit, require_case(visit, reference))
    return show(visit, "application/letters.html", page, title=f"Brieven van zaak {reference}")


@router.get("/zaken/{reference}/geld")
def money(visit: VisitDep, reference: str) -> Response:
    """Show the measures, payables and bookings of a case."""
    page = parts.money_page(visit, require_case(visit, reference))
    return show(visit, "application/money.html", page, title=f"Geld van zaak {reference}")


@router.get("/zaken/{reference}/geschiedenis")
def history(visit: VisitDep, reference: str, cursor: Cursor = None) -> Response:
    """Show what happened in a case, newest last."""
    page = parts.history_page(visit, require_case(visit, reference), cursor)
    return show(visit, "application/history.html", page, title=f"Geschiedenis van zaak {reference}")


def place_of(reference: str, chart: str, event: str, subject: str, domain: Domain | None) -> Place:
    """Return the place of a step of a case."""
    here = path("case-step", reference=reference, chart=chart, event=event, subject=subject)
    back = path("case", reference=reference)
    preset = {"domain": domain.value} if domain is not None else {}
    asked = f"?domein={domain.value}" if domain is not None else ""
    return Place(chart, event, subject, f"{here}{asked}", back, back, reference, preset, "application/step.html")


def beside(visit: Visit, reference: str) -> PartPage:
    """Return what stands beside the form of a step: the header of the case, and the advice as it is."""
    return parts.advice_page(visit, require_case(visit, reference), here="")


@router.get("/zaken/{reference}/doen/{chart}/{event}/{subject}")
def step(visit: VisitDep, reference: str, chart: str, event: str, subject: str, domein: Domein = None) -> Response:
    """Show the form of a step."""
    place = place_of(reference, chart, event, subject, domein)
    return show_step(visit, place, extra=beside(visit, reference))


@router.post("/zaken/{reference}/doen/{chart}/{event}/{subject}")
def take(
    request: Request,
    visit: VisitDep,
    form: FormDep,
    reference: str,
    chart: str,
    event: str,
    subject: str,
    domein: Domein = None,
) -> Response:
    """Carry out a step."""
    place = place_of(reference, chart, event, subject, domein)
    require_case(visit, reference)
    return take_step(request, visit, form, place, extra=lambda now: beside(now, reference))
