"""Operations: alive, ready and each part by name; employers and people."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Engine
from sqlmodel import select, text

from api import views
from api.http.dependencies import OneEdge, utc_now
from api.http.idempotency import Answer, once
from api.http.problems import problem
from api.http.urls import href
from api.routes.applications import etag
from migrations.upgrade import pending
from rules.core.roles import OF_AN_EMPLOYER
from states.commands.fire import fire
from states.events.registry.registration import NewOrganisation, NewPerson
from states.jobs import runs
from states.settings import Configuration
from states.storage.database import transaction
from states.tables.people import Organisation
from states.tables.work import FlowRun

router = APIRouter()
SILENT = timedelta(seconds=20)
"""How long a process may be silent before it counts as away."""
PROCESSES = ("dispatcher", "clock", "worker")


@router.get("/health/live", tags=["operations"], operation_id="live")
def live() -> dict[str, str]:
    """Whether this process answers."""
    return {"status": "ok"}


@router.get("/health/ready", tags=["operations"], operation_id="ready")
def ready(request: Request) -> JSONResponse:
    """Whether every part is there, each named; 503 while one is not."""
    parts = look(request.app.state.engine, request.app.state.configuration, utc_now())
    well = all(part["ok"] for part in parts)
    if well:
        return JSONResponse({"status": "ready", "parts": parts})
    missing = ", ".join(part["name"] for part in parts if not part["ok"])
    return problem(503, "Not ready", f"Not there yet: {missing}.", parts=parts)


def look(engine: Engine, configuration: Configuration, at: datetime) -> list[dict[str, Any]]:
    """Each part of the office, whether it is well, and in words what is not."""
    parts: list[dict[str, Any]] = [{"name": "api", "ok": True, "detail": "answers"}]
    known: dict[str, FlowRun] = {}
    try:
        with transaction(engine) as session:
            session.execute(text("SELECT 1"))
            behind = pending(configuration.database_url or "")
            known = {} if behind else runs.last(session)
        parts.append({"name": "database", "ok": True, "detail": "answers"})
        detail = "run the migrations" if behind else "up to date"
        parts.append({"name": "migrations", "ok": not behind, "detail": detail})
    except Exception as error:  # noqa: BLE001  # whatever is wrong with it, the database is not ready
        parts.append({"name": "database", "ok": False, "detail": f"does not answer ({type(error).__name__})"})
    parts.append(prefect(configuration.prefect_api_url))
    for name in PROCESSES:
        seen = known.get(f"process:{name}")
        well = seen is not None and at - seen.finished_at < SILENT
        detail = f"last seen {views.zulu(seen.finished_at.isoformat())}" if seen else "not seen yet"
        parts.append({"name": name, "ok": well, "detail": detail})
    return parts


def prefect(url: str | None) -> dict[str, Any]:
    """Whether Prefect's server answers."""
    if not url:
        return {"name": "prefect", "ok": False, "detail": "no PREFECT_API_URL"}
    try:
        well = httpx.get(f"{url}/health", timeout=1.0, trust_env=False).is_success
    except httpx.HTTPError:
        well = False
    return {
        "name": "prefect",
        "ok": well,
        "detail": "answers" if well else "does not answer yet; the clock does its work",
    }


class Organisations(views.View):
    """The employers."""

    items: list[views.OrganisationView]


@router.get("/v1/organisations", tags=["people"], operation_id="list-organisations")
def organisations(edge: OneEdge) -> Organisations:
    """The employers; those who act for one see that one."""
    query = select(Organisation)
    if edge.by.role in OF_AN_EMPLOYER:
        query = query.where(Organisation.id == edge.by.organisation)
    found = edge.session.exec(query.order_by(Organisation.id))
    return Organisations(items=[views.OrganisationView.model_validate(row) for row in found])


Key = Annotated[str | None, Header(max_length=200)]


@router.post(
    "/v1/organisations",
    status_code=201,
    response_model=views.OrganisationView,
    tags=["people"],
    operation_id="register-organisation",
)
def register_organisation(edge: OneEdge, body: NewOrganisation, idempotency_key: Key = None) -> Response:
    """Register an employer."""

    def do() -> Answer:
        row = fire(edge.session, "organisation", None, "register", by=edge.by, at=edge.at, body=body).row
        shown = views.OrganisationView.model_validate(row).model_dump(mode="json", by_alias=True)
        return Answer(201, shown, {"Location": href("organisation", row.id), "ETag": etag(row.version)})

    return once(edge, idempotency_key, "POST /v1/organisations", body, do)


@router.post(
    "/v1/people", status_code=201, response_model=views.PersonView, tags=["people"], operation_id="register-person"
)
def register_person(edge: OneEdge, body: NewPerson, idempotency_key: Key = None) -> Response:
    """Register a person with duties; the name and e-mail address go to the vault."""

    def do() -> Answer:
        row = fire(edge.session, "person", None, "register", by=edge.by, at=edge.at, body=body).row
        shown = views.PersonView.model_validate(row).model_dump(mode="json", by_alias=True)
        return Answer(201, shown, {"Location": href("person", row.id), "ETag": etag(row.version)})

    return once(edge, idempotency_key, "POST /v1/people", body, do)
