"""About: a page with the state of each part of the office and links, and the API reference."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.http.dependencies import utc_now
from api.http.readiness import check_parts
from api.pages.about.api_reference import Reference
from rules.core.roles import Role

HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
router = APIRouter(include_in_schema=False)

WHAT = {
    "api": "Answers case officers, employers, finance and auditors on this address",
    "database": "PostgreSQL: cases, ledger, queue and terms",
    "migrations": "The database tables match this version",
    "office-key": "The key file is in its place and opens the data",
    "prefect": "Runs all scheduled and automatic work, and shows it in its own pages",
    "dispatcher": "Offers acute work within a second, and sends letters",
    "clock": "Watches every term; takes over scheduled work while Prefect is not running",
    "worker": "Carries out the runs of Prefect",
}


@router.get("/over", response_class=HTMLResponse)
def about(request: Request) -> HTMLResponse:
    """Show what the system is, the state of each part, and links."""
    configuration = request.app.state.configuration
    parts = check_parts(request.app.state.engine, configuration, utc_now())
    prefect = (configuration.prefect_api_url or "").removesuffix("/api")
    page = PAGES.get_template("about.html").render(
        parts=[{**part, "what": WHAT[part["name"]]} for part in parts],
        demonstration=configuration.demonstration,
        prefect=prefect,
        mailbox=(configuration.smtp_url or configuration.mailbox) if configuration.demonstration else "",
        roles=[role for role in Role if role is not Role.ENGINE],
        version=request.app.version,
    )
    return HTMLResponse(page)


@router.get("/docs", response_class=HTMLResponse)
def reference(request: Request) -> HTMLResponse:
    """Show the API reference, generated from the OpenAPI document."""
    found = Reference(request.app.openapi())
    page = PAGES.get_template("reference.html").render(
        groups=found.groups(), bodies=found.bodies(), version=request.app.version
    )
    return HTMLResponse(page)


@router.get("/filter.js")
def filter_script() -> Response:
    """Return the script that filters the reference."""
    return Response((HERE / "filter.js").read_text("utf-8"), media_type="text/javascript")


@router.get("/style.css")
def style() -> Response:
    """Return the style sheet."""
    return Response((HERE / "style.css").read_text("utf-8"), media_type="text/css")
