"""Payables: one employer's part of an invoice or advance, checked, approved and paid."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col

from rules.core.roles import Role
from rules.payments import tax
from rules.payments.amounts import signed
from rules.payments.tax import Addressee, TaxClass
from states.accounting import journal
from states.accounting.journal import BankReport
from states.charts.measure import MeasureState
from states.charts.payable import PAYABLE, PayableState
from states.engine.bodies import Body, Code, Day, Handle
from states.engine.event import B, Event, EventContext
from states.events.payments.invoice_bodies import NewPayable, Part, UnmatchedLine
from states.events.payments.invoice_lines import store_lines
from states.events.provision.measures import settle_if_paid
from states.payments.payees import payee_of
from states.storage.account_marks import account_mark
from states.tables.accounting import Booking
from states.tables.application import Measure
from states.tables.base import new_id
from states.tables.payments import Payable, PayableKind, PayableLine
from states.tables.people import Organisation

LATENESS_ARTICLES = {PayableKind.PENALTY: "Awb 4:17", PayableKind.INTEREST: "Awb 4:98"}
"""Penalty and interest are no provision, so they are outside the tax exemption."""
WITH_THE_BANK = (
    PayableState.BATCHED,
    PayableState.PAID,
    PayableState.ASKED_BACK,
    PayableState.OFFSET,
    PayableState.REPAID,
)
"""States in which a part stays as it is when other parts of its invoice are rejected: in a batch, paid or settled."""


DEFAULT_ADDRESSEE = {
    PayableKind.SUPPLIER_INVOICE: Addressee.EMPLOYER,
    PayableKind.ADVANCE: Addressee.OFFICIAL,
    PayableKind.PENALTY: Addressee.OFFICIAL,
    PayableKind.INTEREST: Addressee.OFFICIAL,
    PayableKind.CREDIT_NOTE: Addressee.EMPLOYER,
}
"""The addressee of each kind of invoice that names none."""


class PayableEvent(Event[Payable, B]):
    """Shared by the events of a payable."""

    chart = PAYABLE
    table = Payable


class ReceivePayable(PayableEvent[NewPayable]):
    """Receive one employer's part of an invoice."""

    name, title, body, creates = "receive", "Receive one employer's part of an invoice", NewPayable, True

    def extra_locks(self, session: Session, key: str, body: NewPayable) -> Iterable[str]:
        """The application's stream, for a payable without an invoice."""
        return [body.application]

    def create(self, context: EventContext[Payable], body: NewPayable) -> Payable:
        """A received payable with its sums, negative for a credit note; to be matched if its lines name no measures."""
        sign = -1 if body.kind is PayableKind.CREDIT_NOTE else 1
        lines: tuple[Part | UnmatchedLine, ...] = (*body.lines, *body.offered)
        return Payable(
            id=new_id("payable"),
            stream=body.application,
            state=PayableState.TO_MATCH if body.offered else PayableState.RECEIVED,
            net=signed(sum((line.net for line in lines), body.awarded), sign),
            vat=signed(sum((line.vat for line in lines), Decimal(0)), sign),
            gross=signed(sum((line.gross for line in lines), body.awarded), sign),
            payee_mark=account_mark(context.session, body.iban),
            addressee=body.addressee or DEFAULT_ADDRESSEE[body.kind],
            offered=[line.model_dump(mode="json", exclude={"text"}) for line in body.offered] or None,
            entered_by=None if context.unit.by.role is Role.ENGINE else context.unit.by.person,
            **body.model_dump(exclude={"application", "payee", "iban", "lines", "offered", "awarded", "addressee"}),
        )

    def apply(self, context: EventContext[Payable], body: NewPayable) -> None:
        """Store the lines."""
        context.session.flush()
        store_lines(context, body.lines, -1 if body.kind is PayableKind.CREDIT_NOTE else 1)


def separate_part(context: EventContext[Any], row: Payable, amount: Decimal) -> Payable:
    """Separate a part of a payable or credit, in the same state; the rest keeps its id."""
    payee, iban = payee_of(context.session, row)
    made: Payable = context.trigger("payable", None, "part-off", part_of=row.id, amount=amount, payee=payee, iban=iban)
    return made


class Batch(PayableEvent[Body]):
    """Put a payable in a batch."""

    name, title = "batch", "Put a payable in a batch"


class Unbatch(PayableEvent[Body]):
    """Take a payable out of a withdrawn batch."""

    name, title = "unbatch", "Take a payable out of a withdrawn batch"


class Paid(Body):
    """The bank's day, and the statement entry that reports it."""

    booked_on: Day
    statement: Handle | None = None
    entry: int | None = None


class Pay(PayableEvent[Paid]):
    """Record that the bank booked the payment. Nothing else makes it paid."""

    name, title, body = "pay", "Record that the bank booked the payment", Paid

    def apply(self, context: EventContext[Payable], body: Paid) -> None:
        """Propose its bookings, one per designation, and settle the measures that are now paid."""
        row = context.row
        row.paid_on, row.return_reason = body.booked_on, None
        propose_bookings(context, paid_on=body.booked_on, statement=body.statement, entry=body.entry)


def propose_bookings(context: EventContext[Payable], **reported: Any) -> None:
    """Propose one booking per designation for what was paid or settled, and settle the paid measures."""
    row = context.row
    context.session.flush()
    lines = context.rows(PayableLine, PayableLine.payable == row.id)
    employer = context.get(Organisation, row.organisation)
    context.rows(
        Measure, Measure.stream == row.stream
    )  # read in one query the rows that are asked for one by one below
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
            **reported,
        )
    if row.kind in LATENESS_ARTICLES:
        context.trigger(
            "booking",
            None,
            "propose",
            payable=row.id,
            amount=row.gross,
            tax_class=TaxClass.NOT_WAGE,
            designation=LATENESS_ARTICLES[row.kind],
            **reported,
        )
    for line in lines:
        if line.measure is not None:
            settle_if_paid(context, context.get(Measure, line.measure))


def class_of(
    context: EventContext[Payable], line: PayableLine, payable: Payable, employer_kind: str
) -> tuple[TaxClass, str]:
    """The tax class and article of a line, by the scheme of the day of provision, or else of the invoice."""
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
    """The bank's reason code and day, and the statement entry that reports it."""

    reason: Code
    booked_on: Day | None = None
    statement: Handle | None = None
    entry: int | None = None


class Bounce(PayableEvent[Bounced]):
    """Record that the payment came back, or that the bank refused it."""

    name, title, body = "bounce", "Record that the payment came back", Bounced

    def apply(self, context: EventContext[Payable], body: Bounced) -> None:
        """Reverse its bookings, so that it can go into another batch."""
        row = context.row
        row.paid_on, row.return_reason = None, body.reason
        if (owner := context.unit.employers.current(row.organisation)) != row.organisation:
            row.predecessor, row.organisation = row.predecessor or row.organisation, owner
        reported = BankReport(body.booked_on, body.statement, body.entry)
        for booking in context.rows(Booking, Booking.payable == row.id):
            if booking.state != "reversed":
                context.trigger(
                    "booking",
                    booking,
                    "reverse",
                    told_on=reported.on,
                    statement=reported.statement,
                    entry=reported.entry,
                )
            else:  # a corrected booking still holds the bank's payment
                journal.mirror(context, booking, reported)
        for item in context.rows(PayableLine, PayableLine.payable == row.id, col(PayableLine.measure).is_not(None)):
            measure = context.get(Measure, item.measure)
            if measure.state is MeasureState.SETTLED:
                context.trigger("measure", measure, "unsettle")
