"""The figures of the office: lateness honestly counted."""

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
from states.reporting import statistics
from states.reporting.overrides import Overrides
from states.reporting.statistics import Statistics, StatisticsRequest
from states.reporting.term_outcomes import TermFigures

router = APIRouter(prefix="/v1", tags=["statistics"])


class PercentilesView(base.View):
    """How durations lie: how many there are, and below which of them 10, 50 and 90 % stay."""

    of: int
    p10: float | None
    median: float | None
    p90: float | None


class DurationsView(base.View):
    """How long something took, in working hours and in calendar days."""

    hours: PercentilesView
    days: PercentilesView


class FiguresView(base.View):
    """The figures of some work; ``definitions`` says what each counts."""

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
    """The figures of some terms; ``definitions`` says what each counts."""

    running: int
    late: int
    at_risk: int
    suspended: int
    kept: int
    missed: int
    fell_away: int


class DomainFigures(base.View):
    """The figures of one domain: of its advice, and of the work on its measures."""

    advice: FiguresView
    measures: FiguresView


class EmployerFigures(base.View):
    """The figures of one employer."""

    employer: str
    work: FiguresView
    terms: TermFiguresView | None


class OverrideView(base.View):
    """One override: its entry in the ledger, and what it did."""

    stream: str
    seq: int
    at: datetime
    subject: str
    effect: dict[str, Any]


class OverridesView(base.View):
    """The overrides of one kind: how many, how their effects lie, and the newest one by one."""

    kind: str
    number: int
    effects: dict[str, PercentilesView]
    each: list[OverrideView]


class DefinitionView(base.View):
    """What a figure counts, and in which unit."""

    unit: str
    meaning: str
    meaning_nl: str


class StatisticsView(base.View):
    """The figures of a period, with what each counts."""

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


@router.get("/statistics", operation_id="get-statistics")
def get_statistics(
    context: RequestContextDep,
    since: Annotated[date | None, Query(alias="from", description="First day; else three months back")] = None,
    until: Annotated[date | None, Query(description="Last day; today where it is left out")] = None,
    as_of: Annotated[datetime | None, Query(alias="asOf", description="What was recorded later is left out")] = None,
    lane: Annotated[Urgency | None, Query(description="Work in this lane only")] = None,
    domain: Annotated[Domain | None, Query(description="Work in this domain only")] = None,
    employer: Annotated[str | None, Query(max_length=60, description="Of this employer only")] = None,
    province: Annotated[Province | None, Query(description="Of employers in this province only")] = None,
) -> StatisticsView:
    """Open, late, at risk, waiting and handling per lane, domain and employer, and what overrides did.

    Read from the ledger: who took what and when, where it stood, and what moved it. Every figure says what it counts.
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
    """The instant that is looked back to, now where none is named.

    Raises:
        RequestValidationError: it has no time zone, has not come yet, or is before the oldest case.
    """
    if as_of is None:
        return context.at
    if as_of.tzinfo is None:
        raise invalid_parameter("asOf", "Give the instant with its time zone, such as 2026-03-02T09:00:00Z.")
    if as_of > context.at:
        raise invalid_parameter("asOf", "This instant has not come yet; leave it out for now.")
    if as_of < start_of(OLDEST):
        raise invalid_parameter("asOf", f"This instant is before the oldest case; give one on {OLDEST} or later.")
    return as_of


def statistics_view(found: Statistics, since: date, until: date) -> StatisticsView:
    """The figures in wire form."""
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
    """The figures of some work in wire form."""
    took = {"waiting", "waiting_so_far", "handling"}
    return FiguresView(**{name: durations_view(one) if name in took else one for name, one in found._asdict().items()})


def durations_view(found: DurationSummary) -> DurationsView:
    """Durations in wire form."""
    return DurationsView(hours=percentiles_view(found.hours), days=percentiles_view(found.days))


def percentiles_view(found: Percentiles) -> PercentilesView:
    """How durations lie, rounded to hundredths."""
    marks = (None if mark is None else round(mark, 2) for mark in found[1:])
    return PercentilesView(of=found.of, **dict(zip(("p10", "median", "p90"), marks, strict=True)))


def term_figures_view(found: TermFigures) -> TermFiguresView:
    """The figures of some terms in wire form."""
    return TermFiguresView(**found._asdict())


def overrides_view(found: Overrides) -> OverridesView:
    """Overrides in wire form."""
    return OverridesView(
        kind=found.kind,
        number=found.number,
        effects={name: percentiles_view(one) for name, one in found.effects.items()},
        each=[OverrideView(**one._asdict()) for one in found.each],
    )
