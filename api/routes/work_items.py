"""Work items: list, claim, release, finish, assign and redistribute them, and answer proposals of acute work."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import tuple_
from sqlmodel import col, func, select

from api.access import references
from api.access.work import visible_alarms, visible_work
from api.http.dependencies import RequestContext, RequestContextDep, require_duty
from api.http.idempotency import Answer, answer_once
from api.http.pagination import (
    ID_TEXT,
    INSTANT_TEXT,
    NUMBER_TEXT,
    CursorText,
    Limit,
    Page,
    instant,
    newest_first,
    next_link,
    number,
    position_cursor,
    position_in,
    position_text,
    row_id,
    split_page,
)
from api.http.parameters import Id, Key, Organisation
from api.http.urls import COLLECTIONS, href
from api.views import base, work
from api.views.work import WorkItemPage, WorkItemView, work_item_view
from rules.core.roles import Role
from states.engine.bodies import Body, Handle, Text
from states.letters import outbox
from states.queue import assignment, claiming, explanation, pools, preemption, reassignment
from states.tables.work import WorkAlarm, WorkItem

router = APIRouter(prefix="/v1", tags=["work"])
STILL_ACTIVE = datetime(9999, 12, 31, tzinfo=UTC)
"""Sort value for the end of an active alarm, so that active alarms are listed first."""


class ClaimResult(base.View):
    """Claimed item and why it was next, or why there was none."""

    item: WorkItemView | None
    why: dict[str, Any]


class ReleaseReason(Body):
    """Optional reason for a release."""

    reason: Text | None = None


class Reassignment(Body):
    """Receiver of an item, and the reason, which is stored encrypted."""

    person: Handle
    reason: Text


class Redistribution(Body):
    """Redistribution of a person's work: from whom, to whom, and why."""

    person: Handle
    to: tuple[Handle, ...] = Field(default=(), max_length=100)
    """Empty to return all of it to the queue."""
    reason: Text


class MovedItem(base.View):
    """Redistributed item and its receiver; null for the queue."""

    item: WorkItemView
    to: str | None


class MovedItems(base.View):
    """Redistributed items."""

    items: list[MovedItem]


class AlarmView(base.View):
    """Alarm: a pool cannot take work that must be taken."""

    id: str
    role: str
    organisation: str
    kind: str
    since: datetime
    until: datetime | None
    waiting: int


class AlarmPage(Page[AlarmView]):
    """Page of alarms."""


class Proposal(base.View):
    """Proposal to take an acute item first."""

    id: str
    proposed_at: datetime
    item: WorkItemView


class Proposals(base.View):
    """Unanswered proposals."""

    items: list[Proposal]


class ProposalAnswer(Body):
    """Answer to a proposal, and which assigned items return to the queue in exchange for the acute one."""

    accept: bool
    give_back: tuple[Handle, ...] = Field(default=(), max_length=100)


class ProposalResult(base.View):
    """Acute item that was assigned; null if the caller declined, or if it no longer waits."""

    item: WorkItemView | None


@router.get(
    "/work-items",
    operation_id="list-work-items",
    summary="List the open work in queue order",
    responses=next_link("list-work-items"),
)
def waiting(
    context: RequestContextDep,
    role: Role | None = None,
    organisation: Organisation = None,
    cursor: Annotated[CursorText | None, position_cursor(NUMBER_TEXT, INSTANT_TEXT, INSTANT_TEXT, ID_TEXT)] = None,
    limit: Limit = 100,
) -> WorkItemPage:
    """List the open work of the caller's pool in queue order; coordinators and auditors may see any pool, or all."""
    query = visible_work(context, select(WorkItem).where(col(WorkItem.done_at).is_(None)), role, organisation)
    if cursor is not None:
        query = query.where(tuple_(*pools.queue_order()) > position_in(cursor, number, instant, instant, row_id))
    found = context.session.exec(query.order_by(*pools.queue_order()).limit(limit + 1)).all()
    shown, following = split_page(found, limit, position_of)
    page = WorkItemPage(items=[work_item_view(item, context.at) for item in shown], next=following)
    return references.shown(context, page)


def view(context: RequestContext, item: WorkItem) -> WorkItemView:
    """Return the view of one item as the caller may see it."""
    return references.shown(context, work_item_view(item, context.at))


def position_of(item: WorkItem) -> str:
    """Return the cursor of an item in queue order."""
    return position_text(item.lane, item.start_by, item.created_at, item.id)


@router.get(
    "/work-items/alarms",
    operation_id="list-work-alarms",
    summary="List the alarms of pools",
    responses=next_link("list-work-alarms"),
)
def list_alarms(
    context: RequestContextDep,
    cursor: Annotated[CursorText | None, position_cursor(INSTANT_TEXT, INSTANT_TEXT, ID_TEXT)] = None,
    limit: Limit = 100,
) -> AlarmPage:
    """List the alarms of pools that cannot take work that must be taken, active ones first, then newest first."""
    after = None if cursor is None else position_in(cursor, instant, instant, row_id)
    place = func.coalesce(col(WorkAlarm.until), STILL_ACTIVE), col(WorkAlarm.since), col(WorkAlarm.id)
    query = newest_first(visible_alarms(context, select(WorkAlarm)), place, after)
    found = context.session.exec(query.limit(limit + 1)).all()
    shown, following = split_page(found, limit, lambda row: position_text(row.until or STILL_ACTIVE, row.since, row.id))
    return AlarmPage(items=[AlarmView.model_validate(row) for row in shown], next=following)


@router.get(
    "/work-items/proposals",
    operation_id="list-work-proposals",
    summary="List acute work that the caller is asked to take",
)
def list_proposals(context: RequestContextDep) -> Proposals:
    """List the acute items that the caller is asked to take before the work already assigned."""
    found = preemption.open_proposals(context.session, context.by)
    items = [
        Proposal(id=proposal.id, proposed_at=proposal.proposed_at, item=work_item_view(item, context.at))
        for proposal, item in found
    ]
    return references.shown(context, Proposals(items=items))


@router.post(
    "/work-items/proposals/{id}/actions/answer",
    operation_id="answer-work-proposal",
    summary="Answer a request to take acute work",
)
def answer(context: RequestContextDep, key: Id, body: ProposalAnswer) -> ProposalResult:
    """Accept or decline a proposal; assigned work stays assigned unless it is named in ``giveBack``."""
    require_duty(context.by, "work", "claim")
    item = preemption.answer(
        context.session, key, accept=body.accept, give_back=body.give_back, by=context.by, at=context.at
    )
    return ProposalResult(item=view(context, item) if item is not None else None)


@router.post(
    "/work-items/actions/claim",
    response_model=ClaimResult,
    operation_id="claim-work",
    summary="Claim the next work item",
)
def claim(context: RequestContextDep, idempotency_key: Key = None) -> Response:
    """Claim the next item of the caller's pool; the response explains why it is next."""
    require_duty(context.by, "work", "claim")

    def do() -> Answer:
        item = claiming.claim(context.session, by=context.by, at=context.at)
        if item is None:
            return Answer(200, {"item": None, "why": {"nothing": why_nothing_claimed(context)}})
        claimed = ClaimResult(
            item=work_item_view(item, context.at), why=work.explanation(context.by, item.explanation or {})
        )
        return Answer(200, references.shown(context, claimed).model_dump(mode="json", by_alias=True))

    return answer_once(context, idempotency_key, "POST /v1/work-items/actions/claim", {}, do)


def why_nothing_claimed(context: RequestContext) -> str:
    """Return why a claim got no item: no work waits, or none that the caller may take."""
    role, organisation = context.by.pool
    count = select(func.count()).where(*pools.waiting_in(Role(role), organisation))
    waiting = context.session.exec(count).one()
    if not waiting:
        return "No open work waits in your pool."
    return f"Nothing waits that you may take now; your pool has {waiting}: each item says which skill it asks for."


@router.get("/work-items/{id}", operation_id="get-work-item", summary="Read one work item")
def one(context: RequestContextDep, key: Id) -> dict[str, Any]:
    """Return one item with the explanation of its position and the address of its subject."""
    item = assignment.require_item(context.session, key, context.by, to_read=True)
    address = href(item.chart, item.subject) if item.chart in COLLECTIONS else href("application", item.application)
    if item.chart == "calendar":
        address = "/v1/rules"  # lists every dated value, including the calendar of closed days
    shown = work_item_view(item, context.at).model_dump(mode="json", by_alias=True)
    why = explanation.explain(context.session, item, at=context.at) if item.done_at is None else item.explanation
    whole = {**shown, "why": work.explanation(context.by, why or {}), "subjectHref": address}
    found: dict[str, Any] = references.without_hidden(context, whole)
    return found


@router.post("/work-items/{id}/actions/release", operation_id="release-work", summary="Release a work item")
def release(context: RequestContextDep, key: Id, body: ReleaseReason | None = None) -> WorkItemView:
    """Release an item; it returns to its former position in the queue."""
    require_duty(context.by, "work", "release")
    content = {"reason": body.reason} if body is not None and body.reason else None
    return view(context, assignment.release(context.session, key, by=context.by, at=context.at, content=content))


@router.post("/work-items/{id}/actions/finish", operation_id="finish-work", summary="Finish a work item")
def finish(context: RequestContextDep, key: Id) -> WorkItemView:
    """Finish work that no event of the case completes, such as contacting an employer that missed a term."""
    return view(context, assignment.finish(context.session, key, by=context.by, at=context.at))


@router.post("/work-items/{id}/actions/assign", operation_id="assign-work", summary="Assign a work item to someone")
def assign(context: RequestContextDep, key: Id, body: Reassignment) -> WorkItemView:
    """Assign an item to a member of its pool, outside queue order; for coordinators, with a reason."""
    require_duty(context.by, "work", "assign")
    item = reassignment.assign(context.session, key, body.person, reason=body.reason, by=context.by, at=context.at)
    return view(context, item)


@router.post(
    "/work-items/{id}/actions/delegate", operation_id="delegate-work", summary="Delegate a work item to a colleague"
)
def delegate(context: RequestContextDep, key: Id, body: Reassignment) -> WorkItemView:
    """Delegate an item assigned to the caller to a colleague of the pool, with a reason."""
    require_duty(context.by, "work", "delegate")
    item = reassignment.delegate(context.session, key, body.person, reason=body.reason, by=context.by, at=context.at)
    return view(context, item)


@router.post(
    "/work-items/actions/redistribute", operation_id="redistribute-work", summary="Redistribute someone's work"
)
def redistribute(context: RequestContextDep, body: Redistribution) -> MovedItems:
    """Redistribute all work of one person over colleagues, or return it to the queue if none is named."""
    require_duty(context.by, "work", "redistribute")
    found = reassignment.redistribute(
        context.session, body.person, body.to, reason=body.reason, by=context.by, at=context.at
    )
    items = [MovedItem(item=work_item_view(one.item, context.at), to=one.receiver) for one in found]
    return references.shown(context, MovedItems(items=items))


class Outcome(base.View):
    """Outcome of a letter whose delivery was unknown."""

    arrived: bool


@router.post(
    "/letters/{id}/actions/settle",
    operation_id="settle-letter",
    summary="Record whether a letter arrived",
    status_code=200,
)
def settle_letter(
    context: RequestContextDep,
    key: Id,
    body: Outcome,
) -> dict[str, str]:
    """Record whether a letter with unknown outcome arrived; a letter that did not arrive, or failed, is sent again."""
    require_duty(context.by, "letter", "settle")
    row = outbox.settle(context.session, key, arrived=body.arrived, at=context.at)
    return {"id": row.id, "state": row.state}
