"""Parties of a case: its application, its official, and the people who hold a duty."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_
from sqlmodel import Session

from rules.core.roles import OF_AN_EMPLOYER, Role
from states.tables.application import Application
from states.tables.base import METADATA
from states.tables.loans import Loan, Objection
from states.tables.payments import PaymentBatch
from states.tables.people import Organisation, Person

DUTIES, ABSENCES = METADATA.tables["duty"], METADATA.tables["absence"]


def has_application(row: Any) -> bool:
    """Whether a subject belongs to an application; batches, people, organisations and some loans do not."""
    if isinstance(row, (Loan, Objection)):
        return row.application is not None
    return row is not None and not isinstance(row, (PaymentBatch, Organisation, Person))


def official_of(session: Session, case: str) -> str:
    """The official whom an application, or a loan without one, is about."""
    application = session.get(Application, case)
    return application.applicant if application is not None else session.get_one(Loan, case).person


def duty_holders(session: Session, role: Role, organisation: str) -> list[str]:
    """People who hold a duty: at the employer where the role acts for one, otherwise at the office or the ministry."""
    return holders_of(session, [(role, organisation)])[role, organisation]


def holders_of(session: Session, duties: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """As :func:`duty_holders`, of several duties by role and organisation."""
    places = {(role, name): (role, name if Role(role) in OF_AN_EMPLOYER else "") for role, name in duties}
    query = select(DUTIES.c.role, DUTIES.c.organisation, DUTIES.c.person)
    mine = tuple_(DUTIES.c.role, DUTIES.c.organisation).in_(list(places.values()))
    found: dict[tuple[str, str], list[str]] = {place: [] for place in places.values()}
    for row in session.connection().execute(query.where(mine)):
        found[row.role, row.organisation].append(row.person)
    return {duty: sorted(found[place]) for duty, place in places.items()}


def holds_duty(session: Session, person: str, role: Role, organisation: str = "") -> bool:
    """Whether a person holds a duty: at the office, or at the employer that is named."""
    mine = (DUTIES.c.person == person, DUTIES.c.role == role, DUTIES.c.organisation == organisation)
    return session.connection().execute(select(DUTIES.c.person).where(*mine)).first() is not None


def absent_until(session: Session, person: str, day: date) -> date | None:
    """The last day of the person's absence that includes a day; None where there is none."""
    days = ABSENCES.c
    query = select(days.until).where(days.person == person, days.since <= day, days.until >= day)
    return session.connection().execute(query.order_by(days.until.desc()).limit(1)).scalar()
