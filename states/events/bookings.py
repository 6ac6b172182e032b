"""Bookings: proposed by a payment, held until the evidence is complete, booked in balanced journal lines."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlmodel import col

from rules import steps, tax
from rules.tax import TaxClass
from rules.values import value
from states.bodies import Amount, Body, Code, Day, Handle
from states.charts.booking import BOOKING, BookingState
from states.errors import MalformedError
from states.events.event import B, Event, Step
from states.events.payables import USUAL
from states.events.spending import live_lines
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
    vat: Amount = Decimal(0)
    tax_class: TaxClass
    designation: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9 .()&:-]{2,120}$")]
    measures: tuple[Handle, ...] = ()
    """The measures that it pays for; none where it is outside the advice."""


class ProposeBooking(BookingEvent[NewBooking]):
    """A payment proposes its booking."""

    name, title, body, creates = "propose", "Propose a booking", NewBooking, True

    def begin(self, step: Step[Booking], body: NewBooking) -> Booking:
        """Proposed; what is there of its evidence is found at the weighing."""
        payable = step.get(Payable, body.payable)
        return Booking(
            id=new_id("booking"),
            stream=payable.stream,
            state=BookingState.PROPOSED,
            organisation=payable.organisation,
            evidence={"measures": {key: str(step.get(Measure, key).legal_basis) for key in body.measures}},
            missing=[],
            **body.model_dump(exclude={"measures"}),
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
        return {"evidence_complete": not missing(step, found(step))}

    def effect(self, step: Step[Booking], body: Body) -> None:
        """Keep what was found, and say what is missing."""
        step.row.evidence = found(step)
        step.row.missing = missing(step, step.row.evidence)


def measures_of(step: Step[Booking]) -> list[Measure]:
    """The measures that a booking pays for; bookings from before they were named have those of the payable."""
    named = step.row.evidence.get("measures")
    if named is None:
        lines = step.rows(PayableLine, PayableLine.payable == step.row.payable)
        named = sorted({line.measure for line in lines if line.measure})
    return [step.get(Measure, key) for key in named]


def found(step: Step[Booking]) -> dict[str, Any]:
    """The evidence with all that fills itself in, from the case, the invoice and the employer."""
    row, application = step.row, step.application()
    payable, employer = step.get(Payable, row.payable), step.get(Organisation, row.organisation)
    measures = measures_of(step)
    adopted = application.adopted_on
    ends = [measure.ends_on or application.in_office_until for measure in measures if measure.form == "lent"]
    works = live_lines(step, PayableLine.stream == row.stream, col(PayableLine.certificate_works).is_(True))
    filled: dict[str, Any] = {
        "adopted-advice": adopted and {"reference": application.id, "adoptedOn": adopted.isoformat()},
        "measures": {measure.id: str(measure.legal_basis) for measure in measures},
        "invoice": {
            "number": payable.number,
            "dated": payable.dated.isoformat(),
            "net": format(row.amount - vat_of(step), "f"),
            "vat": format(vat_of(step), "f"),
            "gross": format(row.amount, "f"),
        },
        "risk-inventory": employer.risk_inventory,
        "end-of-office": max((day for day in ends if day), default=None) if all(ends) else None,
        "certificate-works": works and "recorded outside the advice",
    }
    if filled["end-of-office"]:
        filled["end-of-office"] = filled["end-of-office"].isoformat()
    return {**{name: thing for name, thing in filled.items() if thing}, **row.evidence}


def missing(step: Step[Booking], evidence: Mapping[str, Any]) -> list[str]:
    """The items that a booking of this class needs and that are not there."""
    traits = {str(trait) for measure in measures_of(step) for trait in (measure.form, measure.legal_basis)}
    return [item for item in tax.evidence_needed(step.row.tax_class, traits, step.on) if not evidence.get(item)]


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

    def judge(self, step: Step[Booking], body: Evidence) -> None:
        """No own contribution was recorded where there is an exemption to lose; and something is given."""
        contribution_free(step)
        if not body.model_dump(exclude_none=True):
            named = ", ".join(step.row.missing)
            raise MalformedError([("body", f"Give what is missing: {named}.")])
        if body.end_of_office is not None:
            step.ask(
                steps.not_before,
                what="The end of office",
                day=body.end_of_office,
                earlier="its begin",
                earliest=step.application().certain_since,
            )

    def effect(self, step: Step[Booking], body: Evidence) -> None:
        """Keep it and weigh again."""
        declared = f"declared by {step.by.person} on {step.on}"
        given = {name.replace("_", "-"): thing for name, thing in body.model_dump(exclude_none=True).items()}
        added = {name: declared if thing is True else str(thing) for name, thing in given.items()}
        step.row.evidence = {**step.row.evidence, **added}
        step.session.flush()
        step.follow("booking", step.row, "weigh-evidence")

    def example(self, step: Step[Booking]) -> dict[str, Any]:
        """What is missing."""
        office = step.application().in_office_until or step.on + timedelta(days=365)
        known: dict[str, Any] = {
            "no-own-contribution": ("noOwnContribution", True),
            "risk-inventory": ("riskInventory", "RIE-2026"),
            "certificate-works": ("certificateWorks", True),
            "end-of-office": ("endOfOffice", office.isoformat()),
            "payroll-reference": ("payrollReference", "SAL-2026-11"),
            "free-space-designation": ("freeSpaceDesignation", "WKR-2026-11"),
        }
        return dict(known[item] for item in step.row.missing if item in known)


def contribution_free(step: Step[Booking]) -> None:
    """Ask that no own contribution is recorded, where the booking is exempt."""
    if step.row.tax_class is TaxClass.EXEMPT_BY_DESIGNATION:
        payable = step.get(Payable, step.row.payable)
        step.ask(tax.no_own_contribution, own_contribution=payable.own_contribution)


def journal(step: Step[Booking]) -> None:
    """Write the balanced journal lines of a booking."""
    row = step.row
    employer = step.get(Organisation, row.organisation)
    task_field = value("task_field", step.on)
    payable = step.get(Payable, row.payable)
    addressee = payable.addressee or USUAL[payable.kind]
    vat = vat_of(step) if tax.compensable(str(employer.kind), addressee, step.on) else Decimal(0)
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


def vat_of(step: Step[Booking]) -> Decimal:
    """The VAT in the amount of a booking; those from before it was kept find it in the lines of their measures."""
    row = step.row
    if row.vat is not None:
        return row.vat
    employer, payable = step.get(Organisation, row.organisation), step.get(Payable, row.payable)
    total = Decimal(0)
    for line in step.rows(PayableLine, PayableLine.payable == row.payable):
        basis = step.get(Measure, line.measure).legal_basis
        if tax.designation(str(employer.kind), basis, payable.dated)[1] == row.designation:
            total += line.vat
    return total


class Book(BookingEvent[Body]):
    """The booking is made."""

    name, title = "book", "Make a booking"

    def judge(self, step: Step[Booking], body: Body) -> None:
        """The evidence is complete, and no own contribution takes the exemption away."""
        contribution_free(step)
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
