"""Statistics of a period per lane, domain and employer: lateness, and the effects of overrides."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session, select

from rules.core.dated_values import value
from rules.core.dates import office_day, start_of
from rules.core.errors import QuestionError
from rules.core.regulation import Domain, Province
from rules.queue.order import LANES
from rules.reporting import lateness
from rules.reporting.lateness import Figures
from rules.reporting.work_spans import WorkSpan
from rules.threats.urgency import Urgency
from states.engine.employers import EmployerDirectory
from states.reporting import overrides, term_outcomes, work_history
from states.reporting.overrides import Overrides
from states.reporting.term_outcomes import TermFigures, TermOutcome
from states.reporting.work_history import WorkHistory
from states.tables.people import Organisation

TIES = text(
    "SELECT application, organisation FROM application_employer WHERE application = ANY(:references) ORDER BY position"
).bindparams(bindparam("references", type_=ARRAY(String)))
T = TypeVar("T")


@dataclass(frozen=True)
class StatisticsRequest:
    """The requested figures; None in a field means all."""

    since: date
    until: date
    at: datetime
    """Nothing that was recorded later is included."""
    lane: Urgency | None = None
    domain: Domain | None = None
    employer: str | None = None
    province: Province | None = None

    @property
    def end(self) -> datetime:
        """The moment at which open, late and at risk are counted."""
        return min(self.at, start_of(self.until + timedelta(days=1)) - timedelta(microseconds=1))


class DomainStatistics(NamedTuple):
    """The figures of one domain."""

    advice: Figures
    """The time from opening the advice until its first assessment, and from there to its adoption."""
    measures: Figures
    """Work on the measures of the domain, and work that requires its skill."""


class EmployerStatistics(NamedTuple):
    """The figures of one employer; work and terms of a case with several employers count for each."""

    work: Figures
    terms: TermFigures | None


class Statistics(NamedTuple):
    """All figures of a period."""

    at: datetime
    share: float
    work: Figures
    lanes: dict[str, Figures]
    domains: dict[str, DomainStatistics]
    employers: dict[str, EmployerStatistics]
    terms: dict[str, TermFigures] | None
    """By kind; None if a lane or a domain was requested, because terms have neither."""
    overrides: list[Overrides]


def statistics(session: Session, request: StatisticsRequest) -> Statistics:
    """The statistics of a period.

    Raises:
        QuestionError: there is no such employer.
    """
    since, until, share = start_of(request.since), request.end, value("at_risk_share", request.until)
    found = work_history.read(session, since, until)
    employers = Employers(session, request)
    employers.load(span.application for span in (*found.work.values(), *found.assessments.values()))
    work = [span for span in found.work.values() if _is_requested(span, found, employers, request)]
    advice = [span for span in found.assessments.values() if _is_requested(span, found, employers, request)]
    on = office_day(until)
    terms = None if request.lane or request.domain else _terms(session, employers, request.since, on)

    measured = {span.key: lateness.contribution(span, since, until, share=share) for span in (*work, *advice)}

    def count(some: Iterable[WorkSpan]) -> Figures:
        return lateness.figures(measured[span.key] for span in some)

    by_domain = {each: _in_domain(each, found, work) for each in Domain if request.domain in {None, each}}
    of_employers = employers.by(work, employers.of_work)
    terms_of = {} if terms is None else employers.by(terms, employers.of_term)
    return Statistics(
        at=until,
        share=share,
        work=count(work),
        lanes={str(lane): count(span for span in work if span.lane == rank) for rank, lane in LANES.items()},
        domains={
            str(each): DomainStatistics(count(one for one in advice if found.domains[one.key] == each), count(measures))
            for each, measures in by_domain.items()
        },
        employers={
            name: EmployerStatistics(
                count(of_employers[name]),
                None if terms is None else term_outcomes.figures(terms_of.get(name, ()), on, share=share),
            )
            for name in sorted(of_employers.keys() | terms_of.keys())
        },
        terms=None if terms is None else _by_kind(terms, on, share),
        overrides=[
            *overrides.of_order(found, (span.key for span in work)),
            *overrides.of_days(session, found, employers.selected_cases({span.application for span in work})),
        ],
    )


class Employers:
    """The employers of work and terms as they are today: a merged employer is its successor."""

    def __init__(self, session: Session, request: StatisticsRequest) -> None:
        self.session = session
        self.directory = EmployerDirectory(session)
        rows = session.exec(select(Organisation.id, Organisation.province)).all()
        provinces = {name: province for name, province in rows}  # noqa: C416  # rows are no pairs to mypy
        self.request = request
        self.selected: set[str] | None = None
        if request.employer is not None:
            if request.employer not in provinces:
                words = f"No employer has the id {request.employer}; ids look like gemeente-zilverdam."
                raise QuestionError("employer", words)
            self.selected = {self.directory.current(request.employer)}
        if request.province is not None:
            inside = {
                self.directory.current(name) for name, province in provinces.items() if province == request.province
            }
            self.selected = inside if self.selected is None else self.selected & inside
        self.ties: dict[str, list[str]] = {}

    def load(self, applications: Iterable[str]) -> None:
        """Load the employers of some cases."""
        ties: defaultdict[str, list[str]] = defaultdict(list)
        rows = self.session.connection().execute(TIES, {"references": list(set(applications) - self.ties.keys())})
        for row in rows:
            name = self.directory.current(row.organisation)
            if name not in ties[row.application]:
                ties[row.application].append(name)
        self.ties |= ties

    def of_work(self, span: WorkSpan) -> list[str]:
        """The employers of a work item."""
        if span.organisation:
            return [self.directory.current(span.organisation)]
        return self.ties.get(span.application, [])

    def of_term(self, term: TermOutcome) -> list[str]:
        """The employers of a term."""
        return [term.organisation] if term.organisation else self.ties.get(term.application, [])

    def concerns(self, names: Iterable[str]) -> bool:
        """Whether some employers include a requested one."""
        return self.selected is None or not self.selected.isdisjoint(names)

    def selected_cases(self, applications: set[str]) -> set[str] | None:
        """The cases to include; None for all."""
        everything = (self.request.lane, self.request.domain, self.selected) == (None, None, None)
        return None if everything else applications

    def by(self, items: Iterable[T], of: Callable[[T], list[str]]) -> defaultdict[str, list[T]]:
        """Things by employer, for the requested employers."""
        found: defaultdict[str, list[T]] = defaultdict(list)
        for item in items:
            for name in of(item):
                if self.selected is None or name in self.selected:
                    found[name].append(item)
        return found


def _is_requested(span: WorkSpan, found: WorkHistory, employers: Employers, request: StatisticsRequest) -> bool:
    """Whether a work item is among the requested ones."""
    lane = request.lane is None or LANES[span.lane] == request.lane
    domain = request.domain is None or found.domains.get(span.key) == request.domain
    return lane and domain and employers.concerns(employers.of_work(span))


def _in_domain(domain: Domain, found: WorkHistory, work: Iterable[WorkSpan]) -> list[WorkSpan]:
    return [span for span in work if found.domains.get(span.key) == domain]


def _terms(session: Session, employers: Employers, since: date, until: date) -> list[TermOutcome]:
    terms = term_outcomes.terms_in_period(session, since, until)
    employers.load(term.application for term in terms)
    return [term for term in terms if employers.concerns(employers.of_term(term))]


def _by_kind(terms: Iterable[TermOutcome], on: date, share: float) -> dict[str, TermFigures]:
    kinds = defaultdict(list)
    for term in terms:
        kinds[term.kind].append(term)
    return {kind: term_outcomes.figures(found, on, share=share) for kind, found in sorted(kinds.items())}
