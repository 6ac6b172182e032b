"""Whom a subject concerns: its application, and the employers whose people may act on it."""

from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlmodel import Session

from states.tables.application import Application, ApplicationEmployer
from states.tables.finance import PaymentBatch
from states.tables.loans import Loan, Objection
from states.tables.people import Organisation, Person

TIES: Table = ApplicationEmployer.__table__  # type: ignore[attr-defined]  # set by SQLAlchemy
EMPLOYERS = select(TIES.c.organisation).where(TIES.c.application == bindparam("application")).order_by(TIES.c.position)


def has_application(row: Any) -> bool:
    """Whether a subject belongs to an application; batches, people, organisations and some loans do not."""
    if isinstance(row, (Loan, Objection)):
        return row.application is not None
    return row is not None and not isinstance(row, (PaymentBatch, Organisation, Person))


def employers_of(session: Session, application: str) -> list[str]:
    """The employers of an application; the first takes the remainder of a split."""
    known: dict[str, list[str]] = session.info.setdefault("employers", {})
    if not known.get(application):
        known[application] = list(session.connection().execute(EMPLOYERS, {"application": application}).scalars())
    return known[application]


def organisations(session: Session, row: Any) -> list[str]:
    """The employers that a subject concerns."""
    if isinstance(row, Organisation):
        return [row.id]
    if isinstance(row, Person):
        return []
    if isinstance(row, Objection):
        return [row.organisation] if row.organisation else []  # to the office's decision: no employer's business
    if isinstance(row, Application):
        return employers_of(session, row.id)
    own = getattr(row, "organisation", None) or getattr(row, "payer", None)
    return [own] if own else employers_of(session, row.stream)


def official_of(session: Session, case: str) -> str:
    """The official whom an application, or a loan without one, is about."""
    application = session.get(Application, case)
    return application.applicant if application is not None else session.get_one(Loan, case).person
