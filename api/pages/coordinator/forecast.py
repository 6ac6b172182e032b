"""Forecast on a page: the question with number fields, and its answer in words, as a plot and as tables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.datastructures import FormData

from api.forecasting import plot
from api.forecasting.text import PER_DAY
from api.pages import wording
from api.pages.addresses import path
from api.pages.coordinator.staff import SKILL_OPTIONS
from api.pages.forms.plain import PlainForm, show_form, submit
from api.pages.forms.step import NEW, Place
from api.pages.plots import image
from api.pages.visit import Visit, VisitDep
from api.routes import forecast as api
from states.engine.bodies import Body

router = APIRouter(include_in_schema=False)
WEEKS = 13
"""As the API does when it is not asked for another number."""
Given = Annotated[str, Field(max_length=40)]
Positive = Annotated[Decimal, Field(gt=0, le=1000)]


class Asked(Body):
    """What is asked, as the fields of the page."""

    weeks: Annotated[int, Field(ge=1, le=52)] = WEEKS
    ill: Annotated[int, Field(ge=0, le=200)] | None = None
    intake: Positive | None = None
    reserve: Annotated[int, Field(ge=0, le=100)] | None = None
    joins: Annotated[str, Field(max_length=60)] | None = None
    arrivals_per_week: Positive | None = None
    advisers: Annotated[int, Field(ge=1, le=200)] | None = None
    hours_per_case: Positive | None = None


class Typed(Body):
    """What was typed in each field, which may be no number."""

    weeks: Given = ""
    ill: Given = ""
    intake: Given = ""
    reserve: Given = ""
    joins: Given = ""
    arrivals_per_week: Given = ""
    advisers: Given = ""
    hours_per_case: Given = ""


LABELS = {
    "weeks": ("Hoeveel weken vooruit?", "1 tot en met 52."),
    "ill": ("Stel: zoveel adviseurs zijn ziek", ""),
    "intake": ("Stel: er komen zoveel keer zoveel zaken", "1 is zoals nu, 2 is twee keer zoveel."),
    "reserve": ("Stel: elke zoveelste keer gaat het oudste werk voor", ""),
    "joins": ("Stel: er komt een adviseur bij die dit kan", ""),
    "arrivals_per_week": ("Neem aan: zaken per week", "Anders telt het systeem wat er kwam."),
    "advisers": ("Neem aan: aantal adviseurs", "Anders telt het systeem wie er zijn."),
    "hours_per_case": ("Neem aan: uren per zaak", "Alleen samen met de twee vorige."),
}
"""The label and the hint of each number."""


@dataclass(frozen=True)
class Answer:
    """Answer of a forecast: in words, as a plot, and the tables of waits, terms and advisers."""

    words: list[str]
    plot: str
    waits: list[tuple[str, ...]]
    terms: list[tuple[str, ...]]
    advisers: list[tuple[str, ...]]


@dataclass(frozen=True)
class Beside:
    """What stands beside the form: the answer, if one was asked."""

    answer: Answer | None = None


def forecast_form(answer: Answer | None = None) -> PlainForm[Asked]:
    """Return the form of the question, with the answer beside it."""
    here = path("forecast")
    return PlainForm(
        Asked,
        Place("forecast", "ask", NEW, here, path("board"), here, template="coordinator/forecast.html"),
        title="Prognose",
        heading="Prognose",
        button="Reken uit",
        explanation="Hoe lang wacht werk, en hoeveel adviseurs zijn er nodig? U hoeft niets in te vullen.",
        order=tuple(LABELS),
        labels=LABELS,
        choices={"joins": [("all", "Alles"), *SKILL_OPTIONS]},
        beside=lambda _: Beside(answer),
    )


@router.get("/prognose")
def forecast(request: Request, visit: VisitDep, typed: Annotated[Typed, Query()]) -> Response:
    """Show the form; with numbers in the address, their answer too."""
    given = FormData(typed.model_dump(by_alias=True, exclude_unset=True))
    if not given:
        return show_form(visit, forecast_form(), {"weeks": WEEKS})

    def do(asked: Asked, _: str) -> Response:
        shown = asked.model_dump(mode="json", by_alias=True, exclude_none=True)
        return show_form(visit, forecast_form(answer_of(ask(visit, asked))), shown)

    return submit(request, visit, forecast_form(), given, do)


def ask(visit: Visit, asked: Asked) -> dict[str, Any]:
    """Return the answer of the API."""
    return api.forecast(
        visit,
        weeks=asked.weeks,
        ill=None if asked.ill is None else str(asked.ill),
        intake=None if asked.intake is None else float(asked.intake),
        reserve=asked.reserve,
        joins=asked.joins,
        arrivals_per_week=None if asked.arrivals_per_week is None else float(asked.arrivals_per_week),
        advisers=asked.advisers,
        hours_per_case=None if asked.hours_per_case is None else float(asked.hours_per_case),
    )


def answer_of(found: Mapping[str, Any]) -> Answer:
    """Return the answer as the page shows it."""
    scenarios = [found["base"], *found["whatIf"]]
    tried = (found.get("advisersNeeded") or {}).get("tried", [])
    return Answer(
        words=list(words_of(found)),
        plot=image(plot.draw(in_dutch(found), plot.DUTCH)),
        waits=[
            (f"{scenario_name(each['name'])}, {wording.kind(lane)}", *hours(row["waitHours"]))
            for each in scenarios
            for lane, row in each["lanes"].items()
        ],
        terms=[
            (f"{scenario_name(each['name'])}, {TERMS.get(name) or wording.term(name)}", percent(row["missed"]))
            for each in scenarios
            for name, row in each["terms"]["statutory"]["each"].items()
        ],
        advisers=[(str(row["advisers"]), percent(row["held"])) for row in tried],
    )


def in_dutch(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer with the what-ifs and the lanes under their Dutch names, as the plot writes them."""

    def named(scenario: Mapping[str, Any]) -> dict[str, Any]:
        lanes = {wording.kind(lane): row for lane, row in scenario["lanes"].items()}
        return {**scenario, "name": scenario_name(scenario["name"]), "lanes": lanes}

    return {**found, "base": named(found["base"]), "whatIf": [named(each) for each in found["whatIf"]]}


def hours(found: Mapping[str, float] | None) -> tuple[str, ...]:
    """Return the waits of a lane in working hours; nothing where no work came in."""
    return ("", "", "") if found is None else tuple(number(found[name]) for name in ("p10", "p50", "p90"))


def number(found: float) -> str:
    """Return a number with one decimal, as Dutch writes it."""
    return f"{found:.1f}".replace(".", ",")


def percent(share: float | None) -> str:
    """Return a share as a percentage."""
    return "geen" if share is None else f"{number(100 * share).removesuffix(',0')} %"


NAMES = (
    (r"as it is", "zoals het is"),
    (r"all of these", "alles samen"),
    (r"(\d+) ill", r"\1 ziek"),
    (r"intake times (.+)", r"\1 keer zoveel zaken"),
    (r"reserve every (\d+)", r"elke \1e keer het oudste werk"),
    (r"one more with .+", "een adviseur erbij"),
)
"""The what-ifs as the answer names them, and in Dutch."""


TERMS = {"decision": "beslissing op de aanvraag"}
"""The Dutch name of a term that assumptions have and no case."""


def scenario_name(name: str) -> str:
    """Return the Dutch name of a what-if."""
    return next((re.sub(pattern, dutch, name) for pattern, dutch in NAMES if re.fullmatch(pattern, name)), name)


def advisers(count: int) -> str:
    """Return a number of advisers in words."""
    return "1 adviseur" if count == 1 else f"{count} adviseurs"


def words_of(found: Mapping[str, Any]) -> list[str]:
    """Return the answer in sentences."""
    simulated, base, needed = found["simulated"], found["base"], found.get("advisersNeeded")
    begun = percent(base["urgentWork"]["inTime"])
    days = f"{base['urgentWork']['withinHours'] / PER_DAY:g} werkdagen"
    told = [
        f"Van {wording.day(simulated['from'][:10])} tot en met {wording.day(simulated['until'][:10])}.",
        f"{advisers(base['advisers'])} en {number(base['casesPerWeek'])} zaken per week.",
        f"Van het acute werk en het werk met spoed begint {begun} binnen {days}.",
    ]
    if needed is not None and needed["advisers"] is None:
        told.append("Meer adviseurs helpen niet genoeg. Kijk naar de andere groepen.")
    elif needed is not None:
        told.append(
            f"Nodig: {advisers(needed['advisers'])}. Nu zijn er {needed['now']}."
            f" Met wie er nodig zijn, gaat het goed in minstens {percent(needed['confidence'])} van de berekeningen."
        )
    for pool, skills in found["basis"]["skillsNobodyHas"].items():
        told.append(f"Niemand van de groep {wording.role(pool)} kan: {', '.join(skills)}. Dat werk blijft liggen.")
    return told
