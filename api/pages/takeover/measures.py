"""Page models of an employer's measures, invoices and payments."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlmodel import col, select

from api.access.cases import visible_applications, visible_measures
from api.access.employers import own_names
from api.pages import wording
from api.pages.addresses import path
from api.pages.visit import Visit
from api.routes import payments
from api.views import applications
from rules.access.authority import roles_of
from states.charts.measure import MeasureState
from states.charts.payable import PayableState
from states.tables.application import Application, Measure, Takeover

MOST = 200
"""Measures on one page."""
NEXT = {MeasureState.TAKEN_OVER: "order", MeasureState.ORDERED: "provide"}
"""The step that a measure waits for."""
STEPS = {"order": "Bestellen", "provide": "Geplaatst melden", "mark-not-possible": "Kan niet"}
"""What the steps of a measure are called."""
BLOCKS = {
    "Te bestellen": (MeasureState.TAKEN_OVER,),
    "Besteld": (MeasureState.ORDERED,),
    "Geplaatst": (MeasureState.PROVIDED, MeasureState.SETTLED),
}
"""The blocks of the page, each with its states."""


@dataclass(frozen=True)
class OwnMeasure:
    """Measure that an employer pays: what, of which case, how much, and the steps that are possible."""

    measure: str
    what: str
    reference: str
    amount: str
    when: str
    steps: list[tuple[str, str]]


@dataclass(frozen=True)
class MeasuresPage:
    """Measures of an employer in blocks: to order, ordered, provided."""

    blocks: list[tuple[str, list[OwnMeasure]]]
    notice: str = ""


def limited(visit: Visit, query: Any) -> Any:
    """Limit a query to the measures that the reader's employer took over, in the cases that it was asked about."""
    asked = select(Takeover.stream).where(col(Takeover.organisation).in_(own_names(visit)))
    cases = select(Application.id).where(*visible_applications(visit.session, visit.by))
    states = [state for block in BLOCKS.values() for state in block]
    query = query.where(col(Measure.stream).in_(asked), col(Measure.stream).in_(cases), col(Measure.state).in_(states))
    return visible_measures(visit, query)


def own_measures(visit: Visit) -> list[applications.MeasureView]:
    """Return the measures of the reader's employer."""
    query = limited(visit, select(Measure)).order_by(Measure.stream, Measure.id)
    return applications.measures(visit, visit.session.exec(query.limit(MOST)).all())


def counts(visit: Visit) -> dict[str, int]:
    """Return how many measures each block has."""
    found = list(visit.session.exec(limited(visit, select(Measure.state))))
    return {title: sum(state in states for state in found) for title, states in BLOCKS.items()}


def measures_page(visit: Visit, *, notice: str = "") -> MeasuresPage:
    """Return the measures of the reader's employer."""
    found = own_measures(visit)
    return MeasuresPage(
        [
            (title, [measure_row(visit, each) for each in found if each.state in states])
            for title, states in BLOCKS.items()
        ],
        notice,
    )


def measure_row(visit: Visit, measure: applications.MeasureView) -> OwnMeasure:
    """Return one measure with the steps that the reader may take."""
    state = MeasureState(measure.state)
    events = [NEXT[state], "mark-not-possible"] if state in NEXT else []
    when = measure.provided_on or measure.ordered_on
    return OwnMeasure(
        measure=measure.id,
        what=measure.description or wording.capital(wording.kind(measure.legal_basis)),
        reference=measure.application,
        amount=wording.euros(measure.estimate),
        when=f"{wording.capital(wording.state('measure', measure.state))} {wording.day(when)}".strip(),
        steps=[
            (STEPS[event], path("measure-step", measure=measure.id, event=event))
            for event in events
            if visit.by.role in roles_of("measure", event)
        ],
    )


@dataclass(frozen=True)
class PaidRow:
    """Payment that left: to whom, for which invoice and case, how much and when."""

    payee: str
    number: str
    reference: str
    amount: str
    day: str


@dataclass(frozen=True)
class PaidPage:
    """What an employer paid: each payment, their total, and the place of the next page."""

    rows: list[PaidRow]
    total: str
    following: str


def paid_page(visit: Visit, cursor: str | None) -> PaidPage:
    """Return what the reader's employer paid."""
    found = payments.payables(visit, state=PayableState.PAID, cursor=cursor, limit=100)
    rows = [
        PaidRow(
            each.payee or "onbekend",
            each.number,
            each.application,
            wording.euros(each.gross),
            wording.day(each.paid_on),
        )
        for each in sorted(found.items, key=lambda one: str(one.paid_on), reverse=True)
    ]
    total = sum((each.gross for each in found.items), Decimal(0))
    return PaidPage(rows, wording.euros(total), found.next or "")
