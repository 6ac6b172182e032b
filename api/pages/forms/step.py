"""Step: one event as a page of its own with its form, which shows again what was typed where it is refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from api.access.cases import require_application
from api.access.names import names_of_staff
from api.access.relations import case_of
from api.access.subjects import knows
from api.commands import do_event
from api.http.dependencies import require_duty
from api.http.idempotency import Answer, answer_once
from api.http.urls import COLLECTIONS, etag, href
from api.pages import wording
from api.pages.error_pages import Failure
from api.pages.forms import by_hand, texts
from api.pages.forms.choices import choices_for
from api.pages.forms.fields import Choices, Group, Part, flat, names_within, parts_of, with_errors
from api.pages.forms.reading import body_of, rows_of
from api.pages.templates import show
from api.pages.visit import Visit, key_of, new_key
from states.commands.fire import fire
from states.engine import bodies
from states.engine.event import Event
from states.errors import NotFoundError
from states.events.catalogue import EVENTS
from states.storage.database import transaction
from states.tables.application import Application

NEW = "nieuw"
"""What stands for the subject of an event that creates it."""


@dataclass(frozen=True)
class Place:
    """Place of a step: the event, its subject, the case, and the pages around it."""

    chart: str
    event: str
    subject: str
    here: str
    """The path of the form, to which it is sent."""
    back: str
    """The path where the reader came from."""
    done: str
    """The path that follows; with a query of its own, no name of the event is added to it."""
    reference: str | None = None
    preset: Mapping[str, Any] = field(default_factory=dict)
    """Fields that are known from where the reader came from, in wire form."""
    template: str = "forms/step.html"
    title: str = ""
    """The title of the page; empty for the name of the event with the case's reference."""
    choices: Choices = field(default_factory=dict)
    """The choices of fields that only this place knows, by their Python name."""


@dataclass(frozen=True)
class StepPage:
    """Step as a page: its form, and what is wrong with it."""

    heading: str
    explanation: str
    button: str
    place: Place
    parts: list[Part]
    version: str
    key: str
    failure: Failure | None = None
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    """What is wrong: the id of the field, its label, and what would be right."""
    holders: list[str] = field(default_factory=list)
    """The names of those who have this work in hand."""
    extra: Any = None
    """What a page of its own shows beside the form."""


def definition_of(place: Place, visit: Visit) -> Event[Any, Any]:
    """Return the event of a place that people of this role may fire.

    Raises:
        NotFoundError: there is none, or it needs a file and has a page of its own.
        RefusedError: the role lacks the duty.
    """
    definition = EVENTS.get((place.chart, place.event))
    if definition is None or definition.creates is not (place.subject == NEW):
        raise NotFoundError("step", place.event)
    require_duty(visit.by, place.chart, place.event)
    return definition


def row_of(visit: Visit, definition: Event[Any, Any], place: Place) -> Any:
    """Return the subject of a step; None for one that the step creates.

    Raises:
        NotFoundError: it does not exist, or the reader may not know that it does.
    """
    if definition.creates:
        return None
    row = visit.session.get(definition.table, place.subject)
    if row is None or not knows(visit, row):
        raise NotFoundError(place.chart, place.subject)
    if place.reference is not None and case_of(row) not in {None, place.reference}:
        raise NotFoundError(place.chart, place.subject)  # the page shows one case and would change another
    return row


def page_of(
    visit: Visit,
    place: Place,
    given: Mapping[str, Any],
    *,
    failure: Failure | None = None,
    key: str | None = None,
    version: str | None = None,
    extra: Any = None,
) -> StepPage:
    """Return the page of a step.

    Args:
        visit: who asks.
        place: the step.
        given: what was typed, in wire form.
        failure: why it was refused, if it was.
        key: the idempotency key that the form had.
        version: the version that the form had seen; None for the present one.
        extra: what the template shows beside the form.
    """
    definition = definition_of(place, visit)
    row = row_of(visit, definition, place)
    case = visit.session.get(Application, place.reference) if place.reference else None
    names = list(names_within(definition.body))
    order = by_hand.order_of(place.chart, place.event, visit.by.role)
    parts = parts_of(
        definition.body,
        of=f"{place.chart}/{place.event}",
        given={**place.preset, **given},
        choices={**choices_for(visit, (place.chart, place.event), names, case), **place.choices},
        order=order,
    )
    fields = failure.fields if failure is not None else {}
    worded = {name: message_of(text) for name, text in fields.items()}
    parts = with_errors(parts, worded)
    shown = {part.name: part for part in flat(parts)}
    problems = [
        (shown[name].id if name in shown else "", shown[name].label if name in shown else "", text)
        for name, text in worded.items()
    ]
    told = texts.of_event(place.chart, place.event)
    holders = [each["person"] for each in failure.held] if failure is not None else []
    named = names_of_staff(visit.session, holders)
    return StepPage(
        heading=wording.event(place.chart, place.event),
        explanation=told["explanation"],
        button=told["button"],
        place=place,
        parts=parts,
        version=version or (etag(row.version) if row is not None else ""),
        key=key or new_key(),
        failure=failure,
        problems=problems,
        holders=[named.get(holder, holder) for holder in holders],
        extra=extra,
    )


MESSAGES = {
    "Give this; it is required.": "Vul dit in.",
    "Input should be a valid boolean": "Kies ja of nee.",
}


def message_of(text: str) -> str:
    """Return what is wrong with a field in Dutch."""
    return MESSAGES.get(text, text)


def show_step(visit: Visit, place: Place, *, extra: Any = None, given: Mapping[str, Any] | None = None) -> HTMLResponse:
    """Show the form of a step, with what is known already in wire form."""
    page = page_of(visit, place, given or {}, extra=extra)
    return show(visit, place.template, page, title=title_of(place))


def title_of(place: Place) -> str:
    """Return the title of a step's page: a fixed text with at most the case's reference."""
    if place.title:
        return place.title
    named = wording.event(place.chart, place.event)
    return f"{named}: zaak {place.reference}" if place.reference else named


def take_step(
    request: Request, visit: Visit, form: FormData, place: Place, *, extra: Callable[[Visit], Any] | None = None
) -> Response:
    """Carry out a step with what was typed, once however often the form is sent, and show what follows.

    Where it is refused, the form is shown again with the reasons and with all that was typed.
    """
    definition = definition_of(place, visit)
    row_of(visit, definition, place)  # what the reader may not know of is not found, whatever was typed
    given = body_of(definition.body, form)
    key = key_of(form)
    version = str(form.get("version") or "")

    def again(_: Exception | None, failure: Failure | None) -> Response:
        with transaction(request.app.state.engine) as session:
            now = replace(visit, session=session)
            stale = failure is not None and failure.status == 412  # noqa: PLR2004  # the present version is shown then
            page = page_of(
                now,
                place,
                given,
                failure=failure,
                key=new_key() if stale else key,
                version=None if stale else version or None,
                extra=extra(now) if extra is not None else None,
            )
            status = 200 if failure is None else max(failure.status, 422) if failure.fields else failure.status
            return show(now, place.template, page, title=title_of(place), status=status)

    if (more := form.get("erbij")) is not None:
        parts = flat(page_of(visit, place, given).parts)
        if any(isinstance(part, Group) and part.repeats and part.name == more for part in parts):
            add_row(given, str(more), form)
        visit.session.rollback()
        return again(None, None)
    request.state.form_again = again
    sent = {**place.preset, **given, **by_hand.fixed_of(place.chart, place.event, visit.by.role)}
    body = bodies.parse(definition.body, sent)
    take_over = form.get("overnemen") == "ja"

    def do() -> Answer:
        if definition.creates:
            row = fire(visit.session, place.chart, None, place.event, by=visit.by, at=visit.at, body=body).row
            return Answer(201, {"id": row.id}, {"Location": href(place.chart, row.id)})
        return do_event(visit, definition, place.subject, body, version or None, take_over=take_over)

    route = f"POST {href(place.chart, place.subject, place.event) if place.chart in COLLECTIONS else place.here}"
    answer = answer_once(visit, key, route, body, do)
    made = answer.headers.get("Location", "").rpartition("/")[2]
    following = place.done.replace("{made}", made)
    told = "" if "?" in following else f"?gedaan={place.chart}/{place.event}"
    return RedirectResponse(f"{following}{told}", 303)


def add_row(given: dict[str, Any], name: str, form: FormData) -> None:
    """Add an empty row to a list of what was typed; its name has dots where it lies within another part."""
    *outer, last = name.split(".")
    inside: Any = given
    for part in outer:
        inside = inside[int(part)] if isinstance(inside, list) else inside.setdefault(part, {})
    rows = inside.setdefault(last, [])
    rows += [{}] * (max(len(rows_of(form, name)), 1) - len(rows) + 1)


def may_fire_by_form(chart: str, event: str) -> bool:
    """Return whether an event has a form; those that need a file have a page of their own."""
    definition = EVENTS[chart, event]
    return not any(name in definition.body.model_fields for name in ("sha256", "entries"))


def require_case(visit: Visit, reference: str) -> Application:
    """Return a case that the reader may see.

    Raises:
        NotFoundError: it does not exist, or the reader may not know that it does.
    """
    return require_application(visit.session, visit.by, reference)
