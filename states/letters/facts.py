"""Facts of letters, read from the subject, its terms and the event."""

from collections.abc import Callable, Mapping
from typing import Any

from rules.business_calendar.durations import length
from rules.core.regulation import EMPLOYER_OF
from rules.deadlines.end_date import due_or_provisional
from rules.procedure.late_decision_penalty import penalty
from states.deadlines import term_query
from states.engine.unit_of_work import Transition, UnitOfWork
from states.letters.recipients import application_of, term_of_event
from states.tables.application import Application
from states.tables.loans import Loan
from states.tables.people import Organisation

Facts = Callable[[UnitOfWork, Transition], Mapping[str, Any]]


ARTICLE = {"province": "2.9", "municipality": "3.9", "water-board": "4.9"}


def no_facts(*_: Any) -> Mapping[str, Any]:
    """None."""
    return {}


def from_column(name: str, source: str | None = None) -> Facts:
    """One fact from a column of the subject."""

    def read(_: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
        found = getattr(transition.row, source or name)
        return {name: found.isoformat() if hasattr(found, "isoformat") else str(found)}

    return read


def joined_application(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """The application that goes on, if everyone who gets the letter takes part in it; otherwise it stays unnamed."""
    row: Any = transition.row  # an Application
    other = unit.get(Application, row.joined_to)
    assert other is not None
    readers = {row.applicant, row.representative} - {None}
    return {"others": [other.id] if readers <= {other.applicant, other.representative} else []}


def article(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """The article of the applicant's office: 2.9, 3.9 or 4.9."""
    held = transition.row if isinstance(transition.row, Loan) else application_of(unit, transition)
    return {"article": ARTICLE[EMPLOYER_OF[held.office]]}


def term_due(kind: str, fact: str = "due_on") -> Facts:
    """The due date of the newest term of a kind on the subject."""

    def read(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
        term = term_query.latest(unit.session, transition.row.id, kind)
        assert term is not None
        assert term.due_on is not None
        return {fact: term.due_on.isoformat()}

    return read


def due_from_today(value_name: str, fact: str) -> Facts:
    """The end of a term that starts with this decision, on the day of its announcement if there is one."""

    def read(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
        on = getattr(transition.body, "announced_on", None) or unit.on
        due = due_or_provisional(on, length(value_name, on))
        assert due.on is not None
        return {fact: due.on.isoformat()}

    return read


def due_from(column: str, value_name: str, fact: str) -> Facts:
    """The end of a term that starts on a day of the subject."""

    def read(_: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
        day = getattr(transition.row, column)
        due = due_or_provisional(day, length(value_name, day))
        assert due.on is not None
        return {fact: due.on.isoformat()}

    return read


def combined(*parts: Facts) -> Facts:
    """Several facts together."""

    def read(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
        return {name: found for part in parts for name, found in part(unit, transition).items()}

    return read


def resumed_term(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """The resumed term and its new due date."""
    term = term_of_event(unit, transition)
    assert term is not None
    assert term.due_on is not None
    return {"term": term.kind, "due_on": term.due_on.isoformat()}


def suspended_term(_: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """The suspended term and its first suspended day."""
    body: Any = transition.body  # an Interval
    return {"term": body.term, "since": body.since.isoformat()}


def penalty_days(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """The number of days of penalty: the whole term, unless the takeover ended it earlier."""
    default = term_query.latest(unit.session, transition.row.id, "default")
    term = term_query.latest(unit.session, transition.row.id, "takeover")
    assert default is not None
    assert default.due_on is not None
    body: Any = transition.body  # a FixedPenalty
    known_on = body.known_on or (term.ended_on if term else None) or unit.on
    return {"days": penalty(default.due_on, known_on).days}


def successor_name(unit: UnitOfWork, transition: Transition) -> Mapping[str, Any]:
    """The name of the successor of a merged employer."""
    succession: Any = transition.body  # of the event succeed-employer
    found = unit.get(Organisation, succession.successor)
    assert found is not None
    return {"successor": found.name}
