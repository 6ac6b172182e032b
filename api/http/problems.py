"""Problems: turn every error, 4xx and 5xx, into problem+json (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.http import problem_types
from api.http.errors import ApiError, problem_of
from api.http.language import DUTCH, LANGUAGE, in_language
from api.http.problem_types import ProblemType
from rules.core.errors import RulesError
from rules.core.wording import Wording, marked, wording
from states import logging_setup
from states.engine import bodies, messages
from states.errors import (
    DocumentRefusedError,
    MalformedError,
    RefusedError,
    StatesError,
    TooLargeError,
    WorkInHandError,
)
from states.storage import canonical_json

LOG = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
OUTCOME_UNCERTAIN = marked(
    "Most likely nothing was changed; if the connection broke at the very end, the change may have been committed."
    " Check before you repeat the request, or repeat it with the same Idempotency-Key: it is then carried out once."
)
"""Advice after an interrupted request: the database may have committed without our getting the confirmation."""


def problem(kind: ProblemType, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """Return an error answer in the language of the request: what is wrong, and how to put it right."""
    sign_in = {"WWW-Authenticate": "Bearer"} if kind.status == HTTPStatus.UNAUTHORIZED else {}
    spoken = {"Content-Language": LANGUAGE.get(), "Vary": "Accept-Language"}
    body = {
        "type": kind.address,
        "status": kind.status,
        "title": in_language(kind.title),
        "detail": in_language(detail),
        **more,
    }
    return JSONResponse(body, kind.status, headers={**(headers or {}), **sign_in, **spoken}, media_type=MEDIA_TYPE)


def known_error(_: Request, error: Exception) -> JSONResponse:
    """Answer an error that the API, the engine or a rule raised on purpose."""
    more: dict[str, Any] = {}
    if isinstance(error, RefusedError | DocumentRefusedError):
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
    if isinstance(error, WorkInHandError):
        more["held"] = [
            {"item": one.item, "action": one.action, "person": one.holder, "since": canonical_json.plain(one.since)}
            for one in error.held
        ]
    if isinstance(error, MalformedError):
        more["errors"] = [{"field": field, "message": in_language(message)} for field, message in error.problems]
    # The rest of a too large body is still arriving; closing the connection saves reading and discarding it.
    headers = {"Connection": "close"} if isinstance(error, TooLargeError) else None
    return problem(problem_of(error), detail_of(error), headers, **more)


def detail_of(error: Exception) -> str:
    """Return what is wrong; of several findings or fields only how many there are, because a list gives each."""
    if isinstance(error, RefusedError) and len(error.findings) > 1:
        return wording(
            "{count} rules refuse this. The findings say why, and what would be right.", count=len(error.findings)
        )
    if isinstance(error, RefusedError | DocumentRefusedError) and error.findings and LANGUAGE.get() == DUTCH:
        return error.findings[0].message_nl
    if isinstance(error, MalformedError):
        return several_errors(error.problems)
    text = error.args[0] if error.args else ""
    return text if isinstance(text, Wording) else str(error)


def invalid_request(request: Request, error: Exception) -> JSONResponse:
    """Answer a body, path or query that does not fit its schema; the rejected value is never repeated."""
    assert isinstance(error, RequestValidationError)
    schema = body_schema(request)
    found: list[dict[str, str]] = []
    fields: list[tuple[str, str]] = []
    for item in error.errors():
        place, *path = item["loc"]
        if item["type"] == "json_invalid":  # its path is a position in the text, not a field
            message: str = wording("This is not valid JSON; the error is at character {position}.", position=path[0])
            path = []
        else:
            message = messages.message(item, path, schema if place == "body" else None)
        fields.append((bodies.field_name(path, str(place)), message))
        found.append({"field": fields[-1][0], "in": str(place), "message": in_language(message)})
    unfit = bodies.beyond_schema(error.errors())
    kind = problem_types.UNFIT_VALUE if unfit else problem_types.INVALID_REQUEST
    return problem(kind, several_errors(fields), errors=found)


def several_errors(found: Sequence[tuple[str, str]]) -> str:
    """Return the detail of wrong fields: what is wrong with the only one, or how many there are."""
    if len(found) == 1:
        ((field, message),) = found
        return wording("{field}: {message}", field=field, message=message)
    fields = ", ".join(dict.fromkeys(field for field, _ in found))
    return wording("Not right: {fields}. The list of errors says what each must be.", fields=fields)


def body_schema(request: Request) -> messages.Schema | None:
    """Return the JSON schema of the body that a route takes; None if it takes none of its own."""
    field = getattr(request.scope.get("route"), "body_field", None)
    kind = getattr(getattr(field, "field_info", None), "annotation", None)
    return messages.schema_of(kind) if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def title_and_meaning(kind: ProblemType) -> str:
    """Return the detail of a problem of which no more is to be said than its type says."""
    return wording("{title}. {meaning}", title=wording(kind.title), meaning=wording(kind.meaning))


def methods_of(request: Request) -> str:
    """Return the methods of all routes with the path of a request (RFC 9110, 10.2.1); the router names the first's.

    Of a fixed path and a path with an id that both match, the fixed one counts.
    """
    matching = [each for each in request.app.state.routes if each.matches(request.scope)[0] is not Match.NONE]
    fewest = min(len(route.param_convertors) for route in matching)
    found = {method for route in matching if len(route.param_convertors) == fewest for method in route.methods}
    return ", ".join(sorted(found))


def framework_error(request: Request, error: Exception) -> JSONResponse:
    """Answer what the framework itself rejects, such as an unknown path."""
    assert isinstance(error, HTTPException)
    if error.status_code == problem_types.METHOD_NOT_ALLOWED.status:
        error.headers = {"Allow": methods_of(request)}
    if error.status_code == problem_types.TOO_LARGE.status:
        return problem(problem_types.TOO_LARGE, str(error.detail), error.headers)
    known = {kind.status: kind for kind in (problem_types.UNKNOWN_ADDRESS, problem_types.METHOD_NOT_ALLOWED)}
    kind = known.get(error.status_code)
    if kind is not None:
        return problem(kind, title_and_meaning(kind), error.headers)
    return problem(problem_types.of_status(error.status_code), str(error.detail), error.headers)


def conflict(_: Request, error: Exception) -> JSONResponse:
    """Answer a concurrent change or an unavailable database: the same request may succeed in a moment."""
    if isinstance(error, OperationalError):
        LOG.warning("database-unavailable", kind=type(error.orig).__name__)
        words = wording("{uncertain} Try again in a moment.", uncertain=wording(OUTCOME_UNCERTAIN))
        return problem(problem_types.DATABASE_UNAVAILABLE, words)
    return problem(problem_types.CONFLICT, title_and_meaning(problem_types.CONFLICT))


def no_rule_for_date(_: Request, error: Exception) -> JSONResponse:
    """Answer a date for which there is no rule, value or calendar; the message says what to add, and where."""
    return problem(problem_types.BEYOND_THE_RULES, str(error))


def out_of_range(_: Request, error: Exception) -> JSONResponse:
    """Answer a value that the database cannot store, such as a NUL character in an id."""
    assert isinstance(error, DataError)
    LOG.warning("value-out-of-range", kind=type(error.orig).__name__)
    detail = marked("A value holds a character that cannot be stored, or is too large.")
    return problem(problem_types.INVALID_REQUEST, detail)


def unexpected_error(request: Request, error: Exception) -> JSONResponse:
    """Answer an unexpected error; the log names it, the answer does not."""
    route = getattr(request.scope.get("route"), "path", None)  # the declared path: the real one may hold content
    LOG.error(
        "unexpected-error",
        method=request.method,
        route=route,
        **logging_setup.drop_error_text(LOG, "error", {"exc_info": error}),
    )
    return problem(
        problem_types.INTERNAL_ERROR,
        wording(
            "Internal server error. {uncertain} Give the administrator the time.", uncertain=wording(OUTCOME_UNCERTAIN)
        ),
    )


def install(app: FastAPI) -> None:
    """Register the handlers that answer every error as problem+json."""
    app.add_exception_handler(StatesError, known_error)
    app.add_exception_handler(ApiError, known_error)
    app.add_exception_handler(RequestValidationError, invalid_request)
    app.add_exception_handler(HTTPException, framework_error)
    for kind in (IntegrityError, OperationalError, StaleDataError):
        app.add_exception_handler(kind, conflict)
    app.add_exception_handler(DataError, out_of_range)
    app.add_exception_handler(RulesError, no_rule_for_date)


def invalid_parameter(parameter: str, reason: object) -> RequestValidationError:
    """Return the error of a query parameter that cannot be used, with the reason."""
    return RequestValidationError([{"type": "value_error", "loc": ("query", parameter), "msg": str(reason)}])
