"""Whom a subject concerns: its application, and the employers whose people may act on it."""

from typing import Any

from sqlmodel import Session, select

from states.tables.application import Application, ApplicationEmployer
from states.tables.finance import PaymentBatch
from states.tables.people import Organisation, Person


def has_application(row: Any) -> bool:
    """Whether a subject belongs to an application; batches, people and organisations do not."""
    return row is not None and not isinstance(row, (PaymentBatch, Organisation, Person))


def employers_of(session: Session, application: str) -> list[str]:
    """The employers of an application; the first takes the remainder of a split."""
    query = select(ApplicationEmployer.organisation).where(ApplicationEmployer.application == application)
    return list(session.exec(query.order_by(ApplicationEmployer.position)))  # type: ignore[arg-type]


def organisations(session: Session, row: Any) -> list[str]:
    """The employers that a subject concerns."""
    if isinstance(row, Organisation):
        return [row.id]
    if isinstance(row, Person):
        return []
    if isinstance(row, Application):
        return employers_of(session, row.id)
    own = getattr(row, "organisation", None) or getattr(row, "payer", None)
    return [own] if own else employers_of(session, row.stream)
