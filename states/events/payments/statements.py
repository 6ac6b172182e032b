"""Bank statements (camt.053): only a booking makes paid, a return makes unpaid, what is unclear waits for a person."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import Field
from sqlalchemy import ARRAY, String, literal
from sqlmodel import Session, col, or_, select

from rules.core.rule import Finding, Rule
from rules.payments import statement_matching
from states.charts.batch import BatchState
from states.charts.people import ORGANISATION
from states.engine import parties
from states.engine.bodies import Body, Code, Handle, Text
from states.engine.event import B, Event, EventContext
from states.errors import MalformedError
from states.events.payments.statement_bodies import PIECE, MoreEntries, Statement, StatementEntry
from states.findings import told
from states.tables.base import new_id
from states.tables.payments import ENTRY_WAITS, BankEntry, BankMessage, BatchLine, Payable, PaymentBatch
from states.tables.people import Organisation

UNSAID = "NARR"
"""The ISO code of a reason that the bank did not give as a code."""
LEFT = (BatchState.EXPORTED, BatchState.SETTLED, BatchState.REJECTED)
"""Where a batch stands whose file the bank has."""


def among(column: Any, names: Iterable[str | None]) -> Any:
    """Whether a column is among some names; one parameter, however many there are."""
    return column == literal(sorted({name for name in names if name}), ARRAY(String)).any_()


@dataclass
class Meant:
    """What an entry is about: the lines of one payment or of one batch, and what was ordered."""

    batch: PaymentBatch
    lines: list[BatchLine]
    named: str
    whole: bool
    """Whether it is the total of the batch."""

    @property
    def ordered(self) -> Decimal:
        """The sum of the lines, in euros."""
        return sum((line.amount for line in self.lines), Decimal(0))


class StatementEvent(Event[Organisation, B]):
    """What the events of statements share: finding the payments that an entry names, and booking them."""

    chart, table = ORGANISATION, Organisation

    @staticmethod
    def streams(session: Session, names: Iterable[str | None]) -> Iterator[str]:
        """The streams of every payable and batch that is named, by EndToEndId or PmtInfId."""
        names = list(names)
        lines = select(BatchLine.batch, Payable.stream).join(Payable, col(Payable.id) == BatchLine.payable)
        batches = select(PaymentBatch.id).where(among(PaymentBatch.message_id, names))
        named = lines.where(or_(among(BatchLine.end_to_end, names), col(BatchLine.batch).in_(batches)))
        for batch, stream in session.exec(named):
            yield batch
            yield stream

    @staticmethod
    def read_together(context: EventContext[Organisation], names: list[str | None]) -> dict[str, BatchLine]:
        """The named lines by their EndToEndId; batches and payables are read with them, to be at hand one by one."""
        lines = context.rows(BatchLine, among(BatchLine.end_to_end, names), order=BatchLine.end_to_end)
        context.rows(PaymentBatch, among(PaymentBatch.id, [line.batch for line in lines]))
        context.rows(Payable, among(Payable.id, [line.payable for line in lines]))
        return {line.end_to_end: line for line in lines}

    def meant(
        self,
        context: EventContext[Organisation],
        lines: dict[str, BatchLine],
        end_to_end: str | None,
        payment_information: str | None,
    ) -> Meant | None:
        """What is meant by an EndToEndId, or else by a PmtInfId; None where it is nothing of this employer's."""
        mine = parties.current(context.session, context.row.id)
        if end_to_end in lines:
            line = lines[str(end_to_end)]
            batch = context.get(PaymentBatch, line.batch)
            if parties.current(context.session, batch.organisation) == mine:
                return Meant(batch, [line], line.end_to_end, whole=False)
        if payment_information:
            for batch in context.rows(PaymentBatch, PaymentBatch.message_id == payment_information):
                if parties.current(context.session, batch.organisation) == mine:
                    found = context.rows(BatchLine, BatchLine.batch == batch.id, order=BatchLine.payable)
                    return Meant(batch, found, payment_information, whole=True)
        return None

    @staticmethod
    def open_lines(context: EventContext[Organisation], meant: Meant, *, is_return: bool) -> list[BatchLine]:
        """Of a batch that was booked as a whole, the lines that can follow: what came back before is not among them."""
        states = {"batched", "paid"} if is_return else {"batched"}
        return [line for line in meant.lines if line.counts and context.get(Payable, line.payable).state in states]

    @staticmethod
    def book(
        context: EventContext[Organisation], lines: list[BatchLine], reason: str | None, *, is_return: bool, **by: Any
    ) -> None:
        """Make payments paid, or unpaid again; ``by`` names the day and the entry that says so."""
        for line in lines:
            payable, batch = context.get(Payable, line.payable), context.get(PaymentBatch, line.batch)
            if is_return:
                context.trigger("payable", payable, "bounce", reason=reason or UNSAID, **by)
                context.trigger("payment-batch", batch, "drop-line", payable=payable.id)
            else:
                context.trigger("payable", payable, "pay", **by)

    @staticmethod
    def settle(context: EventContext[Organisation], batches: Iterable[str]) -> None:
        """Settle the exported batches of which every payment was booked, but for those that came back."""
        for key in sorted(set(batches)):
            batch = context.get(PaymentBatch, key)
            if batch.state is not BatchState.EXPORTED:
                continue
            counting = (BatchLine.batch == key, col(BatchLine.counts))
            lines = context.rows(BatchLine, *counting, order=BatchLine.payable)
            if all(context.get(Payable, line.payable).state in {"paid", "returned"} for line in lines):
                context.trigger("payment-batch", batch, "settle")

    def take_in(self, context: EventContext[Organisation], message: str, entries: Sequence[StatementEntry]) -> None:
        """Match entries, and keep them with what became of each."""
        lines = self.read_together(context, [entry.end_to_end for entry in entries])
        for entry in entries:
            meant = self.meant(context, lines, entry.end_to_end, entry.payment_information)
            booked, finding = self.judge_entry(context, entry, meant)
            by = {"booked_on": entry.booked_on, "statement": message, "entry": entry.position}
            self.book(context, booked, entry.reason, is_return=entry.is_return, **by)
            context.session.add(
                BankEntry(
                    message=message,
                    stream=context.row.stream,
                    payable=booked[0].payable if len(booked) == 1 else None,
                    batch=booked[0].batch if booked else None,
                    matched=bool(booked),
                    finding=None if finding is None else told(finding),
                    **entry.model_dump(),
                ),
            )

    def judge_entry(
        self, context: EventContext[Organisation], entry: StatementEntry, meant: Meant | None
    ) -> tuple[list[BatchLine], Finding | None]:
        """The lines that an entry books; none, and why, where a person must look."""
        finding = statement_matching.is_known(
            end_to_end=entry.end_to_end, payment_information=entry.payment_information, found=meant is not None
        )
        if meant is None:
            return [], finding
        back = entry.amount > 0
        lines = self.open_lines(context, meant, is_return=back) if meant.whole else meant.lines
        ordered = sum((line.amount for line in lines), Decimal(0))
        questions: list[tuple[Rule, dict[str, Any]]] = [
            (statement_matching.has_left, {"batch": meant.batch.id, "state": str(meant.batch.state)}),
            (statement_matching.credit_is_return, {"booked": entry.amount, "is_return": entry.is_return}),
        ]
        if not meant.whole:
            line = meant.lines[0]
            state = str(context.get(Payable, line.payable).state)
            facts = {"payment": meant.named, "state": state, "counts": line.counts, "is_return": back}
            questions.append((statement_matching.once, facts))
        questions.append((statement_matching.as_ordered, {"booked": entry.amount, "ordered": ordered}))
        for rule, facts in questions:
            if (finding := rule(**facts)) is not None:
                return [], finding
        return lines, None


class TakeInStatement(StatementEvent[Statement]):
    """A statement comes in: its bookings make payables paid, its returns make them unpaid again."""

    name, title, body = "take-in-statement", "Take in a bank statement", Statement

    def extra_locks(self, session: Session, key: str, body: Statement) -> Iterable[str]:
        """The streams of every payable and batch that the statement names."""
        names = [name for entry in body.entries for name in (entry.end_to_end, entry.payment_information)]
        return self.streams(session, names)

    def ledger_body(self, body: Statement) -> Statement:
        """The statement with its first entries; the others stand with the events that take them in."""
        return body.model_copy(update={"entries": body.entries[:PIECE]})

    def apply(self, context: EventContext[Organisation], body: Statement) -> None:
        """Match every entry; what cannot be matched waits for a person."""
        message = BankMessage(
            id=new_id("bank"),
            stream=context.row.stream,
            kind="camt.053",
            organisation=context.row.id,
            received_at=context.at,
            entries=len(body.entries),
            **body.model_dump(exclude={"entries"}),
        )
        context.session.add(message)
        context.session.flush()
        self.take_in(context, message.id, body.entries[:PIECE])
        for first in range(PIECE, len(body.entries), PIECE):
            entries = body.entries[first : first + PIECE]
            context.trigger("organisation", context.row, "take-in-entries", message=message.id, entries=entries)
        context.session.flush()
        booked = select(BankEntry.batch).where(BankEntry.message == message.id, col(BankEntry.batch).is_not(None))
        self.settle(context, [str(batch) for batch in context.session.exec(booked.distinct())])


class TakeInEntries(StatementEvent[MoreEntries]):
    """Further entries of a large statement, in the same transaction as the statement itself."""

    name, title, body = "take-in-entries", "Take in further entries of a bank statement", MoreEntries

    def apply(self, context: EventContext[Organisation], body: MoreEntries) -> None:
        """Match every entry."""
        self.take_in(context, body.message, body.entries)


class OneEntry(Body):
    """Which entry of which statement, and why."""

    message: Handle
    position: int = Field(ge=1)
    reasons: Text


class MatchedEntry(OneEntry):
    """With which payment, or with which batch as a whole."""

    payment: Code
    """An EndToEndId, or the PmtInfId of a batch."""


def entry_of(context: EventContext[Organisation], body: OneEntry) -> BankEntry:
    """The entry that is assessed, of this employer's own statement.

    Raises:
        MalformedError: there is none.
    """
    row = context.session.get(BankEntry, (body.message, body.position))
    if row is None or row.stream != context.row.stream:
        words = f"There is no entry {body.position} in a statement {body.message} of this employer."
        raise MalformedError([("position", words)])
    return row


class SetAsideBankEntry(StatementEvent[OneEntry]):
    """A person looked: the entry is for no payment of ours."""

    name, title, body = "set-aside-bank-entry", "Set a bank entry aside", OneEntry

    def validate(self, context: EventContext[Organisation], body: OneEntry) -> None:
        """It waits."""
        row = entry_of(context, body)
        named = f"{body.message}/{body.position}"
        context.check(statement_matching.waits, entry=named, matched=row.matched, set_aside=row.set_aside)

    def apply(self, context: EventContext[Organisation], body: OneEntry) -> None:
        """It does not wait any more; the reasons are kept with the event."""
        row = entry_of(context, body)
        row.set_aside, row.assessed_by = True, context.by.person

    def example(self, context: EventContext[Organisation]) -> dict[str, Any] | None:
        """The first entry that waits."""
        row = first_waiting(context)
        reasons = "Interest of the bank, of no payment of ours."
        return None if row is None else {"message": row.message, "position": row.position, "reasons": reasons}


class MatchBankEntry(StatementEvent[MatchedEntry]):
    """A person looked: the entry is a payment of ours, or a part of one, or its return."""

    name, title, body = "match-bank-entry", "Match a bank entry with a payment", MatchedEntry

    def extra_locks(self, session: Session, key: str, body: MatchedEntry) -> Iterable[str]:
        """The streams of the payables and the batch."""
        return self.streams(session, [body.payment])

    def target(self, context: EventContext[Organisation], body: MatchedEntry) -> Meant:
        """What it is matched with.

        Raises:
            MalformedError: no payment and no batch of this employer is called so.
        """
        lines = self.read_together(context, [body.payment])
        found = self.meant(context, lines, body.payment, body.payment)
        if found is None:
            words = "No payment and no batch of this employer has this reference. Take one from its batches."
            raise MalformedError([("payment", words)])
        return found

    def validate(self, context: EventContext[Organisation], body: MatchedEntry) -> None:
        """It waits, the batch left, no more is matched than was ordered, and the payment can follow."""
        row, meant, lines, ordered, before = self.weighed(context, body)
        named = f"{body.message}/{body.position}"
        if not context.check(statement_matching.waits, entry=named, matched=row.matched, set_aside=row.set_aside):
            return
        context.check(statement_matching.has_left, batch=meant.batch.id, state=str(meant.batch.state))
        context.check(
            statement_matching.within_order, payment=body.payment, before=before, booked=row.amount, ordered=ordered
        )
        for line in lines:
            other = self.other_batch(context, line)
            left = other is not None and other.state in LEFT
            named_other = None if other is None else other.id
            context.check(statement_matching.leaves_no_second, payment=line.end_to_end, other=named_other, left=left)
            state = str(context.get(Payable, line.payable).state)
            context.check(statement_matching.can_follow, payment=line.end_to_end, state=state, is_return=row.amount > 0)

    @staticmethod
    def other_batch(context: EventContext[Organisation], line: BatchLine) -> PaymentBatch | None:
        """The batch in which the payable of a line goes along, where that is another one than the line's own."""
        again = (BatchLine.payable == line.payable, BatchLine.batch != line.batch, col(BatchLine.counts))
        found = context.rows(BatchLine, *again, order=BatchLine.batch)
        return context.get(PaymentBatch, found[0].batch) if found else None

    def apply(self, context: EventContext[Organisation], body: MatchedEntry) -> None:
        """The payment follows once all of it was booked."""
        row, meant, lines, ordered, before = self.weighed(context, body)
        row.matched, row.assessed_by, row.batch = True, context.by.person, meant.batch.id
        row.payable = None if meant.whole else lines[0].payable
        row.is_return = row.amount > 0
        if before + abs(row.amount) == ordered:
            by = {"booked_on": row.booked_on, "statement": row.message, "entry": row.position}
            self.book(context, lines, row.reason, is_return=row.is_return, **by)
            self.settle(context, [meant.batch.id])

    def weighed(
        self, context: EventContext[Organisation], body: MatchedEntry
    ) -> tuple[BankEntry, Meant, list[BatchLine], Decimal, Decimal]:
        """The entry, what it is matched with, the lines it is about, what they order, and what of that came before."""
        row, meant = entry_of(context, body), self.target(context, body)
        lines = self.followers(context, meant, is_return=row.amount > 0)
        ordered = sum((line.amount for line in lines), Decimal(0))
        return row, meant, lines, ordered, self.matched_before(context, meant, ordered, is_return=row.amount > 0)

    def followers(self, context: EventContext[Organisation], meant: Meant, *, is_return: bool) -> list[BatchLine]:
        """The lines that the entry is about."""
        return self.open_lines(context, meant, is_return=is_return) if meant.whole else meant.lines

    @staticmethod
    def matched_before(
        context: EventContext[Organisation], meant: Meant, ordered: Decimal, *, is_return: bool
    ) -> Decimal:
        """What other entries in the same direction were matched with it and did not make it whole yet, in euros."""
        payable = None if meant.whole else meant.lines[0].payable
        direction = col(BankEntry.amount) > 0 if is_return else col(BankEntry.amount) < 0
        mine = (BankEntry.batch == meant.batch.id, BankEntry.payable == payable, col(BankEntry.matched), direction)
        found = context.rows(BankEntry, *mine, order=BankEntry.message)
        # Each time it was whole, it was booked: what is over belongs to the next time.
        return sum((abs(entry.amount) for entry in found), Decimal(0)) % ordered if ordered else Decimal(0)

    def example(self, context: EventContext[Organisation]) -> dict[str, Any] | None:
        """Nothing to propose: which payment it is, a person must see."""
        return None


def first_waiting(context: EventContext[Organisation]) -> BankEntry | None:
    """The first entry of this employer that waits for a person."""
    query = (
        select(BankEntry)
        .where(BankEntry.stream == context.row.stream, *ENTRY_WAITS)
        .order_by(BankEntry.message, col(BankEntry.position))
        .limit(1)
    )
    return context.session.exec(query).first()
