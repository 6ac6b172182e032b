"""One employer's part of an invoice or advance: checked, approved by another person, and paid."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col

from rules.core.roles import Role
from rules.core.translations import BarredAct
from rules.payments import credit_notes, tax
from rules.payments.amounts import signed
from rules.payments.tax import Addressee, TaxClass
from states.accounting import journal
from states.accounting.journal import Told
from states.charts.measure import MeasureState
from states.charts.payable import PAYABLE, PayableState
from states.engine import parties
from states.engine.bodies import Body, Code, Day, Handle, Text
from states.engine.event import B, Event, EventContext
from states.engine.past_acts import check_four_eyes
from states.events.payments.invoice_bodies import NewPayable, Offered, Part
from states.events.payments.invoice_lines import keep_lines
from states.events.provision.measures import settle_if_paid
from states.events.provision.spending import billed_for, periods_of
from states.tables.application import Measure
from states.tables.base import new_id
from states.tables.payments import Booking, Payable, PayableKind, PayableLine
from states.tables.people import Organisation

OUTSIDE = {PayableKind.PENALTY: "Awb 4:17", PayableKind.INTEREST: "Awb 4:98"}
"""What is paid for being late is no provision: it stands outside the tax exemption."""
WITH_THE_BANK = (
    PayableState.BATCHED,
    PayableState.PAID,
    PayableState.ASKED_BACK,
    PayableState.OFFSET,
    PayableState.REPAID,
)
"""A part that stands in a batch, is paid or was settled stands, whatever becomes of the other parts of its invoice."""


USUAL = {
    PayableKind.SUPPLIER_INVOICE: Addressee.EMPLOYER,
    PayableKind.ADVANCE: Addressee.OFFICIAL,
    PayableKind.PENALTY: Addressee.OFFICIAL,
    PayableKind.INTEREST: Addressee.OFFICIAL,
    PayableKind.CREDIT_NOTE: Addressee.EMPLOYER,
}
"""In whose name an invoice of a kind is where it does not say."""


class PayableEvent(Event[Payable, B]):
    """What the events of a payable share."""

    chart = PAYABLE
    table = Payable


class ReceivePayable(PayableEvent[NewPayable]):
    """One employer's part of an invoice comes into being."""

    name, title, body, creates = "receive", "Receive one employer's part of an invoice", NewPayable, True

    def extra_locks(self, session: Session, key: str, body: NewPayable) -> Iterable[str]:
        """The application's stream, where it is no invoice that brings the payable."""
        return [body.application]

    def create(self, context: EventContext[Payable], body: NewPayable) -> Payable:
        """Received with its sums, those of a credit note negative; to be matched where no line says what it is for."""
        sign = -1 if body.kind is PayableKind.CREDIT_NOTE else 1
        lines: tuple[Part | Offered, ...] = (*body.lines, *body.offered)
        return Payable(
            id=new_id("payable"),
            stream=body.application,
            state=PayableState.TO_MATCH if body.offered else PayableState.RECEIVED,
            net=signed(sum((line.net for line in lines), body.awarded), sign),
            vat=signed(sum((line.vat for line in lines), Decimal(0)), sign),
            gross=signed(sum((line.gross for line in lines), body.awarded), sign),
            payee_mark=context.unit.vault.mark(body.iban),
            addressee=body.addressee or USUAL[body.kind],
            offered=[line.model_dump(mode="json", exclude={"text"}) for line in body.offered] or None,
            entered_by=None if context.unit.by.role is Role.ENGINE else context.unit.by.person,
            **body.model_dump(exclude={"application", "payee", "iban", "lines", "offered", "awarded", "addressee"}),
        )

    def apply(self, context: EventContext[Payable], body: NewPayable) -> None:
        """Keep the lines."""
        context.session.flush()
        keep_lines(context, body.lines, -1 if body.kind is PayableKind.CREDIT_NOTE else 1)


def part_off(context: EventContext[Any], row: Payable, amount: Decimal) -> Payable:
    """Part some of a payable or credit off, in the state in which it is; the rest keeps its id."""
    told = context.content_of(row)
    payee = {"payee": told["payee"], "iban": told["iban"]}
    made: Payable = context.trigger("payable", None, "part-off", part_of=row.id, amount=amount, **payee)
    return made


class Rejection(Body):
    """Why it is not paid."""

    reasons: Text


class Reject(PayableEvent[Rejection]):
    """The payable is not paid; a right invoice can come in its place.

    The whole invoice goes back: what the other employers share of it is rejected with it. Once a part of it stands in
    a batch or is paid, the others stand, and an invoice that replaces this part alone can come (see ``replaces``).
    A credit note that was approved goes back while nothing was settled with it; what it took off is due again.
    """

    name, title, body = "reject", "Reject a payable", Rejection

    def validate(self, context: EventContext[Payable], body: Rejection) -> None:
        """Four eyes, and no credit note rests on the invoice."""
        check_four_eyes(context, "payable", "reject", BarredAct.REJECT)
        live = context.rows(Payable, Payable.credits == context.row.invoice, Payable.state != PayableState.REJECTED)
        context.check(credit_notes.holds_its_invoice, credits=[row.id for row in live])
        if context.row.kind is PayableKind.CREDIT_NOTE:
            judge_due_again(context)

    def apply(self, context: EventContext[Payable], body: Rejection) -> None:
        """Its measures wait for an invoice again, and so do those of the parts that go back with it."""
        back = going_along(context)
        wait_again(context)
        for part in back:
            context.trigger("payable", part, "reject-with-invoice", rejected=context.row.id)

    def example(self, context: EventContext[Payable]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The invoice names work that was not ordered."}


def going_along(context: EventContext[Payable]) -> list[Payable]:
    """The other parts that go back with a part of an invoice; none where one of them stands."""
    parts = context.rows(Payable, Payable.invoice == context.row.invoice, Payable.state != PayableState.REJECTED)
    others = [part for part in parts if part.id != context.row.id]
    return [] if any(part.state in WITH_THE_BANK for part in others) else others


def judge_due_again(context: EventContext[Payable]) -> None:
    """Nothing was settled with an approved credit note, and no invoice came in place of what it took off."""
    row = context.row
    if row.state is PayableState.CREDIT:
        settled = context.rows(Payable, Payable.invoice == row.invoice, col(Payable.state).in_(WITH_THE_BANK))
        context.check(credit_notes.nothing_settled, settled=[part.id for part in settled])
    keys = [part.id for part in (row, *going_along(context))]
    lines = context.rows(PayableLine, col(PayableLine.payable).in_(keys), col(PayableLine.measure).is_not(None))
    freed = {line.measure for line in lines if line.freed}
    for key in sorted({str(line.measure) for line in lines}):
        again = key in freed and context.get(Measure, key).invoiced
        context.check(credit_notes.not_invoiced_again, measure=key, again=again or same_days_again(context, key))


def same_days_again(context: EventContext[Payable], measure: str) -> bool:
    """Whether another invoice is for days of a recurring measure that the credited one was for."""
    credited = context.row.credits or ""
    days = [(line.period_from, line.period_until) for line in billed_for(context, measure).get(credited, ())]
    others = periods_of(context, measure, besides=credited)
    return any(since <= last and first <= until for first, last in days if first and last for since, until in others)


class OtherPart(Body):
    """The part that was rejected by another employer; its reasons stand there."""

    rejected: Handle


class RejectWithInvoice(PayableEvent[OtherPart]):
    """Another employer rejected its part of the same invoice: the whole of it goes back to the supplier."""

    name, title, body = "reject-with-invoice", "Reject a payable with the rest of its invoice", OtherPart

    def apply(self, context: EventContext[Payable], body: OtherPart) -> None:
        """Its measures wait for an invoice again."""
        wait_again(context)


def wait_again(context: EventContext[Payable]) -> None:
    """Let the measures of a rejected payable wait for an invoice again; those that a credit note freed no more."""
    credit = context.row.kind is PayableKind.CREDIT_NOTE
    for line in context.rows(PayableLine, PayableLine.payable == context.row.id, col(PayableLine.measure).is_not(None)):
        measure = context.get(Measure, line.measure)
        if not credit:
            measure.invoiced = False
        elif line.freed:
            measure.invoiced = True
            settle_if_paid(context, measure)


class Batch(PayableEvent[Body]):
    """It stands in a batch."""

    name, title = "batch", "Put a payable in a batch"


class Unbatch(PayableEvent[Body]):
    """Its batch was withdrawn."""

    name, title = "unbatch", "Take a payable out of a withdrawn batch"


class Paid(Body):
    """The day on which the bank booked it, and the entry of the statement that says so."""

    booked_on: Day
    statement: Handle | None = None
    entry: int | None = None


class Pay(PayableEvent[Paid]):
    """The bank booked it: only this makes it paid."""

    name, title, body = "pay", "Record that the bank booked the payment", Paid

    def apply(self, context: EventContext[Payable], body: Paid) -> None:
        """Propose its bookings, one per designation, and settle the measures that are paid now."""
        row = context.row
        row.paid_on, row.return_reason = body.booked_on, None
        propose_bookings(context, paid_on=body.booked_on, statement=body.statement, entry=body.entry)


def propose_bookings(context: EventContext[Payable], **told: Any) -> None:
    """One booking per designation for what was paid or settled; the measures that are paid for now are settled."""
    row = context.row
    context.session.flush()
    lines = context.rows(PayableLine, PayableLine.payable == row.id)
    employer = context.get(Organisation, row.organisation)
    context.rows(Measure, Measure.stream == row.stream)  # read together what is asked for one by one below
    groups: dict[Any, list[PayableLine]] = {}
    for line in lines:
        groups.setdefault(class_of(context, line, row, str(employer.kind)), []).append(line)
    for (tax_class, article), parts in groups.items():
        context.trigger(
            "booking",
            None,
            "propose",
            payable=row.id,
            amount=sum((line.gross for line in parts), Decimal(0)),
            vat=sum((line.vat for line in parts), Decimal(0)),
            tax_class=tax_class,
            designation=article,
            measures=sorted({line.measure for line in parts if line.measure}),
            **told,
        )
    if row.kind in OUTSIDE:
        context.trigger(
            "booking",
            None,
            "propose",
            payable=row.id,
            amount=row.gross,
            tax_class=TaxClass.NOT_WAGE,
            designation=OUTSIDE[row.kind],
            **told,
        )
    for line in lines:
        if line.measure is not None:
            settle_if_paid(context, context.get(Measure, line.measure))


def class_of(
    context: EventContext[Payable], line: PayableLine, payable: Payable, employer_kind: str
) -> tuple[TaxClass, str]:
    """The class and article of one line, by the scheme of the day of provision, or of the invoice before it."""
    if line.outside is not None:
        return tax.outside(line.outside, payable.dated)
    measure = context.get(Measure, line.measure)
    return tax.designation(
        employer_kind,
        measure.legal_basis,
        measure.provided_on or payable.dated,
        attributable=bool(line.attributable),
    )


class Bounced(Body):
    """The bank's reason code, its day, and the entry of the statement that says so."""

    reason: Code
    booked_on: Day | None = None
    statement: Handle | None = None
    entry: int | None = None


class Bounce(PayableEvent[Bounced]):
    """The money came back, or the bank refused it."""

    name, title, body = "bounce", "Record that the payment came back", Bounced

    def apply(self, context: EventContext[Payable], body: Bounced) -> None:
        """Reverse its bookings, and let it stand in another batch."""
        row = context.row
        row.paid_on, row.return_reason = None, body.reason
        if (owner := parties.current(context.session, row.organisation)) != row.organisation:
            row.predecessor, row.organisation = row.predecessor or row.organisation, owner
        told = Told(body.booked_on, body.statement, body.entry)
        for booking in context.rows(Booking, Booking.payable == row.id):
            if booking.state != "reversed":
                context.trigger(
                    "booking", booking, "reverse", told_on=told.on, statement=told.statement, entry=told.entry
                )
            else:  # one that was corrected: what the bank did stands with it still
                journal.mirror(context, booking, told)
        for item in context.rows(PayableLine, PayableLine.payable == row.id, col(PayableLine.measure).is_not(None)):
            measure = context.get(Measure, item.measure)
            if measure.state is MeasureState.SETTLED:
                context.trigger("measure", measure, "unsettle")
