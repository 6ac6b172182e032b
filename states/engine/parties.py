"""Whom a subject concerns: its application, and the employers whose people may act on it.

An employer that was merged stands for its successor everywhere: what it left behind is the successor's.
"""

from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlmodel import Session

from rules.core.roles import OF_AN_EMPLOYER, Role
from states.tables.application import Application, ApplicationEmployer
from states.tables.loans import Loan, Objection
from states.tables.payments import PaymentBatch
from states.tables.people import Duty, Organisation, Person

TIES: Table = ApplicationEmployer.__table__  # type: ignore[attr-defined]  # set by SQLAlchemy
EMPLOYERS = select(TIES.c.organisation).where(TIES.c.application == bindparam("application")).order_by(TIES.c.position)
DUTIES: Table = Duty.__table__  # type: ignore[attr-defined]  # set by SQLAlchemy
ORGANISATIONS: Table = Organisation.__table__  # type: ignore[attr-defined]  # set by SQLAlchemy
MERGED = select(ORGANISATIONS.c.id, ORGANISATIONS.c.successor).where(ORGANISATIONS.c.successor.is_not(None))


def has_application(row: Any) -> bool:
    """Whether a subject belongs to an application; batches, people, organisations and some loans do not."""
    if isinstance(row, (Loan, Objection)):
        return row.application is not None
    return row is not None and not isinstance(row, (PaymentBatch, Organisation, Person))


def successors(session: Session) -> dict[str, str]:
    """The successor of each employer that was merged."""
    known: dict[str, str] | None = session.info.get("successors")
    if known is None:
        known = session.info["successors"] = {row.id: row.successor for row in session.connection().execute(MERGED)}
    return known


def forget(session: Session) -> None:
    """Read anew who is whose employer: a merger may have come in between."""
    session.info.pop("successors", None)
    session.info.pop("employers", None)


def current(session: Session, organisation: str) -> str:
    """The employer that stands for one today: itself, or whoever it was merged into, through however many mergers."""
    known = successors(session)
    while organisation in known:
        organisation = known[organisation]
    return organisation


def known_as(session: Session, organisation: str | None) -> list[str]:
    """Every id under which an employer stands in the rows: its own, and those of the employers merged into it."""
    if organisation is None:
        return []
    return [organisation, *(merged for merged in successors(session) if current(session, merged) == organisation)]


def employers_of(session: Session, application: str) -> list[str]:
    """The employers of an application, each once; the first takes the remainder of a split."""
    known: dict[str, list[str]] = session.info.setdefault("employers", {})
    if not known.get(application):
        tied = session.connection().execute(EMPLOYERS, {"application": application}).scalars()
        known[application] = list(dict.fromkeys(current(session, organisation) for organisation in tied))
    return known[application]


def organisations(session: Session, row: Any) -> list[str]:
    """The employers that a subject concerns."""
    if isinstance(row, Organisation):
        return [current(session, row.id)]
    if isinstance(row, Person):
        return []
    if isinstance(row, Objection):
        return [row.organisation] if row.organisation else []  # to the office's decision: no employer's business
    if isinstance(row, Application):
        return employers_of(session, row.id)
    own = getattr(row, "organisation", None) or getattr(row, "payer", None)
    return [current(session, own)] if own else employers_of(session, row.stream)


def official_of(session: Session, case: str) -> str:
    """The official whom an application, or a loan without one, is about."""
    application = session.get(Application, case)
    return application.applicant if application is not None else session.get_one(Loan, case).person


def duty_holders(session: Session, role: Role, organisation: str) -> list[str]:
    """People who hold a duty: at the employer where the role acts for one, otherwise at the office or the ministry."""
    mine = organisation if role in OF_AN_EMPLOYER else ""
    query = select(DUTIES.c.person).where(DUTIES.c.role == role, DUTIES.c.organisation == mine)
    return sorted(session.connection().execute(query).scalars())
