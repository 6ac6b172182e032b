"""Periods of an employer's books that are closed."""

from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select

from rules.payments.accounting_periods import first_open
from states.tables.accounting import BookPeriod


def hold(session: Session, organisation: str, *, closing: bool = False) -> None:
    """Lock the periods of an employer's books until this transaction ends.

    Bookings share the lock; closing a period waits for all of them, and they wait for it.
    """
    lock = func.pg_advisory_xact_lock if closing else func.pg_advisory_xact_lock_shared
    session.execute(select(lock(func.hashtextextended(f"books:{organisation}", 0))))


def closed(session: Session, organisation: str) -> list[BookPeriod]:
    """The closed periods of an employer's books, earliest first."""
    mine = (BookPeriod.organisation == organisation, col(BookPeriod.reopened_at).is_(None))
    return list(session.exec(select(BookPeriod).where(*mine).order_by(col(BookPeriod.since), col(BookPeriod.id))))


def closing(periods: list[BookPeriod], day: date) -> str | None:
    """The closed period of a day, the longer one if there are two; None if the day is open."""
    found = [period for period in periods if period.since <= day <= period.until]
    return max(found, key=lambda period: period.until - period.since).period if found else None


def open_day(periods: list[BookPeriod], day: date) -> date:
    """The day, or the first open one after it."""
    return first_open(day, [(period.since, period.until) for period in periods])
