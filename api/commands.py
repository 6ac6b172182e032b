"""Commands: fire an event for a caller, check If-Match, and return the result."""

import re
from typing import Any

from api.access.cases import may_see
from api.access.subjects import knows
from api.http.dependencies import RequestContext
from api.http.errors import MalformedHeaderError, MissingIfMatchError
from api.http.idempotency import Answer
from api.http.parameters import ENTITY_TAG
from api.http.urls import etag
from api.views import base
from rules.access import authority
from states.commands.fire import fire
from states.engine import parties
from states.engine.event import Event
from states.errors import NotFoundError, RefusedError
from states.tables.application import Application

UNCONDITIONAL = frozenset({("application", "record-threat"), ("application", "record-hand-off")})
"""Events that need no If-Match: a threat and its hand-off are recorded whatever changed in the meantime."""


class EventResult(base.View):
    """Result of an event: the subject with its new state and version, and the ledger entry."""

    chart: str
    id: str
    event: str
    state: str
    version: int
    application: str | None = None
    stage: str | None = None
    seq: int
    hash: str


def do_event(
    context: RequestContext,
    definition: Event[Any, Any],
    subject: str,
    body: Any,
    if_match: str | None,
    *,
    take_over: bool = False,
) -> Answer:
    """Fire one event on a subject that the caller may see.

    Raises:
        NotFoundError: the subject does not exist, or the caller may not know that it does.
        RefusedError: the caller's role lacks the duty, or a rule refuses the event.
        WorkInHandError: somebody else has the work in hand, and ``take_over`` is false.
    """
    chart, name = definition.chart.name, definition.name
    lacking = authority.role_has_duty(chart=chart, event=name, role=context.by.role)
    row = context.session.get(definition.table, subject)
    if row is None or not knows(context, row):
        raise NotFoundError(chart, subject)
    if lacking is not None:
        raise RefusedError([lacking], duty=True)
    version = None if (chart, name) in UNCONDITIONAL else version_of(if_match)
    facts: dict[str, Any] = {"body": body, "version": version, "take_over": take_over}
    outcome = fire(context.session, chart, subject, name, by=context.by, at=context.at, **facts)
    return Answer(200, result_of(context, definition, outcome.row, outcome.entry), {"ETag": etag(outcome.row.version)})


def version_of(if_match: str | None) -> int | None:
    """Read the version from If-Match; None for ``*``, any version.

    Raises:
        MissingIfMatchError: the header is missing.
        MalformedHeaderError: the header is not an entity tag of this API.
    """
    if if_match is None:
        raise MissingIfMatchError('Send If-Match with the ETag that you read, such as If-Match: "3".')
    tag = if_match.strip()
    if tag == "*":
        return None
    if (found := re.fullmatch(ENTITY_TAG, tag)) is None:
        raise MalformedHeaderError('If-Match must be an entity tag as you read it, such as "3", with its quotes.')
    return int(found[1])


def result_of(context: RequestContext, definition: Event[Any, Any], row: Any, entry: Any) -> dict[str, Any]:
    """Return the result of an event as JSON-ready data."""
    application = None
    if parties.has_application(row):
        application = row if isinstance(row, Application) else context.session.get_one(Application, row.stream)
        if not may_see(context.session, context.by, application):
            application = None  # an employer may lend something before it is asked to take over
    view = EventResult(
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
