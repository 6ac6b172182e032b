"""Statistics of the office: open, late and handled work and terms, computed from the ledger."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.dependencies import RequestContext, RequestContextDep, require_duty
from api.http.problems import invalid_parameter
from api.views import base
from rules.core.dates import office_day, start_of
from rules.core.errors import QuestionError
from rules.core.regulation import Domain, Province
from rules.core.rule import OLDEST
from rules.reporting import metrics, periods
from rules.reporting.lateness import DurationSummary, Figures
from rules.reporting.percentiles import Percentiles
from rules.threats.urgency import Urgency
from states.engine.bodies import Day, PlainLine
from states.reporting import statistics
from states.reporting.overrides import Overrides
from states.reporting.statistics import Statistics, StatisticsRequest
from states.reporting.term_outcomes import TermFigures

router = APIRouter(prefix="/v1", tags=["statistics"])


class PercentilesView(base.View):
    """Percentiles of durations: their number, and the 10th, 50th and 90th percentile."""

    of: int
    p10: float | None
    median: float | None
    p90: float | None


class DurationsView(base.View):
    """Durations in working hours and in calendar days."""

    hours: PercentilesView
    days: PercentilesView


class FiguresView(base.View):
    """Figures on work; ``definitions`` explains each of them."""

    asked: int
    begun: int
    begun_late: int
    done: int
    fell_away: int
    open: int
    in_hand: int
    late: int
    at_risk: int
    waiting: DurationsView
    waiting_so_far: DurationsView
    handling: DurationsView


class TermFiguresView(base.View):
    """Figures on terms; ``definitions`` explains each of them."""

    running: int
    late: int
    at_risk: int
    suspended: int
    kept: int
    missed: int
    fell_away: int


class DomainFigures(base.View):
    """Figures of one domain: on its advice, and on the work on its measures."""

    advice: FiguresView
    measures: FiguresView


class EmployerFigures(base.View):
    """Figures of one employer."""

    employer: str
    work: FiguresView
    terms: TermFiguresView | None


class OverrideView(base.View):
    """Override: its ledger entry, and its effect."""

    stream: str
    seq: int
    at: datetime
    subject: str
    effect: dict[str, Any]


class OverridesView(base.View):
    """Overrides of one kind: their number, the percentiles of their effects, and the newest ones."""

    kind: str
    number: int
    effects: dict[str, PercentilesView]
    each: list[OverrideView]


class DefinitionView(base.View):
    """Definition and unit of a figure."""

    unit: str
    meaning: str
    meaning_nl: str


class StatisticsView(base.View):
    """Statistics of a period, with the definition of each figure."""

    since: date = Field(alias="from")
    until: date
    at: datetime = Field(alias="asOf")
    """The instant at which open, late and at risk are counted."""
    at_risk_share: float
    work: FiguresView
    lanes: dict[str, FiguresView]
    domains: dict[str, DomainFigures]
    employers: list[EmployerFigures]
    terms: dict[str, TermFiguresView] | None
    overrides: list[OverridesView]
    definitions: dict[str, DefinitionView]


@router.get("/statistics", operation_id="get-statistics", summary="Read the figures of the work")
def get_statistics(
    context: RequestContextDep,
    since: Annotated[Day | None, Query(alias="from", description="First day; by default three months ago")] = None,
    until: Annotated[Day | None, Query(description="Last day; by default today")] = None,
    as_of: Annotated[
        datetime | None, Query(alias="asOf", description="Ignore everything recorded after this instant")
    ] = None,
    lane: Annotated[Urgency | None, Query(description="Work in this lane only")] = None,
    domain: Annotated[Domain | None, Query(description="Work in this domain only")] = None,
    employer: Annotated[
        PlainLine | None, Query(max_length=60, description="Work and terms of this employer only")
    ] = None,
    province: Annotated[Province | None, Query(description="Work and terms of employers in this province only")] = None,
) -> StatisticsView:
    """Return open, late and at-risk work, waits and handling times per lane, domain and employer, and overrides.

    The figures are computed from the ledger; ``definitions`` explains each of them.
    """
    require_duty(context.by, "statistics", "read")
    try:
        at = instant(context, as_of)
        first, last = periods.days_asked(since, until, on=office_day(at))
        found = statistics.statistics(
            context.session, StatisticsRequest(first, last, at, lane, domain, employer, province)
        )
    except QuestionError as error:
        raise invalid_parameter(error.parameter, error) from error
    return statistics_view(found, first, last)


def instant(context: RequestContext, as_of: datetime | None) -> datetime:
    """Return the instant of the statistics, by default now.

    Raises:
        RequestValidationError: it has no time zone, lies in the future, or is before the oldest case.
    """
    if as_of is None:
        return context.at
    if as_of.tzinfo is None:
        raise invalid_parameter("asOf", "Give the instant with its time zone, such as 2026-03-02T09:00:00Z.")
    if as_of > context.at:
        raise invalid_parameter("asOf", "This instant lies in the future; leave it out to use the present.")
    if as_of < start_of(OLDEST):
        raise invalid_parameter("asOf", f"This instant is before the oldest case; give one on {OLDEST} or later.")
    return as_of


def statistics_view(found: Statistics, since: date, until: date) -> StatisticsView:
    """Return the view of the statistics."""
    return StatisticsView(
        since=since,
        until=until,
        at=found.at,
        at_risk_share=found.share,
        work=figures_view(found.work),
        lanes={lane: figures_view(one) for lane, one in found.lanes.items()},
        domains={
            domain: DomainFigures(advice=figures_view(one.advice), measures=figures_view(one.measures))
            for domain, one in found.domains.items()
        },
        employers=[
            EmployerFigures(
                employer=name, work=figures_view(one.work), terms=one.terms and term_figures_view(one.terms)
            )
            for name, one in found.employers.items()
        ],
        terms=None if found.terms is None else {kind: term_figures_view(one) for kind, one in found.terms.items()},
        overrides=[overrides_view(one) for one in found.overrides],
        definitions={
            name: DefinitionView(unit=one.unit, meaning=one.words.en, meaning_nl=one.words.nl)
            for name, one in metrics.DEFINITIONS.items()
        },
    )


def figures_view(found: Figures) -> FiguresView:
    """Return the view of figures on work."""
    took = {"waiting", "waiting_so_far", "handling"}
    return FiguresView(**{name: durations_view(one) if name in took else one for name, one in found._asdict().items()})


def durations_view(found: DurationSummary) -> DurationsView:
    """Return the view of durations."""
    return DurationsView(hours=percentiles_view(found.hours), days=percentiles_view(found.days))


def percentiles_view(found: Percentiles) -> PercentilesView:
    """Return the view of percentiles, rounded to hundredths."""
    rounded = (None if value is None else round(value, 2) for value in found[1:])
    return PercentilesView(of=found.of, **dict(zip(("p10", "median", "p90"), rounded, strict=True)))


def term_figures_view(found: TermFigures) -> TermFiguresView:
    """Return the view of figures on terms."""
    return TermFiguresView(**found._asdict())


def overrides_view(found: Overrides) -> OverridesView:
    """Return the view of overrides."""
    return OverridesView(
        kind=found.kind,
        number=found.number,
        effects={name: percentiles_view(one) for name, one in found.effects.items()},
        each=[OverrideView(**one._asdict()) for one in found.each],
    )
