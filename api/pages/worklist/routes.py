"""Routes of the worklist: its views, taking the next item, and giving one back, on or to a colleague."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import select
from starlette.datastructures import FormData

from api.access.names import names_of_staff
from api.access.work import sees_every_pool
from api.http.idempotency import Answer, answer_once
from api.pages import wording
from api.pages.addresses import path
from api.pages.error_pages import Failure
from api.pages.forms.step import message_of
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep, key_of, new_key
from api.pages.worklist.model import SHOWN, VIEWS, WorklistPage, WorkRow, items_of, rows_of
from api.routes import work_items
from api.views.work import work_item_view
from rules.access.authority import roles_of
from rules.queue.order import LANES
from states.engine import bodies
from states.queue import assignment
from states.storage.database import transaction
from states.tables.people import Duty
from states.tables.work import WorkItem

router = APIRouter(include_in_schema=False)
NOTICES = {
    "niets": "Er wacht nu niets dat u kunt oppakken.",
    "opgepakt": "U hebt dit werk opgepakt.",
    "terug": "Het werk staat weer op zijn plaats in de lijst.",
    "doorgegeven": "Het werk is doorgegeven. Uw collega krijgt bericht.",
}
"""What is said after a step."""
MISSING = {"person": "Kies een collega.", "reason": "Geef een reden."}
"""What is said of a field that is empty or wrong."""


@router.get("/werk")
def worklist(
    visit: VisitDep,
    lijst: Annotated[str, Query(pattern="^(mij|team|niemand)$")] = "mij",
    spoed: Annotated[str, Query(max_length=20)] = "",
    gedaan: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Show the work of the reader, of the team, or of nobody yet."""
    lane = next((rank for rank, urgency in LANES.items() if urgency == spoed), None)
    counts, items = items_of(visit, lijst, lane)
    shown = items[:SHOWN]
    rows = rows_of(visit, shown, [work_item_view(item, visit.at) for item in shown])
    page = WorklistPage(
        view=lijst,
        counts=counts,
        names=VIEWS,
        rows=rows,
        lane=spoed,
        lanes=[(str(one), wording.capital(wording.kind(one))) for one in LANES.values()],
        following=None if len(items) <= SHOWN else "meer",
        may_claim=visit.by.role in roles_of("work", "claim"),
        key=new_key(),
        notice=NOTICES.get(gedaan, ""),
    )
    return show(visit, "worklist/worklist.html", page, title="Werk")


@router.post("/werk/volgende")
def claim(visit: VisitDep, form: FormDep) -> Response:
    """Take the next item of the pool and show why it is next."""
    answer = work_items.claim(visit, idempotency_key=key_of(form))
    claimed = json.loads(bytes(answer.body))["item"]
    if claimed is None:
        return RedirectResponse(f"{path('work')}?lijst=niemand&gedaan=niets", 303)
    return RedirectResponse(f"{path('work-item', item=claimed['id'])}?gedaan=opgepakt", 303)


@dataclass(frozen=True)
class Reason:
    """Reason for an item's position: in words, with its rule."""

    words: str
    rule: str


@dataclass(frozen=True)
class WorkItemPage:
    """Work item: what it is, why it has its place, and what the reader can do with it."""

    row: WorkRow
    case: str | None
    reasons: list[Reason] = field(default_factory=list)
    colleagues: list[tuple[str, str]] = field(default_factory=list)
    may_release: bool = False
    may_delegate: bool = False
    may_assign: bool = False
    key: str = ""
    notice: str = ""
    typed: str = ""
    """The reason that was typed in a form that was refused."""
    problems: list[str] = field(default_factory=list)


def colleagues_of(visit: Visit, item: WorkItem) -> list[tuple[str, str]]:
    """Return the people of the pool of an item by name, without the reader."""
    query = select(Duty.person).where(Duty.role == item.role, Duty.organisation == item.organisation)
    handles = [one for one in visit.session.exec(query.order_by(Duty.person)) if one != item.assignee]
    names = names_of_staff(visit.session, handles)
    return sorted(((one, names.get(one, one)) for one in handles), key=lambda each: each[1])


@router.get("/werk/{item}")
def one(visit: VisitDep, item: str, gedaan: Annotated[str, Query(max_length=80)] = "") -> Response:
    """Show one item with the reasons for its place."""
    page = item_page(visit, item, notice=NOTICES.get(gedaan, ""))
    return show(visit, "worklist/item.html", page, title="Werk")


def item_page(
    visit: Visit, item: str, *, notice: str = "", typed: str = "", problems: Sequence[str] = ()
) -> WorkItemPage:
    """Return the page of one item; after a refusal with what was typed and what was wrong."""
    found = assignment.require_item(visit.session, item, visit.by, to_read=True)
    whole = work_items.one(visit, item)
    (row,) = rows_of(visit, [found], [work_item_view(found, visit.at)])
    mine, open_ = found.assignee == visit.by.person, found.done_at is None
    return WorkItemPage(
        row=row,
        case=whole.get("application"),
        reasons=reasons_of(whole.get("why") or {}),
        colleagues=colleagues_of(visit, found) if open_ else [],
        may_release=open_ and mine,
        may_delegate=open_ and mine,
        may_assign=open_ and visit.by.role in roles_of("work", "assign"),
        key=new_key(),
        notice=notice,
        typed=typed,
        problems=list(problems),
    )


def reasons_of(why: dict[str, Any]) -> list[Reason]:
    """Return the factors of an explanation in words."""
    return [Reason(factor["whatNl"], factor["rule"]) for factor in why.get("factors", []) if factor.get("whatNl")]


def shown_again(request: Request, visit: Visit, item: str, form: FormData) -> None:
    """Let a refusal of a form show the item again, with the reasons and with what was typed."""
    typed = str(form.get("reason") or "")

    def again(_: Exception, failure: Failure) -> Response:
        with transaction(request.app.state.engine) as session:
            now = replace(visit, session=session)
            said = [MISSING.get(name, message_of(text)) for name, text in failure.fields.items()]
            problems = said or [words for words, _ in failure.reasons] or [failure.advice]
            page = item_page(now, item, typed=typed, problems=problems)
            return show(now, "worklist/item.html", page, title="Werk", status=failure.status)

    request.state.form_again = again


@router.post("/werk/{item}/terug")
def release(request: Request, visit: VisitDep, item: str, form: FormDep) -> Response:
    """Give an item back; it returns to its place in the queue."""
    shown_again(request, visit, item, form)
    reason = str(form.get("reason") or "").strip()
    body = bodies.parse(work_items.ReleaseReason, {"reason": reason} if reason else {})

    def do() -> Answer:
        return Answer(200, work_items.release(visit, item, body).model_dump(mode="json"))

    answer_once(visit, key_of(form), f"POST /werk/{item}/terug", body, do)
    return RedirectResponse(f"{path('work')}?gedaan=terug", 303)


@router.post("/werk/{item}/doorgeven")
def delegate(request: Request, visit: VisitDep, item: str, form: FormDep) -> Response:
    """Give an item to a colleague, with a reason; a coordinator may assign any item."""
    shown_again(request, visit, item, form)
    given = {name: value for name in ("person", "reason") if (value := str(form.get(name) or "").strip())}
    body = bodies.parse(work_items.Reassignment, given)

    def do() -> Answer:
        found = assignment.require_item(visit.session, item, visit.by, to_read=True)
        own = found.assignee == visit.by.person and not sees_every_pool(visit.by)
        give = work_items.delegate if own else work_items.assign
        return Answer(200, give(visit, item, body).model_dump(mode="json"))

    answer_once(visit, key_of(form), f"POST /werk/{item}/doorgeven", body, do)
    return RedirectResponse(f"{path('work')}?gedaan=doorgegeven", 303)
