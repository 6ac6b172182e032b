"""The edge of the API: here time and identity enter, and here the transaction is committed, before the answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Query
from sqlalchemy import Engine
from sqlmodel import Session

from api.http import authentication
from rules.core.roles import Actor
from rules.procedure import authorization as duties
from states.engine.employers import EmployerDirectory
from states.errors import RefusedError
from states.settings import Configuration
from states.storage import refused_attempts
from states.storage.database import transaction


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def session(request: Request) -> Iterator[Session]:
    """One transaction per request; a failed commit fails the request, and what the rules refuse is kept after it."""
    engine: Engine = request.app.state.engine
    try:
        with transaction(engine) as opened:
            yield opened
    except RefusedError as error:
        refused_attempts.record_attempt(engine, error)
        raise


def require_duty(by: Actor, chart: str, event: str) -> None:
    """Ask whether something is the duty of the role in which someone acts.

    Raises:
        RefusedError: it is not.
    """
    lacking = duties.role_has_duty(chart=chart, event=event, role=by.role)
    if lacking is not None:
        raise RefusedError([lacking], duty=True)


SessionDep = Annotated[Session, Depends(session, scope="function")]


def configuration(request: Request) -> Configuration:
    """The office's configuration."""
    found: Configuration = request.app.state.configuration
    return found


ConfigurationDep = Annotated[Configuration, Depends(configuration)]


def caller(
    session: SessionDep,
    configuration: ConfigurationDep,
    authorization: Annotated[str | None, Header(description="Bearer token")] = None,
) -> Actor:
    """Who calls, in which role; the token is verified and the duty looked up."""
    return authentication.actor(session, configuration, authorization, at=utc_now())


@dataclass(frozen=True)
class RequestContext:
    """What every request brings: a session, who calls, when, and the configuration."""

    session: Session
    by: Actor
    at: datetime
    configuration: Configuration

    @property
    def employers(self) -> EmployerDirectory:
        """The employers as this session sees them now."""
        return EmployerDirectory(self.session)


def reject_unknown_query(request: Request) -> None:
    """Ask that a GET has only query values that its endpoint declares: a typing error would go unnoticed.

    What is sent, such as a threat, is taken whatever its address holds besides.

    Raises:
        RequestValidationError: it holds more; names each, and which there are.
    """
    asked = request.query_params.keys()
    if request.method != "GET" or not asked:
        return
    declared = get_flat_params(request.scope["route"].dependant)
    known = sorted(field.alias for field in declared if isinstance(field.field_info, Query))
    there_are = f"there are: {', '.join(known)}" if known else "there are none"
    faults = [
        {"type": "extra_forbidden", "loc": ("query", name), "msg": f"There is no such query value here; {there_are}."}
        for name in asked
        if name not in known
    ]
    if faults:
        raise RequestValidationError(faults)


def context(
    request: Request, session: SessionDep, configuration: ConfigurationDep, by: Annotated[Actor, Depends(caller)]
) -> RequestContext:
    """Time and identity, taken once per request, whose query is looked at as soon as it is known who calls."""
    reject_unknown_query(request)
    return RequestContext(session, by, utc_now(), configuration)


RequestContextDep = Annotated[RequestContext, Depends(context)]
