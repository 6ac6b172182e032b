"""Plain form: a form that fires no event, with the fields, the checks and the summary of errors of a step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel
from starlette.datastructures import FormData

from api.pages.error_pages import Failure
from api.pages.forms.fields import Choices, Field, Part, flat, parts_of, with_errors
from api.pages.forms.reading import body_of
from api.pages.forms.step import Place, StepPage, message_of
from api.pages.templates import show
from api.pages.visit import Visit, key_of, new_key
from states.engine import bodies
from states.engine.bodies import Body
from states.storage.database import transaction

B = TypeVar("B", bound=Body)


@dataclass(frozen=True)
class PlainForm(Generic[B]):
    """What a form asks, under which names, and where it is."""

    schema: type[B]
    place: Place
    title: str
    heading: str
    button: str
    order: tuple[str, ...]
    """The Python names of its fields in their order."""
    labels: Mapping[str, tuple[str, str]]
    """The label and the hint of each field, by its Python name."""
    explanation: str = ""
    choices: Choices = field(default_factory=dict)
    beside: Callable[[Visit], Any] = lambda _: None
    """What the template shows beside the form."""


def page_of(
    visit: Visit, form: PlainForm[Any], given: Mapping[str, Any], failure: Failure | None = None, key: str | None = None
) -> StepPage:
    """Return the page of a form with what was typed in it, and why it was refused, if it was."""
    parts = parts_of(form.schema, of="", given=given, choices=form.choices, order=form.order)
    labelled = [with_label(part, name, form) for part, name in zip(parts, form.order, strict=True)]
    worded = {name: message_of(text) for name, text in failure.fields.items()} if failure is not None else {}
    shown = {part.name: part for part in flat(labelled)}
    return StepPage(
        heading=form.heading,
        explanation=form.explanation,
        button=form.button,
        place=form.place,
        parts=with_errors(labelled, worded),
        version="",
        key=key or new_key(),
        failure=failure,
        problems=problems_of(worded, shown),
        extra=form.beside(visit),
    )


def problems_of(worded: Mapping[str, str], shown: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what is wrong: the id of the field, its label, and what would be right.

    A problem of a part of a field, such as one of several choices, is the field's.
    """
    found = []
    for name, text in worded.items():
        part = shown.get(name) or shown.get(name.partition(".")[0])
        found.append((part.id if part else "", part.label if part else "", text))
    return found


def with_label(part: Part, name: str, form: PlainForm[Any]) -> Part:
    """Return a field with its label and hint."""
    label, hint = form.labels[name]
    return replace(part, label=label, hint=hint) if isinstance(part, Field) else replace(part, label=label)


def show_form(visit: Visit, form: PlainForm[Any], given: Mapping[str, Any] | None = None) -> HTMLResponse:
    """Show a form, empty or with what is known."""
    return show(visit, form.place.template, page_of(visit, form, given or {}), title=form.title)


def submit(
    request: Request, visit: Visit, form: PlainForm[B], sent: FormData, do: Callable[[B, str], Response]
) -> Response:
    """Do what a form asks for with what was typed and the form's key; where refused, show it again with the reasons."""
    given = body_of(form.schema, sent)
    key = key_of(sent)

    def again(_: Exception | None, failure: Failure) -> Response:
        with transaction(request.app.state.engine) as session:
            now = replace(visit, session=session)
            page = page_of(now, form, given, failure, key)
            return show(now, form.place.template, page, title=form.title, status=failure.status)

    request.state.form_again = again
    return do(bodies.parse(form.schema, given), key)


def known(model: BaseModel, names: Sequence[str]) -> dict[str, Any]:
    """Return some fields of a model in wire form, without those that are empty, as a form shows them."""
    return model.model_dump(mode="json", by_alias=True, include=set(names), exclude_none=True)
