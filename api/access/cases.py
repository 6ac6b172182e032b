"""Cases: who may see an application, a loan or an objection, and which parts of it."""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, false
from sqlmodel import Session, col, or_, select

from api.access.employers import acts_for_employer, own_names
from api.http.dependencies import RequestContext
from api.http.pagination import number, position_in, position_text, split_page
from rules.access.readers import SEES_CASE, SEES_LOAN, Relation, relation_by_role
from rules.core.roles import Actor, Role
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

T = TypeVar("T", bound=Subject)


def may_see(session: Session, by: Actor, application: Application) -> bool:
    """Return whether the caller may know that a case exists, by the table of who sees a case."""
    return application.id in visible_among(session, by, [application.id])


def visible_applications(session: Session, by: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions under which the caller may see applications.

    Officials see their own cases, people of an employer those that it was asked to take over, the secretary and the
    head those about which they were sent a reminder, the office all of them.
    """
    match relation_by_role(by.role, SEES_CASE):
        case Relation.OFFICE:
            return []
        case Relation.OWN:
            return [or_(col(Application.applicant) == by.person, col(Application.representative) == by.person)]
        case Relation.NOTIFIED:
            reminded = select(Reminder.application).where(Reminder.recipient == by.person)
            return [col(Application.id).in_(reminded), *requested_of(session, by)]
        case Relation.OWN_ORGANISATION:
            return requested_of(session, by)
        case _:
            return [false()]


def requested_of(session: Session, by: Actor) -> list[ColumnElement[bool]]:
    """Return the condition that the caller's employer was asked to take over, for those who act for one."""
    if not acts_for_employer(by):
        return []
    names = EmployerDirectory(session).known_as(by.organisation)
    requested = select(Takeover.stream).where(col(Takeover.organisation).in_(names))
    return [col(Application.id).in_(requested)]


def visible_among(session: Session, by: Actor, references: Collection[str]) -> set[str]:
    """Return the references of those of some applications that the caller may see, as :func:`may_see` of one."""
    if not references:
        return set()
    query = select(Application.id).where(col(Application.id).in_(references), *visible_applications(session, by))
    return set(session.exec(query))


def may_see_loan_or_objection(session: Session, by: Actor, row: Loan | Objection) -> bool:
    """Return whether the caller may know of a loan or an objection: the official, the office, or the employer."""
    match relation_by_role(by.role, SEES_LOAN):
        case Relation.OFFICE:
            return True
        case Relation.OWN:
            return row.person == by.person
        case Relation.OWN_ORGANISATION:
            return by.organisation in EmployerDirectory(session).concerned_by(row)
        case _:
            return False


def visible_loans(context: RequestContext, query: Any) -> Any:
    """Limit a query to the loans that the caller may see: the official's own, the employer's own, or all."""
    match relation_by_role(context.by.role, SEES_LOAN):
        case Relation.OFFICE:
            return query
        case Relation.OWN:
            return query.where(Loan.person == context.by.person)
        case Relation.OWN_ORGANISATION:
            return query.where(col(Loan.organisation).in_(own_names(context)))
        case _:
            return query.where(false())


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


def concerning(context: RequestContext, rows: Sequence[Payable]) -> list[Payable]:
    """Return those of some payables that concern the caller, as :func:`concerns` of one."""
    seen = visible_among(context.session, context.by, {row.stream for row in rows})
    mine, employers = context.by.organisation, context.employers
    return [row for row in rows if row.stream in seen and mine in (None, *employers.concerned_by(row))]


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


def entries_page(
    context: RequestContext, stream: str, cursor: str | None, limit: int
) -> tuple[Sequence[LedgerEntry], str | None]:
    """Return one page of the ledger of a case in order, and the cursor of the next one.

    An employer sees the entries on its own parts.
    """
    query = select(LedgerEntry).where(LedgerEntry.stream == stream)
    if acts_for_employer(context.by):
        query = query.where(col(LedgerEntry.subject).in_(own_parts(context, stream)))
    if cursor is not None:
        query = query.where(col(LedgerEntry.seq) > position_in(cursor, number)[0])
    found = context.session.exec(query.order_by(col(LedgerEntry.seq)).limit(limit + 1)).all()
    return split_page(found, limit, lambda entry: position_text(entry.seq))


def visible_measures(context: RequestContext, query: Any) -> Any:
    """Limit a query to the measures that concern the caller; one without a payer concerns every employer.

    Officials and employers see a measure once an adopted advice held it; a draft is the office's.
    """
    if relation_by_role(context.by.role, SEES_CASE) is Relation.OFFICE:
        return query
    advised = select(LedgerEntry.subject).where(LedgerEntry.stream == Measure.stream, LedgerEntry.event == "advise")
    query = query.where(col(Measure.id).in_(advised))
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
