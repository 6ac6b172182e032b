"""Journal query: the journal lines of some employers over some days."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select

from states.accounting.export_rows import JournalRow
from states.tables.accounting import Booking, JournalLine
from states.tables.payments import Payable

Employers = Sequence[str] | None
"""The ids of employers in the rows; None for all employers."""


def journal(
    session: Session, employers: Employers, since: date | None = None, until: date | None = None
) -> list[JournalRow]:
    """The lines in the books of some employers, booked from a day up to and including another, in a fixed order."""
    owner = func.coalesce(JournalLine.organisation, Booking.organisation)
    query = select(JournalLine, Booking, Payable).join(Booking, col(Booking.id) == JournalLine.booking)
    query = query.join(Payable, col(Payable.id) == Booking.payable)
    if employers is not None:
        query = query.where(owner.in_(employers))
    if since is not None:
        query = query.where(JournalLine.booked_on >= since)
    if until is not None:
        query = query.where(JournalLine.booked_on <= until)
    ordered = query.order_by(col(JournalLine.booked_on), col(JournalLine.booking), col(JournalLine.position))
    return [row_of(*found) for found in session.exec(ordered)]


def row_of(line: JournalLine, booking: Booking, payable: Payable) -> JournalRow:
    """A journal line with the columns of its booking and payable."""
    return JournalRow(
        booking=line.booking,
        position=line.position,
        booked_on=line.booked_on,
        account=line.account,
        cost_centre=line.cost_centre,
        task_field=line.task_field,
        debit=line.debit,
        credit=line.credit,
        tax_class=booking.tax_class,
        designation=booking.designation,
        part=line.part or "",
        employer=line.organisation or booking.organisation,
        side=line.side or "",
        category=line.category or "",
        document_on=line.document_on,
        mirrors=line.mirrors,
        payable=payable.id,
        invoice_number=payable.number,
        statement=line.statement or "",
        entry=line.entry,
    )


def accounts_of(rows: Iterable[JournalRow]) -> dict[str, JournalRow]:
    """The first line on each ledger account, by account."""
    found: dict[str, JournalRow] = {}
    for row in rows:
        found.setdefault(row.account, row)
    return dict(sorted(found.items()))
