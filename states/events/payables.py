"""Invoices and advances: received once, divided over the payers, checked, approved by another person, and paid."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlmodel import col

from rules import conflicts, interest, money, steps, tax
from rules.money import CENT, split
from rules.tax import TaxClass, designation
from states import deadlines
from states.bodies import Amount, Body, Code, Day, Handle, Iban, Line, Reference, Text
from states.charts.application import APPLICATION
from states.charts.measure import MeasureState
from states.charts.payable import PAYABLE, PayableState
from states.errors import MalformedError
from states.events.event import B, Event, Step
from states.events.measures import settle_if_paid
from states.tables.application import Application, Measure, Takeover
from states.tables.base import new_id
from states.tables.finance import Booking, Payable, PayableKind, PayableLine
from states.tables.people import Organisation

OUTSIDE = {PayableKind.PENALTY: "Awb 4:17", PayableKind.INTEREST: "Awb 4:98"}
"""What is paid for being late is no provision: it stands outside the tax exemption."""
INVOICEABLE = (MeasureState.TAKEN_OVER, MeasureState.ORDERED, MeasureState.PROVIDED)


class InvoiceLine(Body):
    """One line of an invoice, for one measure."""

    measure: Handle
    net: Amount
    vat_rate: Amount
    """Percent: 0, 9 or 21."""
    vat: Amount
    gross: Amount
    final: bool = True
    """Whether this is the last invoice for the measure."""


class Invoice(Body):
    """A supplier's invoice, or an official's advance with its receipt (REG 1.2)."""

    kind: Literal[PayableKind.SUPPLIER_INVOICE, PayableKind.ADVANCE] = PayableKind.SUPPLIER_INVOICE
    number: Code
    dated: Day
    received_on: Day | None = None
    payee: Line
    """The name exactly as on the account."""
    iban: Iban
    own_contribution: Amount = Decimal(0)
    receipt: Code | None = None
    """The receipt's reference; an advance needs one."""
    lines: Annotated[list[InvoiceLine], Field(min_length=1, max_length=60)]


def waiting_for_invoice(step: Step[Application]) -> list[Measure]:
    """The measures of an application that still wait for their last invoice, provided ones first."""
    found = step.rows(
        Measure,
        Measure.stream == step.row.id,
        col(Measure.state).in_(INVOICEABLE),
        col(Measure.invoiced).is_(False),
    )
    return sorted(found, key=lambda row: row.state is not MeasureState.PROVIDED)


class ReceiveInvoice(Event[Application, Invoice]):
    """An invoice comes in; each payer gets its part, the first the remainder (BESL 3.2.16(b))."""

    chart, table = APPLICATION, Application
    name, title, body = "receive-invoice", "Receive an invoice or advance", Invoice

    def judge(self, step: Step[Application], body: Invoice) -> None:
        """Every line is for a measure that was taken over, adds up, and the payee can be paid."""
        step.ask(steps.not_in_future, what="The invoice", day=body.dated, on=step.on)
        step.ask(money.iban_valid, private=("iban",), iban=body.iban)
        step.ask(
            steps.advance_has_receipt,
            advance=body.kind is PayableKind.ADVANCE,
            receipt=body.receipt is not None,
        )
        step.ask(steps.something_to_invoice, measures=[row.id for row in waiting_for_invoice(step)])
        taken_over = step.rows(Takeover, Takeover.stream == step.row.id)
        days = [row.taken_over_on for row in taken_over if row.taken_over_on]
        for position, line in enumerate(body.lines):
            measure = step.session.get(Measure, line.measure)
            if measure is None or measure.stream != step.row.id:
                raise MalformedError([(f"lines.{position}.measure", "This is no measure of this application.")])
            step.ask(
                money.line_adds_up,
                net=line.net,
                vat_rate=line.vat_rate,
                vat=line.vat,
                gross=line.gross,
                on=body.dated,
            )
            step.ask(money.amount_not_zero, gross=line.gross)
            step.ask(money.after_takeover, measure=measure.id, state=str(measure.state))
        employers = step.employers()
        for employer in employers if not step.findings else ():
            shares = [part["gross"] for item in body.lines for part in self.part(step, item, employer, employers)]
            if shares:
                step.ask(money.amount_not_zero, gross=sum(shares, Decimal(0)))
        if taken_over:
            step.ask(money.not_before_takeover, dated=body.dated, taken_over_on=max(days, default=None))
        mark = step.passage.vault.mark(body.iban)
        same = step.rows(
            Payable,
            Payable.payee_mark == mark,
            Payable.number == body.number,
            Payable.state != PayableState.REJECTED,
        )
        step.ask(money.not_a_duplicate, number=body.number, earlier=[row.id for row in same])

    def effect(self, step: Step[Application], body: Invoice) -> None:
        """Divide every line over its payers and make one payable for each."""
        employers = step.employers()
        invoice = new_id("invoice")
        for employer in employers:
            lines = [line for item in body.lines for line in self.part(step, item, employer, employers)]
            if not lines:
                continue
            step.follow(
                "payable",
                None,
                "receive",
                application=step.row.id,
                invoice=invoice,
                organisation=employer,
                received_on=body.received_on or step.on,
                lines=lines,
                own_contribution=body.own_contribution,
                **body.model_dump(include={"kind", "number", "dated", "payee", "iban"}),
            )
        for item in body.lines:
            if item.final:
                step.get(Measure, item.measure).invoiced = True

    @staticmethod
    def part(step: Step[Application], item: InvoiceLine, employer: str, employers: list[str]) -> list[dict[str, Any]]:
        """One employer's part of a line; nothing where the measure is attributed to another."""
        payer = step.get(Measure, item.measure).payer
        if payer is not None and payer != employer:
            return []
        place, parts = (0, 1) if payer else (employers.index(employer), len(employers))
        net, vat = split(item.net, parts)[place], split(item.vat, parts)[place]
        return [{"measure": item.measure, "net": net, "vat_rate": item.vat_rate, "vat": vat, "gross": net + vat}]

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """One invoice for every measure that waits for one."""
        waiting = waiting_for_invoice(step)
        if not waiting:
            return None
        days = [row.taken_over_on for row in step.rows(Takeover, Takeover.stream == step.row.id)]
        lines = []
        for measure in waiting:
            net = (measure.estimate / Decimal("1.21")).quantize(CENT) or Decimal("100.00")
            vat = (net * Decimal("0.21")).quantize(CENT)
            lines.append(
                {
                    "measure": measure.id,
                    "net": format(net, "f"),
                    "vatRate": "21",
                    "vat": format(vat, "f"),
                    "gross": format(net + vat, "f"),
                },
            )
        return {
            "number": f"F-{waiting[0].id[-6:].upper()}",
            "dated": max([day for day in days if day], default=step.on).isoformat(),
            "payee": "Beveiliging Voorbeeld BV",
            "iban": "NL02ABNA0123456789",
            "lines": lines,
        }


class PayableEvent(Event[Payable, B]):
    """What the events of a payable share."""

    chart = PAYABLE
    table = Payable


class Part(Body):
    """One payer's part of one line."""

    measure: Handle
    net: Amount
    vat_rate: Amount
    vat: Amount
    gross: Amount


class NewPayable(Body):
    """One payer's part of an invoice."""

    application: Reference
    invoice: Handle
    organisation: Handle
    kind: PayableKind
    number: Code
    dated: Day
    received_on: Day
    payee: Line
    iban: Iban
    own_contribution: Amount = Decimal(0)
    lines: tuple[Part, ...] = ()
    awarded: Amount = Decimal(0)
    """Euros of a penalty or interest, which is for no measure and has no lines."""


class ReceivePayable(PayableEvent[NewPayable]):
    """One employer's part of an invoice comes into being."""

    name, title, body, creates = "receive", "Receive one employer's part of an invoice", NewPayable, True

    def begin(self, step: Step[Payable], body: NewPayable) -> Payable:
        """Received, with its sums."""
        return Payable(
            id=new_id("payable"),
            stream=body.application,
            state=PayableState.RECEIVED,
            net=sum((line.net for line in body.lines), body.awarded),
            vat=sum((line.vat for line in body.lines), Decimal(0)),
            gross=sum((line.gross for line in body.lines), body.awarded),
            payee_mark=step.passage.vault.mark(body.iban),
            **body.model_dump(exclude={"application", "payee", "iban", "lines", "awarded"}),
        )

    def effect(self, step: Step[Payable], body: NewPayable) -> None:
        """Keep the lines."""
        step.session.flush()
        for line in body.lines:
            row = PayableLine(
                id=new_id("line"),
                stream=step.row.stream,
                payable=step.row.id,
                **line.model_dump(),
            )
            step.session.add(row)


def apart_from(step: Step[Payable], doing: str) -> None:
    """Four eyes: applicant, officer, whoever checked and whoever approves are different people."""
    application = step.application()
    earlier = {"handled this application": application.officer, "checked this invoice": step.row.checked_by}
    step.ask(conflicts.four_eyes, person=step.by.person, earlier=earlier, doing=doing)


def findings_on(step: Step[Payable]) -> None:
    """What a payable is checked against, each point a finding of its own."""
    application = step.application()
    step.ask(tax.no_own_contribution, own_contribution=step.row.own_contribution)
    step.rows(Measure, Measure.stream == step.row.stream)  # read together what is asked for one by one below
    for line in step.rows(PayableLine, PayableLine.payable == step.row.id):
        measure = step.get(Measure, line.measure)
        step.ask(money.within_office, provided_on=measure.provided_on, until=application.in_office_until)


class Check(PayableEvent[Body]):
    """Finance checks the payable."""

    name, title = "check", "Check a payable"

    def judge(self, step: Step[Payable], body: Body) -> None:
        """Amounts, office, own contribution; and not the own case."""
        findings_on(step)

    def effect(self, step: Step[Payable], body: Body) -> None:
        """Who checked does not approve."""
        step.row.checked_by = step.by.person


class Approve(PayableEvent[Body]):
    """Another person approves the payable."""

    name, title = "approve", "Approve a payable"

    def judge(self, step: Step[Payable], body: Body) -> None:
        """Four eyes, and every point of the check once more."""
        apart_from(step, "approve it")
        findings_on(step)

    def effect(self, step: Step[Payable], body: Body) -> None:
        """Who approved does not release."""
        step.row.approved_by = step.by.person


class Rejection(Body):
    """Why it is not paid."""

    reasons: Text


class Reject(PayableEvent[Rejection]):
    """The payable is not paid; a right invoice can come in its place."""

    name, title, body = "reject", "Reject a payable", Rejection

    def judge(self, step: Step[Payable], body: Rejection) -> None:
        """Four eyes."""
        apart_from(step, "reject it")

    def effect(self, step: Step[Payable], body: Rejection) -> None:
        """Its measures wait for an invoice again."""
        for line in step.rows(PayableLine, PayableLine.payable == step.row.id):
            step.get(Measure, line.measure).invoiced = False

    def example(self, step: Step[Payable]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The invoice names work that was not ordered."}


class Batch(PayableEvent[Body]):
    """It stands in a batch."""

    name, title = "batch", "Put a payable in a batch"


class Unbatch(PayableEvent[Body]):
    """Its batch was withdrawn."""

    name, title = "unbatch", "Take a payable out of a withdrawn batch"


class Paid(Body):
    """The day on which the bank booked it."""

    booked_on: Day


class Pay(PayableEvent[Paid]):
    """The bank booked it: only this makes it paid."""

    name, title, body = "pay", "Record that the bank booked the payment", Paid

    def effect(self, step: Step[Payable], body: Paid) -> None:
        """Propose its bookings, one per designation, and settle the measures that are paid now."""
        row = step.row
        row.paid_on, row.return_reason = body.booked_on, None
        step.session.flush()
        lines = step.rows(PayableLine, PayableLine.payable == row.id)
        employer = step.get(Organisation, row.organisation)
        step.rows(Measure, Measure.stream == row.stream)  # read together what is asked for one by one below
        groups: dict[Any, Decimal] = {}
        if row.kind in OUTSIDE:
            groups[TaxClass.NOT_WAGE, OUTSIDE[row.kind]] = row.gross
        for line in lines:
            basis = step.get(Measure, line.measure).legal_basis
            key = designation(str(employer.kind), basis, row.dated)
            groups[key] = groups.get(key, Decimal(0)) + line.gross
        for (tax_class, article), amount in groups.items():
            step.follow(
                "booking",
                None,
                "propose",
                payable=row.id,
                amount=amount,
                tax_class=tax_class,
                designation=article,
            )
        for line in lines:
            settle_if_paid(step, step.get(Measure, line.measure))


class Bounced(Body):
    """The bank's reason code."""

    reason: Code


class Bounce(PayableEvent[Bounced]):
    """The money came back, or the bank refused it."""

    name, title, body = "bounce", "Record that the payment came back", Bounced

    def effect(self, step: Step[Payable], body: Bounced) -> None:
        """Reverse its bookings, and let it stand in another batch."""
        row = step.row
        row.paid_on, row.return_reason = None, body.reason
        for booking in step.rows(Booking, Booking.payable == row.id):
            if booking.state != "reversed":
                step.follow("booking", booking, "reverse")
        for item in step.rows(PayableLine, PayableLine.payable == row.id):
            measure = step.get(Measure, item.measure)
            if measure.state is MeasureState.SETTLED:
                step.follow("measure", measure, "unsettle")


class FixedInterest(Body):
    """To whom the interest is paid."""

    payee: Line
    """The name exactly as on the account."""
    iban: Iban
    announced_on: Day | None = None
    """The day on which this decision is made known; today where it is left out."""


class FixInterest(PayableEvent[FixedInterest]):
    """Interest on an advance or penalty that was paid too late; it becomes a payable (Awb 4:97, 4:98)."""

    name, title, body = "fix-interest", "Fix the interest on a late payment (Awb 4:97)", FixedInterest

    def judge(self, step: Step[Payable], body: FixedInterest) -> None:
        """It was paid after its term, the interest is worth paying, and it was not fixed before."""
        if body.announced_on is not None:
            step.ask(steps.not_in_future, what="The decision", day=body.announced_on, on=step.on)
        step.ask(money.iban_valid, private=("iban",), iban=body.iban)
        step.ask(interest.interest_owed, **self.facts(step))

    def effect(self, step: Step[Payable], body: FixedInterest) -> None:
        """Make the payable."""
        row, facts = step.row, self.facts(step)
        step.follow(
            "payable",
            None,
            "receive",
            application=row.stream,
            invoice=new_id("invoice"),
            organisation=row.organisation,
            kind=PayableKind.INTEREST,
            number=self.number(row),
            dated=body.announced_on or step.on,
            received_on=step.on,
            payee=body.payee,
            iban=body.iban,
            awarded=interest.interest(facts["principal"], facts["due_on"], facts["paid_on"]),
        )

    @staticmethod
    def number(row: Payable) -> str:
        """The number under which the interest on a payable is paid, once."""
        return f"INT-{row.id}"

    def facts(self, step: Step[Payable]) -> dict[str, Any]:
        """What the interest rests on."""
        row = step.row
        term = deadlines.latest(step.session, row.id, "payment")
        standing = Payable.number == self.number(row), Payable.state != PayableState.REJECTED
        return {
            "kind": str(row.kind),
            "principal": row.gross,
            "due_on": term.due_on if term else None,
            "paid_on": row.paid_on,
            "fixed": bool(step.rows(Payable, Payable.stream == row.stream, *standing)),
        }

    def example(self, step: Step[Payable]) -> dict[str, Any] | None:
        """To the applicant, where interest is owed."""
        if interest.interest_owed(**self.facts(step)) is not None:
            return None
        return {"payee": "A. Voorbeeld", "iban": "NL02ABNA0123456789"}
