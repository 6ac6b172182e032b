"""Payment batches: contents fixed at sealing, released by another person, exported, settled by the bank."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from sqlmodel import Session, col, select

from rules.core.roles import Role
from rules.payments import amounts, bank_days
from rules.procedure import separation_of_duties
from states.charts.batch import BATCH, BatchState
from states.engine.bodies import Body, Day, Handle
from states.engine.event import B, Event, EventContext
from states.engine.past_acts import people_of
from states.errors import MalformedError, StatesError
from states.events.payments.batch_contents import APPROVED, sort_out, unpaid
from states.formats import pain001, pain001_schema
from states.payments.payees import payee_of
from states.tables.base import new_id
from states.tables.ledger import StreamKind
from states.tables.payments import BatchLine, Payable, PaymentBatch
from states.tables.people import Organisation

IN_MEMORY = PIECE = 2**20


class NewBatch(Body):
    """Whose approved payables, to be executed when."""

    employer: Handle
    execution_on: Day | None = None
    """A day on which banks pay; the first that can be had by the cut-off where it is left out."""


class BatchEvent(Event[PaymentBatch, B]):
    """What the events of a batch share."""

    chart = BATCH
    table = PaymentBatch


class Build(BatchEvent[NewBatch]):
    """A batch of everything approved for one employer."""

    name, title, body, creates = "build", "Build a payment batch", NewBatch, True

    def extra_locks(self, session: Session, key: str, body: NewBatch) -> Iterable[str]:
        """The applications of the payables."""
        return [payable.stream for payable in unpaid(session, body.employer) if payable.state in APPROVED]

    def validate(self, context: EventContext[PaymentBatch], body: NewBatch) -> None:
        """The caller's own employer, a day that can be, and something to pay."""
        if context.session.get(Organisation, body.employer) is None:
            raise MalformedError([("employer", "There is no such employer.")])
        if context.by.role is not Role.ENGINE and context.by.organisation != body.employer:
            words = f"You act for {context.by.organisation}; build batches of that employer."
            raise MalformedError([("employer", words)])
        if (day := body.execution_on) is not None:
            asked = context.check(bank_days.not_in_past, execution_on=day, on=context.on)
            asked = asked and context.check(bank_days.on_bank_day, execution_on=day)
            _ = asked and context.check(bank_days.before_cut_off, execution_on=day, at=context.at)
        along, left = sort_out(context, body.employer)
        context.check(amounts.batch_not_empty, count=len(along), left_out=len(left))

    def create(self, context: EventContext[PaymentBatch], body: NewBatch) -> PaymentBatch:
        """Open, in a stream of its own."""
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
        """Take in what can go along and whose stream is locked, and keep what was left out and why."""
        context.session.flush()
        along, context.row.left_out = sort_out(context, body.employer)
        for payable in along:
            if payable.stream not in context.unit.streams:
                continue  # approved a moment ago; it waits for the next batch
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


def lines_of(session: Session, batch: PaymentBatch) -> list[BatchLine]:
    """The payments of a batch in a fixed order."""
    return list(session.exec(select(BatchLine).where(BatchLine.batch == batch.id).order_by(col(BatchLine.end_to_end))))


def transfers(session: Session, batch: PaymentBatch) -> Iterator[pain001.Transfer]:
    """Every payment of a batch, with the account holder's name and IBAN from the vault and nothing else personal."""
    for line in lines_of(session, batch):
        payable = session.get_one(Payable, line.payable)
        name, iban = payee_of(session, payable)
        yield pain001.Transfer(
            end_to_end_id=line.end_to_end,
            amount=line.amount,
            name=name,
            iban=iban,
            remittance=f"Factuur {payable.number}",
        )


def file_of(session: Session, batch: PaymentBatch) -> BinaryIO:
    """The batch as a file in pain.001.001.09; the same bytes at every call once it is sealed.

    Up to a mebibyte it stays in memory; beyond that it lies in a file without a name, gone when it is closed.

    Raises:
        StatesError: the batch is not sealed.
    """
    out = cast("BinaryIO", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  # closed by whoever asked
    try:
        pain001.write(order_of(session, batch), out)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


def mark_of(file: BinaryIO) -> str:
    """The SHA-256 of a file, which is left at its beginning."""
    found = sha256()
    while piece := file.read(PIECE):
        found.update(piece)
    file.seek(0)
    return found.hexdigest()


def document(session: Session, batch: PaymentBatch) -> bytes:
    """The whole of :func:`file_of` as bytes."""
    with file_of(session, batch) as file:
        return file.read()


def order_of(session: Session, batch: PaymentBatch) -> pain001.Order:
    """The order that a sealed batch is.

    Raises:
        StatesError: the batch is not sealed.
    """
    if batch.sealed_at is None or batch.message_id is None:
        raise StatesError(f"Batch {batch.id} is not sealed; its contents can still change.")
    employer = session.get_one(Organisation, batch.organisation)
    return pain001.Order(
        message_id=batch.message_id,
        payment_information_id=batch.message_id,
        created_at=batch.sealed_at,
        execution_on=batch.execution_on,
        debtor_name=employer.name,
        debtor_iban=employer.debtor_iban,
        count=batch.count,
        total=batch.total,
        transfers=transfers(session, batch),
        batch_booking=False,  # one line of the statement for each payment: each is matched, and returned, by itself
    )


class BatchWithPayables(BatchEvent[B]):
    """Events in which payables change with their batch."""

    def extra_locks(self, session: Session, key: str, body: B) -> Iterable[str]:
        """The applications of the payables."""
        query = select(Payable.stream).join(BatchLine, col(BatchLine.payable) == Payable.id)
        return list(session.exec(query.where(BatchLine.batch == key)))


class Seal(BatchEvent[Body]):
    """The contents and the SHA-256 of the file are fixed."""

    name, title = "seal", "Seal a batch"

    def validate(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """It still holds something."""
        context.check(amounts.batch_not_empty, count=context.row.count, left_out=len(context.row.left_out or ()))

    def apply(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Write the file, hold it against the ISO schema, and keep its hash."""
        row = context.row
        # A day whose cut-off passed while the batch waited is no reason to build it again.
        row.execution_on = max(row.execution_on, bank_days.first_execution(context.at))
        row.sealed_at = context.at.replace(microsecond=0)
        row.message_id = row.id.upper()
        with file_of(context.session, row) as written:
            pain001_schema.validate(written)
            written.seek(0)
            row.sha256 = mark_of(written)


class Release(BatchEvent[Body]):
    """Another person releases the batch."""

    name, title = "release", "Release a batch"

    def validate(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Applicant, officer, approver and releaser are four people, and the day of execution has not passed."""
        context.check(bank_days.leaves_in_time, execution_on=context.row.execution_on, on=context.on)
        people = people_of(context.unit, "payment-batch", "release", context.row)
        hands = {str(step): names for step, names in people.items()}
        context.check(separation_of_duties.releaser_apart, person=context.by.person, hands=hands)

    def apply(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Keep who released it."""
        context.row.released_by = context.by.person


class Export(BatchEvent[Body]):
    """The file leaves; it is the sealed one, byte for byte."""

    name, title = "export", "Export a batch"

    def validate(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Its day of execution has not passed."""
        context.check(bank_days.leaves_in_time, execution_on=context.row.execution_on, on=context.on)

    def apply(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Hold the file against its seal."""
        with file_of(context.session, context.row) as file:
            mark = mark_of(file)
        if mark != context.row.sha256:
            raise StatesError(
                f"The file of batch {context.row.id} differs from its seal; do not pay it, call an auditor."
            )
        context.row.exported_at = context.at


class WithdrawBatch(BatchWithPayables[Body]):
    """The batch does not leave; its payables wait for another."""

    name, title = "withdraw", "Withdraw a batch"

    def apply(self, context: EventContext[PaymentBatch], body: Body) -> None:
        """Free the payables."""
        for line in lines_of(context.session, context.row):
            line.counts = False
            context.trigger("payable", context.get(Payable, line.payable), "unbatch")


class Returned(Body):
    """Which payment came back."""

    payable: Handle


class DropLine(BatchEvent[Returned]):
    """A payment came back: its line does not count any more, so that it can stand in another batch."""

    name, title, body = "drop-line", "Drop a returned payment from a batch", Returned

    def apply(self, context: EventContext[PaymentBatch], body: Returned) -> None:
        """The line stays, and says that it does not count."""
        for line in lines_of(context.session, context.row):
            if line.payable == body.payable:
                line.counts = False


class SettleBatch(BatchEvent[Body]):
    """The bank booked every payment in it."""

    name, title = "settle", "Settle a batch"
