"""Events: one endpoint for each event, generated from the catalogue of events with its documented body."""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response
from pydantic import Field, create_model

from api.access.people import roles_of_people
from api.commands import UNCONDITIONAL, EventResult, do_event
from api.http.dependencies import RequestContextDep
from api.http.idempotency import answer_once
from api.http.parameters import IF_MATCH, UNUSED_IF_MATCH, Key, LongId
from api.http.urls import COLLECTIONS, href
from states.engine import bodies
from states.engine.event import Event
from states.events.catalogue import EVENTS

router = APIRouter()
TAKE_OVER = "Whether to do it also if someone else has the work in hand, who is told then."
SENT_AS_FILES = frozenset({"take-in-statement", "take-in-report", "add-document"})
"""Events that need a file; they have endpoints of their own that accept it."""


def endpoint(definition: Event[Any, Any]) -> Callable[..., Response]:
    """Return the endpoint of one event on an existing subject."""
    schema = definition.body
    request = request_body(schema)
    optional = not any(field.is_required() for field in schema.model_fields.values())
    header = UNUSED_IF_MATCH if (definition.chart.name, definition.name) in UNCONDITIONAL else IF_MATCH
    empty = Body(default_factory=request) if optional else Body()

    def act(
        context: RequestContextDep,
        subject: LongId,
        body: Annotated[request, empty],  # type: ignore[valid-type]  # made for each event
        if_match: Annotated[str | None, header] = None,
        idempotency_key: Key = None,
    ) -> Response:
        route = f"POST {href(definition.chart.name, subject, definition.name)}"
        own, take_over = without_reserved(schema, body)
        return answer_once(
            context,
            idempotency_key,
            route,
            body,
            lambda: do_event(context, definition, subject, own, if_match, take_over=take_over),
        )

    act.__doc__ = describe(definition)
    return act


@cache
def request_body(schema: type[bodies.Body]) -> type[bodies.Body]:
    """Return the schema of a request: the body of the event, and the property that is reserved for every event."""
    made: type[bodies.Body] = create_model(
        schema.__name__,
        __base__=schema,
        __doc__=schema.__doc__,
        __module__=schema.__module__,
        take_over=(bool, Field(default=False, description=TAKE_OVER)),
    )
    return made


def without_reserved(schema: type[bodies.Body], body: Any) -> tuple[bodies.Body, bool]:
    """Return the body of the event as it was parsed, and whether the caller takes over the work of someone else."""
    given = {name: getattr(body, name) for name in schema.model_fields}
    return schema.model_construct(body.model_fields_set - {"take_over"}, **given), body.take_over


def describe(definition: Event[Any, Any]) -> str:
    """Return the documentation of an endpoint: the event, its roles, and the states in which it is possible."""
    chart = definition.chart
    roles = roles_of_people(chart.name, definition.name)
    states = [state.value for state in chart.states if chart.mark(definition.name, state.value) in (">", "=")]
    summary = (type(definition).__doc__ or definition.title).strip()
    return f"{summary}\n\nDone by: {', '.join(roles)}. Possible in: {', '.join(states)}."


def install() -> None:
    """Add an endpoint for every event that people may fire."""
    for (chart, name), definition in EVENTS.items():
        if definition.creates or chart not in COLLECTIONS or not roles_of_people(chart, name) or name in SENT_AS_FILES:
            continue
        router.add_api_route(
            f"/v1/{COLLECTIONS[chart]}/{{id}}/actions/{name}",
            endpoint(definition),
            methods=["POST"],
            response_model=EventResult,
            operation_id=f"{chart}-{name}",
            summary=definition.title,
            tags=[COLLECTIONS[chart]],
        )


install()
