"""Money trail of one payable: advice, measure, takeover, payable, batch, bank entry and journal.

A missing link is named; the trail of a paid payable has none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import tuple_
from sqlmodel import Session, SQLModel, col, or_, select

from states.charts.batch import BatchState
from states.charts.booking import BookingState
from states.charts.payable import PayableState
from states.engine.employers import EmployerDirectory
from states.tables.accounting import Booking, JournalLine, Part, Side
from states.tables.application import Application, Measure, Takeover
from states.tables.payments import BankEntry, BatchLine, Document, Payable, PayableLine, PaymentBatch

T = TypeVar("T", bound=SQLModel)

BEFORE_BATCH = {
    PayableState.TO_MATCH: "the security contact says which measures it is for",
    PayableState.RECEIVED: "finance checks it",
    PayableState.CHECKED: "another person approves it",
    PayableState.FIRST_APPROVED: "a second person approves it",
    PayableState.APPROVED: "it stands in a batch",
    PayableState.CREDIT: "the credit is settled against what is due to the supplier, or asked back",
    PayableState.ASKED_BACK: "the supplier pays it back",
    PayableState.RETURNED: "another payment of it is approved; the bank gave it back",
}
"""The next step in each state before a batch."""
BEFORE_BANK = {
    BatchState.OPEN: "is sealed",
    BatchState.SEALED: "is released by another person",
    BatchState.RELEASED: "is exported",
}
"""The next step of a batch before the bank has it."""
LEFT = (BatchState.EXPORTED, BatchState.SETTLED)
BY_THE_BANK = (PayableState.PAID, PayableState.REPAID)
DONE = (*BY_THE_BANK, PayableState.OFFSET)
"""Paid, or settled with a credit note and so without a payment."""


@dataclass(frozen=True)
class Gap:
    """A missing link."""

    link: str
    """advice, takeover, batch, bank or journal."""
    words: str


@dataclass(frozen=True)
class Trail:
    """Every link of one payable in order; a returned payment keeps its own."""

    payable: Payable
    application: Application | None
    lines: list[PayableLine]
    measures: list[Measure]
    takeovers: list[Takeover]
    payments: list[tuple[BatchLine, PaymentBatch]]
    entries: list[BankEntry]
    bookings: list[Booking]
    journal: list[JournalLine]
    documents: list[Document]

    @property
    def gaps(self) -> list[Gap]:
        """The missing links; empty if the trail is complete."""
        return [*self.before_money(), *self.at_the_bank(), *self.in_the_books()]

    def before_money(self) -> Iterator[Gap]:
        """Every measure that it pays for was advised, and taken over by the paying employer."""
        if self.measures and (self.application is None or self.application.adopted_on is None):
            yield Gap("advice", "Not yet: the security authority adopts the advice.")
        taken = [takeover.advice_version for takeover in self.takeovers if takeover.taken_over_on]
        if self.measures and not taken:
            yield Gap("takeover", "Not yet: the employer takes the measures over.")

    def at_the_bank(self) -> Iterator[Gap]:
        """A batch with it was sent, and a statement entry reports the payment."""
        state = self.payable.state
        if state in BEFORE_BATCH:
            yield Gap("batch", f"Not yet: {BEFORE_BATCH[state]}.")
            return
        standing = [batch for line, batch in self.payments if line.counts]
        for batch in standing:
            if batch.state in BEFORE_BANK:
                yield Gap("batch", f"Not yet: the batch {batch.id} {BEFORE_BANK[batch.state]}.")
        if state is PayableState.BATCHED and any(batch.state in LEFT for batch in standing):
            yield Gap("bank", "Not yet: an entry of a statement says that the bank booked it.")
        if state is PayableState.PAID and not any(batch.state in LEFT and batch.sha256 for batch in standing):
            yield Gap("batch", "Missing: the batch that was exported.")
        if state in BY_THE_BANK and not self.paying_entries():
            yield Gap("bank", "Missing: the entry of a statement by which it is known to be paid.")

    def paying_entries(self) -> list[BankEntry]:
        """The statement entries by which it is paid now."""
        reported = {(line.statement, line.entry) for line in self.unreversed() if line.part is Part.PAYMENT}
        return [entry for entry in self.entries if (entry.message, entry.position) in reported]

    def in_the_books(self) -> Iterator[Gap]:
        """The journal holds the payment and the cost, to the cent."""
        if self.payable.state not in DONE:
            return
        if self.payable.state in BY_THE_BANK and self.sum_of(Part.PAYMENT, Side.BANK) != -self.payable.gross:
            yield Gap("journal", "Missing: the payment in the journal.")
        waiting = [booking for booking in self.bookings if booking.state not in IN_FORCE]
        for booking in waiting:
            if booking.state is not BookingState.REVERSED:
                needs = f": {', '.join(booking.missing)}" if booking.missing else ""
                words = "waits for its evidence" if booking.missing else "is ready to be booked"
                yield Gap("journal", f"Not yet: the booking {booking.id} {words}{needs}.")
        open_amount = sum((row.amount for row in waiting if row.state is not BookingState.REVERSED), Decimal(0))
        if self.sum_of(Part.COST, Side.CREDITOR) != open_amount - self.payable.gross:
            yield Gap("journal", "Missing: what it was for, in the journal.")

    def unreversed(self) -> list[JournalLine]:
        """The journal lines without a reversal."""
        mirrored = {(line.booking, line.mirrors) for line in self.journal}
        return [line for line in self.journal if line.mirrors is None and (line.booking, line.position) not in mirrored]

    def sum_of(self, part: Part, side: Side) -> Decimal:
        """Debit minus credit of the lines in force of one part on one side."""
        lines = [line for line in self.unreversed() if (line.part, line.side) == (part, side)]
        return sum((line.debit - line.credit for line in lines), Decimal(0))


IN_FORCE = (BookingState.BOOKED, BookingState.EXPORTED)


def of_payable(session: Session, payable: Payable) -> Trail:
    """The trail of one payable."""
    return of_payables(session, [payable])[0]


def of_payables(session: Session, payables: Sequence[Payable]) -> list[Trail]:
    """The trails of some payables; each table is asked once, however many there are."""
    keys = [payable.id for payable in payables]
    streams = {payable.stream for payable in payables}
    lines = rows_by(session, PayableLine, PayableLine.payable, keys, PayableLine.id)
    named = {line.measure for found in lines.values() for line in found if line.measure}
    measures = rows_by(session, Measure, Measure.id, named)
    takeovers = rows_by(session, Takeover, Takeover.stream, streams, Takeover.id)
    applications = rows_by(session, Application, Application.id, streams)
    documents = rows_by(session, Document, Document.invoice, {payable.invoice for payable in payables}, Document.id)
    bookings = rows_by(session, Booking, Booking.payable, keys, Booking.id)
    made = [booking.id for found in bookings.values() for booking in found]
    journal = rows_by(session, JournalLine, JournalLine.booking, made, JournalLine.position)
    payments = payments_of(session, keys)
    entries = {entry.place: entry for entry in entries_of(session, keys, chain(*journal.values()))}
    named_by: dict[str | None, list[BankEntry]] = defaultdict(list)
    for entry in entries.values():
        named_by[entry.payable].append(entry)
    employers = EmployerDirectory(session)

    def trail(payable: Payable) -> Trail:
        own = lines.get(payable.id, [])
        for_measures = [row for key in sorted({line.measure for line in own if line.measure}) for row in measures[key]]
        mine = employers.current(payable.organisation)
        asked = [row for row in takeovers.get(payable.stream, []) if employers.current(row.organisation) == mine]
        booked = bookings.get(payable.id, [])
        written = [line for booking in booked for line in journal.get(booking.id, [])]
        reported = {place for line in written if (place := (line.statement, line.entry)) in entries}
        said = {row.place: row for row in (*named_by[payable.id], *(entries[place] for place in reported))}
        return Trail(
            payable=payable,
            application=next(iter(applications.get(payable.stream, [])), None),
            lines=own,
            measures=for_measures,
            takeovers=asked if for_measures else [],
            payments=payments[payable.id],
            entries=sorted(said.values(), key=lambda row: (row.booked_on, row.message, row.position)),
            bookings=booked,
            journal=written,
            documents=documents.get(payable.invoice, []),
        )

    return [trail(payable) for payable in payables]


def rows_by(session: Session, table: type[T], column: Any, values: Collection[str], *order: Any) -> dict[str, list[T]]:
    """The rows of a table that have one of some values in a column, by that value, in an order."""
    found: dict[str, list[T]] = {}
    query = select(table).where(col(column).in_(values)).order_by(*(col(each) for each in order))
    for row in session.exec(query):
        found.setdefault(getattr(row, column.key), []).append(row)
    return found


def payments_of(session: Session, payables: Collection[str]) -> dict[str, list[tuple[BatchLine, PaymentBatch]]]:
    """Every payment of some payables in a batch, in order, by payable."""
    found: dict[str, list[tuple[BatchLine, PaymentBatch]]] = defaultdict(list)
    query = select(BatchLine, PaymentBatch).join(PaymentBatch, col(PaymentBatch.id) == BatchLine.batch)
    mine = query.where(col(BatchLine.payable).in_(payables))
    for line, batch in session.exec(mine.order_by(col(PaymentBatch.created_at), col(PaymentBatch.id))):
        found[line.payable].append((line, batch))
    return found


def entries_of(session: Session, payables: Collection[str], journal: Iterable[JournalLine]) -> list[BankEntry]:
    """The statement entries that may have paid or returned some payables: those that name one, or that a line names."""
    reported = {(line.statement, line.entry) for line in journal if line.statement}
    query = select(BankEntry).where(
        or_(col(BankEntry.payable).in_(payables), tuple_(col(BankEntry.message), col(BankEntry.position)).in_(reported))
    )
    return list(session.exec(query))


def payables_of_entry(session: Session, entry: BankEntry) -> list[Payable]:
    """The payables that a statement entry paid or returned."""
    payables = select(Booking.payable).join(JournalLine, col(JournalLine.booking) == Booking.id)
    payables = payables.where(JournalLine.statement == entry.message, JournalLine.entry == entry.position)
    query = select(Payable).where(or_(col(Payable.id).in_(payables), col(Payable.id) == entry.payable))
    return list(session.exec(query.order_by(col(Payable.id))))


def payables_of_measure(session: Session, measure: Measure) -> list[Payable]:
    """The payables for a measure, including rejected ones."""
    lines = select(PayableLine.payable).where(PayableLine.measure == measure.id)
    return list(session.exec(select(Payable).where(col(Payable.id).in_(lines)).order_by(col(Payable.id))))


def payables_of_batch(session: Session, batch: PaymentBatch) -> list[Payable]:
    """The payables that are or were in a batch."""
    lines = select(BatchLine.payable).where(BatchLine.batch == batch.id)
    return list(session.exec(select(Payable).where(col(Payable.id).in_(lines)).order_by(col(Payable.id))))
