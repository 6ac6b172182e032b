"""Every 4xx and 5xx is problem+json (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from api.http.errors import ApiError, status_of
from rules.core.errors import RulesError
from states import logging_setup
from states.engine import bodies
from states.errors import MalformedError, RefusedError, StatesError, TooLargeError

LOG = structlog.get_logger()
MEDIA = "application/problem+json"
UNSURE = (
    "Most likely nothing was changed; where the connection broke at the very end, it may have been done all the same."
    " Look before you act again, or send the same Idempotency-Key, which lets nothing happen twice."
)
"""What is true of a request that broke off: a commit may have been carried out without telling us so."""


def problem(
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """An answer that says what is wrong and what would be right."""
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else headers  # noqa: PLR2004
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail, **more}
    return JSONResponse(body, status, headers=headers, media_type=MEDIA)


def of_house(_: Request, error: Exception) -> JSONResponse:
    """An error that the house foresees."""
    status, title = status_of(error)
    more: dict[str, Any] = {}
    if isinstance(error, RefusedError):
        more["findings"] = [
            {
                "rule": item.rule,
                "message": item.message,
                "messageNl": item.message_nl,
                "article": item.article,
                "source": item.source,
                "since": item.since.isoformat() if item.since else None,
            }
            for item in error.findings
        ]
    if isinstance(error, MalformedError):
        more["errors"] = [{"field": field, "message": words} for field, words in error.problems]
    # What is too large is still coming: without this the server would take in the rest of it, to throw it away.
    headers = {"Connection": "close"} if isinstance(error, TooLargeError) else None
    return problem(status, title, str(error), headers, **more)


def unreadable(_: Request, error: Exception) -> JSONResponse:
    """A body, path or query that does not fit its schema; the value sent is never repeated."""
    assert isinstance(error, RequestValidationError)
    found = []
    for item in error.errors():
        place, *path = item["loc"]
        message = bodies.words(item)
        if item["type"] == "json_invalid":  # its path is a place in the text, and no field
            path, message = [], f"This is not JSON; it stops being so at character {path[0]}"
        field = ".".join(str(part) for part in path) or str(place)
        found.append({"field": field, "in": str(place), "message": message})
    words = "; ".join(f"{item['field']}: {item['message']}" for item in found)
    return problem(422, "The request does not fit", words, errors=found)


def of_http(_: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses, such as an unknown path."""
    assert isinstance(error, HTTPException)
    words = {
        404: "There is nothing at this address; see /openapi.json.",
        405: "This address knows another method; see /openapi.json.",
    }
    detail = words.get(error.status_code, str(error.detail))
    return problem(error.status_code, str(error.detail), detail, error.headers)


def in_the_way(_: Request, error: Exception) -> JSONResponse:
    """Two requests wanted the same thing at once, or the database is away: the same request may pass in a moment."""
    if isinstance(error, OperationalError):
        LOG.warning("database-away", kind=type(error.orig).__name__)
        return problem(503, "The database is away", f"{UNSURE} Try again in a moment.")
    return problem(
        409, "Someone else was just before you", "Get it again and look before you act; nothing was changed."
    )


def beyond_the_rules(_: Request, error: Exception) -> JSONResponse:
    """A day for which no rule, value or calendar is known; the message says what to add, and where."""
    return problem(422, "The rules do not reach that far", str(error))


def out_of_range(_: Request, error: Exception) -> JSONResponse:
    """A value that no database holds, such as a NUL character in an id."""
    assert isinstance(error, DataError)
    LOG.warning("value-out-of-range", kind=type(error.orig).__name__)
    return problem(422, "The request does not fit", "A value in it holds a character or a size that cannot be kept.")


def unforeseen(request: Request, error: Exception) -> JSONResponse:
    """A fault of ours; the log names it, the answer does not."""
    route = getattr(request.scope.get("route"), "path", None)  # as declared: an address may hold anything
    LOG.error(
        "unforeseen",
        method=request.method,
        route=route,
        **logging_setup.drop_error_text(LOG, "error", {"exc_info": error}),
    )
    return problem(500, "A fault of ours", f"{UNSURE} Tell the administrator the time.")


def install(app: FastAPI) -> None:
    """Let every error speak problem+json."""
    app.add_exception_handler(StatesError, of_house)
    app.add_exception_handler(ApiError, of_house)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, of_http)
    for kind in (IntegrityError, OperationalError, StaleDataError):
        app.add_exception_handler(kind, in_the_way)
    app.add_exception_handler(DataError, out_of_range)
    app.add_exception_handler(RulesError, beyond_the_rules)


def at_fault(parameter: str, error: Exception) -> RequestValidationError:
    """A query that cannot be answered, with the parameter to mend."""
    return RequestValidationError([{"type": "value_error", "loc": ("query", parameter), "msg": str(error)}])
