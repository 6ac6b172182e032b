"""Steps on employers and people, which belong to no case: each event as a page of its own."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import select

from api.access.names import names_of_employers
from api.pages import wording
from api.pages.addresses import path
from api.pages.administrator.people import names_of
from api.pages.coordinator.staff import GROUPS, SKILL_OPTIONS, WEEKDAYS
from api.pages.forms.choices import people_with
from api.pages.forms.fields import Choices, Options
from api.pages.forms.step import NEW, Place, show_step, take_step
from api.pages.visit import FormDep, Visit, VisitDep
from api.routes import operations, work_arrangements
from rules.core.roles import Role
from states.errors import NotFoundError
from states.events.registry import work_arrangements as arrangements
from states.tables.people import Duty

router = APIRouter(include_in_schema=False)
Given = Annotated[str, Query(max_length=61)]
CHARTS = frozenset({"organisation", "person"})
LIST_OF = {Role.ADMINISTRATOR: "people", Role.COORDINATOR: "staff", Role.HEAD: "start"}
"""Where each role finds people."""
PERSON_OF = {Role.ADMINISTRATOR: "person", Role.COORDINATOR: "staff-member"}
"""The page of one person, for roles that have one."""


ROLES = [(each.value, wording.capital(wording.role(each))) for each in Role if each is not Role.ENGINE]
"""The roles that people hold."""


def place_of(visit: Visit, chart: str, event: str, subject: str, preset: dict[str, Any]) -> Place:
    """Return the place of a step on an employer or a person.

    Raises:
        NotFoundError: it is on something else, which has a page of its own.
    """
    if chart not in CHARTS:
        raise NotFoundError("step", event)
    asked = "&".join(f"{ASKED[name]}={value}" for name, value in preset.items() if name in ASKED)
    here = path("step", chart=chart, event=event, subject=subject) + (f"?{asked}" if asked else "")
    back = back_of(visit, chart, subject)
    made = chart == "person" and subject == NEW
    return Place(
        chart,
        event,
        subject,
        here,
        back,
        path("person", person="{made}") if made else back,
        preset=preset,
        template="administrator/step.html",
        choices=choices_of(visit, chart, event, subject),
    )


ASKED = {"role": "rol", "organisation": "werkgever", "absence": "afwezigheid"}
"""The fields that the address of a step may already name, each by its parameter."""


def back_of(visit: Visit, chart: str, subject: str) -> str:
    """Return the page from which the reader came to a step."""
    if chart == "organisation":
        return path("organisations" if visit.by.role is Role.ADMINISTRATOR else "start")
    if subject != NEW and visit.by.role in PERSON_OF:
        return path(PERSON_OF[visit.by.role], person=subject)
    return path(LIST_OF[visit.by.role])


def choices_of(visit: Visit, chart: str, event: str, subject: str) -> Choices:
    """Return the choices of a step that depend on its subject."""
    match chart, event:
        case "organisation", "merge":
            found = operations.organisations(visit).items
            return {"successor": [(each.id, each.name) for each in found if each.id != subject]}
        case "person", "arrange-work":
            return {"skills": SKILL_OPTIONS, "weekday": list(zip(arrangements.WEEKDAYS, WEEKDAYS, strict=True))}
        case "person", "end-absence":
            return {"absence": absences_of(visit, subject)}
        case "person", "record-absence" | "depart":
            return {"successor": colleagues_of(visit, subject)}
        case "person", _:
            return {
                "role": ROLES,
                "organisation": [(each.id, each.name) for each in operations.organisations(visit).items],
            }
        case _:
            return {}


def absences_of(visit: Visit, person: str) -> Options:
    """Return the absences of somebody by their days."""
    found = work_arrangements.work_of(visit, person).absences
    return [(one.id, f"{wording.day(one.since)} tot en met {wording.day(one.until)}") for one in found]


def colleagues_of(visit: Visit, person: str) -> Options:
    """Return the people who may take over the cases of somebody."""
    everyone = people_with(*GROUPS)(visit, None)
    return [(handle, name) for handle, name in everyone if handle != person]


def about(visit: Visit, chart: str, subject: str) -> str:
    """Return whom or what a step is about; nothing for one that registers somebody."""
    if subject == NEW:
        return ""
    if chart == "organisation":
        return names_of_employers(visit.session, [subject]).get(subject, "")
    name = names_of(visit, [subject])[subject]
    held = visit.session.exec(select(Duty.role).where(Duty.person == subject)).all()
    return f"{name}, {', '.join(sorted(wording.role(each) for each in held))}" if held else name


def present(visit: Visit, event: str, subject: str) -> dict[str, Any]:
    """Return what a step would replace, so that it is changed and not typed again."""
    if event != "arrange-work":
        return {}
    found = work_arrangements.work_of(visit, subject)
    hours = [
        {"weekday": arrangements.WEEKDAYS[int(day) - 1], "since": since, "until": until}
        for day, (since, until) in sorted(found.hours.items())
    ]
    return {"skills": found.skills, "hours": hours, "limit": found.limit or ""}


@router.get("/doen/{chart}/{event}/{subject}")
def step(
    visit: VisitDep,
    chart: str,
    event: str,
    subject: str,
    rol: Given = "",
    werkgever: Given = "",
    afwezigheid: Given = "",
) -> Response:
    """Show the form of a step."""
    preset = preset_of(rol, werkgever, afwezigheid)
    place = place_of(visit, chart, event, subject, {**present_or_none(visit, event, subject), **preset})
    return show_step(visit, place, extra=about(visit, chart, subject))


def present_or_none(visit: Visit, event: str, subject: str) -> dict[str, Any]:
    """Return what a step would replace; nothing for a subject that does not exist yet."""
    return {} if subject == NEW else present(visit, event, subject)


def preset_of(role: str, organisation: str, absence: str) -> dict[str, Any]:
    """Return the fields that the address of a step names."""
    given = {"role": role, "organisation": organisation, "absence": absence}
    return {name: value for name, value in given.items() if value}


@router.post("/doen/{chart}/{event}/{subject}")
def take(
    request: Request,
    visit: VisitDep,
    form: FormDep,
    chart: str,
    event: str,
    subject: str,
    rol: Given = "",
    werkgever: Given = "",
    afwezigheid: Given = "",
) -> Response:
    """Carry out a step."""
    place = place_of(visit, chart, event, subject, preset_of(rol, werkgever, afwezigheid))
    return take_step(request, visit, form, place, extra=lambda now: about(now, chart, subject))
