"""One employer's part of an invoice or advance: checked, approved by another person, and paid."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col

from rules import conflicts, interest, money, old_scheme, recurring, steps, tax
from rules.tax import Addressee, TaxClass
from states import deadlines, scope
from states.bodies import Body, Code, Day, Handle, Iban, Line, Text
from states.books import journal
from states.books.journal import Told
from states.charts.measure import MeasureState
from states.charts.payable import PAYABLE, PayableState
from states.events.event import B, Event, Step
from states.events.invoice_bodies import NewPayable
from states.events.measures import settle_if_paid
from states.events.spending import closed_list, spent_at_home
from states.tables.application import Measure
from states.tables.base import new_id
from states.tables.finance import Booking, Payable, PayableKind, PayableLine
from states.tables.people import Organisation

OUTSIDE = {PayableKind.PENALTY: "Awb 4:17", PayableKind.INTEREST: "Awb 4:98"}
"""What is paid for being late is no provision: it stands outside the tax exemption."""
WITH_THE_BANK = (PayableState.BATCHED, PayableState.PAID)
"""A part that stands in a batch or is paid stands, whatever becomes of the other parts of its invoice."""


USUAL = {
    PayableKind.SUPPLIER_INVOICE: Addressee.EMPLOYER,
    PayableKind.ADVANCE: Addressee.OFFICIAL,
    PayableKind.PENALTY: Addressee.OFFICIAL,
    PayableKind.INTEREST: Addressee.OFFICIAL,
}
"""In whose name an invoice of a kind is where it does not say."""


class PayableEvent(Event[Payable, B]):
    """What the events of a payable share."""

    chart = PAYABLE
    table = Payable


class ReceivePayable(PayableEvent[NewPayable]):
    """One employer's part of an invoice comes into being."""

    name, title, body, creates = "receive", "Receive one employer's part of an invoice", NewPayable, True

    def also_locks(self, session: Session, key: str, body: NewPayable) -> Iterable[str]:
        """The application's stream, where it is no invoice that brings the payable."""
        return [body.application]

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
            addressee=body.addressee or USUAL[body.kind],
            **body.model_dump(exclude={"application", "payee", "iban", "lines", "awarded", "addressee"}),
        )

    def effect(self, step: Step[Payable], body: NewPayable) -> None:
        """Keep the lines."""
        step.session.flush()
        for line in body.lines:
            row = PayableLine(
                id=new_id("line"),
                stream=step.row.stream,
                payable=step.row.id,
                **line.model_dump(exclude={"reasons"}),
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
    step.rows(Measure, Measure.stream == step.row.stream)  # read together what is asked for one by one below
    lines = step.rows(PayableLine, PayableLine.payable == step.row.id, col(PayableLine.measure).is_not(None))
    if lines:
        step.ask(tax.no_own_contribution, own_contribution=step.row.own_contribution)
    old = []
    for line in lines:
        measure = step.get(Measure, line.measure)
        until = None if measure.kept_after_office else application.in_office_until
        step.ask(money.within_office, provided_on=measure.provided_on, until=until)
        if measure.recurring and line.period_from and line.period_until:
            step.ask(
                recurring.period_within,
                measure=measure.id,
                period_from=line.period_from,
                period_until=line.period_until,
                provided_on=measure.provided_on,
                ends_on=measure.ends_on,
                office_until=application.in_office_until,
            )
        if measure.provided_on and closed_list(measure, measure.provided_on):
            old.append(measure.provided_on)
    if old:
        step.ask(old_scheme.home_maximum, spent=spent_at_home(step, application.id), on=max(old))


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
    """The payable is not paid; a right invoice can come in its place.

    The whole invoice goes back: what the other employers share of it is rejected with it. Once a part of it stands in
    a batch or is paid, the others stand, and an invoice that replaces this part alone can come (see ``replaces``).
    """

    name, title, body = "reject", "Reject a payable", Rejection

    def judge(self, step: Step[Payable], body: Rejection) -> None:
        """Four eyes."""
        apart_from(step, "reject it")

    def effect(self, step: Step[Payable], body: Rejection) -> None:
        """Its measures wait for an invoice again, and so do those of the parts that go back with it."""
        wait_again(step)
        parts = step.rows(Payable, Payable.invoice == step.row.invoice, Payable.state != PayableState.REJECTED)
        others = [part for part in parts if part.id != step.row.id]
        if any(part.state in WITH_THE_BANK for part in others):
            return
        for part in others:
            step.follow("payable", part, "reject-with-invoice", rejected=step.row.id)

    def example(self, step: Step[Payable]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The invoice names work that was not ordered."}


class OtherPart(Body):
    """The part that was rejected by another employer; its reasons stand there."""

    rejected: Handle


class RejectWithInvoice(PayableEvent[OtherPart]):
    """Another employer rejected its part of the same invoice: the whole of it goes back to the supplier."""

    name, title, body = "reject-with-invoice", "Reject a payable with the rest of its invoice", OtherPart

    def effect(self, step: Step[Payable], body: OtherPart) -> None:
        """Its measures wait for an invoice again."""
        wait_again(step)


def wait_again(step: Step[Payable]) -> None:
    """Let the measures of a rejected payable wait for an invoice again."""
    for line in step.rows(PayableLine, PayableLine.payable == step.row.id, col(PayableLine.measure).is_not(None)):
        step.get(Measure, line.measure).invoiced = False


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

    def effect(self, step: Step[Payable], body: Paid) -> None:
        """Propose its bookings, one per designation, and settle the measures that are paid now."""
        row = step.row
        row.paid_on, row.return_reason = body.booked_on, None
        told = {"paid_on": body.booked_on, "statement": body.statement, "entry": body.entry}
        step.session.flush()
        lines = step.rows(PayableLine, PayableLine.payable == row.id)
        employer = step.get(Organisation, row.organisation)
        step.rows(Measure, Measure.stream == row.stream)  # read together what is asked for one by one below
        groups: dict[Any, list[PayableLine]] = {}
        for line in lines:
            groups.setdefault(class_of(step, line, row, str(employer.kind)), []).append(line)
        for (tax_class, article), parts in groups.items():
            step.follow(
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
            step.follow(
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
                settle_if_paid(step, step.get(Measure, line.measure))


def class_of(step: Step[Payable], line: PayableLine, payable: Payable, employer_kind: str) -> tuple[TaxClass, str]:
    """The class and article of one line, by the scheme of the day of provision, or of the invoice before it."""
    if line.outside is not None:
        return tax.outside(line.outside, payable.dated)
    measure = step.get(Measure, line.measure)
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

    def effect(self, step: Step[Payable], body: Bounced) -> None:
        """Reverse its bookings, and let it stand in another batch."""
        row = step.row
        row.paid_on, row.return_reason = None, body.reason
        if (owner := scope.current(step.session, row.organisation)) != row.organisation:
            row.predecessor, row.organisation = row.predecessor or row.organisation, owner
        told = Told(body.booked_on, body.statement, body.entry)
        for booking in step.rows(Booking, Booking.payable == row.id):
            if booking.state != "reversed":
                step.follow("booking", booking, "reverse", told_on=told.on, statement=told.statement, entry=told.entry)
            else:  # one that was corrected: what the bank did stands with it still
                journal.mirror(step, booking, told)
        for item in step.rows(PayableLine, PayableLine.payable == row.id, col(PayableLine.measure).is_not(None)):
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
