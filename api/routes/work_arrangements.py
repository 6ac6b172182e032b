"""Work arrangements: the people of a pool, their skills, hours and absences, and the work assigned to them."""

from datetime import date

from fastapi import APIRouter
from sqlmodel import col, select

from api.access import references
from api.access.people import require_person_with_work
from api.access.work import pool_to_show
from api.http.dependencies import RequestContextDep
from api.http.parameters import LongId, Organisation
from api.views import base
from api.views.work import WorkItemView, work_item_view
from rules.core.dates import office_day
from rules.core.roles import Role
from states.queue import availability, pools
from states.tables.people import Absence, WorkArrangement
from states.tables.work import WorkItem

router = APIRouter(prefix="/v1")


class PersonAtWork(base.View):
    """Member of a pool: skills, assigned work, and whether the person is at work."""

    person: str
    skills: tuple[str, ...]
    """Empty for every skill."""
    limit: int
    in_hand: int
    acute_in_hand: int
    absent_until: date | None
    at_work: bool


class PeopleAtWork(base.View):
    """People of a pool."""

    items: list[PersonAtWork]


class AbsenceView(base.View):
    """Absence: days on which a person takes no work."""

    id: str
    since: date
    until: date


class WorkOfPerson(base.View):
    """Skills, hours, current and future absences, and assigned work of a person."""

    person: str
    version: int
    """For If-Match, as in the ETag of the person."""
    skills: list[str]
    """Empty for every skill."""
    hours: dict[str, list[str]]
    """By weekday, 1 for Monday: from and until in local time; empty for the office's hours."""
    limit: int | None
    absences: list[AbsenceView]
    in_hand: list[WorkItemView]


@router.get(
    "/work-items/people", tags=["work"], operation_id="list-people-at-work", summary="List the people of a pool"
)
def people(
    context: RequestContextDep,
    role: Role | None = None,
    organisation: Organisation = None,
) -> PeopleAtWork:
    """List the people of the caller's pool, or of any pool for a coordinator, with their skills and assigned work."""
    pool = pool_to_show(context, role, organisation)
    found = availability.availability_in_pool(context.session, *pool, at=context.at)
    return PeopleAtWork(items=[PersonAtWork(**one._asdict()) for one in found])


@router.get(
    "/people/{id}/work", tags=["people"], operation_id="get-work-of-person", summary="Read someone's work and absences"
)
def work_of(context: RequestContextDep, key: LongId) -> WorkOfPerson:
    """Return a person's skills, hours, absences and assigned work; the caller's own, or anyone's for a coordinator."""
    person = require_person_with_work(context, key)
    arrangement = context.session.get(WorkArrangement, key)
    absences = select(Absence).where(
        Absence.person == key, col(Absence.until) >= office_day(context.at), col(Absence.until) >= col(Absence.since)
    )
    query = select(WorkItem).where(WorkItem.assignee == key, col(WorkItem.done_at).is_(None))
    assigned = query.order_by(*pools.queue_order())
    found = WorkOfPerson(
        person=key,
        version=person.version,
        skills=arrangement.skills if arrangement else [],
        hours=arrangement.hours if arrangement else {},
        limit=arrangement.limit if arrangement else None,
        absences=[
            AbsenceView.model_validate(row) for row in context.session.exec(absences.order_by(col(Absence.since)))
        ],
        in_hand=[work_item_view(item, context.at) for item in context.session.exec(assigned)],
    )
    return references.shown(context, found)
