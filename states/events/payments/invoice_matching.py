"""An invoice of which nobody said yet what it is for: the employer's security contact matches it to its measures."""

from decimal import Decimal
from typing import Any

from rules.payments import invoices
from states.charts.measure import MeasureState
from states.engine.event import EventContext
from states.events.payments import invoice_lines
from states.events.payments.invoice_bodies import InvoiceLine, Matching, Offered, Part
from states.events.payments.payables import PayableEvent
from states.tables.application import Application
from states.tables.payments import Payable


def in_case(context: EventContext[Payable]) -> EventContext[Application]:
    """The same step, on the application: what it asks and finds is this step's."""
    return EventContext(context.unit, context.application(), context.by, context.findings, context.rule_trace)


def offered(row: Payable) -> list[Offered]:
    """The lines as the supplier billed them."""
    return [Offered.model_validate(line) for line in row.offered or ()]


class Match(PayableEvent[Matching]):
    """The security contact says which measures an invoice is for; each payer then gets its part.

    Finance sees its amounts and its supplier alone; what the lines say stays with the contact.
    """

    name, title, body = "match", "Match an invoice to its measures", Matching

    def validate(self, context: EventContext[Payable], body: Matching) -> None:
        """The lines are together what was billed, and each is for something that can be paid."""
        billed, lines = invoice_lines.by_rate(offered(context.row)), invoice_lines.by_rate(body.lines)
        for rate in sorted({*billed, *lines}):
            right, given = (sums[rate][0] if rate in sums else invoice_lines.NOTHING for sums in (billed, lines))
            facts: dict[str, Any] = {
                "billed_net": right.net,
                "billed_vat": right.vat,
                "net": given.net,
                "vat": given.vat,
            }
            context.check(invoices.matched_as_billed, vat_rate=rate, **facts)
        invoice_lines.judge_amounts(context, body.lines, context.row.dated)
        invoice_lines.judge_lines(in_case(context), context.row.dated, body.lines, None)

    def apply(self, context: EventContext[Payable], body: Matching) -> None:
        """This payable becomes the first payer's part; the others get theirs."""
        row, case = context.row, in_case(context)
        told = context.content_of(row)
        parts = invoice_lines.shares(context, body.lines, case.employers())
        row.offered, row.matched_by = None, context.by.person
        row.organisation = next(iter(parts))
        lines = [Part(**line) for line in parts.pop(row.organisation)]
        row.net, row.vat, row.gross = (
            sum((getattr(line, name) for line in lines), Decimal(0)) for name in ("net", "vat", "gross")
        )
        context.session.flush()
        invoice_lines.keep_lines(context, lines)
        facts = row.model_dump(include=set(OF_THE_WHOLE))
        facts |= {"application": row.stream, "payee": told["payee"], "iban": told["iban"]}
        for employer, share in parts.items():
            other = context.trigger("payable", None, "receive", organisation=employer, lines=share, **facts)
            other.entered_by, other.matched_by = row.entered_by, row.matched_by
        invoice_lines.mark_last(case, body.lines)

    def example(self, context: EventContext[Payable]) -> dict[str, Any] | None:
        """All of it for the first measure that waits, or else outside the advice."""
        found = invoice_lines.waiting_for_invoice(in_case(context))
        waiting = [row for row in found if not row.recurring]
        waiting.sort(key=lambda row: row.state is not MeasureState.PROVIDED)
        what: dict[str, Any] = {"measure": waiting[0].id} if waiting else OUTSIDE
        lines = [InvoiceLine(**what, **line.model_dump(exclude={"text"})) for line in offered(context.row)]
        return {"lines": [line.model_dump(mode="json", by_alias=True, exclude_defaults=True) for line in lines]}


OUTSIDE = {"outside": "free-space", "reasons": "Work that was asked for beside the advice."}
OF_THE_WHOLE = frozenset(
    {"invoice", "kind", "number", "dated", "received_on", "own_contribution", "addressee", "addressed_to"}
)
"""What every payer's part keeps of the invoice."""
