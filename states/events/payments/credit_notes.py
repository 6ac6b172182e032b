"""Credit notes: linked to an invoice, never more than it, offset against other invoices or asked back."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlmodel import Session, col

from rules.core import date_rules
from rules.core.translations import DatedFact
from rules.payments import amounts, credit_notes
from rules.payments.credit_notes import Sums, share
from rules.payments.tax import Outside
from states.charts.application import APPLICATION
from states.charts.payable import PayableState
from states.engine.bodies import Body, Handle
from states.engine.event import Event, EventContext
from states.errors import UnfitValueError
from states.events.payments import invoice_lines
from states.events.payments.duplicate_invoices import check_not_received_before, serialise_on_payee
from states.events.payments.invoice_bodies import CreditLine, CreditNote
from states.events.payments.payables import PayableEvent, propose_bookings
from states.payments.payees import payee_of
from states.storage.account_marks import account_mark
from states.tables.application import Application
from states.tables.base import new_id
from states.tables.payments import BankEntry, BankMessage, Payable, PayableKind, PayableLine
from states.tables.people import Organisation

NOT_BILLED = (PayableState.REJECTED, PayableState.TO_MATCH)


class BilledItem(NamedTuple):
    """A billed item: a measure or a class outside the advice, at a rate of VAT."""

    measure: str | None
    outside: Outside | None
    vat_rate: Decimal


CreditLimits = dict[BilledItem, dict[str, Sums]]
"""The amount that can still be credited, by item and employer."""


class ReceiveCreditNote(Event[Application, CreditNote]):
    """Receive a credit note. Each payer of the invoice gets its part, never more than it was billed."""

    chart, table = APPLICATION, Application
    name, title, body = "receive-credit-note", "Receive a credit note", CreditNote

    def extra_locks(self, session: Session, key: str, body: CreditNote) -> Iterable[str]:
        """None but the lock on the payee."""
        serialise_on_payee(session, body.iban)
        return ()

    def validate(self, context: EventContext[Application], body: CreditNote) -> None:
        """The note adds up, credits at most what a live invoice billed, and was not received before."""
        refuse_contradictions(body)
        context.check(date_rules.not_in_future, what=DatedFact.INVOICE, day=body.dated, on=context.on)
        context.check(amounts.iban_valid, private=("iban",), iban=body.iban)
        invoice_lines.check_sums(context, body, body.lines)
        parts = parts_of(context, body.invoice)
        mark = account_mark(context.session, body.iban)
        same = all(row.payee_mark == mark for row in parts)
        if not context.check(
            credit_notes.invoice_not_rejected, invoice=body.invoice, parts=len(parts), same_account=same
        ):
            return
        rooms = credit_limits(context, body.invoice)
        for item, sums in totals(body.lines).items():
            left = list(rooms.get(item, {}).values())
            context.check(
                credit_notes.not_more_than_billed,
                what=item.measure or str(item.outside),
                vat_rate=item.vat_rate,
                net=sums.net,
                vat=sums.vat,
                room_net=sum((room.net for room in left), Decimal(0)),
                room_vat=sum((room.vat for room in left), Decimal(0)),
            )
        check_not_received_before(context, body)

    def apply(self, context: EventContext[Application], body: CreditNote) -> None:
        """Divide the note over the payers in proportion to the invoice, at most their own part each."""
        rooms = credit_limits(context, body.invoice)
        found: dict[str, list[dict[str, Any]]] = {}
        for item, sums in totals(body.lines).items():
            payers = list(rooms[item])
            nets = share(sums.net, [rooms[item][payer].net for payer in payers])
            vats = share(sums.vat, [rooms[item][payer].vat for payer in payers])
            for payer, net, vat in zip(payers, nets, vats, strict=True):
                if net or vat:
                    line = {**item._asdict(), "net": net, "vat": vat, "gross": net + vat}
                    found.setdefault(payer, []).append(line)
        facts = body.model_dump(include={"number", "dated", "payee", "iban"})
        facts |= {"application": context.row.id, "kind": PayableKind.CREDIT_NOTE, "credits": body.invoice}
        facts |= {"invoice": new_id("invoice"), "received_on": body.received_on or context.on}
        for payer, lines in found.items():
            context.trigger("payable", None, "receive", organisation=payer, lines=lines, **facts)

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """One euro off one billed item."""
        query = (Payable.stream == context.row.id, Payable.kind == PayableKind.SUPPLIER_INVOICE)
        for row in context.rows(Payable, *query, col(Payable.state).not_in(NOT_BILLED)):
            if row.part_of is not None:
                continue
            for item, payers in credit_limits(context, row.invoice).items():
                net, vat = Decimal("1.00"), (item.vat_rate / 100).quantize(amounts.CENT)
                rooms = payers.values()
                if sum(room.net for room in rooms) < net or sum(room.vat for room in rooms) < vat:
                    continue
                payee, iban = payee_of(context.session, row)
                line = CreditLine(**item._asdict(), net=net, vat=vat, gross=net + vat)
                return {
                    "invoice": row.invoice,
                    "number": f"C-{row.id[-6:].upper()}",
                    "dated": context.on.isoformat(),
                    "payee": payee,
                    "iban": iban,
                    "lines": [line.model_dump(mode="json", by_alias=True, exclude_none=True)],
                }
        return None


def refuse_contradictions(body: CreditNote) -> None:
    """Refuse a line that is both for a measure and outside the advice, or neither.

    Raises:
        UnfitValueError: it names each such line.
    """
    words = "Name the measure that the line was billed for, or what it was outside the advice: one of the two."
    wrong = [place for place, line in enumerate(body.lines) if (line.measure is None) == (line.outside is None)]
    if wrong:
        raise UnfitValueError([(f"lines.{place}.measure", words) for place in wrong])


def parts_of(context: EventContext[Application], invoice: str) -> list[Payable]:
    """The parts of a supplier's invoice that were not rejected."""
    own = (Payable.stream == context.row.id, Payable.invoice == invoice, Payable.kind == PayableKind.SUPPLIER_INVOICE)
    return context.rows(Payable, *own, col(Payable.state).not_in(NOT_BILLED))


def credit_limits(context: EventContext[Application], invoice: str) -> CreditLimits:
    """The amount of an invoice that was not credited yet, in any state."""
    own = (Payable.stream == context.row.id, Payable.credits == invoice, Payable.state != PayableState.REJECTED)
    rows = {row.id: row for row in (*parts_of(context, invoice), *context.rows(Payable, *own))}
    found: CreditLimits = {}
    for line in context.rows(PayableLine, col(PayableLine.payable).in_(rows)):
        payer = context.unit.employers.current(rows[line.payable].organisation)
        payers = found.setdefault(BilledItem(line.measure, line.outside, line.vat_rate), {})
        before = payers.get(payer, invoice_lines.NOTHING)
        payers[payer] = Sums(before.net + line.net, before.vat + line.vat)
    order = context.employers()
    return {
        item: {payer: payers[payer] for payer in sorted(payers, key=lambda name: (name not in order, name))}
        if not set(payers) <= set(order)
        else {payer: payers[payer] for payer in order if payer in payers}
        for item, payers in found.items()
    }


def totals(lines: list[CreditLine]) -> Mapping[BilledItem, Sums]:
    """What a credit note takes off, by item."""
    found: dict[BilledItem, Sums] = {}
    for line in lines:
        item = BilledItem(line.measure, line.outside, line.vat_rate)
        before = found.get(item, invoice_lines.NOTHING)
        found[item] = Sums(before.net + line.net, before.vat + line.vat)
    return found


class OffsetTarget(Body):
    """The payable that it is offset against."""

    against: Handle


class Offset(PayableEvent[OffsetTarget]):
    """Offset a credit against a payable of the same supplier; neither goes to the bank."""

    name, title, body = "offset", "Settle a payable with a credit", OffsetTarget

    def apply(self, context: EventContext[Payable], body: OffsetTarget) -> None:
        """Record the other payable, and propose the bookings of both."""
        context.row.settled_with = body.against
        propose_bookings(context)


class AskBack(PayableEvent[Body]):
    """Ask a credit back from the supplier, because no payable can be offset against it."""

    name, title = "ask-back", "Ask a credit back from the supplier"


class Repayment(Body):
    """The statement entry of the repayment."""

    message: Handle
    position: Annotated[int, Field(ge=0, le=1_000_000)]


class RecordRepayment(PayableEvent[Repayment]):
    """Record the repayment of a credit that was asked back. Only a bank statement makes it repaid."""

    name, title, body = "record-repayment", "Record that a credit was repaid", Repayment

    def extra_locks(self, session: Session, key: str, body: Repayment) -> Iterable[str]:
        """The employer's own stream, which holds the statement entry."""
        message = session.get(BankMessage, body.message)
        return [message.stream] if message is not None and message.stream != key else []

    def validate(self, context: EventContext[Payable], body: Repayment) -> None:
        """The entry is a receipt of exactly that amount on this employer's account, and is not used otherwise."""
        entry = self.entry(context, body)
        used = context.rows(Payable, Payable.repaid_by == entry_key(body))
        taken = (entry.payable or entry.batch) if entry is not None else None
        context.check(
            credit_notes.repayment_on_statement,
            amount=-context.row.gross,
            booked=entry.amount if entry is not None else None,
            used_by=used[0].id if used else taken,
        )

    @staticmethod
    def entry(context: EventContext[Payable], body: Repayment) -> BankEntry | None:
        """The entry, if it is on a statement of the employer."""
        message = context.session.get(BankMessage, body.message)
        if message is None or message.organisation not in context.unit.employers.known_as(context.row.organisation):
            return None
        return context.session.get(BankEntry, (body.message, body.position))

    def apply(self, context: EventContext[Payable], body: Repayment) -> None:
        """Record the entry and its day, and propose the booking."""
        entry = self.entry(context, body)
        assert entry is not None  # validate has found it
        context.row.repaid_by, context.row.paid_on = entry_key(body), entry.booked_on
        if entry.waits:  # the entry is explained now, and cannot be used otherwise
            assessed = {"message": entry.message, "position": entry.position, "reasons": f"It repays {context.row.id}."}
            message = context.get(BankMessage, entry.message)
            context.trigger(
                "organisation", context.get(Organisation, message.organisation), "set-aside-bank-entry", **assessed
            )
        propose_bookings(context, paid_on=entry.booked_on, statement=body.message, entry=body.position)

    def example(self, context: EventContext[Payable]) -> dict[str, Any] | None:
        """The first unused receipt of that amount."""
        names = context.unit.employers.known_as(context.row.organisation)
        messages = [row.id for row in context.rows(BankMessage, col(BankMessage.organisation).in_(names))]
        wanted = (col(BankEntry.message).in_(messages), BankEntry.amount == -context.row.gross)
        for entry in context.rows(BankEntry, *wanted, col(BankEntry.batch).is_(None), order=BankEntry.message):
            body = Repayment(message=entry.message, position=entry.position)
            if not context.rows(Payable, Payable.repaid_by == entry_key(body)):
                return body.model_dump(by_alias=True)
        return None


def entry_key(body: Repayment) -> str:
    """The key of a statement entry in one word."""
    return f"{body.message}/{body.position}"
