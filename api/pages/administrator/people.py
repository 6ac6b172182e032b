"""People as pages: everyone who is registered with their roles, and the roles that wait for a second person."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Response
from sqlmodel import Session, col, not_, or_, select

from api.access.cases import visible_applications
from api.access.names import names_of_employers, names_of_staff
from api.access.people import visible_people
from api.http.pagination import split_page
from api.pages import wording
from api.pages.addresses import path
from api.pages.forms.step import NEW
from api.pages.visit import Visit
from api.routes import operations, single_parts
from api.views.people import DutyView, ProposedDutyView
from rules.core.roles import Role
from states.charts.people import PersonState
from states.tables.application import Application
from states.tables.people import Duty, Person, ProposedDuty

SHOWN = 50
"""People of one page."""
WHO = {"kantoor": "Bureau en werkgevers", "ambtsdragers": "Ambtsdragers"}
"""The two lists of people."""


@dataclass(frozen=True)
class PersonRow:
    """Person: the name, the roles, and the page."""

    name: str
    roles: str
    state: str
    address: str


@dataclass(frozen=True)
class Waiting:
    """Role that waits for a second person: whose, who proposed it, and where it is decided."""

    name: str
    role: str
    proposed_by: str
    own: bool
    """Whether the reader proposed it, and so another person confirms it."""
    confirm: str
    decline: str


@dataclass(frozen=True)
class PeoplePage:
    """People, what waits for a second person, and where somebody is registered."""

    who: str
    lists: dict[str, str]
    rows: list[PersonRow]
    waiting: list[Waiting]
    following: str | None
    register: str
    notice: str


@dataclass(frozen=True)
class PersonPage:
    """Person: the roles, those that wait, and the steps."""

    name: str
    state: str
    language: str
    roles: list[str]
    waiting: list[Waiting]
    steps: list[tuple[str, str]]
    notice: str


def step_path(event: str, person: str, duty: DutyView | None = None) -> str:
    """Return where a step about somebody is taken, with the role that it is about."""
    address = path("step", chart="person", event=event, subject=person)
    if duty is None:
        return address
    asked = {"rol": duty.role, **({"werkgever": duty.organisation} if duty.organisation else {})}
    return f"{address}?{urlencode(asked)}"


def role_of(duty: DutyView | Duty, employers: dict[str, str]) -> str:
    """Return a role with its employer."""
    employer = employers.get(duty.organisation or "", duty.organisation or "")
    return ", ".join(filter(None, (wording.capital(wording.role(duty.role)), employer)))


def waiting_of(visit: Visit, proposed: list[ProposedDutyView]) -> list[Waiting]:
    """Return the roles that wait for a second person, with names."""
    people = names_of_staff(visit.session, [one for each in proposed for one in (each.person, each.proposed_by)])
    employers = names_of_employers(visit.session, [each.organisation for each in proposed])
    return [
        Waiting(
            name=people.get(each.person, "naam onbekend"),
            role=role_of(each, employers),
            proposed_by="uzelf" if each.proposed_by == visit.by.person else people.get(each.proposed_by, "een ander"),
            own=each.proposed_by == visit.by.person,
            confirm=step_path("confirm-duty", each.person, each),
            decline=step_path("decline-duty", each.person, each),
        )
        for each in proposed
    ]


def duties_of(session: Session, people: list[str]) -> dict[str, list[Duty]]:
    """Return the roles of some people."""
    found: dict[str, list[Duty]] = {}
    query = select(Duty).where(col(Duty.person).in_(people), Duty.role != Role.ENGINE)
    for duty in session.exec(query.order_by(col(Duty.role), col(Duty.organisation))):
        found.setdefault(duty.person, []).append(duty)
    return found


def people_page(visit: Visit, who: str, cursor: str | None, notice: str) -> PeoplePage:
    """Return one page of the people who are registered: those who work, or the officials."""
    working = select(Duty.person).where(Duty.role != Role.APPLICANT)
    proposed_to = select(ProposedDuty.person).where(ProposedDuty.role != Role.APPLICANT)
    staff = or_(col(Person.id).in_(working), col(Person.id).in_(proposed_to))
    query = visible_people(visit, select(Person).order_by(Person.id))
    query = query.where(staff if who == "kantoor" else not_(staff))
    if cursor is not None:
        query = query.where(Person.id > cursor)
    shown, following = split_page(visit.session.exec(query.limit(SHOWN + 1)).all(), SHOWN)
    handles = [row.id for row in shown]
    names, duties = names_of(visit, handles), duties_of(visit.session, handles)
    employers = names_of_employers(
        visit.session, [each.organisation for held in duties.values() for each in held if each.organisation]
    )
    rows = [
        PersonRow(
            name=names[row.id],
            roles="; ".join(role_of(each, employers) for each in duties.get(row.id, [])) or "geen rol",
            state=wording.state("person", row.state),
            address=path("person", person=row.id),
        )
        for row in shown
    ]
    proposed = operations.proposed_duties(visit).items
    return PeoplePage(who, WHO, rows, waiting_of(visit, proposed), following, step_path("register", NEW), notice)


def names_of(visit: Visit, handles: list[str]) -> dict[str, str]:
    """Return what people are called: the name, or of an official, whose name is content, the cases."""
    names = names_of_staff(visit.session, handles)
    cases: dict[str, list[str]] = {}
    query = select(Application.applicant, Application.id).where(
        col(Application.applicant).in_(handles), *visible_applications(visit.session, visit.by)
    )
    for applicant, reference in visit.session.exec(query.order_by(col(Application.id))):
        cases.setdefault(applicant, []).append(reference)
    return {
        handle: names.get(handle)
        or (f"Aanvrager van {', '.join(cases[handle])}" if handle in cases else f"Zonder naam ({handle})")
        for handle in handles
    }


def person_page(visit: Visit, person: str, notice: str) -> PersonPage:
    """Return one person with the roles, those that wait, and what can be done."""
    found = single_parts.person(visit, Response(), person)
    employers = names_of_employers(visit.session, [each.organisation for each in found.duties])
    steps = ("grant-duty", "choose-language", "record-absence", "arrange-work", "depart")
    return PersonPage(
        name=names_of(visit, [person])[person],
        state=wording.state("person", found.state),
        language=wording.kind(found.language or "nl"),
        roles=[role_of(each, employers) for each in found.duties],
        waiting=waiting_of(visit, found.proposed),
        steps=[(wording.event("person", each), step_path(each, person)) for each in steps]
        if found.state == PersonState.ACTIVE
        else [],
        notice=notice,
    )
