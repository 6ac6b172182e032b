"""Applications: receive, list, search and read them, as they are now or as they were at an instant."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import Field
from sqlmodel import col, select

from api.access import cases, content
from api.access.employers import is_of_own_employer
from api.http.dependencies import RequestContext, RequestContextDep
from api.http.errors import MalformedHeaderError
from api.http.idempotency import Answer, answer_once
from api.http.pagination import instant, newest_first, position_in, position_text, row_id, split_page
from api.http.parameters import Reference
from api.http.urls import etag, href
from api.views import applications, base
from rules.core.regulation import PublicOffice
from rules.threats.urgency import Urgency
from states.charts.application import Stage
from states.commands.fire import fire
from states.engine.bodies import Body
from states.errors import NotFoundError
from states.events.application.receipt import NewApplication, Receive
from states.storage import name_index, replay
from states.tables.application import Application, ApplicationEmployer, DomainAdvice, Takeover

router = APIRouter(prefix="/v1/applications", tags=["applications"])
EXAMPLE: dict[str, Any] = Receive().example(None)  # type: ignore[arg-type]  # this example reads no context
EMPLOYER = r"^[a-z0-9-]{2,60}$"
Limit = Annotated[int, Query(ge=1, le=200)]


@router.post(
    "",
    status_code=201,
    response_model=applications.ApplicationView,
    operation_id="receive-application",
    openapi_extra={"requestBody": {"content": {"application/json": {"example": EXAMPLE}}}},
)
def receive(
    context: RequestContextDep,
    body: NewApplication,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Receive an application. It is always accepted; whether there is a claim is decided in the intake."""

    def do() -> Answer:
        row = fire(context.session, "application", None, "receive", by=context.by, at=context.at, body=body).row
        headers = {"Location": href("application", row.id), "ETag": etag(row.version)}
        return Answer(201, application_view(context, row).model_dump(mode="json", by_alias=True), headers)

    return answer_once(context, idempotency_key, "POST /v1/applications", body, do)


@router.get("", operation_id="list-applications")
def list_applications(
    context: RequestContextDep,
    stage: Stage | None = None,
    urgency: Urgency | None = None,
    employer: Annotated[str | None, Query(pattern=EMPLOYER)] = None,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Limit = 50,
) -> applications.ApplicationPage:
    """List the applications that the caller may see, newest first."""
    search = Search(stage=stage, urgency=urgency, employer=employer, cursor=cursor, limit=limit)
    return search_page(context, search)


class Search(Body):
    """Search criteria; a name belongs in this body and never in an address."""

    name: Annotated[str | None, Field(min_length=2, max_length=100)] = None
    reference: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9-]{2,40}$")] = None
    stage: Stage | None = None
    urgency: Urgency | None = None
    office: PublicOffice | None = None
    employer: Annotated[str | None, Field(pattern=EMPLOYER)] = None
    cursor: Annotated[str | None, Field(max_length=100)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.post("/_search", operation_id="search-applications")
def search(context: RequestContextDep, body: Search) -> applications.ApplicationPage:
    """Search applications by name, reference, stage, urgency, office and employer."""
    return search_page(context, body)


def search_page(context: RequestContext, wanted: Search) -> applications.ApplicationPage:
    """Return one page of the matching applications that the caller may see."""
    session, by, employers = context.session, context.by, context.employers
    query = select(Application)
    if wanted.stage:
        query = query.where(Application.state == wanted.stage)
    if wanted.urgency:
        query = query.where(Application.urgency == wanted.urgency)
    if wanted.office:
        query = query.where(Application.office == wanted.office)
    if wanted.reference:
        query = query.where(col(Application.id).startswith(wanted.reference.upper(), autoescape=True))
    if wanted.name:
        people = name_index.find_people(session, wanted.name) if content.searches_by_name(by) else []
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
    return applications.ApplicationPage(items=[applications.summary(employers, row) for row in shown], next=following)


@router.get("/{reference}", response_model=applications.ApplicationView, operation_id="get-application")
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
        return application_as_of(context, row, as_of)
    tag = etag(row.version)
    known_tags = request.headers.get("if-none-match", "").split(",")
    if any(item.strip().removeprefix("W/") in {tag, "*"} for item in known_tags):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return application_view(context, row)


def application_view(context: RequestContext, row: Application) -> applications.ApplicationView:
    """Return an application with its advice, its takeovers and, for those who need to know, its content."""
    session, by = context.session, context.by
    advice = session.exec(
        select(DomainAdvice).where(
            DomainAdvice.stream == row.id,
            DomainAdvice.advice_version == row.advice_version,
        ),
    )
    takeovers = session.exec(select(Takeover).where(Takeover.stream == row.id).order_by(Takeover.organisation)).all()
    text = base.wire(content.of_application(session, by, row))
    return applications.ApplicationView(
        **applications.summary(context.employers, row).model_dump(),
        **row.model_dump(exclude={"office", "urgency", "received_on", "changed_at", "id", "state", "stream"}),
        advice=applications.advice(by, [applications.DomainView.model_validate(item) for item in advice]),
        takeovers=[
            applications.TakeoverView.model_validate(item)
            for item in takeovers
            if is_of_own_employer(context, item.organisation)
        ],
        content=text or None,
    )


def application_as_of(context: RequestContext, row: Application, instant: datetime) -> applications.ApplicationView:
    """Return the facts of an application at an instant, rebuilt from the ledger.

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
    return applications.ApplicationView(
        **{**facts, "reference": row.id, "stage": facts["state"], "version": row.version},
        employers=[item["organisation"] for item in employers],
        advice=applications.advice(context.by, [applications.DomainView(**item) for item in of("domain_advice")]),
        takeovers=[
            applications.TakeoverView(**item)
            for item in of("takeover")
            if is_of_own_employer(context, item["organisation"])
        ],
    )
