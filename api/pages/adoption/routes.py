"""Routes of adoption: the cases that wait, one case, its adoption, and the return of one domain."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.pages.addresses import path
from api.pages.adoption.model import adoption_page, adoptions_page, following_of
from api.pages.application import parts
from api.pages.application.model import PartPage
from api.pages.forms.step import Place, require_case, show_step, take_step
from api.pages.forms.texts import notice_of
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep
from rules.core.regulation import Domain

router = APIRouter(include_in_schema=False)
Done = Annotated[str, Query(max_length=80)]


@router.get("/vaststellen")
def adoptions(visit: VisitDep, gedaan: Done = "") -> Response:
    """Show the cases that wait, most urgent first."""
    page = adoptions_page(visit, notice=notice_of(gedaan))
    return show(visit, "adoption/adoptions.html", page, title="Vaststellen")


@router.get("/vaststellen/{reference}")
def adoption(visit: VisitDep, reference: str, gedaan: Done = "") -> Response:
    """Show a case with its draft, and what changed since it was returned."""
    page = adoption_page(visit, require_case(visit, reference), notice=notice_of(gedaan))
    return show(visit, "adoption/adoption.html", page, title=f"Vaststellen: zaak {reference}")


def beside(visit: Visit, reference: str) -> PartPage:
    """Return what is shown next to the form of a decision: the case and its advice."""
    return parts.advice_page(visit, require_case(visit, reference), here="")


def adopting(visit: Visit, reference: str) -> Place:
    """Return the place of the form that adopts the advice; after it comes the next case."""
    following = following_of(visit, reference)
    done = path("adoption", reference=following) if following else path("adoptions")
    here, back = path("adopt", reference=reference), path("adoption", reference=reference)
    return Place("application", "adopt-advice", reference, here, back, done, reference, {}, "application/step.html")


def returning(reference: str, domain: Domain) -> Place:
    """Return the place of the form that returns one domain."""
    here = path("return-domain", reference=reference, domain=domain.value)
    back = path("adoption", reference=reference)
    preset = {"domain": domain.value}
    return Place(
        "application", "return-advice", reference, here, back, back, reference, preset, "application/step.html"
    )


@router.get("/vaststellen/{reference}/doen/vaststellen")
def ask_adopt(visit: VisitDep, reference: str) -> Response:
    """Show the form that adopts the advice."""
    return show_step(visit, adopting(visit, reference), extra=beside(visit, reference))


@router.post("/vaststellen/{reference}/doen/vaststellen")
def adopt(request: Request, visit: VisitDep, form: FormDep, reference: str) -> Response:
    """Adopt the advice, and go on to the next case."""
    require_case(visit, reference)
    place = adopting(visit, reference)
    return take_step(request, visit, form, place, extra=lambda now: beside(now, reference))


@router.get("/vaststellen/{reference}/doen/teruggeven/{domain}")
def ask_return(visit: VisitDep, reference: str, domain: Domain) -> Response:
    """Show the form that returns one domain."""
    return show_step(visit, returning(reference, domain), extra=beside(visit, reference))


@router.post("/vaststellen/{reference}/doen/teruggeven/{domain}")
def return_domain(request: Request, visit: VisitDep, form: FormDep, reference: str, domain: Domain) -> Response:
    """Return one domain with reasons; the others keep what they have."""
    require_case(visit, reference)
    place = returning(reference, domain)
    return take_step(request, visit, form, place, extra=lambda now: beside(now, reference))
