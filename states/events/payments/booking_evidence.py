"""Booking evidence: what a tax class requires, filled in from the case or completed by finance."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from sqlmodel import col

from rules.core import date_rules
from rules.core.translations import DatedFact, EarlierFact
from rules.core.wording import wording
from rules.payments import tax
from states.engine.bodies import Body, Code, Day
from states.engine.event import EventContext
from states.errors import UnfitValueError
from states.events.payments.bookings import BookingEvent, check_no_own_contribution, vat_of
from states.events.provision.spending import live_lines
from states.tables.accounting import Booking
from states.tables.application import Measure
from states.tables.payments import Payable, PayableLine
from states.tables.people import Organisation


class WeighEvidence(BookingEvent[Body]):
    """Compare the evidence of a booking with what its tax class requires."""

    name, title = "weigh-evidence", "Weigh the evidence of a booking"

    def conditions(self, context: EventContext[Booking], body: Body) -> Mapping[str, bool]:
        """Complete if nothing is missing."""
        return {"evidence_complete": not missing_items(context, collected_evidence(context))}

    def apply(self, context: EventContext[Booking], body: Body) -> None:
        """Store the evidence and the missing items."""
        context.row.evidence = collected_evidence(context)
        context.row.missing = missing_items(context, context.row.evidence)


def measures_of(context: EventContext[Booking]) -> list[Measure]:
    """The measures that a booking pays for. Early bookings do not name them and have those of the payable."""
    named = context.row.evidence.get("measures")
    if named is None:
        lines = context.rows(PayableLine, PayableLine.payable == context.row.payable)
        named = sorted({line.measure for line in lines if line.measure})
    return [context.get(Measure, key) for key in named]


def collected_evidence(context: EventContext[Booking]) -> dict[str, Any]:
    """The evidence, with what the case, the invoice and the employer already say."""
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
    return {**{name: item for name, item in filled.items() if item}, **row.evidence}


def missing_items(context: EventContext[Booking], evidence: Mapping[str, Any]) -> list[str]:
    """The items that a booking of this class requires and that are not there."""
    traits = {str(trait) for measure in measures_of(context) for trait in (measure.form, measure.legal_basis)}
    return [item for item in tax.evidence_needed(context.row.tax_class, traits, context.on) if not evidence.get(item)]


class Evidence(Body):
    """The missing evidence; only missing items need to be given."""

    no_own_contribution: Literal[True] | None = None
    """The official paid no own contribution, and gave up no salary for it."""
    risk_inventory: Code | None = None
    certificate_works: Literal[True] | None = None
    """The amount includes no works on the house that the certificate requires of its owner (REG x.9(5)(b))."""
    end_of_office: Day | None = None
    """For lent goods: the last day of the term of office, when they go back."""
    payroll_reference: Code | None = None
    """For wage: the payroll's reference."""
    free_space_designation: Code | None = None
    """For the free space: the reference of the employer's designation."""


class CompleteEvidence(BookingEvent[Evidence]):
    """Complete the evidence of a booking as finance."""

    name, title, body = "complete-evidence", "Complete the evidence of a booking", Evidence

    def validate(self, context: EventContext[Booking], body: Evidence) -> None:
        """An exempt booking has no own contribution, and at least one item is given."""
        check_no_own_contribution(context)
        if not body.model_dump(exclude_none=True):
            named = ", ".join(context.row.missing)
            raise UnfitValueError([("body", wording("Give what is missing: {named}.", named=named))])
        if body.end_of_office is not None:
            context.check(
                date_rules.not_before,
                what=DatedFact.END_OF_OFFICE,
                day=body.end_of_office,
                earlier=EarlierFact.BEGIN,
                earliest=context.application().certain_since,
            )

    def apply(self, context: EventContext[Booking], body: Evidence) -> None:
        """Store the evidence and check it again."""
        declared = f"declared by {context.by.person} on {context.on}"
        given = {name.replace("_", "-"): item for name, item in body.model_dump(exclude_none=True).items()}
        added = {name: declared if item is True else str(item) for name, item in given.items()}
        context.row.evidence = {**context.row.evidence, **added}
        context.session.flush()
        context.trigger("booking", context.row, "weigh-evidence")

    def example(self, context: EventContext[Booking]) -> dict[str, Any]:
        """The missing items."""
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
