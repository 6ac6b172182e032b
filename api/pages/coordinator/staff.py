"""Staff: the people of each group of the office, their load, absence, skills and hours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import col, select

from api.access.names import names_of_staff
from api.pages import wording
from api.pages.addresses import path
from api.pages.forms.texts import notice_of
from api.pages.templates import show
from api.pages.visit import VisitDep
from api.pages.worklist.model import WorkRow, rows_of
from api.routes import work_arrangements
from api.routes.work_arrangements import PersonAtWork
from notifications.catalogue import catalogue
from rules.core.roles import Role
from rules.queue.skills import SKILLS
from states.tables.work import WorkItem

router = APIRouter(include_in_schema=False)
GROUPS = (Role.ADVISER, Role.OFFICER, Role.SECURITY_AUTHORITY, Role.COORDINATOR)
"""The groups of the office that take work."""
WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
Group = Annotated[Role, Query()]


@dataclass(frozen=True)
class StaffRow:
    """Member of a group: the name, whether at work, the load and the skills."""

    name: str
    address: str
    presence: str
    at_work: bool
    in_hand: int
    limit: int
    acute: int
    skills: str


@dataclass(frozen=True)
class StaffPage:
    """People of one group, and the other groups."""

    groups: list[tuple[str, str, bool]]
    rows: list[StaffRow]


@dataclass(frozen=True)
class MemberPage:
    """Member of the staff: hours, skills, absences, the work in hand, and what can be arranged."""

    name: str
    person: str
    skills: str
    hours: list[tuple[str, str]]
    limit: str
    absences: list[tuple[str, str, str]]
    """From, until, and where it is ended."""
    rows: list[WorkRow]
    steps: list[tuple[str, str]]
    division: str
    notice: str


def groups_of(here: Role, page: str) -> list[tuple[str, str, bool]]:
    """Return the groups with their addresses on a page, and whether each is shown."""
    return [(wording.capital(wording.role(each)), f"{path(page)}?groep={each}", each is here) for each in GROUPS]


def skill(code: str) -> str:
    """Return the Dutch name of a skill."""
    kind, _, name = code.partition(":")
    return wording.kind(name) if kind == "domain" else str(catalogue().words["province"][name]["nl"])


def skills_in_words(codes: Iterable[str]) -> str:
    """Return skills in words; none means all of them."""
    return ", ".join(skill(each) for each in codes) or "alles"


def presence_of(found: PersonAtWork) -> str:
    """Return whether somebody is there."""
    if found.absent_until is not None:
        return f"afwezig tot en met {wording.day(found.absent_until)}"
    return "aan het werk" if found.at_work else "buiten werktijd"


@router.get("/mensen")
def staff(visit: VisitDep, groep: Group = Role.ADVISER) -> Response:
    """Show the people of one group."""
    found = work_arrangements.people(visit, groep).items
    names = names_of_staff(visit.session, [each.person for each in found])
    rows = [
        StaffRow(
            name=names.get(each.person, "naam onbekend"),
            address=path("staff-member", person=each.person),
            presence=presence_of(each),
            at_work=each.at_work,
            in_hand=each.in_hand,
            limit=each.limit,
            acute=each.acute_in_hand,
            skills=skills_in_words(each.skills),
        )
        for each in found
    ]
    page = StaffPage(groups_of(groep, "staff"), sorted(rows, key=lambda row: (-row.in_hand, row.name)))
    return show(visit, "coordinator/staff.html", page, title="Mensen")


@router.get("/mensen/{person}")
def member(visit: VisitDep, person: str, gedaan: Annotated[str, Query(max_length=80)] = "") -> Response:
    """Show one member of the staff."""
    found = work_arrangements.work_of(visit, person)
    query = select(WorkItem).where(col(WorkItem.id).in_([each.id for each in found.in_hand]))
    items = {item.id: item for item in visit.session.exec(query)}
    group = next((item.role for item in items.values()), "")
    page = MemberPage(
        name=names_of_staff(visit.session, [person]).get(person, "naam onbekend"),
        person=person,
        skills=skills_in_words(found.skills),
        hours=hours_in_words(found.hours),
        limit=str(found.limit) if found.limit else "zoals voor iedereen",
        absences=[
            (wording.day(one.since), wording.day(one.until), f"{step_path('end-absence', person)}?afwezigheid={one.id}")
            for one in found.absences
        ],
        rows=rows_of(visit, [items[each.id] for each in found.in_hand], found.in_hand),
        steps=[(wording.event("person", name), step_path(name, person)) for name in ("record-absence", "arrange-work")],
        division=f"{path('division')}?groep={group}&van={person}" if group in GROUPS else "",
        notice=notice_of(gedaan),
    )
    return show(visit, "coordinator/member.html", page, title="Medewerker")


def step_path(event: str, person: str) -> str:
    """Return where a step about somebody is taken."""
    return path("step", chart="person", event=event, subject=person)


def hours_in_words(hours: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """Return the hours of each weekday on which somebody works."""
    return [(WEEKDAYS[int(day) - 1], f"{since} tot {until}") for day, (since, until) in sorted(hours.items())]


SKILL_OPTIONS = [(code, skill(code)) for code in SKILLS]
"""Every skill under its Dutch name."""
