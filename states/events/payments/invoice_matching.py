"""Invoice matching: the employer's security contact matches the lines of an invoice with measures."""

from decimal import Decimal
from typing import Any

from rules.payments import invoices
from states.charts.measure import MeasureState
from states.engine.event import EventContext
from states.events.payments import invoice_lines
from states.events.payments.invoice_bodies import InvoiceLine, Matching, Part, UnmatchedLine
from states.events.payments.payables import PayableEvent
from states.payments.payees import payee_of
from states.tables.application import Application
from states.tables.payments import Payable


def application_context(context: EventContext[Payable]) -> EventContext[Application]:
    """The same event context on the application, with a shared rule trace and findings."""
    return EventContext(context.unit, context.application(), context.by, context.findings, context.rule_trace)


def unmatched_lines(row: Payable) -> list[UnmatchedLine]:
    """The lines as the supplier billed them."""
    return [UnmatchedLine.model_validate(line) for line in row.offered or ()]


class Match(PayableEvent[Matching]):
    """Match an invoice with measures as the security contact; each payer then gets its part.

    Finance sees its amounts and its supplier only; the text of the lines is for the contact.
    """

    name, title, body = "match", "Match an invoice to its measures", Matching

    def validate(self, context: EventContext[Payable], body: Matching) -> None:
        """The matched lines equal the billed ones, each is for something that can be paid, and the payee is known."""
        billed, lines = invoice_lines.by_rate(unmatched_lines(context.row)), invoice_lines.by_rate(body.lines)
        for rate in sorted({*billed, *lines}):
            right, given = (sums[rate][0] if rate in sums else invoice_lines.NOTHING for sums in (billed, lines))
            facts: dict[str, Any] = {
                "billed_net": right.net,
                "billed_vat": right.vat,
                "net": given.net,
                "vat": given.vat,
            }
            context.check(invoices.matched_as_billed, vat_rate=rate, **facts)
        invoice_lines.check_amounts(context, body.lines, context.row.dated)
        invoice_lines.check_lines(application_context(context), context.row.dated, body.lines, None)
        payee_of(context.session, context.row)

    def apply(self, context: EventContext[Payable], body: Matching) -> None:
        """Turn this payable into the first payer's part, and make the others."""
        row, case = context.row, application_context(context)
        payee, iban = payee_of(context.session, row)
        parts = invoice_lines.shares(context, body.lines, case.employers())
        row.offered, row.matched_by = None, context.by.person
        row.organisation = next(iter(parts))
        lines = [Part(**line) for line in parts.pop(row.organisation)]
        row.net, row.vat, row.gross = (
            sum((getattr(line, name) for line in lines), Decimal(0)) for name in ("net", "vat", "gross")
        )
        context.session.flush()
        invoice_lines.store_lines(context, lines)
        facts = row.model_dump(include=set(SHARED_FIELDS))
        facts |= {"application": row.stream, "payee": payee, "iban": iban}
        for employer, share in parts.items():
            other = context.trigger("payable", None, "receive", organisation=employer, lines=share, **facts)
            other.entered_by, other.matched_by = row.entered_by, row.matched_by
        invoice_lines.mark_last(case, body.lines)

    def example(self, context: EventContext[Payable]) -> dict[str, Any] | None:
        """All of it for the first measure that can be invoiced, or else outside the advice."""
        found = invoice_lines.measures_to_invoice(application_context(context))
        waiting = [row for row in found if not row.recurring]
        waiting.sort(key=lambda row: row.state is not MeasureState.PROVIDED)
        what: dict[str, Any] = {"measure": waiting[0].id} if waiting else OUTSIDE
        lines = [InvoiceLine(**what, **line.model_dump(exclude={"text"})) for line in unmatched_lines(context.row)]
        return {"lines": [line.model_dump(mode="json", by_alias=True, exclude_defaults=True) for line in lines]}


OUTSIDE = {"outside": "free-space", "reasons": "Work that was asked for beside the advice."}
SHARED_FIELDS = frozenset(
    {"invoice", "kind", "number", "dated", "received_on", "own_contribution", "addressee", "addressed_to"}
)
"""The fields of the invoice that every payer's part keeps."""
