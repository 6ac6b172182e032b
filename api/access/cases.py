"""Cases: who may see an application, a loan or an objection, and which parts of it."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, false
from sqlmodel import Session, col, or_, select

from api.access.employers import acts_for_employer, own_names
from api.http.dependencies import RequestContext
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.engine import parties
from states.engine.employers import EmployerDirectory
from states.errors import NotFoundError
from states.tables.accounting import Booking
from states.tables.application import Application, Measure, Takeover
from states.tables.base import Subject
from states.tables.deadlines import Reminder
from states.tables.ledger import LedgerEntry
from states.tables.letters import Outbox
from states.tables.loans import Loan, Objection
from states.tables.payments import Document, Payable

ONLY_WHERE_REMINDED = frozenset({Role.SECRETARY, Role.HEAD})
"""Roles that see only the cases about which they were sent a reminder."""
T = TypeVar("T", bound=Subject)


def may_see(session: Session, by: Actor, application: Application) -> bool:
    """Return whether the caller may know that a case exists.

    Applicants see their own cases. People of an employer see the cases in which it was asked to take over. The
    secretary of an employer and the head of the office see only cases about which they were sent a reminder. The
    ministry's contact sees none; the other roles of the office see all.
    """
    if by.role is Role.MINISTRY_CONTACT:
        return False
    if by.role in ONLY_WHERE_REMINDED:
        sent = select(Reminder.term).where(Reminder.application == application.id, Reminder.recipient == by.person)
        return session.exec(sent.limit(1)).first() is not None
    if by.role is Role.APPLICANT:
        return by.person in {application.applicant, application.representative}
    if acts_for_employer(by):
        mine = col(Takeover.organisation).in_(EmployerDirectory(session).known_as(by.organisation))
        query = select(Takeover.id).where(Takeover.stream == application.id, mine)
        return session.exec(query.limit(1)).first() is not None
    return True


def visible_applications(session: Session, by: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions of :func:`may_see` for a query on applications."""
    if by.role is Role.MINISTRY_CONTACT:
        return [false()]
    if by.role is Role.APPLICANT:
        return [or_(col(Application.applicant) == by.person, col(Application.representative) == by.person)]
    found: list[ColumnElement[bool]] = []
    if acts_for_employer(by):
        requested = select(Takeover.stream).where(
            col(Takeover.organisation).in_(EmployerDirectory(session).known_as(by.organisation))
        )
        found.append(col(Application.id).in_(requested))
    if by.role in ONLY_WHERE_REMINDED:
        reminded = select(Reminder.application).where(Reminder.recipient == by.person)
        found.append(col(Application.id).in_(reminded))
    return found


def may_see_loan_or_objection(session: Session, by: Actor, row: Loan | Objection) -> bool:
    """Return whether the caller may know of a loan or an objection: the official, the office, or the employer."""
    if by.role in {Role.HEAD, Role.MINISTRY_CONTACT}:
        return False
    if by.role is Role.APPLICANT:
        return row.person == by.person
    return by.role not in OF_AN_EMPLOYER or by.organisation in EmployerDirectory(session).concerned_by(row)


def visible_loans(context: RequestContext, query: Any) -> Any:
    """Limit a query to the loans that the caller may see: the official's own, the employer's own, or all."""
    if context.by.role is Role.APPLICANT:
        return query.where(Loan.person == context.by.person)
    if acts_for_employer(context.by):
        return query.where(Loan.organisation == context.by.organisation)
    return query


def require_application(session: Session, by: Actor, reference: str) -> Application:
    """Return an application that the caller may see.

    Raises:
        NotFoundError: it does not exist, or the caller may not know that it does.
    """
    application = session.get(Application, reference)
    if application is None or not may_see(session, by, application):
        raise NotFoundError("application", reference)
    return application


def visible(context: RequestContext, row: Any) -> bool:
    """Return whether the caller may know of a subject."""
    if isinstance(row, (Loan, Objection)):
        return may_see_loan_or_objection(context.session, context.by, row)
    if parties.has_application(row):
        application = row if isinstance(row, Application) else context.session.get_one(Application, row.stream)
        return may_see(context.session, context.by, application)
    return context.by.organisation in (None, *context.employers.concerned_by(row))


def concerns(context: RequestContext, row: Any) -> bool:
    """Return whether the caller may know of a subject and, if acting for an employer, it concerns that employer."""
    return visible(context, row) and context.by.organisation in (None, *context.employers.concerned_by(row))


def require_subject(context: RequestContext, table: type[T], what: str, key: str) -> T:
    """Return a subject that concerns the caller.

    Raises:
        NotFoundError: it does not exist, or the caller may not know that it does.
    """
    row = context.session.get(table, key)
    if row is None or not concerns(context, row):
        raise NotFoundError(what, key)
    return row


def own_parts(context: RequestContext, stream: str) -> set[str]:
    """Return the parts of a case that concern the caller's employer; a measure without a payer concerns everyone."""
    parts: tuple[tuple[Any, Any], ...] = (
        (Takeover.id, Takeover.organisation),
        (Measure.id, Measure.payer),
        (Payable.id, Payable.organisation),
        (Booking.id, Booking.organisation),
        (Loan.id, Loan.organisation),
    )
    mine = own_names(context)
    found: set[str] = set()
    for key, owner in parts:
        query = select(key).where(col(key.class_.stream) == stream)
        found.update(context.session.exec(query.where(or_(col(owner).is_(None), col(owner).in_(mine)))))
    objected = select(Objection.id).where(Objection.stream == stream, col(Objection.organisation).in_(mine))
    found.update(context.session.exec(objected))
    return found


def visible_entries(context: RequestContext, stream: str, entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Return the ledger entries of a case that the caller may see; an employer sees those on its own parts."""
    if not acts_for_employer(context.by):
        return list(entries)
    mine = own_parts(context, stream)
    return [entry for entry in entries if entry.subject in mine]


def visible_measures(context: RequestContext, query: Any) -> Any:
    """Limit a query to the measures that concern the caller; one without a payer concerns every employer."""
    if not acts_for_employer(context.by):
        return query
    return query.where(or_(col(Measure.payer).is_(None), col(Measure.payer).in_(own_names(context))))


def visible_letters(context: RequestContext, query: Any) -> Any:
    """Limit a query to the letters that the caller may see; outside the office only those to the caller."""
    if context.by.role is Role.APPLICANT or acts_for_employer(context.by):
        return query.where(Outbox.recipient == context.by.person)
    return query


def may_read_document(context: RequestContext, row: Document) -> bool:
    """Return whether the caller may read a document: the office, or an employer that pays part of its invoice."""
    application = context.session.get_one(Application, row.stream)
    if not may_see(context.session, context.by, application):
        return False
    if not acts_for_employer(context.by):
        return True
    mine = col(Payable.organisation).in_(own_names(context))
    query = select(Payable.id).where(Payable.invoice == row.invoice, mine)
    return context.session.exec(query.limit(1)).first() is not None
