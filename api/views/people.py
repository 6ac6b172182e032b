"""People and employers as the API returns them."""

from datetime import date

from pydantic import Field
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from api.http.pagination import Page
from api.views.base import View
from states.tables.people import Duty, Person, ProposedDuty


class OrganisationView(View):
    """Employer."""

    id: str
    kind: str
    name: str
    state: str
    risk_inventory: str | None = None
    successor: str | None = None
    merged_on: date | None = None
    version: int


class DutyView(View):
    """Duty: a role that a person holds, for an employer where the role acts for one."""

    role: str
    organisation: str | None


class ProposedDutyView(DutyView):
    """Proposed duty: a role that takes a second person, who has not confirmed or declined it yet."""

    id: str
    person: str
    proposed_by: str


class ProposedDutyPage(Page[ProposedDutyView]):
    """Page of proposed duties."""


class PersonView(View):
    """Person, without the name, which is content."""

    id: str
    state: str
    language: str | None = None
    version: int
    duties: list[DutyView] = Field(default=[])
    proposed: list[ProposedDutyView] = Field(default=[])
    """Roles that another person has yet to confirm; the person does not hold them."""


def person(session: Session, row: Person) -> PersonView:
    """Return the view of a person with the held and the proposed duties."""
    held = select(Duty).where(Duty.person == row.id).order_by(col(Duty.role), col(Duty.organisation))
    proposed = open_proposals().where(ProposedDuty.person == row.id)
    return PersonView(
        **row.model_dump(),
        duties=[DutyView(role=duty.role, organisation=duty.organisation or None) for duty in session.exec(held)],
        proposed=[proposed_duty(duty) for duty in session.exec(proposed)],
    )


def open_proposals() -> SelectOfScalar[ProposedDuty]:
    """Return the query of the duties that wait for a second person."""
    return select(ProposedDuty).where(col(ProposedDuty.decided_by).is_(None)).order_by(col(ProposedDuty.id))


def proposed_duty(row: ProposedDuty) -> ProposedDutyView:
    """Return the view of a proposed duty."""
    return ProposedDutyView(**{**row.model_dump(), "organisation": row.organisation or None})
