"""Bookings: proposed by a payment, held until the evidence is complete, booked in balanced journal lines."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlmodel import col

from rules.core import date_rules
from rules.core.translations import DatedFact, EarlierFact
from rules.payments import accounting_periods, tax
from rules.payments.tax import TaxClass
from states.accounting import journal, periods
from states.accounting.journal import Told
from states.charts.booking import BOOKING, BookingState
from states.engine.bodies import Body, Code, Day, Handle, Signed, Text
from states.engine.event import B, Event, EventContext
from states.errors import MalformedError, RefusedError
from states.events.payments.payables import USUAL
from states.events.provision.spending import live_lines
from states.tables.application import Measure
from states.tables.base import new_id
from states.tables.payments import Booking, Part, Payable, PayableLine
from states.tables.people import Organisation


class BookingEvent(Event[Booking, B]):
    """What the events of a booking share."""

    chart = BOOKING
    table = Booking


class NewBooking(Body):
    """The part of one payable that falls under one designation."""

    payable: Handle
    amount: Signed
    """Negative where a credit note takes it off again."""
    vat: Signed = Decimal(0)
    tax_class: TaxClass
    designation: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9 .()&:-]{2,120}$")]
    measures: tuple[Handle, ...] = ()
    """The measures that it pays for; none where it is outside the advice."""
    paid_on: Day | None = None
    """The bank's day; None where no bank paid it, or where that stands in the journal already."""
    statement: Handle | None = None
    """The statement, and the place of the entry on it, that told so."""
    entry: int | None = None
    corrects: Handle | None = None
    """The reversed booking in whose place it comes; its payment stands in the journal already."""


class ProposeBooking(BookingEvent[NewBooking]):
    """A payment proposes its booking."""

    name, title, body, creates = "propose", "Propose a booking", NewBooking, True

    def create(self, context: EventContext[Booking], body: NewBooking) -> Booking:
        """Proposed; what is there of its evidence is found at the weighing."""
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
        """Record what the bank did, and weigh the evidence at once."""
        context.session.flush()
        if body.paid_on is not None:
            journal.pay(context, Told(body.paid_on, body.statement, body.entry))
        context.trigger("booking", context.row, "weigh-evidence")


class WeighEvidence(BookingEvent[Body]):
    """The evidence list is held against what is there."""

    name, title = "weigh-evidence", "Weigh the evidence of a booking"

    def conditions(self, context: EventContext[Booking], body: Body) -> Mapping[str, bool]:
        """Complete when nothing is missing."""
        return {"evidence_complete": not missing(context, found(context))}

    def apply(self, context: EventContext[Booking], body: Body) -> None:
        """Keep what was found, and say what is missing."""
        context.row.evidence = found(context)
        context.row.missing = missing(context, context.row.evidence)


def measures_of(context: EventContext[Booking]) -> list[Measure]:
    """The measures that a booking pays for; bookings from before they were named have those of the payable."""
    named = context.row.evidence.get("measures")
    if named is None:
        lines = context.rows(PayableLine, PayableLine.payable == context.row.payable)
        named = sorted({line.measure for line in lines if line.measure})
    return [context.get(Measure, key) for key in named]


def found(context: EventContext[Booking]) -> dict[str, Any]:
    """The evidence with all that fills itself in, from the case, the invoice and the employer."""
    row, application = context.row, context.application()
    payable, employer = context.get(Payable, row.payable), context.get(Organisation, row.organisation)
    measures = measures_of(context)
    adopted = application.adopted_on
    ends = [measure.ends_on or application.in_office_until for measure in measures if measure.form == "lent"]
    works = live_lines(context, PayableLine.stream == row.stream, col(PayableLine.certificate_works).is_(True))
    filled: dict[str, Any] = {
        "adopted-advice": adopted and {"reference": application.id, "adoptedOn": adopted.isoformat()},
        "measures": {measure.id: str(measure.legal_basis) for measure in measures},
        "invoice": {
            "number": payable.number,
            "dated": payable.dated.isoformat(),
            "net": format(row.amount - vat_of(context), "f"),
            "vat": format(vat_of(context), "f"),
            "gross": format(row.amount, "f"),
        },
        "risk-inventory": employer.risk_inventory,
        "end-of-office": max((day for day in ends if day), default=None) if all(ends) else None,
        "certificate-works": works and "recorded outside the advice",
    }
    if filled["end-of-office"]:
        filled["end-of-office"] = filled["end-of-office"].isoformat()
    return {**{name: thing for name, thing in filled.items() if thing}, **row.evidence}


def missing(context: EventContext[Booking], evidence: Mapping[str, Any]) -> list[str]:
    """The items that a booking of this class needs and that are not there."""
    traits = {str(trait) for measure in measures_of(context) for trait in (measure.form, measure.legal_basis)}
    return [item for item in tax.evidence_needed(context.row.tax_class, traits, context.on) if not evidence.get(item)]


class Evidence(Body):
    """What completes the evidence; only what is missing needs to be given."""

    no_own_contribution: Literal[True] | None = None
    """The official paid no own contribution, nor gave up salary for it."""
    risk_inventory: Code | None = None
    certificate_works: Literal[True] | None = None
    """The amount holds no works on the house that the certificate asks of its owner (REG x.9(5)(b))."""
    end_of_office: Day | None = None
    """For lent goods: the last day of the term of office, when they go back."""
    payroll_reference: Code | None = None
    """For wage: under what reference the payroll took it in."""
    free_space_designation: Code | None = None
    """For the free space: under what reference the employer designated it."""


class CompleteEvidence(BookingEvent[Evidence]):
    """Finance completes the evidence of a booking."""

    name, title, body = "complete-evidence", "Complete the evidence of a booking", Evidence

    def validate(self, context: EventContext[Booking], body: Evidence) -> None:
        """No own contribution was recorded where there is an exemption to lose; and something is given."""
        contribution_free(context)
        if not body.model_dump(exclude_none=True):
            named = ", ".join(context.row.missing)
            raise MalformedError([("body", f"Give what is missing: {named}.")])
        if body.end_of_office is not None:
            context.check(
                date_rules.not_before,
                what=DatedFact.END_OF_OFFICE,
                day=body.end_of_office,
                earlier=EarlierFact.BEGIN,
                earliest=context.application().certain_since,
            )

    def apply(self, context: EventContext[Booking], body: Evidence) -> None:
        """Keep it and weigh again."""
        declared = f"declared by {context.by.person} on {context.on}"
        given = {name.replace("_", "-"): thing for name, thing in body.model_dump(exclude_none=True).items()}
        added = {name: declared if thing is True else str(thing) for name, thing in given.items()}
        context.row.evidence = {**context.row.evidence, **added}
        context.session.flush()
        context.trigger("booking", context.row, "weigh-evidence")

    def example(self, context: EventContext[Booking]) -> dict[str, Any]:
        """What is missing."""
        office = context.application().in_office_until or context.on + timedelta(days=365)
        known: dict[str, Any] = {
            "no-own-contribution": ("noOwnContribution", True),
            "risk-inventory": ("riskInventory", "RIE-2026"),
            "certificate-works": ("certificateWorks", True),
            "end-of-office": ("endOfOffice", office.isoformat()),
            "payroll-reference": ("payrollReference", "SAL-2026-11"),
            "free-space-designation": ("freeSpaceDesignation", "WKR-2026-11"),
        }
        return dict(known[item] for item in context.row.missing if item in known)


def contribution_free(context: EventContext[Booking]) -> None:
    """Ask that no own contribution is recorded, where the booking is exempt."""
    if context.row.tax_class is TaxClass.EXEMPT_BY_DESIGNATION:
        payable = context.get(Payable, context.row.payable)
        context.check(tax.no_own_contribution, own_contribution=payable.own_contribution)


def vat_of(context: EventContext[Booking]) -> Decimal:
    """The VAT in the amount of a booking; those from before it was kept find it in the lines of their measures."""
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


class Booked(Body):
    """On which day of the books."""

    booked_on: Day | None = None
    """Today where it is left out."""
    closed_period: Literal["first-open-day"] | None = None
    """Where the day lies in a period that is closed: let it move to the first open day."""


def day_in_books(context: EventContext[Booking], body: Booked) -> date:
    """The day under which it is booked.

    Raises:
        RefusedError: its period was closed since it was asked about.
    """
    wanted = body.booked_on or context.on
    found = journal.open_day(context, context.row.organisation, wanted)
    if found != wanted and body.closed_period is None:
        ask_day(context, body)
        raise RefusedError(context.findings)
    return found


def ask_day(context: EventContext[Booking], body: Booked) -> None:
    """The day has come, is not before the invoice's, and is open; or it may move to the first that is."""
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


class Book(BookingEvent[Booked]):
    """The booking is made."""

    name, title, body = "book", "Make a booking", Booked

    def validate(self, context: EventContext[Booking], body: Booked) -> None:
        """The evidence is complete, no own contribution takes the exemption away, and its day is open."""
        contribution_free(context)
        context.check(tax.evidence_complete, missing=tuple(context.row.missing))
        ask_day(context, body)

    def apply(self, context: EventContext[Booking], body: Booked) -> None:
        """Write what it is for."""
        day = day_in_books(context, body)
        context.row.booked_on = day
        usual = USUAL[context.get(Payable, context.row.payable).kind]
        journal.cost(context, vat_of(context), usual, day)


class ExportBooking(BookingEvent[Body]):
    """The booking went to the employer's books."""

    name, title = "export", "Mark a booking as exported"

    def apply(self, context: EventContext[Booking], body: Body) -> None:
        """Keep the day."""
        context.row.exported_on = context.on


class GaveBack(Body):
    """How the bank told that the money came back."""

    told_on: Day | None = None
    statement: Handle | None = None
    entry: int | None = None


class Reverse(BookingEvent[GaveBack]):
    """The booking is reversed; nothing of it is edited."""

    name, title, body = "reverse", "Reverse a booking", GaveBack

    def apply(self, context: EventContext[Booking], body: GaveBack) -> None:
        """Mirror its journal lines."""
        journal.mirror(context, context.row, Told(body.told_on, body.statement, body.entry))


class CorrectedBooking(Booked):
    """Why it was wrong, and under which day it is booked anew."""

    reasons: Text


class Correct(BookingEvent[CorrectedBooking]):
    """The booking was wrong: it is reversed and booked anew, with the accounts of the new day; nothing is edited."""

    name, title, body = "correct", "Correct a booking", CorrectedBooking

    def validate(self, context: EventContext[Booking], body: CorrectedBooking) -> None:
        """Its new day is open."""
        contribution_free(context)
        ask_day(context, body)

    def apply(self, context: EventContext[Booking], body: CorrectedBooking) -> None:
        """Mirror what it is for, leave what the bank did, and book it anew."""
        row = context.row
        journal.mirror(context, row, Told(), keep=Part.PAYMENT)
        anew = context.trigger(
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
        if anew.state is BookingState.READY:
            context.trigger("booking", anew, "book", booked_on=body.booked_on, closed_period=body.closed_period)

    def example(self, context: EventContext[Booking]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "It was booked on the wrong cost centre."}
