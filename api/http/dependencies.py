"""Dependencies of the routes: the session and its transaction, the caller, the time and the configuration."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, get_origin

from fastapi import Depends, Header, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Cookie, Path
from fastapi.params import Header as HeaderParameter
from sqlalchemy import Engine
from sqlmodel import Session

from api.http import authentication
from rules.access import authority
from rules.core.roles import Actor
from states.engine.employers import EmployerDirectory
from states.errors import RefusedError
from states.settings import Configuration
from states.storage import refused_attempts
from states.storage.database import transaction


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def session(request: Request) -> Iterator[Session]:
    """Open one transaction per request, committed before the response; a refused attempt is recorded afterwards."""
    engine: Engine = request.app.state.engine
    try:
        with transaction(engine) as opened:
            yield opened
    except RefusedError as error:
        refused_attempts.record_attempt(engine, error)
        raise


def require_duty(by: Actor, chart: str, event: str) -> None:
    """Check that the caller's role has the duty for an event.

    Raises:
        RefusedError: the role lacks the duty.
    """
    lacking = authority.role_has_duty(chart=chart, event=event, role=by.role)
    if lacking is not None:
        raise RefusedError([lacking], duty=True)


SessionDep = Annotated[Session, Depends(session, scope="function")]


def configuration(request: Request) -> Configuration:
    """Return the configuration of the office."""
    found: Configuration = request.app.state.configuration
    return found


ConfigurationDep = Annotated[Configuration, Depends(configuration)]


def caller(
    session: SessionDep,
    configuration: ConfigurationDep,
    authorization: Annotated[str | None, Header(description="Bearer token")] = None,
) -> Actor:
    """Return the caller and role after verifying the token and looking up the duty."""
    return authentication.actor(session, configuration, authorization, at=utc_now())


@dataclass(frozen=True)
class RequestContext:
    """Context of a request: the session, the caller, the time and the configuration."""

    session: Session
    by: Actor
    at: datetime
    configuration: Configuration

    @cached_property
    def employers(self) -> EmployerDirectory:
        """Return the employer directory of this request, which reads each employer once."""
        return EmployerDirectory(self.session)


ELSEWHERE = (Path, HeaderParameter, Cookie)
"""Where the parameters of a route are that are not in its query; the fields of a model in the query have no place."""


def reject_unknown_query(request: Request) -> None:
    """Reject a GET with query parameters that are undeclared or repeated, so that a typing error is noticed.

    Of a repeated parameter that takes no list, all values but one would be ignored.

    A POST is accepted with any query: a threat must not be lost because of an extra parameter.

    Raises:
        RequestValidationError: it names the undeclared or repeated parameters, and those that are declared.
    """
    given = Counter(name for name, _ in request.query_params.multi_items())
    if request.method != "GET" or not given:
        return
    declared = get_flat_params(request.scope["route"].dependant)
    known = sorted(field.alias for field in declared if not isinstance(field.field_info, ELSEWHERE))
    lists = {field.alias for field in declared if get_origin(field.field_info.annotation) in {list, tuple}}
    declared_text = f"there are: {', '.join(known)}" if known else "there are none"
    faults = [
        {"type": "extra_forbidden", "loc": ("query", name), "msg": f"Unknown query parameter; {declared_text}."}
        for name in given
        if name not in known
    ]
    faults += [
        {"type": "repeated", "loc": ("query", name), "msg": "This parameter takes one value; give it once."}
        for name, times in given.items()
        if times > 1 and name in known and name not in lists
    ]
    if faults:
        raise RequestValidationError(faults)


def context(
    request: Request, session: SessionDep, configuration: ConfigurationDep, by: Annotated[Actor, Depends(caller)]
) -> RequestContext:
    """Return the context of a request; its query is checked only after the caller has signed in."""
    reject_unknown_query(request)
    return RequestContext(session, by, utc_now(), configuration)


RequestContextDep = Annotated[RequestContext, Depends(context)]
