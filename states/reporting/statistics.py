"""Lateness honestly counted: the figures of a period per lane, domain and employer, and what overrides did."""

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
from states.engine import parties
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
class Asked:
    """Which figures are asked for; what is None narrows nothing."""

    since: date
    until: date
    at: datetime
    """Nothing that was recorded later is looked at."""
    lane: Urgency | None = None
    domain: Domain | None = None
    employer: str | None = None
    province: Province | None = None

    @property
    def end(self) -> datetime:
        """The instant at which open, late and at risk are counted."""
        return min(self.at, start_of(self.until + timedelta(days=1)) - timedelta(microseconds=1))


class OfDomain(NamedTuple):
    """The figures of one domain."""

    advice: Figures
    """From when the advice was opened until it was first assessed, and from there to its adoption."""
    measures: Figures
    """Work on the measures of the domain, and work that asks for skill in it."""


class OfEmployer(NamedTuple):
    """The figures of one employer; work and terms of a case of several count for each of them."""

    work: Figures
    terms: TermFigures | None


class Statistics(NamedTuple):
    """All figures of a period."""

    at: datetime
    share: float
    work: Figures
    lanes: dict[str, Figures]
    domains: dict[str, OfDomain]
    employers: dict[str, OfEmployer]
    terms: dict[str, TermFigures] | None
    """By kind; None where a lane or a domain was asked for, for terms have none."""
    overrides: list[Overrides]


def statistics(session: Session, asked: Asked) -> Statistics:
    """Count a period.

    Raises:
        QuestionError: there is no such employer.
    """
    since, until, share = start_of(asked.since), asked.end, value("at_risk_share", asked.until)
    found = work_history.read(session, since, until)
    employers = Employers(session, asked)
    employers.learn(piece.application for piece in (*found.work.values(), *found.assessments.values()))
    work = [piece for piece in found.work.values() if _is_meant(piece, found, employers, asked)]
    advice = [piece for piece in found.assessments.values() if _is_meant(piece, found, employers, asked)]
    on = office_day(until)
    terms = None if asked.lane or asked.domain else _terms(session, employers, asked.since, on)

    looked = {piece.key: lateness.seen(piece, since, until, share=share) for piece in (*work, *advice)}

    def count(some: Iterable[WorkSpan]) -> Figures:
        return lateness.figures(looked[piece.key] for piece in some)

    by_domain = {each: _in_domain(each, found, work) for each in Domain if asked.domain in {None, each}}
    of_employers = employers.by(work, employers.of_piece)
    terms_of = {} if terms is None else employers.by(terms, employers.of_term)
    return Statistics(
        at=until,
        share=share,
        work=count(work),
        lanes={str(lane): count(piece for piece in work if piece.lane == rank) for rank, lane in LANES.items()},
        domains={
            str(each): OfDomain(count(one for one in advice if found.domains[one.key] == each), count(measures))
            for each, measures in by_domain.items()
        },
        employers={
            name: OfEmployer(
                count(of_employers[name]),
                None if terms is None else term_outcomes.figures(terms_of.get(name, ()), on, share=share),
            )
            for name in sorted(of_employers.keys() | terms_of.keys())
        },
        terms=None if terms is None else _by_kind(terms, on, share),
        overrides=[
            *overrides.of_order(found, (piece.key for piece in work)),
            *overrides.of_days(session, found, employers.narrowed({piece.application for piece in work})),
        ],
    )


class Employers:
    """Whose work is whose, as employers stand today: who was merged is its successor."""

    def __init__(self, session: Session, asked: Asked) -> None:
        self.session = session
        rows = session.exec(select(Organisation.id, Organisation.province)).all()
        provinces = {name: province for name, province in rows}  # noqa: C416  # rows are no pairs to mypy
        self.asked = asked
        self.meant: set[str] | None = None
        if asked.employer is not None:
            if asked.employer not in provinces:
                words = f"No employer has the id {asked.employer}; ids look like gemeente-zilverdam."
                raise QuestionError("employer", words)
            self.meant = {parties.current(session, asked.employer)}
        if asked.province is not None:
            inside = {
                parties.current(session, name) for name, province in provinces.items() if province == asked.province
            }
            self.meant = inside if self.meant is None else self.meant & inside
        self.ties: dict[str, list[str]] = {}

    def learn(self, applications: Iterable[str]) -> None:
        """Look up the employers of some cases."""
        ties: defaultdict[str, list[str]] = defaultdict(list)
        rows = self.session.connection().execute(TIES, {"references": list(set(applications) - self.ties.keys())})
        for row in rows:
            name = parties.current(self.session, row.organisation)
            if name not in ties[row.application]:
                ties[row.application].append(name)
        self.ties |= ties

    def of_piece(self, piece: WorkSpan) -> list[str]:
        """The employers whose work it is."""
        if piece.organisation:
            return [parties.current(self.session, piece.organisation)]
        return self.ties.get(piece.application, [])

    def of_term(self, term: TermOutcome) -> list[str]:
        """The employers whom a term concerns."""
        return [term.organisation] if term.organisation else self.ties.get(term.application, [])

    def concerns(self, names: Iterable[str]) -> bool:
        """Whether employers that were asked for are among some."""
        return self.meant is None or not self.meant.isdisjoint(names)

    def narrowed(self, applications: set[str]) -> set[str] | None:
        """The cases to look at; None for all of them."""
        everything = (self.asked.lane, self.asked.domain, self.meant) == (None, None, None)
        return None if everything else applications

    def by(self, things: Iterable[T], of: Callable[[T], list[str]]) -> defaultdict[str, list[T]]:
        """Some things by employer, of those that were asked for."""
        found: defaultdict[str, list[T]] = defaultdict(list)
        for thing in things:
            for name in of(thing):
                if self.meant is None or name in self.meant:
                    found[name].append(thing)
        return found


def _is_meant(piece: WorkSpan, found: WorkHistory, employers: Employers, asked: Asked) -> bool:
    """Whether a piece of work is among what was asked for."""
    lane = asked.lane is None or LANES[piece.lane] == asked.lane
    domain = asked.domain is None or found.domains.get(piece.key) == asked.domain
    return lane and domain and employers.concerns(employers.of_piece(piece))


def _in_domain(domain: Domain, found: WorkHistory, work: Iterable[WorkSpan]) -> list[WorkSpan]:
    return [piece for piece in work if found.domains.get(piece.key) == domain]


def _terms(session: Session, employers: Employers, since: date, until: date) -> list[TermOutcome]:
    terms = term_outcomes.ran(session, since, until)
    employers.learn(term.application for term in terms)
    return [term for term in terms if employers.concerns(employers.of_term(term))]


def _by_kind(terms: Iterable[TermOutcome], on: date, share: float) -> dict[str, TermFigures]:
    kinds = defaultdict(list)
    for term in terms:
        kinds[term.kind].append(term)
    return {kind: term_outcomes.figures(found, on, share=share) for kind, found in sorted(kinds.items())}
