"""Bank entries that a person assesses: matched with a payment, or set aside."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session, col, select

from rules.access.content_classes import ContentClass
from rules.core.wording import wording
from rules.payments import statement_matching
from states.engine.bodies import Body, Code, Handle, Text
from states.engine.event import EventContext
from states.errors import UnfitValueError
from states.events.payments.statements import FILE_AT_BANK, EntryTarget, StatementEvent
from states.tables.payments import ENTRY_WAITS, BankEntry, BatchLine, Payable, PaymentBatch
from states.tables.people import Organisation


class AssessedEntry(Body):
    """An entry of a statement, and the reasons."""

    message: Handle
    position: int = Field(ge=1)
    reasons: Annotated[Text, ContentClass.PAYMENT_REASONS]


class MatchedEntry(AssessedEntry):
    """The entry, with the payment or the whole batch that it belongs to."""

    payment: Code
    """An EndToEndId, or the PmtInfId of a batch."""


def entry_of(context: EventContext[Organisation], body: AssessedEntry) -> BankEntry:
    """The entry to assess, on a statement of this employer.

    Raises:
        UnfitValueError: there is no such entry.
    """
    row = context.session.get(BankEntry, (body.message, body.position))
    if row is None or row.stream != context.row.stream:
        words = wording(
            "There is no entry {position} in a statement {message} of this employer.",
            position=body.position,
            message=body.message,
        )
        raise UnfitValueError([("position", words)])
    return row


class SetAsideBankEntry(StatementEvent[AssessedEntry]):
    """Set a bank entry aside because it belongs to no payment of this office."""

    name, title, body = "set-aside-bank-entry", "Set a bank entry aside", AssessedEntry

    def validate(self, context: EventContext[Organisation], body: AssessedEntry) -> None:
        """The entry is open."""
        row = entry_of(context, body)
        named = f"{body.message}/{body.position}"
        context.check(statement_matching.awaits_person, entry=named, matched=row.matched, set_aside=row.set_aside)

    def apply(self, context: EventContext[Organisation], body: AssessedEntry) -> None:
        """Close the entry; the event holds the reasons."""
        row = entry_of(context, body)
        row.set_aside, row.assessed_by = True, context.by.person

    def example(self, context: EventContext[Organisation]) -> dict[str, Any] | None:
        """The first open entry."""
        row = first_waiting(context)
        reasons = "Interest of the bank, of no payment of ours."
        return None if row is None else {"message": row.message, "position": row.position, "reasons": reasons}


class MatchBankEntry(StatementEvent[MatchedEntry]):
    """Match a bank entry with a payment, a part of one, or its return."""

    name, title, body = "match-bank-entry", "Match a bank entry with a payment", MatchedEntry

    def extra_locks(self, session: Session, key: str, body: MatchedEntry) -> Iterable[str]:
        """The streams of the payables and the batch."""
        return self.streams(session, [body.payment])

    def find_entry_target(self, context: EventContext[Organisation], body: MatchedEntry) -> EntryTarget:
        """The payment or batch to match the entry with.

        Raises:
            UnfitValueError: this employer has no payment and no batch of this name.
        """
        lines = self.load_lines(context, [body.payment])
        found = self.find_target(context, lines, body.payment, body.payment)
        if found is None:
            words = "No payment and no batch of this employer has this reference. Take one from its batches."
            raise UnfitValueError([("payment", words)])
        return found

    def validate(self, context: EventContext[Organisation], body: MatchedEntry) -> None:
        """The entry is open, the batch was sent, the amount fits the order, and the payable can change state."""
        row, target, lines, ordered, before = self.assess(context, body)
        named = f"{body.message}/{body.position}"
        if not context.check(
            statement_matching.awaits_person, entry=named, matched=row.matched, set_aside=row.set_aside
        ):
            return
        context.check(statement_matching.was_exported, batch=target.batch.id, state=str(target.batch.state))
        context.check(
            statement_matching.within_order, payment=body.payment, before=before, booked=row.amount, ordered=ordered
        )
        for line in lines:
            other = self.other_batch(context, line)
            left = other is not None and other.state in FILE_AT_BANK
            named_other = None if other is None else other.id
            context.check(statement_matching.no_second_payment, payment=line.end_to_end, other=named_other, left=left)
            state = str(context.get(Payable, line.payable).state)
            context.check(statement_matching.can_follow, payment=line.end_to_end, state=state, is_return=row.amount > 0)

    @staticmethod
    def other_batch(context: EventContext[Organisation], line: BatchLine) -> PaymentBatch | None:
        """Another batch that holds the payable of a line, if there is one."""
        again = (BatchLine.payable == line.payable, BatchLine.batch != line.batch, col(BatchLine.counts))
        found = context.rows(BatchLine, *again, order=BatchLine.batch)
        return context.get(PaymentBatch, found[0].batch) if found else None

    def apply(self, context: EventContext[Organisation], body: MatchedEntry) -> None:
        """Record the match; the payment is booked once all of it was matched."""
        row, target, lines, ordered, before = self.assess(context, body)
        row.matched, row.assessed_by, row.batch = True, context.by.person, target.batch.id
        row.payable = None if target.whole else lines[0].payable
        row.is_return = row.amount > 0
        if before + abs(row.amount) == ordered:
            by = {"booked_on": row.booked_on, "statement": row.message, "entry": row.position}
            self.book(context, lines, row.reason, is_return=row.is_return, **by)
            self.settle(context, [target.batch.id])

    def assess(
        self, context: EventContext[Organisation], body: MatchedEntry
    ) -> tuple[BankEntry, EntryTarget, list[BatchLine], Decimal, Decimal]:
        """The entry, its target, the lines concerned, their sum, and the amount matched earlier."""
        row, target = entry_of(context, body), self.find_entry_target(context, body)
        lines = self.lines_concerned(context, target, is_return=row.amount > 0)
        ordered = sum((line.amount for line in lines), Decimal(0))
        return row, target, lines, ordered, self.matched_before(context, target, ordered, is_return=row.amount > 0)

    def lines_concerned(
        self, context: EventContext[Organisation], target: EntryTarget, *, is_return: bool
    ) -> list[BatchLine]:
        """The lines that the entry concerns."""
        return self.open_lines(context, target, is_return=is_return) if target.whole else target.lines

    @staticmethod
    def matched_before(
        context: EventContext[Organisation], target: EntryTarget, ordered: Decimal, *, is_return: bool
    ) -> Decimal:
        """The sum of other entries in the same direction matched with an incomplete target, in euros."""
        payable = None if target.whole else target.lines[0].payable
        direction = col(BankEntry.amount) > 0 if is_return else col(BankEntry.amount) < 0
        mine = (BankEntry.batch == target.batch.id, BankEntry.payable == payable, col(BankEntry.matched), direction)
        found = context.rows(BankEntry, *mine, order=BankEntry.message)
        # Each completed total was booked, so only the remainder counts for the next one.
        return sum((abs(entry.amount) for entry in found), Decimal(0)) % ordered if ordered else Decimal(0)

    def example(self, context: EventContext[Organisation]) -> dict[str, Any] | None:
        """None: a person must decide which payment it is."""
        return None


def first_waiting(context: EventContext[Organisation]) -> BankEntry | None:
    """The first open entry of this employer."""
    query = (
        select(BankEntry)
        .where(BankEntry.stream == context.row.stream, *ENTRY_WAITS)
        .order_by(BankEntry.message, col(BankEntry.position))
        .limit(1)
    )
    return context.session.exec(query).first()
