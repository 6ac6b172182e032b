"""Applications: receive, list, search and read them, as they are now or as they were at an instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlmodel import SQLModel, col, select

from api.access import cases, references
from api.access.content import has_grant, reader_of
from api.access.employers import is_of_own_employer
from api.access.work import visible_in_hand
from api.http.dependencies import RequestContext, RequestContextDep
from api.http.errors import BeyondRoleError, MalformedHeaderError
from api.http.idempotency import Answer, answer_once
from api.http.pagination import (
    ID_TEXT,
    INSTANT_TEXT,
    CursorText,
    instant,
    newest_first,
    next_link,
    position_cursor,
    position_in,
    position_schema,
    position_text,
    row_id,
    split_page,
)
from api.http.parameters import Key, Reference
from api.http.problems import invalid_parameter
from api.http.urls import etag, href
from api.views import applications, texts
from rules.access.content_classes import ContentClass
from rules.core.regulation import PublicOffice
from rules.threats.urgency import Urgency
from states.charts.application import Stage
from states.commands.fire import fire
from states.engine.bodies import Body, PlainLine
from states.errors import NotFoundError
from states.events.application.receipt import NewApplication, Receive
from states.queue import pools
from states.reporting.case_file import progress_of
from states.storage import name_index, replay
from states.tables.application import Application, ApplicationEmployer, DomainAdvice, Takeover, ThreatSignal
from states.tables.work import WorkItem

router = APIRouter(prefix="/v1/applications", tags=["applications"])
EXAMPLE: dict[str, Any] = Receive().example(None)  # type: ignore[arg-type]  # this example reads no context
EMPLOYER = r"^[a-z0-9-]{2,60}$"
Limit = Annotated[int, Query(ge=1, le=200)]


@router.post(
    "",
    status_code=201,
    response_model=applications.ApplicationView,
    operation_id="receive-application",
    summary="Receive an application",
    openapi_extra={"requestBody": {"content": {"application/json": {"example": EXAMPLE}}}},
)
def receive(
    context: RequestContextDep,
    body: NewApplication,
    idempotency_key: Key = None,
) -> Response:
    """Receive an application. It is always accepted; whether there is a claim is decided in the intake."""

    def do() -> Answer:
        row = fire(context.session, "application", None, "receive", by=context.by, at=context.at, body=body).row
        headers = {"Location": href("application", row.id), "ETag": etag(row.version)}
        return Answer(201, application_view(context, row).model_dump(mode="json", by_alias=True), headers)

    return answer_once(context, idempotency_key, "POST /v1/applications", body, do)


@router.get("", operation_id="list-applications", summary="List applications", responses=next_link("list-applications"))
def list_applications(
    context: RequestContextDep,
    stage: Stage | None = None,
    urgency: Urgency | None = None,
    employer: Annotated[str | None, Query(pattern=EMPLOYER)] = None,
    cursor: Annotated[CursorText | None, position_cursor(INSTANT_TEXT, ID_TEXT, longest=100)] = None,
    limit: Limit = 50,
) -> applications.ApplicationPage:
    """List the applications that the caller may see, newest first."""
    search = Search(stage=stage, urgency=urgency, employer=employer, cursor=cursor, limit=limit)
    return search_page(context, search)


class Search(Body):
    """Search criteria; a name belongs in this body and never in an address."""

    name: Annotated[PlainLine | None, Field(min_length=2, max_length=100)] = None
    reference: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9-]{2,40}$")] = None
    stage: Stage | None = None
    urgency: Urgency | None = None
    office: PublicOffice | None = None
    employer: Annotated[str | None, Field(pattern=EMPLOYER)] = None
    cursor: Annotated[
        CursorText | None, Field(max_length=100, json_schema_extra=position_schema(INSTANT_TEXT, ID_TEXT))
    ] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.post("/actions/search", operation_id="search-applications", summary="Search applications")
def search(context: RequestContextDep, body: Search) -> applications.ApplicationPage:
    """Search applications by name, reference, stage, urgency, office and employer."""
    return search_page(context, body)


def search_page(context: RequestContext, wanted: Search) -> applications.ApplicationPage:
    """Return one page of the matching applications that the caller may see.

    Raises:
        BeyondRoleError: the caller searches by what the caller may not see.
    """
    session, by, employers = context.session, context.by, context.employers
    query = select(Application)
    if wanted.stage:
        query = query.where(Application.state == wanted.stage)
    if wanted.urgency:
        if not has_grant(by, ContentClass.URGENCY):
            raise BeyondRoleError("urgency: Your role does not see how urgent a case is; leave this out.")
        query = query.where(Application.urgency == wanted.urgency)
    if wanted.office:
        query = query.where(Application.office == wanted.office)
    if wanted.reference:
        query = query.where(col(Application.id).startswith(wanted.reference.upper(), autoescape=True))
    if wanted.name:
        people = name_index.find_people(session, wanted.name) if has_grant(by, ContentClass.CONTACT) else []
        query = query.where(col(Application.applicant).in_(people))
    if wanted.employer:
        known = employers.known_as(employers.current(wanted.employer))
        tied = select(ApplicationEmployer.application).where(col(ApplicationEmployer.organisation).in_(known))
        query = query.where(col(Application.id).in_(tied))
    query = query.where(*cases.visible_applications(session, by))
    place = col(Application.created_at), col(Application.id)
    query = newest_first(query, place, position_in(wanted.cursor, instant, row_id) if wanted.cursor else None)
    rows = session.exec(query.limit(wanted.limit + 1)).all()
    shown, following = split_page(rows, wanted.limit, lambda row: position_text(row.created_at, row.id))
    return applications.ApplicationPage(items=applications.summaries(context, employers, shown), next=following)


@router.get(
    "/{reference}",
    response_model=applications.ApplicationView,
    operation_id="get-application",
    summary="Read one application",
)
def get_application(
    context: RequestContextDep,
    request: Request,
    response: Response,
    reference: Reference,
    as_of: Annotated[datetime | None, Query(alias="asOf")] = None,
) -> applications.ApplicationView | Response:
    """Return an application as the caller may see it; with ``asOf`` as it was at that instant, from the ledger."""
    row = cases.require_application(context.session, context.by, reference)
    if as_of is not None:
        if as_of.tzinfo is None:
            raise MalformedHeaderError("asOf: give an instant with its offset, such as 2026-11-23T12:00:00Z.")
        return application_as_of(context, row, in_utc(as_of))
    held = in_hand(context, row)
    tag = etag(row.version, " ".join(f"{one.item} {one.person} {one.since}" for one in held))
    known_tags = request.headers.get("if-none-match", "").split(",")
    if any(item.strip().removeprefix("W/") in {tag, "*"} for item in known_tags):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return application_view(context, row, held)


def in_hand(context: RequestContext, row: Application) -> list[applications.WorkInHandView]:
    """Return the open work of a case that somebody has in hand, as far as the caller may see it."""
    query = select(WorkItem).where(
        WorkItem.application == row.id, col(WorkItem.done_at).is_(None), col(WorkItem.assignee).is_not(None)
    )
    found = context.session.exec(visible_in_hand(context, query).order_by(*pools.queue_order()))
    return [
        applications.WorkInHandView(
            **item.model_dump(include={"action", "subject", "role", "organisation"}),
            item=item.id,
            person=item.assignee,
            since=item.claimed_at,
        )
        for item in found
    ]


def application_view(
    context: RequestContext, row: Application, held: Sequence[applications.WorkInHandView] = ()
) -> applications.ApplicationView:
    """Return an application with its advice, its takeovers, and the texts that the caller may read."""

    def of(table: type[SQLModel], *where: Any) -> list[dict[str, Any]]:
        return [found.model_dump() for found in context.session.exec(select(table).where(*where))]

    parts = CaseParts(
        facts=row.model_dump(),
        employers=context.employers.of_application(row.id),
        domains=of(DomainAdvice, DomainAdvice.stream == row.id),
        takeovers=of(Takeover, Takeover.stream == row.id),
        signals=of(ThreatSignal, ThreatSignal.stream == row.id),
        held=held,
    )
    return visible_application(context, row, parts)


def in_utc(as_of: datetime) -> datetime:
    """Return an instant in UTC.

    Raises:
        RequestValidationError: in UTC it lies outside the years that can be counted.
    """
    try:
        return as_of.astimezone(UTC)
    except OverflowError as error:
        words = "This instant lies before the year 1 or after the year 9999 in UTC; give one with the offset Z."
        raise invalid_parameter("asOf", words) from error


def application_as_of(context: RequestContext, row: Application, instant: datetime) -> applications.ApplicationView:
    """Return an application at an instant, rebuilt from the ledger, with the texts of then.

    Raises:
        NotFoundError: the application did not exist at that instant.
    """
    rows = replay.as_of(context.session, row.stream, instant)
    facts = rows.get(f"application:{row.id}")
    if facts is None:
        raise NotFoundError("application as of that instant", row.id)

    def of(table: str) -> list[dict[str, Any]]:
        return [found for key, found in rows.items() if key.startswith(f"{table}:")]

    employers = sorted(of("application_employer"), key=lambda item: item["position"])
    parts = CaseParts(
        facts=facts,
        employers=[item["organisation"] for item in employers],
        domains=of("domain_advice"),
        takeovers=of("takeover"),
        signals=of("threat_signal"),
    )
    return visible_application(context, row, parts, until=instant)


@dataclass(frozen=True)
class CaseParts:
    """Columns of an application and of its parts, now or at an instant."""

    facts: dict[str, Any]
    employers: list[str]
    domains: list[dict[str, Any]]
    """The advice in each domain of every version."""
    takeovers: list[dict[str, Any]]
    signals: list[dict[str, Any]]
    held: Sequence[applications.WorkInHandView] = ()
    """The work that somebody has in hand; of the present only."""


def visible_application(
    context: RequestContext, row: Application, parts: CaseParts, *, until: datetime | None = None
) -> applications.ApplicationView:
    """Return what the caller may see of an application.

    Args:
        context: the request.
        row: the application, which the caller may know of.
        parts: its columns and parts, now or at an instant.
        until: that instant; None for now.
    """
    reader, progress = reader_of(context, row), progress_of(context.session, row.stream, until=until)
    found = reader.passages(context, row, progress, until=until)
    facts = {name: fact for name, fact in parts.facts.items() if name not in reader.hidden_columns()}
    version = facts["advice_version"]
    domains = parts.domains if applications.reads_domains(reader, version, progress) else []
    places = texts.of_class(found, ContentClass.APPOINTMENT)
    return applications.ApplicationView(
        **references.without_hidden(context, facts)
        | {"reference": row.id, "stage": facts["state"], "version": row.version},
        employers=parts.employers,
        advice=applications.AdviceView(
            version=version,
            adopted_on=facts.get("adopted_on"),
            domains=[
                applications.DomainView(**item)
                for item in sorted(domains, key=lambda item: str(item["domain"]))
                if item["advice_version"] == version
            ],
            versions=texts.versions(found, progress.adopted),
        ),
        takeovers=[
            applications.TakeoverView(**item)
            for item in sorted(parts.takeovers, key=lambda item: str(item["organisation"]))
            if is_of_own_employer(context, item["organisation"])
        ],
        in_hand=list(parts.held),
        contact=texts.contact(found, ContentClass.CONTACT),
        representative_contact=texts.contact(found, ContentClass.REPRESENTATIVE),
        dwellings=texts.dwellings(found),
        statements=[texts.text_view(each) for each in texts.of_class(found, ContentClass.STATEMENT)],
        signals=texts.signals(found, parts.signals, reader, progress),
        interview=texts.InterviewView(
            planned_on=facts.get("interview_on"),
            held_on=facts.get("interview_held_on"),
            place=places[-1].text if places else None,
            notes=[texts.text_view(each) for each in texts.of_class(found, ContentClass.INTERVIEW)],
        ),
        reasons=texts.reasons(found),
    )
