"""Bookings: proposed by a payment, held until the evidence is complete, booked in balanced journal lines."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.translations import DatedFact, EarlierFact
from rules.payments import accounting_periods, tax
from rules.payments.tax import TaxClass
from states.accounting import journal, periods
from states.accounting.journal import BankReport
from states.charts.booking import BOOKING, BookingState
from states.engine.bodies import Body, Day, Handle, Signed, Text
from states.engine.event import B, Event, EventContext
from states.errors import RefusedError
from states.events.payments.payables import DEFAULT_ADDRESSEE
from states.tables.accounting import Booking, Part
from states.tables.application import Measure
from states.tables.base import new_id
from states.tables.payments import Payable, PayableLine
from states.tables.people import Organisation


class BookingEvent(Event[Booking, B]):
    """Shared by the events of a booking."""

    chart = BOOKING
    table = Booking


class NewBooking(Body):
    """The part of one payable that falls under one designation."""

    payable: Handle
    amount: Signed
    """Euros; negative if a credit note takes it off again."""
    vat: Signed = Decimal(0)
    tax_class: TaxClass
    designation: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9 .()&:-]{2,120}$")]
    measures: tuple[Handle, ...] = ()
    """The measures that it pays for; none if it is outside the advice."""
    paid_on: Day | None = None
    """The bank's day; None if no bank paid it, or if the journal already holds the payment."""
    statement: Handle | None = None
    """The statement, and the position of the entry on it, that reported the payment."""
    entry: int | None = None
    corrects: Handle | None = None
    """The reversed booking that this one replaces; its payment stays in the journal."""


class ProposeBooking(BookingEvent[NewBooking]):
    """Propose a booking for a payment."""

    name, title, body, creates = "propose", "Propose a booking", NewBooking, True

    def create(self, context: EventContext[Booking], body: NewBooking) -> Booking:
        """A proposed booking; the next event collects its evidence."""
        payable = context.get(Payable, body.payable)
        earlier = context.get(Booking, body.corrects) if body.corrects else None
        named = {key: str(context.get(Measure, key).legal_basis) for key in body.measures}
        return Booking(
            id=new_id("booking"),
            stream=payable.stream,
            state=BookingState.PROPOSED,
            organisation=payable.organisation,
            evidence=earlier.evidence if earlier else {"measures": named},
            missing=[],
            **body.model_dump(exclude={"measures", "paid_on", "statement", "entry"}),
        )

    def apply(self, context: EventContext[Booking], body: NewBooking) -> None:
        """Record the bank's payment, and check the evidence at once."""
        context.session.flush()
        if body.paid_on is not None:
            journal.pay(context, BankReport(body.paid_on, body.statement, body.entry))
        context.trigger("booking", context.row, "weigh-evidence")


def check_no_own_contribution(context: EventContext[Booking]) -> None:
    """Check that an exempt booking has no own contribution."""
    if context.row.tax_class is TaxClass.EXEMPT_BY_DESIGNATION:
        payable = context.get(Payable, context.row.payable)
        context.check(tax.no_own_contribution, own_contribution=payable.own_contribution)


def vat_of(context: EventContext[Booking]) -> Decimal:
    """The VAT in the amount of a booking; for early bookings it is computed from the lines of their measures."""
    row = context.row
    if row.vat is not None:
        return row.vat
    employer, payable = context.get(Organisation, row.organisation), context.get(Payable, row.payable)
    total = Decimal(0)
    for line in context.rows(PayableLine, PayableLine.payable == row.payable):
        basis = context.get(Measure, line.measure).legal_basis
        if tax.designation(str(employer.kind), basis, payable.dated)[1] == row.designation:
            total += line.vat
    return total


class BookingDay(Body):
    """The day in the books."""

    booked_on: Day | None = None
    """Left out, today."""
    closed_period: Literal["first-open-day"] | None = None
    """If the day is in a closed period: move it to the first open day."""


def day_in_books(context: EventContext[Booking], body: BookingDay) -> date:
    """The day under which the booking is made.

    Raises:
        RefusedError: its period was closed after validation.
    """
    wanted = body.booked_on or context.on
    found = journal.open_day(context, context.row.organisation, wanted)
    if found != wanted and body.closed_period is None:
        check_day(context, body)
        raise RefusedError(context.findings)
    return found


def check_day(context: EventContext[Booking], body: BookingDay) -> None:
    """Check that the day is not in the future, not before the invoice, and open, or may move to an open day."""
    day = body.booked_on or context.on
    if body.booked_on is not None:
        dated = context.get(Payable, context.row.payable).dated
        context.check(date_rules.not_in_future, what=DatedFact.BOOKING, day=day, on=context.on)
        context.check(
            date_rules.not_before, what=DatedFact.BOOKING, day=day, earlier=EarlierFact.INVOICE, earliest=dated
        )
    closed = periods.closed(context.session, context.row.organisation)
    if body.closed_period is None:
        context.check(
            accounting_periods.period_open,
            booked_on=day,
            closed=periods.closing(closed, day),
            first_open_day=periods.open_day(closed, day),
        )


class Book(BookingEvent[BookingDay]):
    """Make a booking."""

    name, title, body = "book", "Make a booking", BookingDay

    def validate(self, context: EventContext[Booking], body: BookingDay) -> None:
        """The evidence is complete, no own contribution takes the exemption away, and the day is open."""
        check_no_own_contribution(context)
        context.check(tax.evidence_complete, missing=tuple(context.row.missing))
        check_day(context, body)

    def apply(self, context: EventContext[Booking], body: BookingDay) -> None:
        """Write the cost to the journal."""
        day = day_in_books(context, body)
        context.row.booked_on = day
        usual = DEFAULT_ADDRESSEE[context.get(Payable, context.row.payable).kind]
        journal.cost(context, vat_of(context), usual, day)


class ExportBooking(BookingEvent[Body]):
    """Mark a booking as exported to the employer's books."""

    name, title = "export", "Mark a booking as exported"

    def apply(self, context: EventContext[Booking], body: Body) -> None:
        """Record the day."""
        context.row.exported_on = context.on


class Returned(Body):
    """The bank entry by which the money came back."""

    told_on: Day | None = None
    statement: Handle | None = None
    entry: int | None = None


class Reverse(BookingEvent[Returned]):
    """Reverse a booking with mirrored journal lines; nothing is edited."""

    name, title, body = "reverse", "Reverse a booking", Returned

    def apply(self, context: EventContext[Booking], body: Returned) -> None:
        """Mirror the journal lines of the booking."""
        journal.mirror(context, context.row, BankReport(body.told_on, body.statement, body.entry))


class CorrectedBooking(BookingDay):
    """Why the booking was wrong, and the day of the new one."""

    reasons: Annotated[Text, ContentClass.PAYMENT_REASONS]


class Correct(BookingEvent[CorrectedBooking]):
    """Correct a booking: it is reversed, and made again with the accounts of the new day. Nothing is edited."""

    name, title, body = "correct", "Correct a booking", CorrectedBooking

    def validate(self, context: EventContext[Booking], body: CorrectedBooking) -> None:
        """The new day is open."""
        check_no_own_contribution(context)
        check_day(context, body)

    def apply(self, context: EventContext[Booking], body: CorrectedBooking) -> None:
        """Mirror the cost, keep the payment, and propose the booking again."""
        row = context.row
        journal.mirror(context, row, BankReport(), keep=Part.PAYMENT)
        corrected = context.trigger(
            "booking",
            None,
            "propose",
            payable=row.payable,
            amount=row.amount,
            vat=vat_of(context),
            tax_class=row.tax_class,
            designation=row.designation,
            measures=sorted(row.evidence.get("measures", ())),
            corrects=row.id,
        )
        if corrected.state is BookingState.READY:
            context.trigger("booking", corrected, "book", booked_on=body.booked_on, closed_period=body.closed_period)

    def example(self, context: EventContext[Booking]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "It was booked on the wrong cost centre."}
