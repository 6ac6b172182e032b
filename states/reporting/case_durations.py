"""Durations of a case by responsible party, from its ledger and its terms."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from rules.core.dates import office_day
from rules.deadlines.attribution import EmployerPeriod, HeldInterval, days_per_party
from states.deadlines import term_query
from states.tables.application import Application, Takeover
from states.tables.deadlines import Term
from states.tables.ledger import LedgerEntry

WINDOWS = ("completion", "view")
"""Terms in which a case waits for its applicant, in every stage."""
ONE_DAY = timedelta(days=1)


def days_of_case(session: Session, application: Application, on: date) -> dict[str, int]:
    """The days of each party in a case, from the receipt until its end, or today."""
    return days_per_party(
        application.received_on,
        application.ended_on or on,
        stages(session, application),
        windows(session, application),
        employer_periods(session, application),
    )


def stages(session: Session, application: Application) -> list[tuple[date, str]]:
    """The day of each change of stage, and the new stage."""
    query = select(LedgerEntry.at, LedgerEntry.after).where(
        LedgerEntry.stream == application.stream,
        LedgerEntry.chart == "application",
        col(LedgerEntry.after).is_not(None),
        col(LedgerEntry.after).is_distinct_from(col(LedgerEntry.before)),
    )
    return [(office_day(at), str(after)) for at, after in session.exec(query.order_by(col(LedgerEntry.seq)))]


def terms(session: Session, application: Application, *kinds: str) -> list[Term]:
    """The terms of some kinds in a case, in order of start."""
    query = select(Term).where(Term.application == application.id, col(Term.kind).in_(kinds))
    return list(session.exec(query.order_by(col(Term.started_on), col(Term.id))))


def windows(session: Session, application: Application) -> list[HeldInterval]:
    """The days on which the applicant was to complete the application or give a view.

    The day of the answer belongs to the office, as in Awb 4:15.
    """
    found = []
    for term in terms(session, application, *WINDOWS):
        used = term.ended_on is not None and term.ended_by != "lapse"
        last = term.ended_on - ONE_DAY if used and term.ended_on is not None else term.due_on
        if term.due_on is not None and last is not None:
            last = min(last, term.due_on)
        found.append(HeldInterval(term.started_on + ONE_DAY, last, "applicant"))
    return found


def employer_periods(session: Session, application: Application) -> list[EmployerPeriod]:
    """The days of each employer: before it confirmed the receipt, and in its term."""
    asked = session.exec(select(Takeover).where(Takeover.stream == application.stream))
    found = [EmployerPeriod(row.requested_on, row.received_on) for row in asked]
    own = terms(session, application, "takeover")
    suspended = term_query.suspensions_of(session, own)
    for term in own:
        still = tuple(HeldInterval(row.since, row.until, row.attributed_to) for row in suspended[term.id])
        found.append(EmployerPeriod(term.started_on + ONE_DAY, term.ended_on, still))
    return found
