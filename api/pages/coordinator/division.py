"""Division of work: the work of one person over colleagues, or back to the list, with a reason."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.names import names_of_staff
from api.http.idempotency import Answer, answer_once
from api.pages.addresses import path
from api.pages.coordinator.alarms import Alarm, alarms_of
from api.pages.coordinator.staff import Group, groups_of, presence_of
from api.pages.forms.plain import PlainForm, show_form, submit
from api.pages.forms.step import NEW, Place
from api.pages.visit import FormDep, Visit, VisitDep
from api.routes import work_arrangements, work_items
from api.routes.work_items import Redistribution
from rules.core.roles import Role

router = APIRouter(include_in_schema=False)
Number = Annotated[int | None, Query(ge=0, le=100_000)]
LABELS = {
    "person": ("Van wie is het werk?", ""),
    "to": (
        "Naar wie gaat het?",
        "Wie het minste werk heeft, krijgt het eerst iets. Kies niemand om het terug te leggen.",
    ),
    "reason": ("Waarom?", "Noem geen namen en niets over een dreiging. Uw collega's lezen dit."),
}


@dataclass(frozen=True)
class Beside:
    """What stands beside the form: the alarms, the groups, and what was just divided."""

    alarms: list[Alarm]
    groups: list[tuple[str, str, bool]]
    notice: str = ""


def division_form(visit: Visit, group: Role, notice: str = "") -> PlainForm[Redistribution]:
    """Return the form with the people of a group by name, with their load."""
    found = work_arrangements.people(visit, group).items
    names = names_of_staff(visit.session, [each.person for each in found])
    by_name = sorted(found, key=lambda each: names.get(each.person, each.person))
    people = [
        (
            each.person,
            f"{names.get(each.person, 'naam onbekend')}: {each.in_hand} van {each.limit}, {presence_of(each)}",
        )
        for each in by_name
    ]
    here = f"{path('division')}?groep={group}"
    return PlainForm(
        Redistribution,
        Place("work", "redistribute", NEW, here, path("staff"), here, template="coordinator/division.html"),
        title="Verdelen",
        heading="Werk verdelen",
        button="Verdeel",
        explanation="Al het werk van deze persoon gaat over. Werk dat niemand mag doen, gaat terug naar de lijst.",
        order=("person", "to", "reason"),
        labels=LABELS,
        choices={"person": people, "to": people},
        beside=lambda now: Beside(alarms_of(now), groups_of(group, "division"), notice),
    )


@router.get("/verdelen")
def division(
    visit: VisitDep,
    groep: Group = Role.ADVISER,
    van: Annotated[str, Query(max_length=61)] = "",
    verdeeld: Number = None,
    terug: Number = None,
) -> Response:
    """Show the alarms and the form."""
    notice = "" if verdeeld is None else notice_of(verdeeld, terug or 0)
    return show_form(visit, division_form(visit, groep, notice), {"person": van})


def notice_of(moved: int, returned: int) -> str:
    """Return what happened to the work."""
    if not moved and not returned:
        return "Er was geen werk om te verdelen."
    return f"Het werk is verdeeld. Naar collega's: {moved}. Terug naar de lijst: {returned}."


@router.post("/verdelen")
def divide(request: Request, visit: VisitDep, form: FormDep, groep: Group = Role.ADVISER) -> Response:
    """Divide the work of a person, once however often the form is sent."""

    def do(body: Redistribution, key: str) -> Response:

        def redistribute() -> Answer:
            items = work_items.redistribute(visit, body).items
            moved = sum(item.to is not None for item in items)
            return Answer(200, {}, {"Location": f"&verdeeld={moved}&terug={len(items) - moved}"})

        answer = answer_once(visit, key, f"POST {path('division')}", body, redistribute)
        return RedirectResponse(f"{path('division')}?groep={groep}{answer.headers['Location']}", 303)

    return submit(request, visit, division_form(visit, groep), form, do)
