"""The work list: what waits, taking the next item, giving it back, and saying that something is done."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import col, func, or_, select

from api.access.visibility import WATCH, own_pool
from api.http.dependencies import Edge, OneEdge, demand
from api.http.idempotency import Answer, once
from api.http.parameters import Id, Key, Organisation
from api.http.urls import COLLECTIONS, href
from api.views import base, work
from api.views.work import WorkItemView, work_item_view
from rules.core.roles import Role
from states.engine.bodies import Body, Handle, Text
from states.letters import outbox
from states.queue import assignment, claiming, explanation, pools, preemption, reassignment
from states.tables.work import WorkAlarm, WorkItem

router = APIRouter(prefix="/v1", tags=["work"])


class WorkItems(base.View):
    """The work of a pool, in the order in which it will be given out."""

    items: list[WorkItemView]
    more: bool
    """Whether more waits than was asked for; ``limit`` asks for more."""


class Claimed(base.View):
    """The item that was taken, or why there was none, and why this one is next."""

    item: WorkItemView | None
    why: dict[str, Any]


class Released(Body):
    """Why an item is given back, if the holder wants to say so."""

    reason: Text | None = None


class HandedOn(Body):
    """To whom an item goes, and why; the reason goes to the vault."""

    person: Handle
    reason: Text


class Spread(Body):
    """From whose hands work is taken, over whom it is spread, and why."""

    person: Handle
    to: tuple[Handle, ...] = Field(default=(), max_length=100)
    """None to put all of it back to the queue."""
    reason: Text


class MovedItem(base.View):
    """An item that was taken out of someone's hands, and to whom it went; None for the queue."""

    item: WorkItemView
    to: str | None


class MovedItems(base.View):
    """What was moved."""

    items: list[MovedItem]


class AlarmView(base.View):
    """That a pool could not take work that must be taken."""

    id: str
    role: str
    organisation: str
    kind: str
    since: datetime
    until: datetime | None
    waiting: int


class Alarms(base.View):
    """Alarms, those that ring first."""

    items: list[AlarmView]
    more: bool
    """Whether there are older ones, which a larger ``limit`` shows."""


class Proposal(base.View):
    """A question to take acute work first."""

    id: str
    proposed_at: datetime
    item: WorkItemView


class Proposals(base.View):
    """Questions that wait for an answer."""

    items: list[Proposal]


class Answered(Body):
    """The answer, and which items in hand go back to the queue in the place of the acute one."""

    accept: bool
    give_back: tuple[Handle, ...] = Field(default=(), max_length=100)


class Taken(base.View):
    """The acute item that was taken; None where the caller goes on with what is in hand, or none waits any more."""

    item: WorkItemView | None


@router.get("/work-items", operation_id="list-work-items")
def waiting(
    edge: OneEdge,
    role: Role | None = None,
    organisation: Organisation = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> WorkItems:
    """The open work of the caller's pool, in order; a coordinator or auditor may look at any pool, or at all."""
    query = select(WorkItem).where(col(WorkItem.done_at).is_(None))
    own_pool(edge.by, role, organisation)
    if edge.by.role in WATCH:
        if role is not None:
            query = query.where(WorkItem.role == str(role))
        if organisation is not None:
            query = query.where(WorkItem.organisation == organisation)
    else:
        mine = edge.by.pool
        query = query.where(
            WorkItem.role == mine[0],
            WorkItem.organisation == mine[1],
            or_(col(WorkItem.assignee).is_(None), WorkItem.assignee == edge.by.person),
        )
    found = edge.session.exec(query.order_by(*pools.order()).limit(limit + 1)).all()
    return WorkItems(items=[work_item_view(item, edge.at) for item in found[:limit]], more=len(found) > limit)


@router.get("/work-items/alarms", operation_id="list-work-alarms")
def list_alarms(edge: OneEdge, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Alarms:
    """Which pools cannot take work that must be taken, and when that was so before; the newest first."""
    query = select(WorkAlarm).order_by(col(WorkAlarm.until).desc().nulls_first(), col(WorkAlarm.since).desc())
    if edge.by.role not in WATCH:
        mine = edge.by.pool
        query = query.where(WorkAlarm.role == mine[0], WorkAlarm.organisation == mine[1])
    found = edge.session.exec(query.limit(limit + 1)).all()
    return Alarms(items=[AlarmView.model_validate(row) for row in found[:limit]], more=len(found) > limit)


@router.get("/work-items/proposals", operation_id="list-work-proposals")
def list_proposals(edge: OneEdge) -> Proposals:
    """The acute work that the caller is asked to take before what is in hand."""
    found = preemption.open_for(edge.session, edge.by)
    return Proposals(
        items=[
            Proposal(id=asked.id, proposed_at=asked.proposed_at, item=work_item_view(item, edge.at))
            for asked, item in found
        ]
    )


@router.post("/work-items/proposals/{id}/_answer", operation_id="answer-work-proposal")
def answer(edge: OneEdge, key: Id, body: Answered) -> Taken:
    """Take the acute work first, or go on with what is in hand; what is in hand stays so unless it is named."""
    demand(edge.by, "work", "claim")
    item = preemption.answer(edge.session, key, accept=body.accept, give_back=body.give_back, by=edge.by, at=edge.at)
    return Taken(item=work_item_view(item, edge.at) if item is not None else None)


@router.post("/work-items/_claim", response_model=Claimed, operation_id="claim-work")
def claim(edge: OneEdge, idempotency_key: Key = None) -> Response:
    """Take the next item of the caller's pool; the answer says why it is next."""
    demand(edge.by, "work", "claim")

    def do() -> Answer:
        item = claiming.claim(edge.session, by=edge.by, at=edge.at)
        if item is None:
            return Answer(200, {"item": None, "why": {"nothing": nothing_for(edge)}})
        claimed = Claimed(item=work_item_view(item, edge.at), why=work.explanation(edge.by, item.explanation or {}))
        return Answer(200, claimed.model_dump(mode="json", by_alias=True))

    return once(edge, idempotency_key, "POST /v1/work-items/_claim", {}, do)


def nothing_for(edge: Edge) -> str:
    """Why a claim got nothing: nothing waits, or nothing that the caller may take."""
    role, organisation = edge.by.pool
    count = select(func.count()).where(*pools.pool(Role(role), organisation))
    waiting = edge.session.exec(count).one()
    if not waiting:
        return "No open work waits in your pool."
    return f"Nothing waits that you may take now; your pool has {waiting}: each item says which skill it asks for."


@router.get("/work-items/{id}", operation_id="get-work-item")
def one(edge: OneEdge, key: Id) -> dict[str, Any]:
    """One item: why it stands where it stands, and where its work is done."""
    item = explanation.readable(edge.session, key, edge.by)
    address = href(item.chart, item.subject) if item.chart in COLLECTIONS else href("application", item.application)
    if item.chart == "calendar":
        address = "/v1/rules"  # with every dated value, the known days among them
    shown = work_item_view(item, edge.at).model_dump(mode="json", by_alias=True)
    why = explanation.explain(edge.session, item, at=edge.at) if item.done_at is None else item.explanation
    return {**shown, "why": work.explanation(edge.by, why or {}), "subjectHref": address}


@router.post("/work-items/{id}/_release", operation_id="release-work")
def release(edge: OneEdge, key: Id, body: Released | None = None) -> WorkItemView:
    """Give an item back; it stands again where it stood."""
    demand(edge.by, "work", "release")
    content = {"reason": body.reason} if body is not None and body.reason else None
    return work_item_view(assignment.release(edge.session, key, by=edge.by, at=edge.at, content=content), edge.at)


@router.post("/work-items/{id}/_finish", operation_id="finish-work")
def finish(edge: OneEdge, key: Id) -> WorkItemView:
    """Say that work is done that no event of the case shows, such as going after an employer that let a term pass."""
    return work_item_view(assignment.finish(edge.session, key, by=edge.by, at=edge.at), edge.at)


@router.post("/work-items/{id}/_assign", operation_id="assign-work")
def assign(edge: OneEdge, key: Id, body: HandedOn) -> WorkItemView:
    """Give an item to someone of its pool, out of the order; the coordinator's, with the reason kept."""
    demand(edge.by, "work", "assign")
    item = reassignment.assign(edge.session, key, body.person, reason=body.reason, by=edge.by, at=edge.at)
    return work_item_view(item, edge.at)


@router.post("/work-items/{id}/_delegate", operation_id="delegate-work")
def delegate(edge: OneEdge, key: Id, body: HandedOn) -> WorkItemView:
    """Pass an item in hand on to a colleague of the pool, with the reason kept."""
    demand(edge.by, "work", "delegate")
    item = reassignment.delegate(edge.session, key, body.person, reason=body.reason, by=edge.by, at=edge.at)
    return work_item_view(item, edge.at)


@router.post("/work-items/_redistribute", operation_id="redistribute-work")
def redistribute(edge: OneEdge, body: Spread) -> MovedItems:
    """Take all work out of one person's hands: spread over colleagues, or back to the queue where none is named."""
    demand(edge.by, "work", "redistribute")
    found = reassignment.redistribute(edge.session, body.person, body.to, reason=body.reason, by=edge.by, at=edge.at)
    return MovedItems(items=[MovedItem(item=work_item_view(one.item, edge.at), to=one.receiver) for one in found])


class Outcome(base.View):
    """What became of a letter whose outcome was unknown."""

    arrived: bool


@router.post("/letters/{id}/_settle", operation_id="settle-letter", status_code=200)
def settle_letter(
    edge: OneEdge,
    key: Id,
    body: Outcome,
) -> dict[str, str]:
    """Say whether a letter whose outcome is unknown arrived; one that did not, or failed, is sent again."""
    demand(edge.by, "letter", "settle")
    row = outbox.settle(edge.session, key, arrived=body.arrived, at=edge.at)
    return {"id": row.id, "state": row.state}
