"""Payable rejection: the invoice returns to the supplier, and its measures can be invoiced again."""

from typing import Annotated, Any

from sqlmodel import col

from rules.access.content_classes import ContentClass
from rules.core.translations import BarredAct
from rules.payments import credit_notes
from states.charts.payable import PayableState
from states.engine.bodies import Body, Handle, Text
from states.engine.event import EventContext
from states.engine.past_acts import check_four_eyes
from states.events.payments.payables import WITH_THE_BANK, PayableEvent
from states.events.provision.measures import settle_if_paid
from states.events.provision.spending import billed_for, periods_of
from states.tables.application import Measure
from states.tables.payments import Payable, PayableKind, PayableLine


class Rejection(Body):
    """The reasons."""

    reasons: Annotated[Text, ContentClass.PAYMENT_REASONS]


class Reject(PayableEvent[Rejection]):
    """Reject a payable. A correct invoice can replace it.

    The whole invoice is rejected, with the parts of other employers. If a part is already in a batch or paid, the other
    parts stay, and an invoice can replace this part alone (see ``replaces``). An approved credit note can be rejected
    as long as nothing was settled with it; the amount that it took off is due again.
    """

    name, title, body = "reject", "Reject a payable", Rejection

    def validate(self, context: EventContext[Payable], body: Rejection) -> None:
        """Four eyes, and no credit note refers to the invoice."""
        check_four_eyes(context, "payable", "reject", BarredAct.REJECT)
        live = context.rows(Payable, Payable.credits == context.row.invoice, Payable.state != PayableState.REJECTED)
        known, elsewhere = context.known(live)
        context.check(credit_notes.invoice_without_credits, credits=known, elsewhere=elsewhere)
        if context.row.kind is PayableKind.CREDIT_NOTE:
            check_amount_due_again(context)

    def apply(self, context: EventContext[Payable], body: Rejection) -> None:
        """Reopen the measures of this part and of the rejected other parts for invoicing."""
        others = parts_rejected_with(context)
        reopen_for_invoicing(context)
        for part in others:
            context.trigger("payable", part, "reject-with-invoice", rejected=context.row.id)

    def example(self, context: EventContext[Payable]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The invoice names work that was not ordered."}


def parts_rejected_with(context: EventContext[Payable]) -> list[Payable]:
    """The other parts to reject with a part of an invoice; none if one of them is with the bank."""
    parts = context.rows(Payable, Payable.invoice == context.row.invoice, Payable.state != PayableState.REJECTED)
    others = [part for part in parts if part.id != context.row.id]
    return [] if any(part.state in WITH_THE_BANK for part in others) else others


def check_amount_due_again(context: EventContext[Payable]) -> None:
    """An approved credit note is unused, and no invoice replaced what it took off."""
    row = context.row
    if row.state is PayableState.CREDIT:
        settled, elsewhere = context.known(
            context.rows(Payable, Payable.invoice == row.invoice, col(Payable.state).in_(WITH_THE_BANK))
        )
        context.check(credit_notes.nothing_settled, settled=settled, elsewhere=elsewhere)
    keys = [part.id for part in (row, *parts_rejected_with(context))]
    lines = context.rows(PayableLine, col(PayableLine.payable).in_(keys), col(PayableLine.measure).is_not(None))
    freed = {line.measure for line in lines if line.freed}
    for key in sorted({str(line.measure) for line in lines}):
        again = key in freed and context.get(Measure, key).invoiced
        context.check(credit_notes.not_invoiced_again, measure=key, again=again or days_invoiced_again(context, key))


def days_invoiced_again(context: EventContext[Payable], measure: str) -> bool:
    """Whether another invoice covers days of a recurring measure that the credited one covered."""
    credited = context.row.credits or ""
    days = [(line.period_from, line.period_until) for line in billed_for(context, measure).get(credited, ())]
    others = periods_of(context, measure, besides=credited)
    return any(since <= last and first <= until for first, last in days if first and last for since, until in others)


class RejectedPart(Body):
    """The part that another employer rejected; it holds the reasons."""

    rejected: Handle


class RejectWithInvoice(PayableEvent[RejectedPart]):
    """Reject a payable because another employer rejected its part of the same invoice."""

    name, title, body = "reject-with-invoice", "Reject a payable with the rest of its invoice", RejectedPart

    def apply(self, context: EventContext[Payable], body: RejectedPart) -> None:
        """Reopen the measures for invoicing."""
        reopen_for_invoicing(context)


def reopen_for_invoicing(context: EventContext[Payable]) -> None:
    """Reopen the measures of a rejected payable for invoicing; close those that a rejected credit note had freed."""
    credit = context.row.kind is PayableKind.CREDIT_NOTE
    for line in context.rows(PayableLine, PayableLine.payable == context.row.id, col(PayableLine.measure).is_not(None)):
        measure = context.get(Measure, line.measure)
        if not credit:
            measure.invoiced = False
        elif line.freed:
            measure.invoiced = True
            settle_if_paid(context, measure)
