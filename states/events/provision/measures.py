"""One measure, from the draft advice to its settlement."""

from datetime import date
from typing import Any

from rules.core import date_rules
from rules.core.regulation import Domain, LegalBasis, ProvisionForm
from rules.core.translations import DatedFact, EarlierFact
from rules.payments import invoices, scheme_2021
from rules.procedure import certificates, eligibility, life_events
from states.charts.measure import MEASURE, MeasureState
from states.charts.payable import SETTLED
from states.engine.bodies import Amount, Body, Day, Handle, Line, Reference, Text
from states.engine.event import B, Event, EventContext
from states.errors import MalformedError
from states.events.provision.spending import billed_for, closed_list, periods_of, spent_at_home
from states.tables.application import Certificate, Measure, Takeover
from states.tables.base import new_id
from states.tables.payments import Payable, PayableKind, PayableLine


class MeasureEvent(Event[Measure, B]):
    """What the events of a measure share."""

    chart = MEASURE
    table = Measure


class Proposal(Body):
    """A measure in a draft advice; what it is, is content."""

    application: Reference
    domain: Domain
    legal_basis: LegalBasis
    form: ProvisionForm
    description: Text
    estimate: Amount
    advice_version: int
    recurring: bool = False
    ends_on: Day | None = None
    payer: Handle | None = None


class Propose(MeasureEvent[Proposal]):
    """The adviser proposes a measure."""

    name, title, body, creates = "propose", "Propose a measure", Proposal, True

    def create(self, context: EventContext[Measure], body: Proposal) -> Measure:
        """Proposed."""
        return Measure(
            id=new_id("measure"),
            stream=body.application,
            state=MeasureState.PROPOSED,
            **body.model_dump(exclude={"application", "description"}),
        )


class Drop(MeasureEvent[Body]):
    """A new draft replaces it, or the application ended."""

    name, title = "drop", "Drop a proposed measure"


class Advise(MeasureEvent[Body]):
    """The adopted advice holds it."""

    name, title = "advise", "Advise a measure"


class TakeOverMeasure(MeasureEvent[Body]):
    """Every employer that pays for it has taken it over."""

    name, title = "take-over", "Take over a measure"


def gates_open(context: EventContext[Measure], on: date) -> None:
    """Ask the gates that hold back a measure by its legal basis, for the day on which it is ordered or provided."""
    row = context.row
    application = context.application()
    until = application.in_office_until
    context.check(life_events.provided_in_office, day=on, until=until, kept=row.kept_after_office)
    if certificates.binds(row.legal_basis):
        context.check(eligibility.in_office, certain_since=application.certain_since, until=None, on=on)
        context.check(
            eligibility.residence,
            office=application.office,
            in_territory=application.in_territory,
            exemption_on=application.exemption_on,
            on=on,
        )
    dwelling = application.dwelling
    found = context.rows(Certificate, Certificate.stream == row.stream, Certificate.dwelling == dwelling)
    context.check(
        certificates.certificate,
        legal_basis=row.legal_basis,
        certificates=[(item.valid_from, item.valid_until) for item in found],
        on=on,
    )


class Order(Body):
    """When it was ordered, and with whom."""

    ordered_on: Day
    supplier: Line | None = None


class OrderMeasure(MeasureEvent[Order]):
    """The employer orders a measure."""

    name, title, body = "order", "Order a measure", Order

    def validate(self, context: EventContext[Measure], body: Order) -> None:
        """The gates are open on that day."""
        context.check(date_rules.not_in_future, what=DatedFact.ORDER, day=body.ordered_on, on=context.on)
        takeovers = context.rows(Takeover, Takeover.stream == context.row.stream)
        context.check(
            date_rules.not_before,
            what=DatedFact.ORDER,
            day=body.ordered_on,
            earlier=EarlierFact.TAKEOVER,
            earliest=max((row.taken_over_on for row in takeovers if row.taken_over_on), default=None),
        )
        gates_open(context, body.ordered_on)

    def apply(self, context: EventContext[Measure], body: Order) -> None:
        """Keep the day."""
        context.row.ordered_on = body.ordered_on

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """Today."""
        return {"orderedOn": context.on.isoformat()}


class Provision(Body):
    """When it was provided."""

    provided_on: Day
    on_closed_list: bool | None = None
    """For what was provided at a home until the end of 2023: whether it stands on the closed list of those years."""
    remarks: Text | None = None


class Provide(MeasureEvent[Provision]):
    """The measure is there."""

    name, title, body = "provide", "Record that a measure is provided", Provision

    def validate(self, context: EventContext[Measure], body: Provision) -> None:
        """The gates are open, and it was ordered before."""
        context.check(date_rules.not_in_future, what=DatedFact.PROVISION, day=body.provided_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.PROVISION,
            day=body.provided_on,
            earlier=EarlierFact.ORDER,
            earliest=context.row.ordered_on,
        )
        gates_open(context, body.provided_on)
        self.judge_old_scheme(context, body)

    @staticmethod
    def judge_old_scheme(context: EventContext[Measure], body: Provision) -> None:
        """What was provided at the home until the end of 2023 is on the list and, as invoiced, within the maximum."""
        if closed_list(context.row, body.provided_on):
            context.check(scheme_2021.on_the_list, listed=body.on_closed_list, on=body.provided_on)
            spent = spent_at_home(context, context.row.stream, besides=context.row.id)
            context.check(scheme_2021.home_maximum, spent=spent, on=body.provided_on)
        elif body.on_closed_list is not None:
            words = f"The closed list binds home measures provided until {scheme_2021.LAST}: leave onClosedList out."
            raise MalformedError([("onClosedList", words)])

    def apply(self, context: EventContext[Measure], body: Provision) -> None:
        """Keep the day; settle it where it was paid ahead."""
        context.row.provided_on = body.provided_on
        settle_if_paid(context, context.row)

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """Today; in the years of the closed list, something on it."""
        listed = {"onClosedList": True} if closed_list(context.row, context.on) else {}
        return {"providedOn": context.on.isoformat(), **listed}


def settle_if_paid(context: EventContext[Any], measure: Measure) -> None:
    """Settle a provided measure whose last invoice is paid in full, by every payer.

    The last invoice of a recurring measure is the one that reaches its end; while that is open there is none.
    """
    if measure.state is not MeasureState.PROVIDED or not measure.invoiced:
        return
    lines = context.rows(PayableLine, PayableLine.measure == measure.id)
    payables = [context.get(Payable, line.payable) for line in lines]
    # a credit takes something off and holds nothing up
    if all(payable.state in SETTLED or payable.kind is PayableKind.CREDIT_NOTE for payable in payables):
        context.trigger("measure", measure, "settle")


class Settle(MeasureEvent[Body]):
    """Its last invoice is paid."""

    name, title = "settle", "Settle a measure"


class Explained(Body):
    """Why."""

    reasons: Text


class SettleWithoutInvoice(MeasureEvent[Explained]):
    """It cost nothing beyond what the employer has already."""

    name, title, body = "settle-without-invoice", "Settle a measure that costs nothing more", Explained

    def validate(self, context: EventContext[Measure], body: Explained) -> None:
        """No invoice came for it."""
        billed = [lines for lines in billed_for(context, context.row.id).values() if sum(line.gross for line in lines)]
        context.check(invoices.not_invoiced, invoices=len(billed))

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """From stock."""
        return {"reasons": "Taken from what the employer has in stock."}


class Unsettle(MeasureEvent[Body]):
    """A payment came back."""

    name, title = "unsettle", "Open the settlement of a measure again"


class Decline(MeasureEvent[Explained]):
    """The official does not want it."""

    name, title, body = "decline", "Decline a measure", Explained

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The official does not want this measure."}


class MarkNotPossible(MeasureEvent[Explained]):
    """The owner of the house or a permit stands in the way."""

    name, title, body = "mark-not-possible", "Record that a measure is not possible", Explained

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The owner of the house does not consent."}


class Supersede(MeasureEvent[Body]):
    """A new version of the advice replaces it."""

    name, title = "supersede", "Replace a measure by a new advice"


class OfficeEnd(Body):
    """The last day of the office; where that was recorded wrong, the day that it takes the place of."""

    ended_on: Day
    instead_of: Day | None = None


class EndWithOffice(MeasureEvent[OfficeEnd]):
    """The office ended: what recurs ends with it, what is lent is to come back, what is not there yet is decided on."""

    name, title, body = "end-with-office", "End a measure with the office", OfficeEnd

    def apply(self, context: EventContext[Measure], body: OfficeEnd) -> None:
        """Bring the end forward, never back; what was invoiced up to that day is its last invoice."""
        row = context.row
        if not (row.recurring or row.form is ProvisionForm.LENT):
            return
        if body.instead_of is not None and row.ends_on == body.instead_of < body.ended_on:
            row.ends_on, row.invoiced = body.ended_on, row.invoiced and not row.recurring
            if row.recurring and row.state is MeasureState.SETTLED:
                context.trigger("measure", row, "unsettle")
            return
        row.ends_on = min(row.ends_on or body.ended_on, body.ended_on)
        if row.recurring and any(until >= row.ends_on for _, until in periods_of(context, row.id)):
            row.invoiced = True
        settle_if_paid(context, row)


class KeepAfterOffice(MeasureEvent[Explained]):
    """The employer keeps its word: a measure that it took over is provided though the office ended."""

    name, title, body = "keep-after-office", "Provide a measure though the office ended", Explained

    def validate(self, context: EventContext[Measure], body: Explained) -> None:
        """The office has ended."""
        context.check(life_events.office_has_ended, office_ended_on=context.application().office_ended_on)

    def apply(self, context: EventContext[Measure], body: Explained) -> None:
        """The end of office holds it back no more."""
        context.row.kept_after_office = True

    def example(self, context: EventContext[Measure]) -> dict[str, Any] | None:
        """Ordered already."""
        if context.application().office_ended_on is None or context.row.kept_after_office:
            return None
        return {"reasons": "The threat goes on after the office; the work was agreed before it ended."}


class LetGo(MeasureEvent[Explained]):
    """The employer does not provide a measure any more, because the office ended before it was there."""

    name, title, body = "let-go", "Let a measure go with the office", Explained

    def validate(self, context: EventContext[Measure], body: Explained) -> None:
        """The office has ended."""
        context.check(life_events.office_has_ended, office_ended_on=context.application().office_ended_on)

    def example(self, context: EventContext[Measure]) -> dict[str, Any] | None:
        """Nothing was ordered."""
        if context.application().office_ended_on is None:
            return None
        return {"reasons": "The office ended before anything was ordered."}


class Remove(MeasureEvent[Explained]):
    """It was taken away again."""

    name, title, body = "remove", "Record that a measure was removed", Explained

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The lent equipment was returned."}
