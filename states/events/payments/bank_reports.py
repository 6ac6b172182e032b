"""Status reports (pain.002): accepted is not paid; what the bank rejects will not be, and goes back for another try."""

from pydantic import Field
from sqlmodel import col

from states.charts.batch import BatchState
from states.charts.payable import PayableState
from states.engine.bodies import Body, Code
from states.engine.event import EventContext
from states.errors import MalformedError
from states.events.payments.batches import BatchWithPayables, lines_of
from states.events.payments.statements import UNSAID
from states.tables.base import new_id
from states.tables.payments import BankMessage, BatchLine, Payable, PaymentBatch

REJECTED = "RJCT"
OF_EACH = frozenset({"RCVD", "PDNG", "ACTC", "ACCP", "ACSP", "ACSC", "ACWC", "ACCC", "CANC", REJECTED})
"""What can be said of an order and then holds for each of its payments; PART, for one, does not."""


class Told(Body):
    """What the bank says of one payment, or of the whole."""

    status: str | None = Field(default=None, pattern=r"^[A-Z]{4}$")
    reason: Code | None = None


class PaymentTold(Told):
    """What the bank says of one payment."""

    end_to_end: Code


class Report(Body):
    """A status report on one order, read from a pain.002 file."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    report: Code
    order: Told
    payments: list[PaymentTold]


class TakeInReport(BatchWithPayables[Report]):
    """A status report comes in: it tells how far the order is, and what of it the bank rejects."""

    name, title, body = "take-in-report", "Take in a status report of the bank", Report

    def validate(self, context: EventContext[PaymentBatch], body: Report) -> None:
        """Every payment that it names stands in the batch.

        Raises:
            MalformedError: one does not.
        """
        known = {line.end_to_end for line in lines_of(context.session, context.row)}
        for position, told in enumerate(body.payments):
            if told.end_to_end not in known:
                words = f"The order holds no payment {told.end_to_end}."
                raise MalformedError([(f"payments.{position}.endToEnd", words)])

    def apply(self, context: EventContext[PaymentBatch], body: Report) -> None:
        """Keep what is said; let what is rejected go back, and end the batch where nothing of it is left."""
        row = context.row
        message = BankMessage(
            id=new_id("bank"),
            stream=row.stream,
            sha256=body.sha256,
            kind="pain.002",
            statement=body.report,
            organisation=row.organisation,
            received_at=context.at,
            entries=len(body.payments),
            batch=row.id,
        )
        context.session.add(message)
        if body.order.status is not None:
            row.bank_status, row.bank_reason = body.order.status, body.order.reason
        named = {told.end_to_end: told for told in body.payments}
        of_all = body.order if body.order.status in OF_EACH else None
        lines = lines_of(context.session, row)
        for line in lines:
            told = named.get(line.end_to_end) or of_all
            if told is not None and told.status is not None:
                line.bank_status, line.bank_reason = told.status, told.reason
        context.session.flush()
        for line in lines:
            told = named.get(line.end_to_end) or of_all
            if told is not None and told.status == REJECTED and waits_for_bank(context, line):
                context.trigger("payable", context.get(Payable, line.payable), "bounce", reason=told.reason or UNSAID)
                context.trigger("payment-batch", row, "drop-line", payable=line.payable)
        counting = context.rows(BatchLine, BatchLine.batch == row.id, col(BatchLine.counts), order=BatchLine.payable)
        if row.state is BatchState.EXPORTED and not counting:
            context.trigger("payment-batch", row, "reject")


def waits_for_bank(context: EventContext[PaymentBatch], line: BatchLine) -> bool:
    """Whether a payment was sent and neither booked nor returned yet."""
    return line.counts and context.get(Payable, line.payable).state is PayableState.BATCHED


class RejectBatch(BatchWithPayables[Body]):
    """The bank rejected every payment of the batch."""

    name, title = "reject", "Record that the bank rejected a batch"
