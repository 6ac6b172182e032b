"""The parts of an application: advice per domain, takeovers and measures."""

from datetime import date
from typing import Any, Literal

from rules import conflicts, eligibility, gates, steps
from rules.offices import Domain, LegalBasis, ProvisionForm
from states.bodies import Amount, Body, Code, Day, Handle, Line, Reference, Text
from states.charts.advice import DOMAIN_ADVICE, DomainState
from states.charts.measure import MEASURE, MeasureState
from states.charts.takeover import TAKEOVER, TakeoverState
from states.events.event import B, Event, Step
from states.tables.application import Certificate, DomainAdvice, Measure, Takeover
from states.tables.base import new_id
from states.tables.finance import Payable, PayableLine


class OpenDomain(Body):
    """One domain of one version of an advice."""

    application: Reference
    domain: Domain
    risk: Literal["low", "medium", "high"]
    advice_version: int


class DomainEvent(Event[DomainAdvice, B]):
    """What the events of the advice in one domain share."""

    chart = DOMAIN_ADVICE
    table = DomainAdvice


class Open(DomainEvent[OpenDomain]):
    """The advice in one domain begins."""

    name, title, body, creates = "open", "Open the advice in one domain", OpenDomain, True

    def begin(self, step: Step[DomainAdvice], body: OpenDomain) -> DomainAdvice:
        """To be assessed."""
        return DomainAdvice(
            id=new_id("advice"),
            stream=body.application,
            state=DomainState.TO_ASSESS,
            **body.model_dump(exclude={"application"}),
        )


class Draft(DomainEvent[Body]):
    """A draft stands."""

    name, title = "draft", "Draft the advice in one domain"


class SetAside(DomainEvent[Body]):
    """Nothing is needed in this domain."""

    name, title = "set-aside", "Say that nothing is needed in one domain"


class Submit(DomainEvent[Body]):
    """It is with the security authority."""

    name, title = "submit", "Submit the advice in one domain"


class SendBack(DomainEvent[Body]):
    """The security authority sends it back."""

    name, title = "send-back", "Send the advice in one domain back"


class Adopt(DomainEvent[Body]):
    """It is adopted."""

    name, title = "adopt", "Adopt the advice in one domain"


class LapseDomain(DomainEvent[Body]):
    """It lapses with the application."""

    name, title = "lapse", "Let the advice in one domain lapse"


class TakeoverEvent(Event[Takeover, B]):
    """What the events of a takeover share."""

    chart = TAKEOVER
    table = Takeover


class Request(Body):
    """Who is asked to take over, since when."""

    application: Reference
    organisation: Handle
    requested_on: Day


class RequestTakeover(TakeoverEvent[Request]):
    """An employer is asked to take over the adopted advice."""

    name, title, body, creates = "request", "Request the takeover", Request, True

    def begin(self, step: Step[Takeover], body: Request) -> Takeover:
        """Requested."""
        return Takeover(
            id=new_id("takeover"),
            stream=body.application,
            state=TakeoverState.REQUESTED,
            **body.model_dump(exclude={"application"}),
        )


class Receipt(Body):
    """The day on which the employer received the request; its term runs from the day after (Awb 4:13)."""

    received_on: Day


class ConfirmReceipt(TakeoverEvent[Receipt]):
    """The employer confirms that it has the request."""

    name, title, body = "confirm-receipt", "Confirm receipt of the request", Receipt

    def judge(self, step: Step[Takeover], body: Receipt) -> None:
        """Not after today, and not before there was anything to receive."""
        step.ask(steps.not_in_future, what="The receipt", day=body.received_on, on=step.on)
        step.ask(
            steps.not_before,
            what="The receipt",
            day=body.received_on,
            earlier="the adoption",
            earliest=step.application().adopted_on,
        )

    def effect(self, step: Step[Takeover], body: Receipt) -> None:
        """Keep the day."""
        step.row.received_on = body.received_on

    def example(self, step: Step[Takeover]) -> dict[str, Any]:
        """Today."""
        return {"receivedOn": step.on.isoformat()}


class TakingOver(Body):
    """The decision to take over: its day and the reference under which the employer keeps it."""

    taken_over_on: Day
    decision: Code | None = None


class TakeOver(TakeoverEvent[TakingOver]):
    """The employer takes over the advised measures. It cannot refuse them or change an amount."""

    name, title, body = "take-over", "Take over the advised measures", TakingOver

    def judge(self, step: Step[Takeover], body: TakingOver) -> None:
        """A day that can be, by someone without an interest of their own."""
        step.ask(steps.not_in_future, what="The takeover", day=body.taken_over_on, on=step.on)
        step.ask(
            steps.not_before,
            what="The takeover",
            day=body.taken_over_on,
            earlier="the receipt",
            earliest=step.row.received_on,
        )
        step.ask(conflicts.not_own_case, person=step.by.person, applicant=step.application().applicant)

    def effect(self, step: Step[Takeover], body: TakingOver) -> None:
        """Take over what this employer pays alone, and what all pay once all have taken over."""
        row = step.row
        row.taken_over_on = body.taken_over_on
        step.session.flush()
        takeovers = step.rows(Takeover, Takeover.stream == row.stream)
        all_done = all(other.state is TakeoverState.TAKEN_OVER for other in takeovers)
        advised = step.rows(Measure, Measure.stream == row.stream, Measure.state == MeasureState.ADVISED)
        for measure in advised:
            if measure.payer == row.organisation or (measure.payer is None and all_done):
                step.follow("measure", measure, "take-over")

    def example(self, step: Step[Takeover]) -> dict[str, Any]:
        """Today."""
        return {"takenOverOn": step.on.isoformat(), "decision": "DEC-2026-001"}


class LapseTakeover(TakeoverEvent[Body]):
    """The request lapses with the application."""

    name, title = "lapse", "Let the request to take over lapse"


class GiveNotice(TakeoverEvent[Body]):
    """Notice of delay; named now, refused with 'not yet'."""

    name, title = "give-notice", "Give notice of delay (Awb 4:14)"


class Default(TakeoverEvent[Body]):
    """Notice of default; named now, refused with 'not yet'."""

    name, title = "default", "Record a notice of default (Awb 4:17)"


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

    def begin(self, step: Step[Measure], body: Proposal) -> Measure:
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


def gates_open(step: Step[Measure], on: date) -> None:
    """Ask the gates that hold back a measure by its legal basis, for the day on which it is ordered or provided."""
    row = step.row
    application = step.application()
    if gates.binds(row.legal_basis):
        step.ask(
            eligibility.in_office,
            certain_since=application.certain_since,
            until=application.in_office_until,
            on=on,
        )
        step.ask(
            eligibility.residence,
            office=application.office,
            in_territory=application.in_territory,
            exemption_on=application.exemption_on,
            on=on,
        )
    found = step.rows(Certificate, Certificate.stream == row.stream)
    step.ask(
        gates.certificate,
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

    def judge(self, step: Step[Measure], body: Order) -> None:
        """The gates are open on that day."""
        step.ask(steps.not_in_future, what="The order", day=body.ordered_on, on=step.on)
        takeovers = step.rows(Takeover, Takeover.stream == step.row.stream)
        step.ask(
            steps.not_before,
            what="The order",
            day=body.ordered_on,
            earlier="the takeover",
            earliest=max((row.taken_over_on for row in takeovers if row.taken_over_on), default=None),
        )
        gates_open(step, body.ordered_on)

    def effect(self, step: Step[Measure], body: Order) -> None:
        """Keep the day."""
        step.row.ordered_on = body.ordered_on

    def example(self, step: Step[Measure]) -> dict[str, Any]:
        """Today."""
        return {"orderedOn": step.on.isoformat()}


class Provision(Body):
    """When it was provided."""

    provided_on: Day
    remarks: Text | None = None


class Provide(MeasureEvent[Provision]):
    """The measure is there."""

    name, title, body = "provide", "Record that a measure is provided", Provision

    def judge(self, step: Step[Measure], body: Provision) -> None:
        """The gates are open, and it was ordered before."""
        step.ask(steps.not_in_future, what="The provision", day=body.provided_on, on=step.on)
        step.ask(
            steps.not_before,
            what="The provision",
            day=body.provided_on,
            earlier="the order",
            earliest=step.row.ordered_on,
        )
        gates_open(step, body.provided_on)

    def effect(self, step: Step[Measure], body: Provision) -> None:
        """Keep the day; settle it where it was paid ahead."""
        step.row.provided_on = body.provided_on
        settle_if_paid(step, step.row)

    def example(self, step: Step[Measure]) -> dict[str, Any]:
        """Today."""
        return {"providedOn": step.on.isoformat()}


def settle_if_paid(step: Step[Any], measure: Measure) -> None:
    """Settle a provided one-off measure whose last invoice is paid in full, by every payer."""
    if measure.state is not MeasureState.PROVIDED or not measure.invoiced or measure.recurring:
        return
    lines = step.rows(PayableLine, PayableLine.measure == measure.id)
    payables = [step.get(Payable, line.payable) for line in lines]
    if all(payable.state in {"paid", "rejected"} for payable in payables):
        step.follow("measure", measure, "settle")


class Settle(MeasureEvent[Body]):
    """Its last invoice is paid."""

    name, title = "settle", "Settle a measure"


class Explained(Body):
    """Why."""

    reasons: Text


class SettleWithoutInvoice(MeasureEvent[Explained]):
    """It cost nothing beyond what the employer has already."""

    name, title, body = "settle-without-invoice", "Settle a measure that costs nothing more", Explained

    def judge(self, step: Step[Measure], body: Explained) -> None:
        """No invoice came for it."""
        lines = step.rows(PayableLine, PayableLine.measure == step.row.id)
        step.ask(steps.not_invoiced, invoices=len(lines))

    def example(self, step: Step[Measure]) -> dict[str, Any]:
        """From stock."""
        return {"reasons": "Taken from what the employer has in stock."}


class Unsettle(MeasureEvent[Body]):
    """A payment came back."""

    name, title = "unsettle", "Open the settlement of a measure again"


class Decline(MeasureEvent[Explained]):
    """The official does not want it."""

    name, title, body = "decline", "Decline a measure", Explained

    def example(self, step: Step[Measure]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The official does not want this measure."}


class MarkNotPossible(MeasureEvent[Explained]):
    """The owner of the house or a permit stands in the way."""

    name, title, body = "mark-not-possible", "Record that a measure is not possible", Explained

    def example(self, step: Step[Measure]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The owner of the house does not consent."}


class Supersede(MeasureEvent[Body]):
    """A new version of the advice replaces it."""

    name, title = "supersede", "Replace a measure by a new advice"


class Remove(MeasureEvent[Explained]):
    """It was taken away again."""

    name, title, body = "remove", "Record that a measure was removed", Explained

    def example(self, step: Step[Measure]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The lent equipment was returned."}
