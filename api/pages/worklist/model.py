"""Page models of the worklist: rows of work with their case, how soon each must begin, and who has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from api.access import references
from api.access.names import names_of_employers, names_of_staff
from api.access.work import sees_every_pool, visible_in_hand, visible_work
from api.pages import wording
from api.pages.addresses import path
from api.pages.visit import Visit
from api.views import applications
from api.views.work import WorkItemPage, WorkItemView
from states.queue import pools
from states.tables.application import Application
from states.tables.work import WorkItem

SHOWN = 50
"""Rows of one page."""
HOUR, TWO_DAYS, DAY = 3600, 2 * 86400, 86400
"""In seconds."""
VIEWS = {"mij": "Van mij", "team": "Team", "niemand": "Nog van niemand"}


@dataclass(frozen=True)
class WorkRow:
    """Row of the worklist: what is to be done, for which case, how soon, and who has it."""

    item: str
    reference: str | None
    about: str
    employers: str
    what: str
    lane: str
    lane_name: str
    late: bool
    begin: str
    """When it must be begun, in words."""
    used: int
    """Percent of the time to its start that has passed."""
    who: str
    mine: bool
    address: str


@dataclass(frozen=True)
class WorklistPage:
    """Worklist: one view of it, how many each has, and whether the reader may take the next."""

    view: str
    counts: dict[str, int]
    names: dict[str, str]
    rows: list[WorkRow]
    lane: str
    lanes: list[tuple[str, str]]
    following: str | None
    may_claim: bool
    key: str
    notice: str = ""


def begin_in_words(start_by: datetime, at: datetime) -> str:
    """Return how long it takes until work must be begun, or since when it should have been."""
    seconds = (start_by - at).total_seconds()
    ahead = abs(seconds)
    if ahead < HOUR:
        span = f"{max(1, round(ahead / 60))} minuten"
    elif ahead < TWO_DAYS:
        span = f"{round(ahead / HOUR)} uur"
    else:
        span = f"{round(ahead / DAY)} dagen"
    return f"begin binnen {span}" if seconds >= 0 else f"{span} te laat"


def rows_of(visit: Visit, items: Sequence[WorkItem], views: Sequence[WorkItemView]) -> list[WorkRow]:
    """Return the rows of some items that the reader may see, with their views."""
    views = references.shown(visit, WorkItemPage(items=list(views), next=None)).items
    named = {view.application for view in views if view.application}
    cases = visit.session.exec(select(Application).where(col(Application.id).in_(named))).all()
    summaries = {each.reference: each for each in applications.summaries(visit, visit.employers, cases)}
    employers = names_of_employers(visit.session, [one for each in summaries.values() for one in each.employers])
    people = names_of_staff(visit.session, [view.assignee for view in views])
    found = []
    for item, view in zip(items, views, strict=True):
        case = summaries.get(view.application or "")
        whole = (view.start_by - view.created_at).total_seconds()
        passed = (visit.at - view.created_at).total_seconds()
        found.append(
            WorkRow(
                item=view.id,
                reference=view.application,
                about=wording.capital(wording.office(case.office)) if case is not None else "",
                employers=", ".join(employers.get(one, one) for one in case.employers) if case is not None else "",
                what=wording.work(item.chart, view.action),
                lane=view.lane,
                lane_name=wording.capital(wording.kind(view.lane)),
                late=view.late,
                begin=begin_in_words(view.start_by, visit.at),
                used=min(100, max(0, round(100 * passed / whole))) if whole > 0 else 100,
                who=people.get(view.assignee, view.assignee) if view.assignee else "",
                mine=view.assignee == visit.by.person,
                address=path("work-item", item=view.id),
            )
        )
    return found


def items_of(visit: Visit, view: str, lane: int | None) -> tuple[dict[str, int], list[WorkItem]]:
    """Return how many items each view has, and the first of one view in queue order."""
    open_items = select(WorkItem).where(col(WorkItem.done_at).is_(None))
    role, organisation = visit.by.pool
    in_hand = open_items.where(col(WorkItem.assignee).is_not(None))
    of_pool = (
        in_hand
        if sees_every_pool(visit.by)
        else in_hand.where(WorkItem.role == role, WorkItem.organisation == organisation)
    )
    queries = {
        "mij": visible_work(visit, open_items, None, None).where(WorkItem.assignee == visit.by.person),
        "team": visible_in_hand(visit, of_pool),
        "niemand": visible_work(visit, open_items, None, None).where(col(WorkItem.assignee).is_(None)),
    }
    if lane is not None:
        queries = {name: query.where(WorkItem.lane == lane) for name, query in queries.items()}
    counts = {
        name: visit.session.exec(select(func.count()).select_from(query.subquery())).one()
        for name, query in queries.items()
    }
    return counts, list(visit.session.exec(queries[view].order_by(*pools.queue_order()).limit(SHOWN + 1)))
