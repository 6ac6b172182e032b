"""Term query: terms by subject or application, with their suspensions and thresholds."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from rules.deadlines.suspensions import Suspension
from states.tables.deadlines import Term, TermSuspension, Threshold


def another_has_passed(session: Session, row: Term, on: date) -> bool:
    """Whether another running term of the employer on the same subject has passed."""
    query = select(Term.id).where(
        Term.subject == row.subject,
        Term.id != row.id,
        Term.owner == row.owner,
        col(Term.ended_on).is_(None),
        col(Term.due_on) < on,
    )
    return session.exec(query.limit(1)).first() is not None


def suspensions(session: Session, term: Term) -> list[TermSuspension]:
    """The suspensions of a term in order."""
    return suspensions_of(session, [term])[term.id]


def suspensions_of(session: Session, terms: Iterable[Term]) -> dict[str, list[TermSuspension]]:
    """The suspensions of some terms by term, each in order."""
    found: dict[str, list[TermSuspension]] = {term.id: [] for term in terms}
    query = select(TermSuspension).where(col(TermSuspension.term).in_(list(found)))
    for row in session.exec(query.order_by(col(TermSuspension.since), col(TermSuspension.id))):
        found[row.term].append(row)
    return found


def intervals(session: Session, term: Term) -> list[Suspension]:
    """The suspensions of a term as values of the rules."""
    return [
        Suspension(row.since, row.until, row.ground, row.article, row.attributed_to)
        for row in suspensions(session, term)
    ]


def thresholds(session: Session, term: Term) -> list[Threshold]:
    """The thresholds of a term."""
    return thresholds_of(session, [term])[term.id]


def thresholds_of(session: Session, terms: Iterable[Term]) -> dict[str, list[Threshold]]:
    """The thresholds of some terms by term."""
    found: dict[str, list[Threshold]] = {term.id: [] for term in terms}
    for row in session.exec(select(Threshold).where(col(Threshold.term).in_(list(found)))):
        found[row.term].append(row)
    return found


def running_of(session: Session, subject: str, kind: str) -> Term | None:
    """The running term of a kind on a subject."""
    query = select(Term).where(Term.subject == subject, Term.kind == kind, col(Term.ended_on).is_(None))
    return session.exec(query).first()


def running(session: Session, application: str, kind: str, organisation: str | None = None) -> Term | None:
    """The running term of a kind in an application, of one employer if one is named."""
    query = select(Term).where(Term.application == application, Term.kind == kind, col(Term.ended_on).is_(None))
    if organisation:
        query = query.where(Term.organisation == organisation)
    return session.exec(query.order_by(col(Term.started_on), col(Term.id))).first()


def employers_with(session: Session, application: str, kind: str) -> list[str]:
    """The employers with a running term of a kind in an application."""
    query = select(Term.organisation).where(Term.application == application, Term.kind == kind)
    return sorted(session.exec(query.where(col(Term.ended_on).is_(None))))


def latest(session: Session, subject: str, kind: str) -> Term | None:
    """The newest term of a kind on a subject, running or ended."""
    query = select(Term).where(Term.subject == subject, Term.kind == kind)
    newest = (col(Term.ended_on).is_not(None), col(Term.started_on).desc(), col(Term.id))
    return session.exec(query.order_by(*newest)).first()
