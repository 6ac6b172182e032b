"""Routes of an employer: what is asked, each takeover with its present step, the measures, and what was paid."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access.cases import require_subject
from api.http.pagination import Cursor
from api.pages.addresses import ADDRESSES, path
from api.pages.forms.step import Place, may_fire_by_form, show_step, take_step
from api.pages.forms.texts import notice_of
from api.pages.takeover.measures import counts, measures_page, paid_page
from api.pages.takeover.model import PRESENT, EmployerStart, TakeoverList, TakeoverPage, overview_of, rows_of
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep
from rules.access.authority import roles_of
from states.errors import NotFoundError
from states.events.catalogue import EVENTS
from states.tables.application import Measure, Takeover

router = APIRouter(include_in_schema=False)
Done = Annotated[str, Query(max_length=80)]


@router.get("/werkgever")
def start(visit: VisitDep) -> Response:
    """Show what is asked of the employer now."""
    rows = rows_of(visit)
    measured = counts(visit)
    waiting = [row for row in rows if row.waits]
    page = EmployerStart(waiting, len(rows) - len(waiting), measured["Te bestellen"], measured["Besteld"])
    return show(visit, "takeover/start.html", page, title=ADDRESSES["employer"].title)


@router.get("/werkgever/overnames")
def takeovers(visit: VisitDep) -> Response:
    """Show every takeover of the employer."""
    return show(visit, "takeover/takeovers.html", TakeoverList(rows_of(visit)), title=ADDRESSES["takeovers"].title)


@router.get("/werkgever/overnames/{takeover}")
def takeover(visit: VisitDep, takeover: str, gedaan: Done = "") -> Response:
    """Show one takeover, with the form of its present step for those who may take it."""
    row = require_subject(visit, Takeover, "takeover", takeover)
    overview = overview_of(visit, takeover, notice=notice_of(gedaan))
    event = PRESENT.get(row.state)
    if event is None or visit.by.role not in roles_of("takeover", event):
        return show(visit, "takeover/takeover.html", TakeoverPage(overview), title=ADDRESSES["takeover"].title)
    return show_step(visit, place_of(row, event), extra=overview)


def place_of(row: Takeover, event: str) -> Place:
    """Return the place of a step of a takeover; the step that it waits for is on its own page.

    Raises:
        NotFoundError: there is no such step.
    """
    if ("takeover", event) not in EVENTS or not may_fire_by_form("takeover", event):
        raise NotFoundError("step", event)
    present = event in PRESENT.values()
    done = path("takeover", takeover=row.id)
    return Place(
        "takeover",
        event,
        row.id,
        here=path("takeover-step", takeover=row.id, event=event),
        back=path("takeovers") if present else done,
        done=done,
        reference=row.stream,
        template="takeover/takeover.html" if present else "takeover/step.html",
        title=ADDRESSES["takeover-step"].title,
    )


@router.get("/werkgever/overnames/{takeover}/doen/{event}")
def step(visit: VisitDep, takeover: str, event: str) -> Response:
    """Show the form of a step of a takeover."""
    row = require_subject(visit, Takeover, "takeover", takeover)
    return show_step(visit, place_of(row, event), extra=overview_of(visit, takeover))


@router.post("/werkgever/overnames/{takeover}/doen/{event}")
def take(request: Request, visit: VisitDep, form: FormDep, takeover: str, event: str) -> Response:
    """Carry out a step of a takeover."""
    place = place_of(require_subject(visit, Takeover, "takeover", takeover), event)
    return take_step(request, visit, form, place, extra=lambda now: overview_of(now, takeover))


@router.get("/werkgever/maatregelen")
def measures(visit: VisitDep, gedaan: Done = "") -> Response:
    """Show the measures of the employer: to order, ordered, provided."""
    page = measures_page(visit, notice=notice_of(gedaan))
    return show(visit, "takeover/measures.html", page, title=ADDRESSES["measures"].title)


def place_of_measure(visit: Visit, measure: str, event: str) -> Place:
    """Return the place of a step of a measure.

    Raises:
        NotFoundError: there is no such measure or step.
    """
    if ("measure", event) not in EVENTS or not may_fire_by_form("measure", event):
        raise NotFoundError("step", event)
    row = require_subject(visit, Measure, "measure", measure)
    back = path("measures")
    here = path("measure-step", measure=row.id, event=event)
    return Place(
        "measure",
        event,
        row.id,
        here=here,
        back=back,
        done=back,
        reference=row.stream,
        template="takeover/step.html",
        title=ADDRESSES["measure-step"].title,
    )


@router.get("/werkgever/maatregelen/{measure}/doen/{event}")
def measure_step(visit: VisitDep, measure: str, event: str) -> Response:
    """Show the form of a step of a measure."""
    return show_step(visit, place_of_measure(visit, measure, event))


@router.post("/werkgever/maatregelen/{measure}/doen/{event}")
def take_measure_step(request: Request, visit: VisitDep, form: FormDep, measure: str, event: str) -> Response:
    """Carry out a step of a measure."""
    return take_step(request, visit, form, place_of_measure(visit, measure, event))


@router.get("/werkgever/betaald")
def paid(visit: VisitDep, cursor: Cursor = None) -> Response:
    """Show what the employer paid."""
    return show(visit, "takeover/paid.html", paid_page(visit, cursor), title=ADDRESSES["paid"].title)
