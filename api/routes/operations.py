"""Operations: liveness and readiness of the office, and registration of employers and people."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import select

from api.access.employers import visible_organisations
from api.http.dependencies import RequestContextDep, require_duty, utc_now
from api.http.idempotency import Answer, answer_once
from api.http.pagination import Cursor, Limit, split_page
from api.http.parameters import Key
from api.http.problem_types import NOT_READY
from api.http.problems import problem
from api.http.readiness import check_parts
from api.http.urls import etag, href
from api.views import base, people
from states.commands.fire import fire
from states.events.registry.registration import NewOrganisation, NewPerson
from states.tables.people import Organisation, ProposedDuty

router = APIRouter()


@router.get("/health/live", tags=["operations"], operation_id="live", summary="Check that the process answers")
def live() -> dict[str, str]:
    """Return ok while this process answers."""
    return {"status": "ok"}


@router.get("/health/ready", tags=["operations"], operation_id="ready", summary="Check that every part is ready")
def ready(request: Request) -> JSONResponse:
    """Return whether every part of the office is ready; 503 while one is not."""
    parts = check_parts(request.app.state.engine, request.app.state.configuration, utc_now())
    well = all(part["ok"] for part in parts)
    if well:
        return JSONResponse({"status": "ready", "parts": parts})
    missing = ", ".join(part["name"] for part in parts if not part["ok"])
    return problem(NOT_READY, f"Not ready yet: {missing}.", parts=parts)


class Organisations(base.View):
    """Employers."""

    items: list[people.OrganisationView]


@router.get("/v1/organisations", tags=["people"], operation_id="list-organisations", summary="List the employers")
def organisations(context: RequestContextDep) -> Organisations:
    """List the employers; a caller who acts for an employer sees only that one."""
    found = context.session.exec(visible_organisations(context, select(Organisation)).order_by(Organisation.id))
    return Organisations(items=[people.OrganisationView.model_validate(row) for row in found])


@router.post(
    "/v1/organisations",
    status_code=201,
    response_model=people.OrganisationView,
    tags=["people"],
    operation_id="register-organisation",
    summary="Register an employer",
)
def register_organisation(context: RequestContextDep, body: NewOrganisation, idempotency_key: Key = None) -> Response:
    """Register an employer."""

    def do() -> Answer:
        row = fire(context.session, "organisation", None, "register", by=context.by, at=context.at, body=body).row
        shown = people.OrganisationView.model_validate(row).model_dump(mode="json", by_alias=True)
        return Answer(201, shown, {"Location": href("organisation", row.id), "ETag": etag(row.version)})

    return answer_once(context, idempotency_key, "POST /v1/organisations", body, do)


@router.post(
    "/v1/people",
    status_code=201,
    response_model=people.PersonView,
    tags=["people"],
    operation_id="register-person",
    summary="Register a person with roles",
)
def register_person(context: RequestContextDep, body: NewPerson, idempotency_key: Key = None) -> Response:
    """Register a person with duties; the name and e-mail address are stored encrypted.

    A role that reaches far is only proposed: another person confirms it.
    """

    def do() -> Answer:
        row = fire(context.session, "person", None, "register", by=context.by, at=context.at, body=body).row
        shown = people.person(context.session, row).model_dump(mode="json", by_alias=True)
        return Answer(201, shown, {"Location": href("person", row.id), "ETag": etag(row.version)})

    return answer_once(context, idempotency_key, "POST /v1/people", body, do)


@router.get(
    "/v1/proposed-duties",
    tags=["people"],
    operation_id="list-proposed-duties",
    summary="List the roles that wait for confirmation",
)
def proposed_duties(context: RequestContextDep, cursor: Cursor = None, limit: Limit = 100) -> people.ProposedDutyPage:
    """List the roles that reach far and wait for a second person to confirm or decline them."""
    require_duty(context.by, "proposed-duty", "read")
    query = people.open_proposals()
    if cursor is not None:
        query = query.where(ProposedDuty.id > cursor)
    shown, following = split_page(context.session.exec(query.limit(limit + 1)).all(), limit)
    return people.ProposedDutyPage(items=[people.proposed_duty(row) for row in shown], next=following)
