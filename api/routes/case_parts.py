"""Case parts: the actions, history, terms, priority, measures, payables, bookings and letters of one case."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field
from sqlmodel import col, select

from api.access import action_filter, cases, references
from api.access.content import narrowed
from api.access.employers import only_own_employer
from api.access.work import counts_signals, visible_work_of_case
from api.http.dependencies import RequestContext, RequestContextDep
from api.http.pagination import Cursor, EntryCursor, Limit, Page, next_link, split_page
from api.http.parameters import Reference
from api.http.urls import etag, href
from api.views import applications, base, work
from api.views.payments import BookingPage, PayablePage, booking_view, payable_views
from rules.core.dates import office_day
from rules.deadlines.suspensions import Suspension, attribution
from states.commands.available_actions import Action, actions
from states.deadlines import term_query
from states.engine.bodies import PlainLine
from states.events.catalogue import EVENTS
from states.queue import explanation, pools
from states.reporting import case_durations
from states.tables.accounting import Booking
from states.tables.application import Measure
from states.tables.deadlines import Term, TermSuspension, Threshold
from states.tables.letters import Outbox
from states.tables.payments import Payable
from states.tables.work import WorkItem

router = APIRouter(prefix="/v1/applications/{reference}", tags=["applications"])
P = TypeVar("P", Payable, Booking)


class FindingView(base.View):
    """Finding of a rule."""

    rule: str
    message: str
    message_nl: str
    article: str
    source: str
    since: date | None


def schema_apart(schema: dict[str, Any]) -> None:
    """Describe the property ``schema`` apart from ``example``, which tools would take for an example of that schema."""
    apart = {"schema": schema["properties"].pop("schema")}
    schema["required"].remove("schema")
    schema["allOf"] = [{"type": "object", "properties": apart, "required": ["schema"]}]


class ActionView(base.View):
    """Action that is possible now or refused for the given findings; ``example`` would be accepted now."""

    name: str
    title: str
    href: str
    method: str = "POST"
    roles: list[str]
    """Every role that may do it, the usual one first."""
    role: str
    """The role of the person who is proposed."""
    person: str | None
    organisation: str | None
    allowed: bool
    findings: list[FindingView]
    if_match: str | None
    body_schema: str = Field(alias="schema")
    example: dict[str, Any] | None

    model_config = ConfigDict(json_schema_extra=schema_apart)

    @classmethod
    def of(cls, action: Action) -> "ActionView":
        """Return the view of an action."""
        return cls(
            name=action.event,
            title=action.title,
            href=action_address(action),
            roles=list(action.roles),
            role=action.role,
            person=action.person,
            organisation=action.organisation,
            allowed=action.allowed,
            findings=[FindingView.model_validate(finding) for finding in action.findings],
            if_match=etag(action.version) if action.version is not None else None,
            body_schema=f"/openapi.json#{schema_pointer(action)}",
            example=dict(action.example) if action.example is not None else None,
        )


class Actions(base.View):
    """Actions on a case; those that carry it on come first."""

    items: list[ActionView]


def schema_pointer(action: Action) -> str:
    """Return the JSON pointer to the schema of an action's body in the OpenAPI document."""
    if action.event == "take-in-statement":
        return "/paths/~1bank-messages/post/requestBody/content/application~1json/schema"
    if action.event == "add-document":
        return "/paths/~1payables~1{id}~1documents/post/requestBody/content/application~1pdf/schema"
    return f"/components/schemas/{EVENTS[action.chart, action.event].body.__name__}"


def action_address(action: Action) -> str:
    """Return the address to which an action is sent."""
    if action.event == "take-in-statement":
        return "/v1/bank-messages"
    if action.event == "add-document":
        return f"{href(action.chart, str(action.subject))}/documents"
    if action.subject is None:
        return "/v1/payment-batches"
    return href(action.chart, action.subject, action.event)


@router.get("/actions", operation_id="get-actions", summary="List what can be done now")
def list_actions(context: RequestContextDep, reference: Reference, mine: bool = False) -> Actions:
    """List what can be done now on the application and its parts, by whom, and otherwise why not.

    With ``mine``, only what the caller may do now.
    """
    row = cases.require_application(context.session, context.by, reference)
    found = actions(
        context.session,
        row,
        at=context.at,
        demonstration=context.configuration.demonstration,
        by=context.by if mine else None,
    )
    visible = action_filter.filter_actions(context, row, found)
    return references.shown(context, Actions(items=[ActionView.of(action) for action in visible]))


class EntryView(base.View):
    """Ledger entry."""

    seq: int
    at: datetime
    person: str
    role: str
    organisation: str | None
    chart: str
    subject: str
    event: str
    before: str | None
    after: str | None
    facts: dict[str, Any]
    content: dict[str, Any]
    receipt: list[Any]
    previous: str
    hash: str


class History(Page[EntryView]):
    """Page of the ledger of one case."""


@router.get(
    "/history",
    operation_id="get-history",
    summary="Read the history of a case",
    responses=next_link("get-history", "reference"),
)
def history(
    context: RequestContextDep, reference: Reference, cursor: EntryCursor = None, limit: Limit = 100
) -> History:
    """List the ledger of one case in order; ``content`` has an HMAC per content field, never the content."""
    row = cases.require_application(context.session, context.by, reference)
    entries, following = cases.entries_page(context, row.stream, cursor, limit)
    items = [
        EntryView(**{**entry.model_dump(), "facts": seen.facts, "receipt": seen.receipt})
        for entry, seen in narrowed(context, row, entries)
    ]
    return references.shown(context, History(items=items, next=following))


class SuspensionView(base.View):
    """Interval in which a term did not run."""

    since: date
    until: date | None
    ground: str
    article: str
    attributed_to: str


class ThresholdView(base.View):
    """Moment at which someone is reminded."""

    name: str
    due_at: datetime | None
    passed_at: datetime | None
    late: bool


class TermView(base.View):
    """Term: when it started and is due, why, and how many days each party took."""

    id: str
    kind: str
    article: str
    owner: str
    organisation: str
    subject: str
    started_on: date
    amount: int
    unit: str
    due_on: date | None
    noticed_on: date | None
    extended_until: date | None
    provisional: bool
    suspendable: bool
    ended_on: date | None
    ended_by: str | None
    reasons: list[str]
    suspensions: list[SuspensionView]
    thresholds: list[ThresholdView]
    days: dict[str, int]


class Deadlines(base.View):
    """Terms of one case, and the days of the case per responsible party; these add up to its age."""

    items: list[TermView]
    days: dict[str, int]


@router.get("/deadlines", operation_id="get-deadlines", summary="List the terms of a case")
def terms(context: RequestContextDep, reference: Reference) -> Deadlines:
    """List the terms of one case with their reasons, suspensions and thresholds."""
    row = cases.require_application(context.session, context.by, reference)
    query = select(Term).where(Term.application == row.id).order_by(col(Term.started_on), col(Term.id))
    found = context.session.exec(only_own_employer(context, query, Term)).all()
    suspensions = term_query.suspensions_of(context.session, found)
    thresholds = term_query.thresholds_of(context.session, found)
    on = office_day(context.at)
    return Deadlines(
        items=[term_view(term, suspensions[term.id], thresholds[term.id], on=on) for term in found],
        days=case_durations.days_of_case(context.session, row, on),
    )


def term_view(
    term: Term, suspensions: Sequence[TermSuspension], thresholds: Sequence[Threshold], *, on: date
) -> TermView:
    """Return the view of a term, with the days of each party until a day."""
    intervals = [Suspension(one.since, one.until, one.ground, one.article, one.attributed_to) for one in suspensions]
    until = term.ended_on or on
    return TermView(
        **term.model_dump(),
        suspensions=[SuspensionView.model_validate(item) for item in suspensions],
        thresholds=[ThresholdView.model_validate(item) for item in thresholds],
        days=attribution(term.started_on, max(until, term.started_on), term.owner, intervals),
    )


class Priority(base.View):
    """Explanation of the queue position of each waiting work item of a case."""

    reference: str
    urgency: str | None
    items: list[dict[str, Any]]


@router.get("/priority", operation_id="get-priority", summary="Explain the place in the queue")
def priority(context: RequestContextDep, reference: Reference) -> Priority:
    """Explain the queue position of each waiting work item of a case: rules, facts, and what would change it."""
    row = cases.require_application(context.session, context.by, reference)
    query = select(WorkItem).where(WorkItem.application == row.id, col(WorkItem.done_at).is_(None))
    waiting = context.session.exec(visible_work_of_case(context, query).order_by(*pools.queue_order())).all()
    found = explanation.explain_all(context.session, waiting, at=context.at)
    urgency = row.urgency if counts_signals(context.by) else None
    items = [work.explanation(context.by, why) for why in found]
    return references.shown(context, Priority(reference=row.id, urgency=urgency, items=items))


class Measures(base.View):
    """Measures of one case."""

    items: list[applications.MeasureView]


@router.get("/measures", operation_id="get-measures", summary="List the measures of a case")
def measures(context: RequestContextDep, reference: Reference) -> Measures:
    """List the measures of one case as the caller may see them."""
    row = cases.require_application(context.session, context.by, reference)
    query = cases.visible_measures(context, select(Measure).where(Measure.stream == row.id))
    found = context.session.exec(query.order_by(Measure.id)).all()
    return Measures(items=applications.measures(context, found))


@router.get(
    "/payables",
    operation_id="get-payables-of-application",
    summary="List the payables of a case",
    responses=next_link("get-payables-of-application", "reference"),
)
def payables(
    context: RequestContextDep, reference: Reference, cursor: Cursor = None, limit: Limit = 100
) -> PayablePage:
    """List the payables of one case that concern the caller."""
    shown, following = page_of_case(context, Payable, reference, cursor, limit)
    return PayablePage(items=payable_views(context, shown), next=following)


@router.get(
    "/bookings",
    operation_id="get-bookings-of-application",
    summary="List the bookings of a case",
    responses=next_link("get-bookings-of-application", "reference"),
)
def bookings(
    context: RequestContextDep, reference: Reference, cursor: Cursor = None, limit: Limit = 100
) -> BookingPage:
    """List the bookings of one case that concern the caller."""
    shown, following = page_of_case(context, Booking, reference, cursor, limit)
    return BookingPage(items=[booking_view(item) for item in shown], next=following)


def page_of_case(
    context: RequestContext, table: type[P], reference: str, cursor: str | None, limit: int
) -> tuple[Sequence[P], str | None]:
    """Return one page of the payables or bookings of a case that concern the caller, and the cursor of the next."""
    row = cases.require_application(context.session, context.by, reference)
    query = only_own_employer(context, select(table).where(table.stream == row.id), table)
    if cursor is not None:
        query = query.where(table.id > cursor)
    return split_page(context.session.exec(query.order_by(table.id).limit(limit + 1)).all(), limit)


class LetterView(base.View):
    """Letter: its recipient and delivery state, never its text."""

    id: str
    letter: str
    language: str
    recipient: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    message_id: str
    problem: str | None


class Letters(base.View):
    """Letters of one case."""

    items: list[LetterView]


@router.get("/letters", operation_id="get-letters", summary="List the letters of a case")
def letters(
    context: RequestContextDep,
    reference: Reference,
    letter: Annotated[PlainLine | None, Query(max_length=60)] = None,
) -> Letters:
    """List the letters of one case, and whether they were sent."""
    row = cases.require_application(context.session, context.by, reference)
    query = cases.visible_letters(context, select(Outbox).where(Outbox.application == row.id))
    if letter is not None:
        query = query.where(Outbox.letter == letter)
    found = context.session.exec(query.order_by(col(Outbox.created_at), col(Outbox.id)))
    return Letters(items=[LetterView.model_validate(item) for item in found])
