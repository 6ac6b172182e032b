"""Statements of a bank (camt.053): a booking makes paid, a return makes unpaid, a person assesses the rest."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ARRAY, String, literal
from sqlmodel import Session, col, or_, select

from rules.core.rule import Finding, Rule
from rules.payments import statement_matching
from states.charts.batch import BatchState
from states.charts.people import ORGANISATION
from states.engine.bodies import Body, Code, Day, Handle
from states.engine.event import B, Event, EventContext
from states.tables.base import new_id
from states.tables.payments import BankEntry, BankMessage, BatchLine, Payable, PaymentBatch
from states.tables.people import Organisation

UNSPECIFIED_REASON = "NARR"
"""The ISO code of a reason that the bank did not give as a code."""
FILE_AT_BANK = (BatchState.EXPORTED, BatchState.SETTLED, BatchState.REJECTED)
"""The states of a batch whose file the bank has."""


def is_any_of(column: Any, names: Iterable[str | None]) -> Any:
    """Whether a column equals any of some names; one parameter, however many names there are."""
    return column == literal(sorted({name for name in names if name}), ARRAY(String)).any_()


ENTRIES_PER_LEDGER_ENTRY = 1_000
"""Entries of a statement in one ledger entry; further ones follow in ledger entries of their own."""


class StatementEntry(Body):
    """One booked line of a bank statement."""

    position: int
    booked_on: Day
    amount: Decimal
    """Euros; negative for a debit."""
    end_to_end: Code | None = None
    payment_information: Code | None = None
    is_return: bool = False
    reason: Code | None = None
    reference: Code | None = None
    """The bank's own reference."""


class Statement(Body):
    """A bank statement of an employer's account, read from a camt.053 file."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    statement: Code
    said: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    sequence: int | None = None
    issued_on: Day | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    entries: list[StatementEntry]


class MoreEntries(Body):
    """Further entries of a statement that is too large for one ledger entry."""

    message: Handle
    entries: Annotated[list[StatementEntry], Field(min_length=1, max_length=ENTRIES_PER_LEDGER_ENTRY)]


@dataclass
class EntryTarget:
    """The target of an entry: the lines of one payment or of a whole batch, and the ordered amount."""

    batch: PaymentBatch
    lines: list[BatchLine]
    named: str
    whole: bool
    """Whether the target is the whole batch."""

    @property
    def ordered(self) -> Decimal:
        """The sum of the lines, in euros."""
        return sum((line.amount for line in self.lines), Decimal(0))


class StatementEvent(Event[Organisation, B]):
    """Shared by the events of statements: finds the payments that an entry names, and books them."""

    chart, table = ORGANISATION, Organisation

    @staticmethod
    def streams(session: Session, names: Iterable[str | None]) -> Iterator[str]:
        """The streams of every payable and batch that is named by EndToEndId or PmtInfId."""
        names = list(names)
        lines = select(BatchLine.batch, Payable.stream).join(Payable, col(Payable.id) == BatchLine.payable)
        batches = select(PaymentBatch.id).where(is_any_of(PaymentBatch.message_id, names))
        named = lines.where(or_(is_any_of(BatchLine.end_to_end, names), col(BatchLine.batch).in_(batches)))
        for batch, stream in session.exec(named):
            yield batch
            yield stream

    @staticmethod
    def load_lines(context: EventContext[Organisation], names: list[str | None]) -> dict[str, BatchLine]:
        """The named lines by EndToEndId; their batches and payables are loaded with them, in one query each."""
        lines = context.rows(BatchLine, is_any_of(BatchLine.end_to_end, names), order=BatchLine.end_to_end)
        context.rows(PaymentBatch, is_any_of(PaymentBatch.id, [line.batch for line in lines]))
        context.rows(Payable, is_any_of(Payable.id, [line.payable for line in lines]))
        return {line.end_to_end: line for line in lines}

    def find_target(
        self,
        context: EventContext[Organisation],
        lines: dict[str, BatchLine],
        end_to_end: str | None,
        payment_information: str | None,
    ) -> EntryTarget | None:
        """The target of an EndToEndId, or else of a PmtInfId; None if it is not this employer's."""
        mine = context.unit.employers.current(context.row.id)
        if end_to_end in lines:
            line = lines[str(end_to_end)]
            batch = context.get(PaymentBatch, line.batch)
            if context.unit.employers.current(batch.organisation) == mine:
                return EntryTarget(batch, [line], line.end_to_end, whole=False)
        if payment_information:
            for batch in context.rows(PaymentBatch, PaymentBatch.message_id == payment_information):
                if context.unit.employers.current(batch.organisation) == mine:
                    found = context.rows(BatchLine, BatchLine.batch == batch.id, order=BatchLine.payable)
                    return EntryTarget(batch, found, payment_information, whole=True)
        return None

    @staticmethod
    def open_lines(context: EventContext[Organisation], target: EntryTarget, *, is_return: bool) -> list[BatchLine]:
        """The lines of a batch booked as a whole that can still change state; earlier returns are left out."""
        states = {"batched", "paid"} if is_return else {"batched"}
        return [line for line in target.lines if line.counts and context.get(Payable, line.payable).state in states]

    @staticmethod
    def book(
        context: EventContext[Organisation], lines: list[BatchLine], reason: str | None, *, is_return: bool, **by: Any
    ) -> None:
        """Make payments paid, or unpaid again; ``by`` names the bank's day and the statement entry."""
        for line in lines:
            payable, batch = context.get(Payable, line.payable), context.get(PaymentBatch, line.batch)
            if is_return:
                context.trigger("payable", payable, "bounce", reason=reason or UNSPECIFIED_REASON, **by)
                context.trigger("payment-batch", batch, "drop-line", payable=payable.id)
            else:
                context.trigger("payable", payable, "pay", **by)

    @staticmethod
    def settle(context: EventContext[Organisation], batches: Iterable[str]) -> None:
        """Settle the exported batches in which every payment is booked or returned."""
        for key in sorted(set(batches)):
            batch = context.get(PaymentBatch, key)
            if batch.state is not BatchState.EXPORTED:
                continue
            counting = (BatchLine.batch == key, col(BatchLine.counts))
            lines = context.rows(BatchLine, *counting, order=BatchLine.payable)
            if all(context.get(Payable, line.payable).state in {"paid", "returned"} for line in lines):
                context.trigger("payment-batch", batch, "settle")

    def take_in(self, context: EventContext[Organisation], message: str, entries: Sequence[StatementEntry]) -> None:
        """Match entries, and store each with its result."""
        lines = self.load_lines(context, [entry.end_to_end for entry in entries])
        for entry in entries:
            target = self.find_target(context, lines, entry.end_to_end, entry.payment_information)
            booked, finding = self.assess_entry(context, entry, target)
            by = {"booked_on": entry.booked_on, "statement": message, "entry": entry.position}
            self.book(context, booked, entry.reason, is_return=entry.is_return, **by)
            context.session.add(
                BankEntry(
                    message=message,
                    stream=context.row.stream,
                    payable=booked[0].payable if len(booked) == 1 else None,
                    batch=booked[0].batch if booked else None,
                    matched=bool(booked),
                    finding=None if finding is None else finding.as_json(),
                    **entry.model_dump(),
                ),
            )

    def assess_entry(
        self, context: EventContext[Organisation], entry: StatementEntry, target: EntryTarget | None
    ) -> tuple[list[BatchLine], Finding | None]:
        """The lines that an entry books; none, with the finding, if a person must assess it."""
        finding = statement_matching.is_known(
            end_to_end=entry.end_to_end, payment_information=entry.payment_information, found=target is not None
        )
        if target is None:
            return [], finding
        is_return = entry.amount > 0
        lines = self.open_lines(context, target, is_return=is_return) if target.whole else target.lines
        ordered = sum((line.amount for line in lines), Decimal(0))
        questions: list[tuple[Rule, dict[str, Any]]] = [
            (statement_matching.was_exported, {"batch": target.batch.id, "state": str(target.batch.state)}),
            (statement_matching.credit_is_return, {"booked": entry.amount, "is_return": entry.is_return}),
        ]
        if not target.whole:
            line = target.lines[0]
            state = str(context.get(Payable, line.payable).state)
            facts = {"payment": target.named, "state": state, "counts": line.counts, "is_return": is_return}
            questions.append((statement_matching.once, facts))
        questions.append((statement_matching.as_ordered, {"booked": entry.amount, "ordered": ordered}))
        for rule, facts in questions:
            if (finding := rule(**facts)) is not None:
                return [], finding
        return lines, None


class TakeInStatement(StatementEvent[Statement]):
    """Import a bank statement. Its bookings make payables paid, its returns make them unpaid again."""

    name, title, body = "take-in-statement", "Take in a bank statement", Statement

    def extra_locks(self, session: Session, key: str, body: Statement) -> Iterable[str]:
        """The streams of every payable and batch that the statement names."""
        names = [name for entry in body.entries for name in (entry.end_to_end, entry.payment_information)]
        return self.streams(session, names)

    def ledger_body(self, body: Statement) -> Statement:
        """The statement with its first entries; the following events hold the others."""
        return body.model_copy(update={"entries": body.entries[:ENTRIES_PER_LEDGER_ENTRY]})

    def apply(self, context: EventContext[Organisation], body: Statement) -> None:
        """Match every entry; a person assesses what cannot be matched."""
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
        self.take_in(context, message.id, body.entries[:ENTRIES_PER_LEDGER_ENTRY])
        for first in range(ENTRIES_PER_LEDGER_ENTRY, len(body.entries), ENTRIES_PER_LEDGER_ENTRY):
            entries = body.entries[first : first + ENTRIES_PER_LEDGER_ENTRY]
            context.trigger("organisation", context.row, "take-in-entries", message=message.id, entries=entries)
        context.session.flush()
        booked = select(BankEntry.batch).where(BankEntry.message == message.id, col(BankEntry.batch).is_not(None))
        self.settle(context, [str(batch) for batch in context.session.exec(booked.distinct())])


class TakeInEntries(StatementEvent[MoreEntries]):
    """Import further entries of a large statement, in the transaction of the statement."""

    name, title, body = "take-in-entries", "Take in further entries of a bank statement", MoreEntries

    def apply(self, context: EventContext[Organisation], body: MoreEntries) -> None:
        """Match every entry."""
        self.take_in(context, body.message, body.entries)
