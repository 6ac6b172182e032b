"""App: builds the FastAPI application with its routers, error handlers, headers and OpenAPI document."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import CapacityLimiter
from fastapi import FastAPI, Request, Response
from fastapi.logger import logger

from api.http import problems
from api.http.language import LANGUAGE, preferred
from api.http.limits import RequestLimits
from api.http.openapi_document import RESPONSES, VERSIONED, DocumentedApi
from api.pages import error_pages
from api.pages.router import ROUTERS as PAGES
from api.routes import (
    accounting,
    applications,
    bank_files,
    case_parts,
    deadline_calculator,
    decisions,
    events,
    forecast,
    invoice_documents,
    letter_preferences,
    money_trails,
    operations,
    payments,
    police_reports,
    progress_report,
    single_parts,
    statistics,
    timers,
    work_arrangements,
    work_items,
)
from states.settings import Configuration
from states.storage.office_key import open_office

VERSION = version("veiligadvies")
RENDERINGS = 2
"""How many documents are rendered at a time; each may take a gigabyte."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILES = (
    r"/betalen/bank|/werkgever/facturen/lezen|/v1/bank-messages|/v1/payables/[^/]+/documents|/v1/invoices/actions/read"
)
"""The paths that take a file, and limit its size themselves."""
ROUTERS = (
    *PAGES,
    operations.router,
    applications.router,
    case_parts.router,
    decisions.router,
    events.router,
    single_parts.router,
    work_arrangements.router,
    work_items.router,
    payments.router,
    accounting.router,
    money_trails.router,
    invoice_documents.router,
    bank_files.router,
    police_reports.router,
    deadline_calculator.router,
    statistics.router,
    letter_preferences.router,
    progress_report.router,
    timers.router,
    forecast.router,
)


def create(configuration: Configuration) -> FastAPI:
    """Create the API of one office; it needs only the database, and serves while other processes still start."""
    # Otherwise FastAPI warns that it cannot validate the e-mail address in the OpenAPI document.
    logger.setLevel(logging.ERROR)
    engine = open_office(str(configuration.database_url), configuration.key_file)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()

    app = DocumentedApi(
        title="Veiligadvies",
        version=VERSION,
        description=(
            "Case engine for the Dutch security-advice regulation (Veilig Wonen): from application to last booking. "
            "Names are in English; the glossary (docs/glossary.md) gives the Dutch terms."
        ),
        contact={
            "name": "Veiligadvies",
            "email": "veiligadvies@example.org",
            "url": "https://veiligadvies.example.org",
        },
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": f"http://{configuration.host}:{configuration.port}{VERSIONED}", "description": "This office"}],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        responses=RESPONSES,
    )
    app.state.configuration = configuration
    app.state.engine = engine
    app.state.renderings = CapacityLimiter(RENDERINGS)

    app.add_middleware(RequestLimits, configuration=configuration, files=FILES)

    @app.middleware("http")
    async def headers(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        """Add the API version and the security headers: no caching, no framing, no foreign content."""
        LANGUAGE.set(preferred(request.headers.get("Accept-Language")))
        try:
            response = await call(request)
        except Exception as error:  # noqa: BLE001  # handled here so that this response also gets the headers below
            response = error_pages.for_pages(problems.unexpected_error)(request, error)
        response.headers["API-Version"] = VERSION
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    problems.install(app)
    error_pages.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.state.routes = [route for router in ROUTERS for route in router.routes]
    return app
