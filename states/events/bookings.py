"""Bookings: proposed by a payment, held until the evidence is complete, booked in balanced journal lines."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlmodel import Session, select

from rules import tax
from rules.tax import TaxClass, designation
from rules.values import value
from states.bodies import Amount, Body, Code, Handle
from states.charts.booking import BOOKING, BookingState
from states.events.event import B, Event, Step
from states.tables.application import Measure
from states.tables.base import new_id
from states.tables.finance import Booking, JournalLine, Payable, PayableLine
from states.tables.people import Organisation


class BookingEvent(Event[Booking, B]):
    """What the events of a booking share."""

    chart = BOOKING
    table = Booking


class NewBooking(Body):
    """The part of one payable that falls under one designation."""

    payable: Handle
    amount: Amount
    tax_class: TaxClass
    designation: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9 .()&:-]{2,120}$")]


class ProposeBooking(BookingEvent[NewBooking]):
    """A payment proposes its booking."""

    name, title, body, creates = "propose", "Propose a booking", NewBooking, True

    def begin(self, step: Step[Booking], body: NewBooking) -> Booking:
        """Proposed, with the evidence that is there already."""
        payable = step.get(Payable, body.payable)
        application = step.passage.application_of(payable)
        employer = step.get(Organisation, payable.organisation)
        assert application is not None
        evidence: dict[str, Any] = {
            "adopted-advice": application.adopted_on.isoformat() if application.adopted_on else None,
            "legal-basis": body.designation,
            "invoice": payable.number,
            "risk-inventory": employer.risk_inventory,
        }
        return Booking(
            id=new_id("booking"),
            stream=payable.stream,
            state=BookingState.PROPOSED,
            organisation=payable.organisation,
            evidence={name: found for name, found in evidence.items() if found},
            missing=[],
            **body.model_dump(),
        )

    def effect(self, step: Step[Booking], body: NewBooking) -> None:
        """Weigh the evidence at once."""
        step.session.flush()
        step.follow("booking", step.row, "weigh-evidence")


class WeighEvidence(BookingEvent[Body]):
    """The evidence list is held against what is there."""

    name, title = "weigh-evidence", "Weigh the evidence of a booking"

    def conditions(self, step: Step[Booking], body: Body) -> Mapping[str, bool]:
        """Complete when nothing is missing."""
        return {"evidence_complete": not self.missing(step)}

    def effect(self, step: Step[Booking], body: Body) -> None:
        """Say what is missing."""
        step.row.missing = self.missing(step)

    @staticmethod
    def missing(step: Step[Booking]) -> list[str]:
        """The items of the list that are not there."""
        return [item for item in value("evidence_list", step.on) if not step.row.evidence.get(item)]


class Evidence(Body):
    """What completes the evidence: the declaration on own contributions, and the RI&E where it was missing."""

    no_own_contribution: Literal[True]
    """The official paid no own contribution, nor gave up salary for it."""
    risk_inventory: Code | None = None


class CompleteEvidence(BookingEvent[Evidence]):
    """Finance completes the evidence of a booking."""

    name, title, body = "complete-evidence", "Complete the evidence of a booking", Evidence

    def judge(self, step: Step[Booking], body: Evidence) -> None:
        """No own contribution was recorded."""
        payable = step.get(Payable, step.row.payable)
        step.ask(tax.no_own_contribution, own_contribution=payable.own_contribution)

    def effect(self, step: Step[Booking], body: Evidence) -> None:
        """Keep it and weigh again."""
        added: dict[str, Any] = {"no-own-contribution": f"declared by {step.by.person} on {step.on}"}
        if body.risk_inventory:
            added["risk-inventory"] = body.risk_inventory
        step.row.evidence = {**step.row.evidence, **added}
        step.session.flush()
        step.follow("booking", step.row, "weigh-evidence")

    def example(self, step: Step[Booking]) -> dict[str, Any]:
        """The declaration, and the RI&E if it was missing."""
        extra = {"riskInventory": "RIE-2026"} if "risk-inventory" in step.row.missing else {}
        return {"noOwnContribution": True, **extra}


def journal(step: Step[Booking]) -> None:
    """Write the balanced journal lines of a booking."""
    row = step.row
    employer = step.get(Organisation, row.organisation)
    task_field = value("task_field", step.on)
    vat = vat_of(step.session, row) if value("vat_compensable", step.on)[str(employer.kind)] else Decimal(0)
    sides = [(employer.ledger_account, row.amount - vat), (value("vat_account", step.on), vat)]
    lines = [(account, amount, Decimal(0)) for account, amount in sides if amount]
    lines.append((employer.bank_account, Decimal(0), row.amount))
    for position, (account, debit, credit) in enumerate(lines, start=1):
        step.session.add(
            JournalLine(
                booking=row.id,
                position=position,
                stream=row.stream,
                booked_on=step.on,
                account=account,
                cost_centre=employer.cost_centre,
                task_field=task_field,
                debit=debit,
                credit=credit,
            ),
        )


def reverse_lines(step: Step[Booking]) -> None:
    """Write the mirror image of the lines as they were booked, whatever the values of today are."""
    lines = step.rows(JournalLine, JournalLine.booking == step.row.id, order=JournalLine.position)
    for position, line in enumerate(lines, start=len(lines) + 1):
        mirrored = {"position": position, "booked_on": step.on, "debit": line.credit, "credit": line.debit}
        step.session.add(JournalLine(**{**line.model_dump(), **mirrored}))


def vat_of(session: Session, booking: Booking) -> Decimal:
    """The VAT in the part of the payable that a booking is for."""
    payable = session.get_one(Payable, booking.payable)
    employer = session.get_one(Organisation, booking.organisation)
    total = Decimal(0)
    for line in session.exec(select(PayableLine).where(PayableLine.payable == payable.id)):
        basis = session.get_one(Measure, line.measure).legal_basis
        if designation(str(employer.kind), basis, payable.dated)[1] == booking.designation:
            total += line.vat
    return total


class Book(BookingEvent[Body]):
    """The booking is made."""

    name, title = "book", "Make a booking"

    def judge(self, step: Step[Booking], body: Body) -> None:
        """The evidence is complete."""
        step.ask(tax.evidence_complete, missing=tuple(step.row.missing))

    def effect(self, step: Step[Booking], body: Body) -> None:
        """Write the journal."""
        step.row.booked_on = step.on
        journal(step)


class ExportBooking(BookingEvent[Body]):
    """The booking went to the employer's books."""

    name, title = "export", "Mark a booking as exported"

    def effect(self, step: Step[Booking], body: Body) -> None:
        """Keep the day."""
        step.row.exported_on = step.on


class Reverse(BookingEvent[Body]):
    """The booking is reversed; nothing of it is edited."""

    name, title = "reverse", "Reverse a booking"

    def effect(self, step: Step[Booking], body: Body) -> None:
        """Mirror its journal lines, if there are any."""
        if step.row.booked_on is not None:
            reverse_lines(step)
