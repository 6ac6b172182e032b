"""Routes of an official: the own cases, a report, an application in steps, the other steps, advice and messages."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.pages.addresses import ADDRESSES, path
from api.pages.applicant import application_form, report
from api.pages.applicant.model import Cases, advice_for_official, case_in_words, lines_of, messages, summaries
from api.pages.forms.step import Place, may_fire_by_form, require_case, show_step, take_step
from api.pages.forms.texts import notice_of
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep
from states.errors import NotFoundError
from states.events.catalogue import EVENTS
from states.tables.application import Application

router = APIRouter(include_in_schema=False)
Done = Annotated[str, Query(max_length=80)]
REFERENCE_LENGTH = 40
SAVED = "Uw aanvraag is bewaard. Er is nog niets verstuurd."


@router.get("/mijn")
def mine(visit: VisitDep, gedaan: Done = "") -> Response:
    """Show the reader's case in plain words, or a list where there are several, or how to apply."""
    found = summaries(visit)
    kept = application_form.kept_at(visit)
    notice = SAVED if gedaan == "bewaard" else notice_of(gedaan)
    if len(found) == 1 and not kept:
        return show_case(visit, require_case(visit, found[0].reference), notice)
    return show(visit, "applicant/cases.html", Cases(lines_of(found), kept, notice), title=ADDRESSES["mine"].title)


def show_case(visit: Visit, case: Application, notice: str) -> Response:
    """Show one case in plain words."""
    page = case_in_words(visit, case, notice=notice)
    return show(visit, "applicant/case.html", page, title=ADDRESSES["my-case"].title)


@router.get("/mijn/zaak/{reference}")
def case(visit: VisitDep, reference: str, gedaan: Done = "") -> Response:
    """Show one of the reader's cases in plain words."""
    return show_case(visit, require_case(visit, reference), notice_of(gedaan))


@router.get("/mijn/zaak/{reference}/advies")
def advice(visit: VisitDep, reference: str) -> Response:
    """Show the adopted advice."""
    page = advice_for_official(visit, require_case(visit, reference))
    return show(visit, "applicant/advice.html", page, title=ADDRESSES["my-advice"].title)


@router.get("/mijn/berichten")
def letters(visit: VisitDep) -> Response:
    """Show the letters to the reader."""
    return show(visit, "applicant/messages.html", messages(visit), title=ADDRESSES["my-letters"].title)


@router.get("/mijn/melden")
def report_form(visit: VisitDep, zaak: Annotated[str, Query(max_length=REFERENCE_LENGTH)] = "") -> Response:
    """Show the form of a report."""
    reference = report.case_for_report(visit, zaak)
    if not reference:
        return show(visit, "applicant/no_case.html", report.NoCase(), title=ADDRESSES["report"].title)
    return show_step(visit, report.place_of_report(reference), extra=report.around_report(visit, reference))


@router.post("/mijn/melden")
def send_report(request: Request, visit: VisitDep, form: FormDep) -> Response:
    """Take in a report; it is accepted whatever changed in the meantime."""
    reference = report.case_for_report(visit, str(form.get("zaak") or ""))
    if not reference:
        return show(visit, "applicant/no_case.html", report.NoCase(), title=ADDRESSES["report"].title, status=422)
    place = report.place_of_report(reference)
    return take_step(request, visit, form, place, extra=lambda now: report.around_report(now, reference))


@router.get("/mijn/melden/verstuurd")
def report_sent(visit: VisitDep, zaak: Annotated[str, Query(max_length=REFERENCE_LENGTH)]) -> Response:
    """Show that a report came in, and what follows."""
    page = report.report_sent(visit, zaak)
    if page is None:
        return RedirectResponse(path("report"), 303)
    return show(visit, "applicant/report_sent.html", page, title=ADDRESSES["report-sent"].title)


def place_of(visit: Visit, chart: str, event: str, subject: str) -> Place:
    """Return the place of a step of the reader's case, with a title that says nothing.

    Raises:
        NotFoundError: there is no such step, or it has a page of its own.
    """
    definition = EVENTS.get((chart, event))
    if definition is None or definition.creates or event == "record-threat" or not may_fire_by_form(chart, event):
        raise NotFoundError("step", event)
    row = visit.session.get(definition.table, subject)
    reference = str(getattr(row, "stream", "")) if row is not None else ""
    back = path("mine")
    if reference and visit.session.get(Application, reference) is not None:
        back = path("my-case", reference=require_case(visit, reference).id)
    else:
        reference = ""
    return Place(
        chart,
        event,
        subject,
        here=path("my-step", chart=chart, event=event, subject=subject),
        back=back,
        done=back,
        reference=reference or None,
        template="applicant/step.html",
        title=ADDRESSES["my-step"].title,
    )


@router.get("/mijn/doen/{chart}/{event}/{subject}")
def step(visit: VisitDep, chart: str, event: str, subject: str) -> Response:
    """Show the form of a step."""
    return show_step(visit, place_of(visit, chart, event, subject))


@router.post("/mijn/doen/{chart}/{event}/{subject}")
def take(request: Request, visit: VisitDep, form: FormDep, chart: str, event: str, subject: str) -> Response:
    """Carry out a step."""
    return take_step(request, visit, form, place_of(visit, chart, event, subject))
