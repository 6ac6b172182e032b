"""Invoices and advances: received once, checked line by line, and divided over the payers."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from rules.core import date_rules
from rules.core.translations import DatedFact
from rules.payments import amounts as money
from rules.payments import invoices as invoice_rules
from rules.payments import recurring_costs
from rules.payments.amounts import CENT
from rules.payments.invoices import advance_has_receipt
from rules.payments.tax import Addressee
from states.charts.application import APPLICATION
from states.charts.payable import PayableState
from states.engine.event import Event, EventContext
from states.errors import UnfitValueError
from states.events.payments import invoice_lines
from states.events.payments.duplicate_invoices import check_not_received_before, serialise_on_payee
from states.events.payments.invoice_bodies import Invoice, InvoiceLine
from states.events.provision.spending import periods_of
from states.tables.application import Application, Takeover
from states.tables.base import new_id
from states.tables.payments import Payable, PayableKind, PayableLine

SHARED_FIELDS = frozenset(
    {"kind", "number", "dated", "payee", "iban", "own_contribution", "addressee", "addressed_to", "replaces"},
)
"""The fields of the invoice that every payer's part keeps."""


def part_to_replace(context: EventContext[Application]) -> Payable | None:
    """A rejected part without replacement, while another employer's part of the same invoice is live."""
    parts = context.rows(Payable, Payable.stream == context.row.id)
    standing = [row for row in parts if row.state is not PayableState.REJECTED]
    invoices, replaced = {row.invoice for row in standing}, {row.replaces for row in standing}
    paying = {(row.invoice, row.organisation) for row in standing}
    for row in parts:
        waits = row.invoice in invoices and row.id not in replaced
        if waits and (row.invoice, row.organisation) not in paying:
            return row
    return None


class ReceiveInvoice(Event[Application, Invoice]):
    """Receive an invoice. Each payer gets its part, the first the remainder (BESL 3.2.16(b))."""

    chart, table = APPLICATION, Application
    name, title, body = "receive-invoice", "Receive an invoice or advance", Invoice

    def extra_locks(self, session: Session, key: str, body: Invoice) -> Iterable[str]:
        """Locks no extra stream; serialises on the payee's account."""
        serialise_on_payee(session, body.iban)
        return ()

    def validate(self, context: EventContext[Application], body: Invoice) -> None:
        """The invoice adds up and is new, and each line is for something that can be paid."""
        replaced = invoice_lines.replaced_by(context, body)
        if replaced is not None:
            later = context.rows(Payable, Payable.replaces == replaced.id, Payable.state != PayableState.REJECTED)
            earlier, elsewhere = context.known(later)
            facts = {"replaced": replaced.id, "state": str(replaced.state)}
            context.check(money.replaces_rejected, earlier=earlier, elsewhere=elsewhere, **facts)
        self.check_whole(context, body)
        if body.to_match:
            invoice_lines.refuse_early_matches(body.lines)
        else:
            invoice_lines.check_lines(context, body.dated, body.lines, replaced)
        check_not_received_before(context, body, replaced)

    @staticmethod
    def check_whole(context: EventContext[Application], body: Invoice) -> None:
        """The requirements on the invoice as a whole.

        Raises:
            UnfitValueError: its fields contradict each other.
        """
        if body.to_match and (body.replaces or body.kind is not PayableKind.SUPPLIER_INVOICE):
            words = "Only a supplier's invoice that replaces nothing is matched by the security contact: leave it out."
            raise UnfitValueError([("toMatch", words)])
        if body.addressed_to and body.addressee is Addressee.OFFICIAL:
            words = "The invoice bears the official's name, so it names no employer: leave one of the two out."
            raise UnfitValueError([("addressedTo", words)])
        context.check(date_rules.not_in_future, what=DatedFact.INVOICE, day=body.dated, on=context.on)
        context.check(money.iban_valid, private=("iban",), iban=body.iban)
        context.check(
            advance_has_receipt,
            advance=body.kind is PayableKind.ADVANCE,
            receipt=body.receipt is not None,
        )
        employers = invoice_lines.known_employers(context)
        context.check(invoice_rules.addressee_right, addressed_to=body.addressed_to, employers=employers)
        invoice_lines.check_sums(context, body, body.lines)

    def apply(self, context: EventContext[Application], body: Invoice) -> None:
        """Divide each line over its payers and make one payable each; a single one while it is unmatched."""
        replaced = invoice_lines.replaced_by(context, body)
        facts = body.model_dump(include=set(SHARED_FIELDS))
        facts |= {"application": context.row.id, "received_on": body.received_on or context.on}
        facts["invoice"] = replaced.invoice if replaced else new_id("invoice")
        if body.to_match:
            first = context.by.organisation or context.employers()[0]
            offered = [line.model_dump(include={"text", "net", "vat_rate", "vat", "gross"}) for line in body.lines]
            context.trigger("payable", None, "receive", organisation=first, offered=offered, **facts)
            return
        for employer, lines in invoice_lines.shares(
            context, body.lines, invoice_lines.payers(context, replaced)
        ).items():
            context.trigger("payable", None, "receive", organisation=employer, lines=lines, **facts)
        invoice_lines.mark_last(context, body.lines)

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """A replacement for a rejected part, or one invoice for every measure that can be invoiced."""
        replaced = part_to_replace(context)
        lines = example_replacement(context, replaced) if replaced else example_lines(context)
        if not lines:
            return None
        days = [row.taken_over_on for row in context.rows(Takeover, Takeover.stream == context.row.id)]
        own = {"replaces": replaced.id, "number": replaced.number} if replaced else {}
        return {
            "number": f"F-{lines[0].get('measure', context.row.id)[-6:].upper()}",
            "dated": max([day for day in days if day], default=context.on).isoformat(),
            "payee": "Beveiliging Voorbeeld BV",
            "iban": "NL02ABNA0123456789",
            "lines": lines,
            **own,
        }


def example_lines(context: EventContext[Application]) -> list[dict[str, Any]]:
    """A line for every measure that can be invoiced today; for a recurring one until today, if no day is invoiced."""
    lines = []
    for measure in invoice_lines.measures_to_invoice(context):
        period: dict[str, str] = {}
        if measure.recurring:
            taken = periods_of(context, measure.id)
            last = recurring_costs.end_of(ends_on=measure.ends_on, office_until=context.row.in_office_until)
            until = min(context.on, last or context.on)
            if measure.provided_on is None or measure.provided_on > until or taken:
                continue
            period = {"periodFrom": measure.provided_on.isoformat(), "periodUntil": until.isoformat()}
        net = (measure.estimate / Decimal("1.21")).quantize(CENT) or Decimal("100.00")
        vat = (net * Decimal("0.21")).quantize(CENT)
        amounts = {"net": format(net, "f"), "vatRate": "21", "vat": format(vat, "f"), "gross": format(net + vat, "f")}
        lines.append({"measure": measure.id, **period, **amounts})
    return lines


def example_replacement(context: EventContext[Application], part: Payable) -> list[dict[str, Any]]:
    """The lines of a rejected part for measures, unchanged."""
    lines = []
    for line in context.rows(PayableLine, PayableLine.payable == part.id):
        facts = line.model_dump(include={"measure", "attributable", "period_from", "period_until"}, exclude_none=True)
        if line.measure is not None:
            amounts = line.model_dump(include={"net", "vat_rate", "vat", "gross"})
            lines.append(InvoiceLine(**facts, **amounts).model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return lines
