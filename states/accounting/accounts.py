"""Accounts of an employer's books on a day: set by the employer, or else those of its registration."""

from datetime import UTC, date, datetime, time

from sqlmodel import Session, col, select

from rules.core.dated_values import value
from states.tables.accounting import BookAccounts
from states.tables.base import new_id
from states.tables.people import Organisation

REGISTRATION = "registration"
"""The source of accounts that an employer never set: its registration, and dated defaults."""


def on_day(session: Session, employer: Organisation, on: date) -> BookAccounts:
    """The accounts of an employer on a day; an unsaved row if it set none for it."""
    query = select(BookAccounts).where(BookAccounts.organisation == employer.id, BookAccounts.since <= on)
    newest = query.order_by(col(BookAccounts.since).desc(), col(BookAccounts.recorded_at).desc()).limit(1)
    return session.exec(newest).first() or registered(employer, on)


def registered(employer: Organisation, on: date) -> BookAccounts:
    """The accounts of an employer that set none."""
    return BookAccounts(
        id=new_id("accounts"),
        stream=employer.stream,
        organisation=employer.id,
        since=on,
        cost=employer.ledger_account,
        creditor=value("creditor_account", on),
        vat=value("vat_account", on),
        bank=employer.bank_account,
        cost_centre=employer.cost_centre,
        task_field=value("task_field", on),
        category=value("economic_category", on),
        source=REGISTRATION,
        recorded_at=datetime.combine(on, time(), UTC),
    )
