"""Bank reports (pain.002): an accepted payment is not yet paid; a rejected one can be sent again."""

from pydantic import Field
from sqlmodel import col

from rules.core.wording import wording
from states.charts.batch import BatchState
from states.charts.payable import PayableState
from states.engine.bodies import Body, Code
from states.engine.event import EventContext
from states.errors import UnfitValueError
from states.events.payments.batches import BatchWithPayables
from states.events.payments.statements import UNSPECIFIED_REASON
from states.payments.batch_files import lines_of
from states.tables.base import new_id
from states.tables.payments import BankMessage, BatchLine, Payable, PaymentBatch

REJECTED = "RJCT"
STATUSES_OF_EVERY_PAYMENT = frozenset(
    {"RCVD", "PDNG", "ACTC", "ACCP", "ACSP", "ACSC", "ACWC", "ACCC", "CANC", REJECTED}
)
"""Statuses of an order that hold for each of its payments; PART, for one, does not."""


class OrderStatus(Body):
    """The status that the bank gives to an order."""

    status: str | None = Field(default=None, pattern=r"^[A-Z]{4}$")
    reason: Code | None = None


class ReportedPayment(OrderStatus):
    """The status that the bank gives to one payment."""

    end_to_end: Code


class StatusReport(Body):
    """A status report on one order, read from a pain.002 file."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    report: Code
    order: OrderStatus
    payments: list[ReportedPayment]


class TakeInReport(BatchWithPayables[StatusReport]):
    """Import a status report: how far the bank has processed the order, and which payments it rejects."""

    name, title, body = "take-in-report", "Take in a status report of the bank", StatusReport

    def validate(self, context: EventContext[PaymentBatch], body: StatusReport) -> None:
        """Every payment that the report names is in the batch.

        Raises:
            UnfitValueError: one is not.
        """
        known = {line.end_to_end for line in lines_of(context.session, context.row)}
        for position, reported in enumerate(body.payments):
            if reported.end_to_end not in known:
                words = wording("The order holds no payment {end_to_end}.", end_to_end=reported.end_to_end)
                raise UnfitValueError([(f"payments.{position}.endToEnd", words)])

    def apply(self, context: EventContext[PaymentBatch], body: StatusReport) -> None:
        """Record the statuses, return rejected payments, and end the batch if no payment is left."""
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
        named = {reported.end_to_end: reported for reported in body.payments}
        of_all = body.order if body.order.status in STATUSES_OF_EVERY_PAYMENT else None
        lines = lines_of(context.session, row)
        for line in lines:
            reported = named.get(line.end_to_end) or of_all
            if reported is not None and reported.status is not None:
                line.bank_status, line.bank_reason = reported.status, reported.reason
        context.session.flush()
        for line in lines:
            reported = named.get(line.end_to_end) or of_all
            if reported is not None and reported.status == REJECTED and waits_for_bank(context, line):
                context.trigger(
                    "payable",
                    context.get(Payable, line.payable),
                    "bounce",
                    reason=reported.reason or UNSPECIFIED_REASON,
                )
                context.trigger("payment-batch", row, "drop-line", payable=line.payable)
        counting = context.rows(BatchLine, BatchLine.batch == row.id, col(BatchLine.counts), order=BatchLine.payable)
        if row.state is BatchState.EXPORTED and not counting:
            context.trigger("payment-batch", row, "reject")


def waits_for_bank(context: EventContext[PaymentBatch], line: BatchLine) -> bool:
    """Whether a payment was sent, and neither booked nor returned yet."""
    return line.counts and context.get(Payable, line.payable).state is PayableState.BATCHED


class RejectBatch(BatchWithPayables[Body]):
    """Reject the batch: the bank rejected every payment in it."""

    name, title = "reject", "Record that the bank rejected a batch"
