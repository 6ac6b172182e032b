"""Possible steps on one subject: what the reader may do with it now, and what not, each with the reasons."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from api.http.urls import etag
from api.pages import wording
from api.pages.forms.step import may_fire_by_form
from api.pages.forms.texts import of_event
from api.pages.visit import Visit
from rules.access.authority import roles_of
from states.commands.available_actions import events_of, findings_for
from states.engine.event import EventContext
from states.engine.unit_of_work import UnitOfWork
from states.errors import ErasedError
from states.events.catalogue import EVENTS

WAY = frozenset(
    {
        "payable/match",
        "payable/check",
        "payable/approve",
        "payable/approve-second",
        "payable/ask-back",
        "payment-batch/seal",
        "payment-batch/release",
        "payment-batch/export",
        "booking/complete-evidence",
        "booking/book",
        "booking/export",
    }
)
"""The steps that carry a payment on; all others are also possible and never the one to do next."""


@dataclass(frozen=True)
class PossibleStep:
    """Step on a subject: its address, and the reasons against it now."""

    event: str
    title: str
    address: str
    explanation: str
    button: str
    asks: bool
    """Whether its form has fields; one without is a button."""
    version: str
    reasons: list[tuple[str, str]] = field(default_factory=list)
    """Each reason in Dutch with its article; none where the step is possible."""


def steps_of(
    visit: Visit, chart: str, row: Any, address: Callable[[str], str]
) -> tuple[list[PossibleStep], list[PossibleStep]]:
    """Return the steps that the reader's role takes on a subject now: those that are possible, and those that are not.

    Args:
        visit: who asks.
        chart: the chart of the subject.
        row: the subject, which the reader may see.
        address: gives the path of a step's form by the name of its event.
    """
    possible: list[PossibleStep] = []
    refused: list[PossibleStep] = []
    for event in events_of(chart, row):
        if visit.by.role not in roles_of(chart, event) or not may_fire_by_form(chart, event):
            continue
        definition = EVENTS[chart, event]
        texts = of_event(chart, event)
        step = PossibleStep(
            event=event,
            title=wording.event(chart, event),
            address=address(event),
            explanation=texts["explanation"],
            button=texts["button"],
            asks=bool(definition.body.model_fields),
            version=etag(row.version),
            reasons=reasons_against(visit, chart, row, event),
        )
        (refused if step.reasons else possible).append(step)
    return possible, refused


def next_of(chart: str, possible: list[PossibleStep]) -> tuple[PossibleStep | None, list[PossibleStep]]:
    """Return the step to do next, if there is one, and the other possible steps."""
    following = next((step for step in possible if f"{chart}/{step.event}" in WAY), None)
    return following, [step for step in possible if step is not following]


def reasons_against(visit: Visit, chart: str, row: Any, event: str) -> list[tuple[str, str]]:
    """Return why the reader would be refused an event now, with a body that fits."""
    definition = EVENTS[chart, event]
    context: EventContext[Any] = EventContext(UnitOfWork(visit.session, visit.by, visit.at), row, visit.by)
    try:
        with visit.session.no_autoflush:
            body = definition.example(context)
    except ErasedError:
        return [("De inhoud is gewist.", "")]
    if body is None:
        return []
    return [(each.message_nl, each.article) for each in findings_for(visit.session, definition, context, dict(body))]
