"""Measures, from the draft advice to their settlement."""

from datetime import date
from typing import Annotated, Any

from rules.access import authority
from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.regulation import Domain, LegalBasis, ProvisionForm
from rules.core.roles import Role
from rules.core.translations import DatedFact, EarlierFact
from rules.core.wording import wording
from rules.payments import invoices, scheme_2021
from rules.procedure import certificates, eligibility, life_events
from states.charts.measure import MEASURE, MeasureState
from states.charts.payable import SETTLED
from states.engine.bodies import Amount, Body, Day, Handle, Line, Reference, Text
from states.engine.event import B, Event, EventContext
from states.errors import UnfitValueError
from states.events.provision.spending import billed_for, closed_list, spent_at_home
from states.tables.application import Application, Certificate, Measure, Takeover
from states.tables.base import new_id
from states.tables.payments import Payable, PayableKind, PayableLine


class MeasureEvent(Event[Measure, B]):
    """Shared by the events of a measure."""

    chart = MEASURE
    table = Measure


class Proposal(Body):
    """A measure in a draft advice; its description is content."""

    application: Reference
    domain: Annotated[Domain, ContentClass.MEASURE_FACTS]
    legal_basis: LegalBasis
    form: ProvisionForm
    description: Annotated[Text, ContentClass.MEASURE]
    estimate: Amount
    advice_version: int
    recurring: bool = False
    ends_on: Day | None = None
    payer: Handle | None = None


class Propose(MeasureEvent[Proposal]):
    """Propose a measure as the adviser."""

    name, title, body, creates = "propose", "Propose a measure", Proposal, True

    def create(self, context: EventContext[Measure], body: Proposal) -> Measure:
        """A proposed measure."""
        return Measure(
            id=new_id("measure"),
            stream=body.application,
            state=MeasureState.PROPOSED,
            **body.model_dump(exclude={"application", "description"}),
        )


class Drop(MeasureEvent[Body]):
    """Drop a proposed measure: a new draft replaces it, or the application ended."""

    name, title = "drop", "Drop a proposed measure"


class Advise(MeasureEvent[Body]):
    """Advise a measure: the adopted advice holds it."""

    name, title = "advise", "Advise a measure"


class TakeOverMeasure(MeasureEvent[Body]):
    """Take over a measure: every employer that pays for it has done so."""

    name, title = "take-over", "Take over a measure"


def check_conditions(context: EventContext[Measure], on: date) -> None:
    """Check the conditions of the legal basis of a measure for the day of order or provision."""
    row = context.row
    application = context.application()
    until = application.in_office_until
    context.check(life_events.provided_in_office, day=on, until=until, kept=row.kept_after_office)
    if certificates.conditions_apply(row.legal_basis):
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
        ask=who_records_certificates(context, application),
    )


def who_records_certificates(context: EventContext[Measure], application: Application) -> dict[str, Role] | None:
    """The officer and the adviser of the case, for an actor who may not record a certificate; None for one who may."""
    roles = authority.roles_of("application", "record-certificate")
    if context.by.role in roles or context.by.role is Role.ENGINE:
        return None
    handlers = {Role.OFFICER: application.officer, Role.ADVISER: application.adviser}
    return {person: role for role, person in handlers.items() if person is not None and role in roles}


class Order(Body):
    """The day of the order, and the supplier."""

    ordered_on: Day
    supplier: Annotated[Line, ContentClass.SUPPLIER] | None = None


class OrderMeasure(MeasureEvent[Order]):
    """Order a measure as the employer."""

    name, title, body = "order", "Order a measure", Order

    def validate(self, context: EventContext[Measure], body: Order) -> None:
        """The conditions are met on that day."""
        context.check(date_rules.not_in_future, what=DatedFact.ORDER, day=body.ordered_on, on=context.on)
        takeovers = context.rows(Takeover, Takeover.stream == context.row.stream)
        context.check(
            date_rules.not_before,
            what=DatedFact.ORDER,
            day=body.ordered_on,
            earlier=EarlierFact.TAKEOVER,
            earliest=max((row.taken_over_on for row in takeovers if row.taken_over_on), default=None),
        )
        check_conditions(context, body.ordered_on)

    def apply(self, context: EventContext[Measure], body: Order) -> None:
        """Record the day."""
        context.row.ordered_on = body.ordered_on

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """Today."""
        return {"orderedOn": context.on.isoformat()}


class Provision(Body):
    """The day of provision."""

    provided_on: Day
    on_closed_list: bool | None = None
    """For home measures until the end of 2023: whether the measure is on the closed list of those years."""
    remarks: Annotated[Text, ContentClass.MEASURE] | None = None


class Provide(MeasureEvent[Provision]):
    """Record that a measure is provided."""

    name, title, body = "provide", "Record that a measure is provided", Provision

    def validate(self, context: EventContext[Measure], body: Provision) -> None:
        """The conditions are met, and the order was earlier."""
        context.check(date_rules.not_in_future, what=DatedFact.PROVISION, day=body.provided_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.PROVISION,
            day=body.provided_on,
            earlier=EarlierFact.ORDER,
            earliest=context.row.ordered_on,
        )
        check_conditions(context, body.provided_on)
        self.check_scheme_2021(context, body)

    @staticmethod
    def check_scheme_2021(context: EventContext[Measure], body: Provision) -> None:
        """A home measure provided until the end of 2023 is on the list and, as invoiced, within the maximum."""
        if closed_list(context.row, body.provided_on):
            context.check(scheme_2021.on_the_list, listed=body.on_closed_list, on=body.provided_on)
            spent = spent_at_home(context, context.row.stream, besides=context.row.id)
            context.check(scheme_2021.home_maximum, spent=spent, on=body.provided_on)
        elif body.on_closed_list is not None:
            words = wording(
                "The closed list binds home measures provided until {last}: leave onClosedList out.",
                last=scheme_2021.LAST,
            )
            raise UnfitValueError([("onClosedList", words)])

    def apply(self, context: EventContext[Measure], body: Provision) -> None:
        """Record the day; settle a measure that was already paid."""
        context.row.provided_on = body.provided_on
        settle_if_paid(context, context.row)

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """Today; in the years of the closed list, a listed measure."""
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
    # a credit reduces what is paid and delays no settlement
    if all(payable.state in SETTLED or payable.kind is PayableKind.CREDIT_NOTE for payable in payables):
        context.trigger("measure", measure, "settle")


class Settle(MeasureEvent[Body]):
    """Settle a measure whose last invoice is paid."""

    name, title = "settle", "Settle a measure"


class Reasons(Body):
    """Reasons."""

    reasons: Annotated[Text, ContentClass.REASONS]


class SettleWithoutInvoice(MeasureEvent[Reasons]):
    """Settle a measure without an invoice, because it costs the employer nothing more."""

    name, title, body = "settle-without-invoice", "Settle a measure that costs nothing more", Reasons

    def validate(self, context: EventContext[Measure], body: Reasons) -> None:
        """There is no invoice for it."""
        billed = [lines for lines in billed_for(context, context.row.id).values() if sum(line.gross for line in lines)]
        context.check(invoices.not_invoiced, invoices=len(billed))

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """From stock."""
        return {"reasons": "Taken from what the employer has in stock."}


class Unsettle(MeasureEvent[Body]):
    """Reopen the settlement of a measure after a returned payment."""

    name, title = "unsettle", "Open the settlement of a measure again"


class Decline(MeasureEvent[Reasons]):
    """Record that the official declines a measure."""

    name, title, body = "decline", "Decline a measure", Reasons

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The official does not want this measure."}


class MarkNotPossible(MeasureEvent[Reasons]):
    """Record that a measure is not possible, because of the owner of the house or a permit."""

    name, title, body = "mark-not-possible", "Record that a measure is not possible", Reasons

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The owner of the house does not consent."}


class Supersede(MeasureEvent[Body]):
    """Replace a measure by a new version of the advice."""

    name, title = "supersede", "Replace a measure by a new advice"


class Remove(MeasureEvent[Reasons]):
    """Record that a measure was removed."""

    name, title, body = "remove", "Record that a measure was removed", Reasons

    def example(self, context: EventContext[Measure]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The lent equipment was returned."}
