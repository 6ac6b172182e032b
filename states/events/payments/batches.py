"""Batches of payments: sealed with fixed contents, released by another person, exported, settled by the bank."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from rules.access import authority
from rules.core.wording import wording
from rules.payments import amounts, bank_days
from rules.procedure import erasure, separation_of_duties
from states.charts.batch import BATCH, BatchState
from states.engine.bodies import Body, Day, Handle
from states.engine.event import B, Event, EventContext
from states.engine.past_acts import people_of
from states.errors import StatesError, UnfitValueError
from states.events.payments.batch_contents import APPROVED, select_payables, unpaid
from states.formats.registry import PAYMENT_ORDER
from states.payments.batch_files import lines_of, open_batch_file, sha256_of
from states.payments.payees import erased_payees
from states.tables.base import new_id
from states.tables.ledger import StreamKind
from states.tables.payments import BatchLine, Payable, PaymentBatch
from states.tables.people import Organisation


class NewBatch(Body):
    """The employer whose approved payables are paid, and the day of execution."""

    employer: Handle
    execution_on: Day | None = None
    """A bank day; left out, the first one that can still be reached before the cut-off."""


class BatchEvent(Event[PaymentBatch, B]):
    """Shared by the events of a batch."""

    chart = BATCH
    table = PaymentBatch


class Build(BatchEvent[NewBatch]):
    """Build a batch of all approved payables of an employer."""

    name, title, body, creates = "build", "Build a payment batch", NewBatch, True

    def extra_locks(self, session: Session, key: str, body: NewBatch) -> Iterable[str]:
        """The applications of the payables."""
        return [payable.stream for payable in unpaid(session, body.employer) if payable.state in APPROVED]

    def validate(self, context: EventContext[PaymentBatch], body: NewBatch) -> None:
        """The caller acts for the employer, the day is possible, and there is something to pay."""
        by = context.by
        context.check(authority.own_organisation, role=by.role, organisation=by.organisation, concerned=[body.employer])
        if context.findings:
            return
        if context.session.get(Organisation, body.employer) is None:
            raise UnfitValueError([("employer", "There is no such employer.")])
        if (day := body.execution_on) is not None:
            asked = context.check(bank_days.not_in_past, execution_on=day, on=context.on)
            asked = asked and context.check(bank_days.on_bank_day, execution_on=day)
            _ = asked and context.check(bank_days.before_cut_off, execution_on=day, at=context.at)
        chosen, left = select_payables(context, body.employer)
        context.check(amounts.batch_not_empty, count=len(chosen), left_out=len(left))

    def create(self, context: EventContext[PaymentBatch], body: NewBatch) -> PaymentBatch:
        """An open batch, in its own stream."""
        key = new_id("batch")
        context.unit.open_stream(key, StreamKind.BATCH)
        return PaymentBatch(
            id=key,
            stream=key,
            state=BatchState.OPEN,
            organisation=body.employer,
            execution_on=body.execution_on or bank_days.first_execution(context.at),
            created_by=context.by.person,
            created_at=context.at,
        )

    def apply(self, context: EventContext[PaymentBatch], body: NewBatch) -> None:
        """Add every payable that can be paid and whose stream is locked; record the others with the reasons."""
        context.session.flush()
        chosen, context.row.left_out = select_payables(context, body.employer)
        for payable in chosen:
            if payable.stream not in context.unit.streams:
                continue  # approved after the locks were taken; it goes into the next batch
            line = BatchLine(
                batch=context.row.id,
                payable=payable.id,
                end_to_end=f"{payable.id}-{context.row.id[-6:]}".upper(),
                amount=payable.gross,
            )
            context.session.add(line)
            context.row.count += 1
            context.row.total += payable.gross
            context.session.flush()
            context.trigger("payable", payable, "batch")


class BatchWithPayables(BatchEvent[B]):
    """Shared by events that also change the payables of the batch."""

    def extra_locks(self, session: Session, key: str, body: B) -> Iterable[str]:
        """The applications of the payables."""
        query = select(Payable.stream).join(BatchLine, col(BatchLine.payable) == Payable.id)
        return list(session.exec(query.where(BatchLine.batch == key)))


def check_payees(context: EventContext[PaymentBatch]) -> None:
    """Check that no payee of the batch was erased, without whom its file cannot be written."""
    if erased_payees(context.session, context.row.id):
        context.check(erasure.still_there, erased=True)


class Seal(BatchEvent[Body]):
    """Seal a batch: fix its contents and the SHA-256 of its file."""

    name, title = "seal", "Seal a batch"

    def validate(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """The batch still holds a payment, and the payees are still known."""
        context.check(amounts.batch_not_empty, count=context.row.count, left_out=len(context.row.left_out or ()))
        check_payees(context)

    def apply(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Write the file, validate it by the ISO schema, and store its hash."""
        row = context.row
        # A batch that waited beyond its cut-off is executed later, not built again.
        row.execution_on = max(row.execution_on, bank_days.first_execution(context.at))
        row.sealed_at = context.at.replace(microsecond=0)
        row.message_id = row.id.upper()
        with open_batch_file(context.session, row) as written:
            PAYMENT_ORDER.validate(written)
            written.seek(0)
            row.sha256 = sha256_of(written)


class Release(BatchEvent[Body]):
    """Another person releases the batch."""

    name, title = "release", "Release a batch"

    def validate(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Applicant, officer, approver and releaser are four people, and the day of execution has not passed."""
        context.check(bank_days.exported_in_time, execution_on=context.row.execution_on, on=context.on)
        people = people_of(context.unit, "payment-batch", "release", context.row)
        hands = {str(step): names for step, names in people.items()}
        context.check(separation_of_duties.releaser_apart, person=context.by.person, hands=hands)

    def apply(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Keep who released it."""
        context.row.released_by = context.by.person


class Export(BatchEvent[Body]):
    """Export the file, which is the sealed one, byte for byte."""

    name, title = "export", "Export a batch"

    def validate(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """The day of execution has not passed, and the payees are still known."""
        context.check(bank_days.exported_in_time, execution_on=context.row.execution_on, on=context.on)
        check_payees(context)

    def apply(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Compare the file with its seal."""
        with open_batch_file(context.session, context.row) as file:
            mark = sha256_of(file)
        if mark != context.row.sha256:
            raise StatesError(
                wording(
                    "The file of batch {id} differs from its seal; do not pay it, call an auditor.", id=context.row.id
                )
            )
        context.row.exported_at = context.at


class WithdrawBatch(BatchWithPayables[Body]):
    """Withdraw a batch before it is sent; its payables can go into another one."""

    name, title = "withdraw", "Withdraw a batch"

    def apply(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Release the payables from the batch."""
        for line in lines_of(context.session, context.row):
            line.counts = False
            context.trigger("payable", context.get(Payable, line.payable), "unbatch")


class Returned(Body):
    """The returned payment."""

    payable: Handle


class DropLine(BatchEvent[Returned]):
    """Drop a returned payment from the batch, so that it can go into another one."""

    name, title, body = "drop-line", "Drop a returned payment from a batch", Returned

    def apply(self, context: EventContext[PaymentBatch], body: Returned) -> None:
        """Keep the line, marked as not counting."""
        for line in lines_of(context.session, context.row):
            if line.payable == body.payable:
                line.counts = False


class SettleBatch(BatchEvent[Body]):
    """Settle the batch: the bank booked every payment in it."""

    name, title = "settle", "Settle a batch"
