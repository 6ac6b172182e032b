"""Visibility."""

from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from sqlmodel import Session, col, or_, select

from api.http.dependencies import RequestContext
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from rules.procedure import authorization
from states.engine import parties
from states.errors import NotFoundError, RefusedError
from states.tables.accounting import Booking
from states.tables.application import Application, Measure, Takeover
from states.tables.base import Subject
from states.tables.deadlines import Reminder
from states.tables.loans import Loan, Objection
from states.tables.payments import Payable

READS_CONTENT = frozenset(
    {Role.APPLICANT, Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR, Role.PRIVACY_OFFICER},
)
"""Who needs to know the content of a case; auditors verify facts."""


READS_MEASURES = READS_CONTENT | {Role.EMPLOYER, Role.SECURITY_CONTACT}
"""Who needs to know what a measure is; finance sees amounts and supplier."""


WHERE_TOLD = frozenset({Role.SECRETARY, Role.HEAD})
"""Who sees the cases that the clock told them of, and no others."""


READS_PAYEE = frozenset({Role.EMPLOYER, Role.SECURITY_CONTACT, Role.FINANCE, Role.APPROVER, Role.RELEASER})


PAYS = frozenset({Role.FINANCE, Role.APPROVER, Role.RELEASER})
"""Who sees of a case what is to be paid, and neither what for nor where."""


def may_see(session: Session, by: Actor, application: Application) -> bool:
    """Whether a case may be known to a caller at all.

    Applicants see their own; employers a case in which they were asked to take over, their secretary only one in
    which a term passed and the clock said so, as the head of the office; the office sees all, the ministry's contact
    none.
    """
    if by.role is Role.MINISTRY_CONTACT:
        return False
    if by.role in WHERE_TOLD:
        told = select(Reminder.term).where(Reminder.application == application.id, Reminder.recipient == by.person)
        return session.exec(told.limit(1)).first() is not None
    if by.role is Role.APPLICANT:
        return by.person in {application.applicant, application.representative}
    if by.role in OF_AN_EMPLOYER:
        mine = col(Takeover.organisation).in_(parties.known_as(session, by.organisation))
        query = select(Takeover.id).where(Takeover.stream == application.id, mine)
        return session.exec(query.limit(1)).first() is not None
    return True


def may_see_apart(session: Session, by: Actor, row: Loan | Objection) -> bool:
    """Whether a loan or an objection may be known to a caller: the official, the office and that employer alone."""
    if by.role in {Role.HEAD, Role.MINISTRY_CONTACT}:
        return False
    if by.role is Role.APPLICANT:
        return row.person == by.person
    return by.role not in OF_AN_EMPLOYER or by.organisation in parties.organisations(session, row)


def require_application(session: Session, by: Actor, reference: str) -> Application:
    """A case that the caller may see.

    Raises:
        NotFoundError: there is none, or the caller may not know that there is.
    """
    application = session.get(Application, reference)
    if application is None or not may_see(session, by, application):
        raise NotFoundError("application", reference)
    return application


T = TypeVar("T", bound=Subject)


def visible(context: RequestContext, row: Any) -> bool:
    """Whether the caller may know of a subject."""
    if isinstance(row, (Loan, Objection)):
        return may_see_apart(context.session, context.by, row)
    if parties.has_application(row):
        application = row if isinstance(row, Application) else context.session.get_one(Application, row.stream)
        return may_see(context.session, context.by, application)
    return context.by.organisation in (None, *parties.organisations(context.session, row))


def concerns(context: RequestContext, row: Any) -> bool:
    """Whether a subject may be known to the caller, and is its employer's where the caller acts for one."""
    return visible(context, row) and context.by.organisation in (None, *parties.organisations(context.session, row))


def require_subject(context: RequestContext, table: type[T], what: str, key: str) -> T:
    """A subject that concerns the caller.

    Raises:
        NotFoundError: there is none, or the caller may not know that there is.
    """
    row = context.session.get(table, key)
    if row is None or not concerns(context, row):
        raise NotFoundError(what, key)
    return row


def own_parts(context: RequestContext, stream: str) -> set[str]:
    """The parts of a case that concern the caller's employer; a measure without a payer concerns all of them."""
    parts: tuple[tuple[Any, Any], ...] = (
        (Takeover.id, Takeover.organisation),
        (Measure.id, Measure.payer),
        (Payable.id, Payable.organisation),
        (Booking.id, Booking.organisation),
        (Loan.id, Loan.organisation),
    )
    mine = parties.known_as(context.session, context.by.organisation)
    found: set[str] = set()
    for key, owner in parts:
        query = select(key).where(col(key.class_.stream) == stream)
        found.update(context.session.exec(query.where(or_(col(owner).is_(None), col(owner).in_(mine)))))
    objected = select(Objection.id).where(Objection.stream == stream, col(Objection.organisation).in_(mine))
    found.update(context.session.exec(objected))
    return found


def of_own_employer(context: RequestContext, query: Any, table: Any) -> Any:
    """Limit a query to the caller's employer.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
    """
    if context.by.role in OF_AN_EMPLOYER:
        return query.where(col(table.organisation).in_(parties.known_as(context.session, context.by.organisation)))
    if context.by.role not in SEES_ALL_BOOKS:
        raise not_finance(context)
    return query


def not_finance(context: RequestContext) -> RefusedError:
    """That the books are the employers' own."""
    lacking = authorization.role_has_duty(chart="payment-batch", event="seal", role=context.by.role)
    return RefusedError([lacking] if lacking else [], duty=True)


WATCH = frozenset({Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR})
"""Who may look at any pool."""


def own_pool(by: Actor, role: Role | None, organisation: str | None) -> None:
    """Ask that whoever does not keep watch asks for the own pool only.

    Raises:
        RequestValidationError: another one is asked for.
    """
    if by.role in WATCH:
        return
    for name, asked, own in zip(("role", "organisation"), (role, organisation), by.pool, strict=True):
        if asked is not None and str(asked) != own:
            words = f"You see the work of {' at '.join(filter(None, by.pool))} only; leave this out."
            raise RequestValidationError([{"type": "value_error", "loc": ("query", name), "msg": words}])


SEES_ALL_BOOKS = frozenset({Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.OFFICER})
"""Who of the office sees the batches and books of every employer."""
