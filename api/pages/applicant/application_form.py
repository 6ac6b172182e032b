"""Application form: its steps, each kept once it was filled in, the check of all answers, and the sending."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.http import drafts
from api.pages import wording
from api.pages.addresses import ADDRESSES, path
from api.pages.applicant.model import MOST
from api.pages.error_pages import Failure
from api.pages.forms.choices import choices_for
from api.pages.forms.fields import Field, Options, Part, flat, parts_of, with_errors
from api.pages.forms.reading import body_of
from api.pages.forms.step import message_of
from api.pages.templates import show
from api.pages.visit import FormDep, Visit, VisitDep, key_of, new_key
from api.routes import applications
from states.engine import bodies
from states.errors import NotFoundError
from states.events.application.receipt import NewApplication
from states.storage.database import transaction

router = APIRouter(include_in_schema=False)
DRAFT = "aanvraag"
CHECK = "controle"
TITLE = ADDRESSES["apply"].title
STEPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ambt": ("Uw ambt", ("office", "employers", "certain_since", "in_office_until", "acting_since")),
    "uzelf": ("Over u", ("name", "email", "phone", "language")),
    "thuis": ("Waar u woont", ("home_address", "in_territory", "exemption_on", "household")),
    "bijzonderheden": (
        "Bijzonderheden",
        ("follows", "new_facts", "office_suspended_since", "office_suspended_until", "remarks"),
    ),
}
"""The steps of the form, each with its heading and the Python names of its fields."""
OF_EARLIER_CASES = frozenset({"follows", "new_facts"})
"""The fields that ask about an earlier application of the same person."""


@dataclass(frozen=True)
class FormStep:
    """Step of the form: its place among the steps, its fields, and what is wrong with them."""

    heading: str
    here: str
    back: str
    place: int
    of: int
    parts: list[Part]
    key: str
    version: str = ""
    failure: Failure | None = None
    holders: list[str] = field(default_factory=list)
    problems: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Begin:
    """First page of the form: its steps, and when it was kept last."""

    steps: list[str]
    kept: str
    further: str


@dataclass(frozen=True)
class CheckPage:
    """Check of all answers: each step with its answers, and what is still wrong."""

    groups: list[tuple[str, str, list[tuple[str, str]]]]
    """Each step: its heading, its address and its answers."""
    key: str
    here: str
    version: str = ""
    failure: Failure | None = None
    holders: list[str] = field(default_factory=list)
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    """What is wrong: the address of the step with the field, its label, and what would be right."""


def kept_at(visit: Visit) -> str:
    """Return when an application was kept that is not sent yet; empty if there is none."""
    found = drafts.kept(visit, DRAFT)
    return wording.moment(found.saved_at) if found is not None else ""


def content_of(visit: Visit) -> dict[str, Any]:
    """Return the answers so far, in wire form."""
    found = drafts.kept(visit, DRAFT)
    return found.content if found is not None else {}


def address_of(step: str) -> str:
    """Return the address of a step."""
    return path("apply-step", step=step)


def fields_of(step: str, earlier: Options) -> tuple[str, ...]:
    """Return the fields of a step; those on earlier applications only where there are any."""
    return tuple(name for name in STEPS[step][1] if earlier or name not in OF_EARLIER_CASES)


def earlier_cases(visit: Visit) -> Options:
    """Return the earlier applications of the reader."""
    found = applications.list_applications(visit, limit=MOST).items
    return [(each.reference, f"{each.reference}, {wording.office(each.office)}") for each in found]


def parts(visit: Visit, step: str, given: Mapping[str, Any], earlier: Options) -> list[Part]:
    """Return the fields of a step with what was filled in."""
    names = fields_of(step, earlier)
    choices = {**choices_for(visit, ("application", "receive"), names, None), "follows": earlier}
    return parts_of(NewApplication, of="application/receive", given=given, choices=choices, order=names)


def wrong(content: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the answers so far, by the name of the field on the form."""
    try:
        NewApplication.model_validate(content)
    except ValidationError as error:
        return {top(name): message_of(text) for name, text in reversed(bodies.problems(error, NewApplication))}
    return {}


def top(name: str) -> str:
    """Return the name of the field on the form for the name of a part of it."""
    return name.partition(".")[0]


def shown_step(
    visit: Visit, step: str, given: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response:
    """Show a step of the form."""
    found = with_errors(parts(visit, step, given, earlier_cases(visit)), errors)
    order = list(STEPS)
    at = order.index(step)
    page = FormStep(
        heading=STEPS[step][0],
        here=address_of(step),
        back=address_of(order[at - 1]) if at else path("apply"),
        place=at + 1,
        of=len(order) + 1,
        parts=found,
        key=new_key(),
        failure=Failure(status, "Er klopt iets niet", "") if errors else None,
        problems=[(each.id, each.label, each.error) for each in flat(found) if each.error],
    )
    return show(visit, "applicant/form_step.html", page, title=TITLE, status=status)


@router.get("/mijn/aanvraag")
def begin(visit: VisitDep) -> Response:
    """Show what is asked, and begin or go on."""
    found = content_of(visit)
    missing = next(
        (step for step, (_, names) in STEPS.items() if not any(alias(name) in found for name in names)), CHECK
    )
    page = Begin([heading for heading, _ in STEPS.values()], kept_at(visit), address_of(missing if found else "ambt"))
    return show(visit, "applicant/begin.html", page, title=TITLE)


def alias(name: str) -> str:
    """Return the name of a field in wire form."""
    return NewApplication.model_fields[name].alias or name


@router.post("/mijn/aanvraag/wissen")
def wipe(visit: VisitDep, _: FormDep) -> Response:
    """Delete the answers that were kept."""
    drafts.drop(visit, DRAFT)
    return RedirectResponse(path("mine"), 303)


@router.get("/mijn/aanvraag/{step}")
def one(visit: VisitDep, step: str) -> Response:
    """Show a step of the form, or the check of all answers.

    Raises:
        NotFoundError: there is no such step.
    """
    content = content_of(visit)
    if step == CHECK:
        return shown_check(visit, content) if content else RedirectResponse(path("apply"), 303)
    if step not in STEPS:
        raise NotFoundError("step", step)
    return shown_step(visit, step, content, {})


@router.post("/mijn/aanvraag/{step}")
def take(request: Request, visit: VisitDep, form: FormDep, step: str) -> Response:
    """Keep the answers of a step, also where one is wrong, and lead to the next; send all of them at the check.

    Raises:
        NotFoundError: there is no such step.
    """
    if step == CHECK:
        return send(request, visit, form)
    if step not in STEPS:
        raise NotFoundError("step", step)
    names = {alias(name) for name in STEPS[step][1]}
    given = {name: value for name, value in body_of(NewApplication, form).items() if name in names}
    content = {name: value for name, value in content_of(visit).items() if name not in names} | given
    drafts.keep(visit, DRAFT, content)
    if form.get("later"):
        return RedirectResponse(f"{path('mine')}?gedaan=bewaard", 303)
    errors = {name: words for name, words in wrong(content).items() if name in names}
    if errors:
        return shown_step(visit, step, content, errors, status=422)
    return RedirectResponse(address_of([*STEPS, CHECK][list(STEPS).index(step) + 1]), 303)


def shown_check(
    visit: Visit, content: Mapping[str, Any], *, failure: Failure | None = None, key: str | None = None
) -> Response:
    """Show all answers before they are sent."""
    earlier = earlier_cases(visit)
    groups, labels = [], dict[str, tuple[str, str]]()
    for step, (heading, _) in STEPS.items():
        found = [each for each in flat(parts(visit, step, content, earlier)) if isinstance(each, Field)]
        labels |= {each.name: (address_of(step), each.label) for each in found}
        groups.append((heading, address_of(step), [(each.label, answer_of(each)) for each in found]))
    errors = {top(name): message_of(text) for name, text in failure.fields.items()} if failure else {}
    page = CheckPage(
        groups=groups,
        key=key or new_key(),
        here=address_of(CHECK),
        failure=failure,
        problems=[(*labels.get(name, ("", "")), text) for name, text in errors.items()],
    )
    return show(visit, "applicant/check.html", page, title=TITLE, status=failure.status if failure else 200)


def answer_of(part: Field) -> str:
    """Return what was answered in a field, as people read it."""
    if part.kind in {"yes-no", "tick"}:
        return {"ja": "Ja", "nee": "Nee"}.get(next(iter(part.chosen), ""), "")
    if part.options:
        return ", ".join(words for code, words in part.options if code == part.given or code in part.chosen)
    if part.kind == "day":
        return day_of(part.given)
    return part.given


def day_of(given: str) -> str:
    """Return a day in words; what was typed where it is none."""
    try:
        return wording.day(given)
    except ValueError:
        return given


def send(request: Request, visit: Visit, form: FormData) -> Response:
    """Send the application, once however often the button is pressed."""
    content = content_of(visit)
    key = key_of(form)
    if not content:
        return RedirectResponse(path("mine"), 303)  # it was sent already, and the draft is gone

    def again(_: Exception, failure: Failure) -> Response:
        with transaction(request.app.state.engine) as session:
            return shown_check(replace(visit, session=session), content, failure=failure, key=key)

    request.state.form_again = again
    answer = applications.receive(visit, bodies.parse(NewApplication, content), idempotency_key=key)
    drafts.drop(visit, DRAFT)
    reference = json.loads(bytes(answer.body))["reference"]
    return RedirectResponse(f"{path('my-case', reference=reference)}?gedaan=application/receive", 303)
