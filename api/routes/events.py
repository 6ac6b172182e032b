"""One endpoint per event, made from the events themselves: each with its documented body."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Body, Header, Path, Response

from api import views
from api.http.dependencies import Edge, OneEdge
from api.http.errors import MalformedHeaderError, MissingIfMatchError
from api.http.idempotency import Answer, once
from api.http.urls import COLLECTIONS, href
from api.routes.applications import etag
from rules.core.roles import Role
from rules.procedure import authorization
from states.commands.fire import fire
from states.engine import parties
from states.engine.event import Event
from states.errors import NotFoundError, RefusedError
from states.events.catalogue import EVENTS
from states.tables.application import Application
from states.tables.base import Versioned
from states.tables.loans import Loan, Objection

router = APIRouter()
T = TypeVar("T", bound=Versioned)
TAG = re.compile(r'"[0-9]{1,9}"')
UNCONDITIONAL = frozenset({("application", "record-threat"), ("application", "record-hand-off")})
"""A threat is recorded, and handed over, whatever else changed in the meantime."""


SENT_AS_FILES = frozenset({"take-in-statement", "take-in-report", "add-document"})
"""What comes of a file that is sent; its facts alone are not taken in."""


class Done(views.View):
    """What came of an event: the subject, its state and version, and the entry in the ledger."""

    chart: str
    id: str
    event: str
    state: str
    version: int
    application: str | None = None
    stage: str | None = None
    seq: int
    hash: str


def do_event(edge: Edge, definition: Event[Any, Any], subject: str, body: Any, if_match: str | None) -> Answer:
    """Let one event happen on one subject that the caller may see."""
    chart, name = definition.chart.name, definition.name
    lacking = authorization.role_has_duty(chart=chart, event=name, role=edge.by.role)
    row = edge.session.get(definition.table, subject)
    if row is None or not visible(edge, row):
        raise NotFoundError(chart, subject)
    if lacking is not None:
        raise RefusedError([lacking], duty=True)
    version = None if (chart, name) in UNCONDITIONAL else version_of(if_match)
    outcome = fire(edge.session, chart, subject, name, by=edge.by, at=edge.at, body=body, version=version)
    return Answer(200, done(edge, definition, outcome.row, outcome.entry), {"ETag": etag(outcome.row.version)})


def visible(edge: Edge, row: Any) -> bool:
    """Whether the caller may know of a subject."""
    if isinstance(row, (Loan, Objection)):
        return views.may_see_apart(edge.session, edge.by, row)
    if parties.has_application(row):
        application = row if isinstance(row, Application) else edge.session.get_one(Application, row.stream)
        return views.may_see(edge.session, edge.by, application)
    return edge.by.organisation in (None, *parties.organisations(edge.session, row))


def concerns(edge: Edge, row: Any) -> bool:
    """Whether a subject may be known to the caller, and is its employer's where the caller acts for one."""
    return visible(edge, row) and edge.by.organisation in (None, *parties.organisations(edge.session, row))


def seen(edge: Edge, table: type[T], what: str, key: str) -> T:
    """A subject that concerns the caller.

    Raises:
        NotFoundError: there is none, or the caller may not know that there is.
    """
    row = edge.session.get(table, key)
    if row is None or not concerns(edge, row):
        raise NotFoundError(what, key)
    return row


def version_of(if_match: str | None) -> int | None:
    """The version that the caller saw, from If-Match.

    Raises:
        MissingIfMatchError: there is no such header.
        MalformedHeaderError: it is not an entity tag of ours.
    """
    if if_match is None:
        raise MissingIfMatchError('Send If-Match with the ETag that you saw, such as If-Match: "3".')
    tag = if_match.strip()
    if tag == "*":
        return None
    if not TAG.fullmatch(tag):
        raise MalformedHeaderError('If-Match is an entity tag as you got it, such as "3" with its quotes.')
    return int(tag[1:-1])


def done(edge: Edge, definition: Event[Any, Any], row: Any, entry: Any) -> dict[str, Any]:
    """The answer to an event, in wire form."""
    application = None
    if parties.has_application(row):
        application = row if isinstance(row, Application) else edge.session.get_one(Application, row.stream)
        if not views.may_see(edge.session, edge.by, application):
            application = None  # an employer may be asked for a loan before it is asked to take over
    view = Done(
        chart=definition.chart.name,
        id=row.id,
        event=definition.name,
        state=row.state,
        version=row.version,
        application=application.id if application else None,
        stage=application.state if application else None,
        seq=entry["seq"],
        hash=entry["hash"],
    )
    return view.model_dump(mode="json", by_alias=True)


def endpoint(definition: Event[Any, Any]) -> Callable[..., Response]:
    """The endpoint of one event on an existing subject."""
    schema = definition.body
    optional = not any(field.is_required() for field in schema.model_fields.values())
    empty = Body(default_factory=schema) if optional else Body()

    def act(
        edge: OneEdge,
        subject: Annotated[str, Path(alias="id", max_length=80)],
        body: Annotated[schema, empty],  # type: ignore[valid-type]  # made for each event
        if_match: Annotated[str | None, Header(description="The ETag that you saw")] = None,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Response:
        route = f"POST {href(definition.chart.name, subject, definition.name)}"
        return once(edge, idempotency_key, route, body, lambda: do_event(edge, definition, subject, body, if_match))

    act.__doc__ = describe(definition)
    return act


def describe(definition: Event[Any, Any]) -> str:
    """What the endpoint's documentation says: the event, who does it, and in which states it is possible."""
    chart = definition.chart
    roles = [role for role in authorization.roles_of(chart.name, definition.name) if role is not Role.ENGINE]
    states = [state.value for state in chart.states if chart.mark(definition.name, state.value) in (">", "=")]
    summary = (type(definition).__doc__ or definition.title).strip()
    return f"{summary}\n\nDone by: {', '.join(roles)}. Possible in: {', '.join(states)}."


def install() -> None:
    """Make the endpoints of every event that people let happen."""
    for (chart, name), definition in EVENTS.items():
        people = [role for role in authorization.roles_of(chart, name) if role is not Role.ENGINE]
        if definition.creates or chart not in COLLECTIONS or not people or name in SENT_AS_FILES:
            continue
        router.add_api_route(
            f"/v1/{COLLECTIONS[chart]}/{{id}}/_{name}",
            endpoint(definition),
            methods=["POST"],
            response_model=Done,
            operation_id=f"{chart}-{name}",
            summary=definition.title,
            tags=[COLLECTIONS[chart]],
        )


install()
