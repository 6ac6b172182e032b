"""Part payments: the parts of a payable add up to it, and each is paid once."""

from decimal import Decimal
from typing import Any

from rules.payments import credit_notes
from rules.payments.amounts import signed
from rules.payments.credit_notes import Sums, portion
from states.engine.bodies import Amount, Body, Handle, Iban
from states.engine.event import EventContext
from states.events.payments.payables import PayableEvent, separate_part
from states.payments.payees import Payee, payee_of
from states.tables.base import new_id
from states.tables.payments import Payable, PayableKind, PayableLine

NOT_COPIED = frozenset(
    {"id", "version", "net", "vat", "gross", "part", "part_of", "replaces", "settled_with", "repaid_by"}
)
"""Fields that a part does not copy from its payable."""


class NewPart(Body):
    """The payable, and the amount of the part."""

    part_of: Handle
    amount: Amount
    payee: Payee
    iban: Iban


class PartOff(PayableEvent[NewPart]):
    """Separate a part of a payable, in the state of the whole."""

    name, title, body, creates = "part-off", "Part some of a payable off", NewPart, True

    def create(self, context: EventContext[Payable], body: NewPart) -> Payable:
        """A copy of the payable with its own part number."""
        whole = context.get(Payable, body.part_of)
        parts = context.rows(Payable, Payable.invoice == whole.invoice, Payable.organisation == whole.organisation)
        number = max(row.part for row in parts) + 1
        kept = whole.model_dump(exclude=set(NOT_COPIED))
        kept |= dict.fromkeys(("net", "vat", "gross"), Decimal(0))
        return Payable(**kept, id=new_id("payable"), part=number, part_of=whole.id)

    def apply(self, context: EventContext[Payable], body: NewPart) -> None:
        """Divide every line; the payable is reduced by the part."""
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


class SeparateAmount(Body):
    """The amount that is paid separately."""

    amount: Amount


class PayInParts(PayableEvent[SeparateAmount]):
    """Pay a supplier in parts: one part and the remainder, each in the state of the whole."""

    name, title, body = "pay-in-parts", "Pay a payable in parts", SeparateAmount

    def validate(self, context: EventContext[Payable], body: SeparateAmount) -> None:
        """The amount is positive and less than the whole, and the payee is still known."""
        context.check(credit_notes.parts_of_a_supplier, kind=str(context.row.kind))
        context.check(credit_notes.part_is_less, amount=body.amount, gross=context.row.gross)
        payee_of(context.session, context.row)

    def apply(self, context: EventContext[Payable], body: SeparateAmount) -> None:
        """Separate the part."""
        separate_part(context, context.row, body.amount)

    def example(self, context: EventContext[Payable]) -> dict[str, Any] | None:
        """One cent of it."""
        return {"amount": "0.01"}
