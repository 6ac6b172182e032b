"""Routes of the administrator: employers, people and their roles, dated values and timers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.pages import wording
from api.pages.addresses import path
from api.pages.administrator.people import (
    PeoplePage,
    PersonPage,
    people_page,
    person_page,
)
from api.pages.administrator.values import ValuesPage, values_page
from api.pages.coordinator.timing import TimerRow, timer_rows
from api.pages.forms.step import NEW
from api.pages.forms.texts import notice_of
from api.pages.templates import show
from api.pages.visit import Visit, VisitDep
from api.routes import operations
from api.views.people import OrganisationView
from states.engine.bodies import PlainLine

router = APIRouter(include_in_schema=False)
Done = Annotated[str, Query(max_length=80)]
Asked = Annotated[PlainLine, Query(max_length=100)]


@dataclass(frozen=True)
class OrganisationRow:
    """Employer: its name, kind and state, and what can be recorded about it."""

    name: str
    kind: str
    state: str
    inventory: str
    steps: list[tuple[str, str]]


@dataclass(frozen=True)
class OrganisationsPage:
    """Employers, and where one is registered."""

    rows: list[OrganisationRow]
    register: str
    notice: str


@dataclass(frozen=True)
class TimersPage:
    """Timers: flows and jobs, those of terms, and how many should have run already."""

    jobs: Sequence[TimerRow]
    terms: Sequence[TimerRow]
    overdue: int


def organisations_page(visit: Visit, notice: str) -> OrganisationsPage:
    """Return the employers by name."""
    found = sorted(operations.organisations(visit).items, key=lambda each: each.name)
    names = {each.id: each.name for each in found}
    return OrganisationsPage(
        rows=[
            OrganisationRow(
                name=each.name,
                kind=wording.capital(wording.kind(each.kind)),
                state=state_of(each, names),
                inventory=each.risk_inventory or "nog niet bekend",
                steps=[
                    (wording.event("organisation", name), step_path("organisation", name, each.id))
                    for name in ("locate", "merge")
                    if each.successor is None
                ],
            )
            for each in found
        ],
        register=step_path("organisation", "register", NEW),
        notice=notice,
    )


def state_of(found: OrganisationView, names: dict[str, str]) -> str:
    """Return whether an employer exists, or into which other one it was merged and when."""
    if found.successor is None:
        return wording.state("organisation", found.state)
    return f"opgegaan in {names.get(found.successor, 'een andere werkgever')}, {wording.day(found.merged_on)}"


def step_path(chart: str, event: str, subject: str) -> str:
    """Return where a step is taken."""
    return path("step", chart=chart, event=event, subject=subject)


@router.get("/beheer/organisaties")
def organisations(visit: VisitDep, gedaan: Done = "") -> Response:
    """Show the employers."""
    page = organisations_page(visit, notice_of(gedaan))
    return show(visit, "administrator/organisations.html", page, title="Organisaties")


@router.get("/beheer/mensen")
def people(
    visit: VisitDep,
    wie: Annotated[str, Query(pattern="^(kantoor|ambtsdragers)$")] = "kantoor",
    gedaan: Done = "",
    cursor: Annotated[PlainLine | None, Query(max_length=61)] = None,
) -> Response:
    """Show the people, and the roles that wait for a second person."""
    page: PeoplePage = people_page(visit, wie, cursor, notice_of(gedaan))
    return show(visit, "administrator/people.html", page, title="Mensen")


@router.get("/beheer/mensen/{person}")
def person(visit: VisitDep, person: str, gedaan: Done = "") -> Response:
    """Show one person with the roles."""
    page: PersonPage = person_page(visit, person, notice_of(gedaan))
    return show(visit, "administrator/person.html", page, title="Mens en rollen")


@router.get("/beheer/waarden")
def values(visit: VisitDep, zoek: Asked = "", op: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Show the dated values of a day, or those of which a word is asked."""
    page: ValuesPage = values_page(visit, zoek, op)
    return show(visit, "administrator/values.html", page, title="Waarden")


@router.get("/beheer/timers")
def timers(visit: VisitDep) -> Response:
    """Show everything that runs by itself."""
    found = timer_rows(visit)
    page = TimersPage(found.jobs, found.terms, sum(row.overdue for row in [*found.jobs, *found.terms]))
    return show(visit, "administrator/timers.html", page, title="Timers")
