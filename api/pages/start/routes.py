"""Routes of the start page: what is acute, what is next, and what has to be done today, for each role."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.access.names import names_of_staff
from api.pages import wording
from api.pages.addresses import TOLD, path
from api.pages.forms.texts import notice_of
from api.pages.start.told import told_page
from api.pages.templates import show
from api.pages.visit import Visit, VisitDep, new_key
from api.pages.worklist.model import WorkRow, items_of, rows_of
from api.routes import work_items
from api.views.work import work_item_view
from rules.access.authority import roles_of
from rules.core.roles import Role
from states.tables.work import WorkItem

router = APIRouter(include_in_schema=False)
FEW = 5
"""Rows of each block; the worklist has the rest."""
MORNING, EVENING = 12, 18


@dataclass(frozen=True)
class StartPage:
    """Start page: what is acute, what is next, what the reader has, and how much waits."""

    greeting: str
    acute: list[WorkRow]
    alarms: list[tuple[str, str, int]]
    """Each alarm of a pool: whose, since when, and how much waits."""
    next: WorkRow | None
    mine: list[WorkRow]
    counts: dict[str, int]
    may_claim: bool
    works: bool
    key: str


def greeting_of(visit: Visit) -> str:
    """Return the greeting of the hour with the reader's name."""
    hour = visit.at.astimezone(wording.OFFICE_TIME).hour
    words = "Goedemorgen" if hour < MORNING else "Goedemiddag" if hour < EVENING else "Goedenavond"
    name = names_of_staff(visit.session, [visit.by.person]).get(visit.by.person, "")
    return f"{words}, {name}" if name else words


def rows(visit: Visit, items: list[WorkItem]) -> list[WorkRow]:
    """Return the rows of some items."""
    return rows_of(visit, items, [work_item_view(item, visit.at) for item in items])


HOMES = {
    Role.COORDINATOR: "board",
    Role.AUDITOR: "chains",
    Role.PRIVACY_OFFICER: "chains",
    Role.ADMINISTRATOR: "organisations",
}
"""The roles that begin on a place of their own."""


@router.get("/start")
def start(visit: VisitDep, gedaan: Annotated[str, Query(max_length=80)] = "") -> Response:
    """Show the start page of the reader's role."""
    if visit.by.role in HOMES:
        return RedirectResponse(path(HOMES[visit.by.role]), 303)
    if visit.by.role in TOLD:
        page_of_told = told_page(visit, greeting_of(visit), notice_of(gedaan))
        return show(visit, "start/told.html", page_of_told, title="Start")
    claims = visit.by.role in roles_of("work", "claim")
    works = claims or visit.by.role in {"coordinator", "auditor", "administrator"}
    counts, mine = items_of(visit, "mij", None) if works else ({}, [])
    _, waiting = items_of(visit, "niemand", None) if works else ({}, [])
    alarms = work_items.list_alarms(visit, limit=FEW).items if works else []
    page = StartPage(
        greeting=greeting_of(visit),
        acute=rows(visit, [item for item in waiting if item.lane == 0][:FEW]),
        alarms=[
            (wording.capital(wording.role(each.role)), wording.moment(each.since), each.waiting)
            for each in alarms
            if each.until is None
        ],
        next=next(iter(rows(visit, waiting[:1])), None),
        mine=rows(visit, mine[:FEW]),
        counts=counts,
        may_claim=claims,
        works=works,
        key=new_key(),
    )
    return show(visit, "start/start.html", page, title="Start")
