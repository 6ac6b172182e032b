"""The work list: what waits, taking the next item, giving it back, and saying that something is done."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from sqlmodel import col, or_, select

from api import views
from api.addresses import COLLECTIONS, href
from api.edge import OneEdge
from api.idempotency import Answer, once
from rules import duties
from rules.queue import LANES
from rules.roles import Role
from states import explaining, holding, outbox, pools, queue
from states.errors import RefusedError
from states.tables.work import WorkItem

router = APIRouter(prefix="/v1", tags=["work"])
Key = Annotated[str | None, Header(max_length=200)]


class WorkItemView(views.View):
    """One thing that someone must do next."""

    id: str
    application: str
    action: str
    role: str
    organisation: str
    lane: str
    start_by: datetime
    created_at: datetime
    estimate: int
    assignee: str | None
    dispatched_at: datetime | None
    late: bool
    subject: str


class WorkItems(views.View):
    """The work of a pool, in the order in which it will be given out."""

    items: list[WorkItemView]


class Claimed(views.View):
    """The item that was taken, or why there was none, and why this one is next."""

    item: WorkItemView | None
    why: dict[str, Any]


def view(item: WorkItem, at: datetime) -> WorkItemView:
    """A work item in wire form."""
    return WorkItemView(**item.model_dump(exclude={"lane"}), lane=LANES[item.lane], late=item.start_by < at)


@router.get("/work-items", operation_id="list-work-items")
def waiting(
    edge: OneEdge,
    role: Role | None = None,
    organisation: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,60}$")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> WorkItems:
    """The open work of the caller's pool, in order; a coordinator or auditor may look at any pool."""
    query = select(WorkItem).where(col(WorkItem.done_at).is_(None))
    if edge.by.role in {Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR}:
        if role is not None:
            query = query.where(WorkItem.role == str(role), WorkItem.organisation == organisation)
    else:
        query = query.where(
            WorkItem.role == str(edge.by.role),
            WorkItem.organisation == (edge.by.organisation or ""),
            or_(col(WorkItem.assignee).is_(None), WorkItem.assignee == edge.by.person),
        )
    found = edge.session.exec(query.order_by(*pools.order()).limit(limit))
    return WorkItems(items=[view(item, edge.at) for item in found])


@router.post("/work-items/_claim", response_model=Claimed, operation_id="claim-work")
def claim(edge: OneEdge, idempotency_key: Key = None) -> Response:
    """Take the next item of the caller's pool; the answer says why it is next."""
    lacking = duties.role_has_duty(chart="work", event="claim", role=edge.by.role)
    if lacking is not None:
        raise RefusedError([lacking], duty=True)

    def do() -> Answer:
        item = queue.claim(edge.session, by=edge.by, at=edge.at)
        if item is None:
            return Answer(200, {"item": None, "why": {"nothing": "No open work waits in your pool."}})
        claimed = Claimed(item=view(item, edge.at), why=views.explanation(edge.by, item.explanation or {}))
        return Answer(200, claimed.model_dump(mode="json", by_alias=True))

    return once(edge, idempotency_key, "POST /v1/work-items/_claim", {}, do)


@router.get("/work-items/{id}", operation_id="get-work-item")
def one(edge: OneEdge, key: Annotated[str, Path(alias="id", max_length=60)]) -> dict[str, Any]:
    """One item: why it stands where it stands, and where its work is done."""
    item = explaining.readable(edge.session, key, edge.by)
    address = href(item.chart, item.subject) if item.chart in COLLECTIONS else href("application", item.application)
    if item.chart == "calendar":
        address = "/v1/rules"  # with every dated value, the known days among them
    shown = view(item, edge.at).model_dump(mode="json", by_alias=True)
    why = explaining.explain(edge.session, item, at=edge.at) if item.done_at is None else item.explanation
    return {**shown, "why": views.explanation(edge.by, why or {}), "subjectHref": address}


@router.post("/work-items/{id}/_release", operation_id="release-work")
def release(edge: OneEdge, key: Annotated[str, Path(alias="id", max_length=60)]) -> WorkItemView:
    """Give an item back; it stands again where it stood."""
    return view(holding.release(edge.session, key, by=edge.by), edge.at)


@router.post("/work-items/{id}/_finish", operation_id="finish-work")
def finish(edge: OneEdge, key: Annotated[str, Path(alias="id", max_length=60)]) -> WorkItemView:
    """Say that work is done that no event of the case shows, such as handing a threat over to the police."""
    return view(holding.finish(edge.session, key, by=edge.by, at=edge.at), edge.at)


class Outcome(views.View):
    """What became of a letter whose outcome was unknown."""

    arrived: bool


@router.post("/letters/{id}/_settle", operation_id="settle-letter", status_code=200)
def settle_letter(
    edge: OneEdge,
    key: Annotated[str, Path(alias="id", max_length=60)],
    body: Outcome,
) -> dict[str, str]:
    """Say whether a letter whose outcome is unknown arrived; one that did not, or failed, is sent again."""
    if edge.by.role not in {Role.OFFICER, Role.COORDINATOR, Role.ADMINISTRATOR}:
        lacking = duties.role_has_duty(chart="letter", event="settle", role=edge.by.role)
        raise RefusedError([lacking] if lacking else [], duty=True)
    row = outbox.settle(edge.session, key, arrived=body.arrived, at=edge.at)
    return {"id": row.id, "state": row.state}
