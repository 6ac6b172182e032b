"""Routes of the search: the form, what was searched for, and its results."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.content import has_grant
from api.access.names import names_of_employers
from api.pages import wording
from api.pages.addresses import path
from api.pages.forms.plain import PlainForm, known, page_of, show_form, submit
from api.pages.forms.step import NEW, Place, StepPage
from api.pages.search.kept import keep, kept
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep
from api.routes import applications, operations
from api.routes.applications import Search
from rules.access.content_classes import ContentClass
from rules.core.regulation import PublicOffice
from rules.threats.urgency import Urgency
from states.charts.application import Stage
from states.engine.bodies import PlainLine

router = APIRouter(include_in_schema=False)
SHOWN = 25
"""Results of one page."""
LABELS = {
    "name": ("Naam van de aanvrager", "Hele woorden, zoals een voornaam of een achternaam."),
    "reference": ("Kenmerk", "Het begin is genoeg, zoals VA-2026."),
    "stage": ("Stap", ""),
    "urgency": ("Spoed", ""),
    "office": ("Ambt", ""),
    "employer": ("Werkgever", ""),
}
"""The label and the hint of each field."""
CLASSES = {"name": ContentClass.CONTACT, "urgency": ContentClass.URGENCY}
"""What a role must be able to read to search by it."""


@dataclass(frozen=True)
class Found:
    """Case that was found: its reference and what the reader may see of it."""

    reference: str
    office: str
    employers: str
    stage: str
    urgency: str
    urgency_name: str
    received: str


@dataclass(frozen=True)
class Results:
    """Results of a search: the cases, whether there are more, and what was searched for in words."""

    rows: list[Found]
    searched: list[tuple[str, str]]
    following: str | None
    sees_urgency: bool
    form: StepPage


def search_form(visit: Visit) -> PlainForm[Search]:
    """Return the form with the fields by which the reader may search."""
    order = tuple(name for name in LABELS if name not in CLASSES or has_grant(visit.by, CLASSES[name]))
    here = path("search")
    return PlainForm(
        Search,
        Place("search", "find", NEW, here, path("start"), here, template="search/search.html"),
        title="Zoeken",
        heading="Zoeken",
        button="Zoek",
        explanation="Vul in wat u weet. U vindt alleen zaken die u mag zien.",
        order=order,
        labels=LABELS,
        choices={
            "stage": [(each.value, wording.capital(wording.state("application", each))) for each in Stage],
            "urgency": [(each.value, wording.capital(wording.kind(each))) for each in Urgency],
            "office": [(each.value, wording.capital(wording.office(each))) for each in PublicOffice],
            "employer": [(each.id, each.name) for each in operations.organisations(visit).items],
        },
    )


@router.get("/zoeken")
def search(visit: VisitDep) -> Response:
    """Show the form of a search."""
    return show_form(visit, search_form(visit))


@router.post("/zoeken")
def find(request: Request, visit: VisitDep, form: FormDep) -> Response:
    """Keep what was searched for and lead to its results; what was typed stands in no address."""

    def do(wanted: Search, _: str) -> Response:
        return RedirectResponse(path("search-results", search=keep(visit, wanted)), 303)

    return submit(request, visit, search_form(visit), form, do)


@router.get("/zoeken/{search}")
def results(
    visit: VisitDep, search: str, cursor: Annotated[PlainLine | None, Query(max_length=100)] = None
) -> Response:
    """Show the cases that a kept search finds now."""
    wanted, form = kept(visit, search), search_form(visit)
    found = applications.search(visit, wanted.model_copy(update={"cursor": cursor, "limit": SHOWN}))
    names = names_of_employers(visit.session, [one for each in found.items for one in each.employers])
    given = known(wanted, form.order)
    rows = [
        Found(
            reference=each.reference,
            office=wording.capital(wording.office(each.office)),
            employers=", ".join(names.get(one, one) for one in each.employers),
            stage=wording.capital(wording.state("application", each.stage)),
            urgency=each.urgency or "",
            urgency_name=wording.capital(wording.kind(each.urgency)) if each.urgency else "",
            received=wording.day(each.received_on),
        )
        for each in found.items
    ]
    page = Results(
        rows=rows,
        searched=[(LABELS[name][0], words_of(form, name, str(text))) for name, text in given.items()],
        following=found.next,
        sees_urgency="urgency" in form.order,
        form=page_of(visit, form, given),
    )
    return show(visit, "search/results.html", page, title="Gevonden zaken")


def words_of(form: PlainForm[Search], name: str, given: str) -> str:
    """Return what was searched for in one field, as the form names it."""
    return dict(form.choices.get(name, ())).get(given, given)
