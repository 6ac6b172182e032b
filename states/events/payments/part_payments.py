"""Payables in parts: the parts together are the whole, each goes its own way, and none is paid twice."""

from decimal import Decimal
from typing import Any

from rules.payments import credit_notes  # the word of the trade
from rules.payments.amounts import signed
from rules.payments.credit_notes import Sums, portion
from states.engine.bodies import Amount, Body, Handle, Iban
from states.engine.event import EventContext
from states.events.payments.payables import PayableEvent, part_off
from states.payments.payees import Payee
from states.tables.base import new_id
from states.tables.payments import Payable, PayableKind, PayableLine

OWN = frozenset({"id", "version", "net", "vat", "gross", "part", "part_of", "replaces", "settled_with", "repaid_by"})
"""What a part does not take from the payable that it was a part of."""


class NewPart(Body):
    """Of which payable, and how much of it."""

    part_of: Handle
    amount: Amount
    payee: Payee
    iban: Iban


class PartOff(PayableEvent[NewPart]):
    """A part of a payable goes its own way, in the state in which the whole is."""

    name, title, body, creates = "part-off", "Part some of a payable off", NewPart, True

    def create(self, context: EventContext[Payable], body: NewPart) -> Payable:
        """As the whole is, with its own number of a part."""
        whole = context.get(Payable, body.part_of)
        parts = context.rows(Payable, Payable.invoice == whole.invoice, Payable.organisation == whole.organisation)
        number = max(row.part for row in parts) + 1
        kept = whole.model_dump(exclude=set(OWN))
        kept |= dict.fromkeys(("net", "vat", "gross"), Decimal(0))
        return Payable(**kept, id=new_id("payable"), part=number, part_of=whole.id)

    def apply(self, context: EventContext[Payable], body: NewPart) -> None:
        """Divide every line; what the part gets, the whole gives."""
        row, whole = context.row, context.get(Payable, body.part_of)
        context.session.flush()
        lines = context.rows(PayableLine, PayableLine.payable == whole.id)
        sign = -1 if whole.kind is PayableKind.CREDIT_NOTE else 1
        sums = portion([Sums(signed(line.net, sign), signed(line.vat, sign)) for line in lines], body.amount)
        for line, part in zip(lines, sums, strict=True):
            if not part.gross:
                continue
            amounts = {"net": signed(part.net, sign), "vat": signed(part.vat, sign), "gross": signed(part.gross, sign)}
            own = {"id": new_id("line"), "payable": row.id, **amounts}
            context.session.add(PayableLine(**{**line.model_dump(), **own}))
            for name, amount in amounts.items():
                setattr(line, name, getattr(line, name) - amount)
                setattr(row, name, getattr(row, name) + amount)
                setattr(whole, name, getattr(whole, name) - amount)


class InParts(Body):
    """How much of it is paid apart from the rest."""

    amount: Amount


class PayInParts(PayableEvent[InParts]):
    """A supplier is paid in parts: one part, and the rest; each is approved or waits as the whole did."""

    name, title, body = "pay-in-parts", "Pay a payable in parts", InParts

    def validate(self, context: EventContext[Payable], body: InParts) -> None:
        """A part of a supplier's invoice, less than the whole."""
        context.check(credit_notes.parts_of_a_supplier, kind=str(context.row.kind))
        context.check(credit_notes.part_is_less, amount=body.amount, gross=context.row.gross)

    def apply(self, context: EventContext[Payable], body: InParts) -> None:
        """Part it off."""
        part_off(context, context.row, body.amount)

    def example(self, context: EventContext[Payable]) -> dict[str, Any] | None:
        """A cent of it."""
        return {"amount": "0.01"}
