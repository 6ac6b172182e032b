"""Reports of the books: open items, tax classes by year, and spending compared with the ministry's contribution.

No report names a person, a supplier or a measure.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from sqlmodel import Session, col, select

from rules.core.dated_values import version
from rules.payments.accounting_periods import days_of
from states.accounting.export_rows import ClassRow, JournalRow, OpenItem, SpendingRow
from states.accounting.journal_query import Employers, journal
from states.charts.booking import BookingState
from states.charts.payable import PayableState
from states.tables.accounting import Booking
from states.tables.payments import ENTRY_WAITS, BankEntry, BankMessage, Payable
from states.tables.people import Organisation

NO_CLAIM = "A report of what was spent; the contribution comes with the general grants, and nobody claims it by this."
"""The disclaimer of the spending report."""
WAITS = {
    PayableState.TO_MATCH: "the security contact",
    PayableState.RECEIVED: "the check",
    PayableState.CHECKED: "the approval by another person",
    PayableState.FIRST_APPROVED: "the approval by a second person",
    PayableState.APPROVED: "a batch",
    PayableState.CREDIT: "an invoice to settle it with, or the money",
    PayableState.ASKED_BACK: "the money from the supplier",
    PayableState.BATCHED: "the bank",
    PayableState.RETURNED: "the approval of another payment",
}
"""What an open payable waits for, by state."""


def open_items(session: Session, employers: Employers) -> list[OpenItem]:
    """Items owed and not paid, paid and not booked, or on a statement and not matched; the oldest first."""
    found = [*unpaid(session, employers), *unbooked(session, employers), *unknown(session, employers)]
    return sorted(found, key=lambda item: (item.since, item.kind, item.item))


def unpaid(session: Session, employers: Employers) -> list[OpenItem]:
    """Payables that are not paid yet."""
    query = select(Payable).where(col(Payable.state).in_(WAITS))
    if employers is not None:
        query = query.where(col(Payable.organisation).in_(employers))
    return [
        OpenItem(
            employer=row.organisation,
            kind="payable",
            item=row.id,
            since=row.received_on,
            number=row.number,
            amount=row.gross,
            state=row.state,
            waits_for=WAITS[row.state],
        )
        for row in session.exec(query)
    ]


def unbooked(session: Session, employers: Employers) -> list[OpenItem]:
    """Payments without a booked cost."""
    waiting = (BookingState.PROPOSED, BookingState.AWAITING_EVIDENCE, BookingState.READY)
    query = select(Booking, Payable).join(Payable, col(Payable.id) == Booking.payable)
    query = query.where(col(Booking.state).in_(waiting))
    if employers is not None:
        query = query.where(col(Booking.organisation).in_(employers))
    return [
        OpenItem(
            employer=row.organisation,
            kind="booking",
            item=row.id,
            since=payable.paid_on or payable.received_on,
            number=payable.number,
            amount=row.amount,
            state=row.state,
            waits_for=", ".join(row.missing) or "the booking",
        )
        for row, payable in session.exec(query)
    ]


def unknown(session: Session, employers: Employers) -> list[OpenItem]:
    """Statement entries that a person still has to match or set aside."""
    query = select(BankEntry, BankMessage).join(BankMessage, col(BankMessage.id) == BankEntry.message)
    query = query.where(*ENTRY_WAITS)
    if employers is not None:
        query = query.where(col(BankMessage.organisation).in_(employers))
    return [
        OpenItem(
            employer=message.organisation,
            kind="bank-entry",
            item=f"{entry.message}/{entry.position}",
            since=entry.booked_on,
            number="",
            amount=entry.amount,
            state="unmatched",
            waits_for="a person who knows it",
        )
        for entry, message in session.exec(query)
    ]


def kinds(session: Session) -> dict[str, str]:
    """The kind of each employer."""
    return {row.id: str(row.kind) for row in session.exec(select(Organisation))}


def is_cost(row: JournalRow) -> bool:
    """Whether a line is a cost; the oldest lines, booked directly against the bank, have it as their first debit."""
    return row.side == "cost" or (not row.side and row.position == 1)


def tax_classes(session: Session, employers: Employers, year: int) -> list[ClassRow]:
    """Each employer's bookings of a year by tax class and designation, less reversals."""
    of = kinds(session)
    groups: dict[tuple[str, str, str], list[JournalRow]] = defaultdict(list)
    for row in journal(session, employers, *days_of(str(year))):
        if is_cost(row) or row.side == "vat":
            groups[row.employer, row.tax_class, row.designation].append(row)
    found = []
    for (employer, tax_class, designation), rows in sorted(groups.items()):
        cost = sum((row.debit - row.credit for row in rows if is_cost(row)), Decimal("0.00"))
        vat = sum((row.debit - row.credit for row in rows if row.side == "vat"), Decimal("0.00"))
        found.append(
            ClassRow(
                year=year,
                employer=employer,
                employer_kind=of[employer],
                tax_class=tax_class,
                designation=designation,
                bookings=len({row.booking for row in rows} - {row.booking for row in rows if row.mirrors}),
                cost=cost,
                compensable_vat=vat,
                gross=cost + vat,
            ),
        )
    return found


def spending(session: Session, employers: Employers, year: int) -> list[SpendingRow]:
    """Spending of a year by kind of employer, with the ministry's yearly contribution and its source."""
    of = kinds(session)
    cost: dict[str, Decimal] = dict.fromkeys(("municipality", "province", "water-board"), Decimal("0.00"))
    who: dict[str, set[str]] = defaultdict(set)
    for row in journal(session, employers, *days_of(str(year))):
        if is_cost(row):
            cost[of[row.employer]] += row.debit - row.credit
            who[of[row.employer]].add(row.employer)
    found = [
        SpendingRow(
            year=year, employer_kind=kind, employers=len(who[kind]), cost=amount, contribution=None, note=NO_CLAIM
        )
        for kind, amount in cost.items()
    ]
    known = version("ministry_contribution", date(year, 12, 31))
    contribution = None if known.value == "none" else Decimal(known.value)
    note = f"{known.source}{'' if known.verified else ' (unverified)'}"
    found.append(
        SpendingRow(year=year, employer_kind="ministry", employers=0, cost=None, contribution=contribution, note=note)
    )
    return found
