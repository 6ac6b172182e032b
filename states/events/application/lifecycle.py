"""Lifecycle of an application: certificate, withdrawal, lapse, stage changes and closing."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.translations import DatedFact, EarlierFact
from rules.procedure import advice, closing
from states.charts.advice import DomainState
from states.charts.booking import BookingState
from states.charts.measure import MeasureState
from states.charts.payable import SETTLED
from states.charts.takeover import TAKEOVER, TakeoverState
from states.engine.bodies import Body, Day, Text
from states.engine.event import EventContext
from states.events.application.base import ApplicationEvent
from states.tables.accounting import Booking
from states.tables.application import Application, Certificate, DomainAdvice, Measure, Takeover
from states.tables.base import new_id
from states.tables.payments import Payable


class CertificateFact(Body):
    """A valid PKVW certificate of the home, or why none can reasonably be required (REG x.9(5)(b))."""

    kind: Literal["valid", "hardship"]
    valid_from: Day
    valid_until: Day | None = None
    reasons: Annotated[Text, ContentClass.REASONS] | None = None


class RecordCertificate(ApplicationEvent[CertificateFact]):
    """Record the certificate of the home, or the exception to it."""

    name, title, body = "record-certificate", "Record the PKVW certificate", CertificateFact

    def validate(self, context: EventContext[Application], body: CertificateFact) -> None:
        """The dates are in order, and an exception has reasons."""
        if body.valid_until:
            context.check(
                date_rules.not_before,
                what=DatedFact.END_OF_CERTIFICATE,
                day=body.valid_until,
                earlier=EarlierFact.BEGIN,
                earliest=body.valid_from,
            )
        context.check(advice.hardship_has_reasons, hardship=body.kind == "hardship", reasoned=body.reasons is not None)

    def apply(self, context: EventContext[Application], body: CertificateFact) -> None:
        """Store the dated fact."""
        context.session.add(
            Certificate(
                id=new_id("certificate"),
                stream=context.row.id,
                dwelling=context.row.dwelling,
                hardship=body.kind == "hardship",
                valid_from=body.valid_from,
                valid_until=body.valid_until,
                decided_by=context.by.person,
            ),
        )

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """A certificate that begins today."""
        until = context.on + timedelta(days=3650)
        return {"kind": "valid", "validFrom": context.on.isoformat(), "validUntil": until.isoformat()}


class WithdrawalReasons(Body):
    """Reasons, which may be left out."""

    reasons: Annotated[Text, ContentClass.REASONS] | None = None


class Withdraw(ApplicationEvent[WithdrawalReasons]):
    """Withdraw the application. Possible until the first employer has taken over."""

    name, title, body = "withdraw", "Withdraw the application", WithdrawalReasons

    def validate(self, context: EventContext[Application], body: WithdrawalReasons) -> None:
        """No employer has taken over yet."""
        taken = context.rows(Takeover, Takeover.stream == context.row.id, Takeover.state == TakeoverState.TAKEN_OVER)
        context.check(closing.withdrawal_before_takeover, taken_over=[row.organisation for row in taken])

    def apply(self, context: EventContext[Application], body: WithdrawalReasons) -> None:
        """End the parts of the application."""
        context.row.ended_on = context.on
        end_parts(context)


class Lapse(ApplicationEvent[Body]):
    """Let the claim lapse because the office ended before the takeover."""

    name, title = "lapse", "Lapse with the end of office"

    def apply(self, context: EventContext[Application], body: Body) -> None:
        """End the parts of the application."""
        context.row.ended_on = context.on
        end_parts(context)


def end_parts(context: EventContext[Application]) -> None:
    """End every open part of an application."""
    live = {DomainState.ADOPTED, DomainState.LAPSED}
    for domain in context.rows(DomainAdvice, DomainAdvice.stream == context.row.id):
        if domain.state not in live:
            context.trigger("domain-advice", domain, "lapse")
    for takeover in context.rows(Takeover, Takeover.stream == context.row.id):
        if takeover.state in {TakeoverState.REQUESTED, TakeoverState.RECEIVED}:
            context.trigger("takeover", takeover, "lapse")
    for measure in context.rows(Measure, Measure.stream == context.row.id):
        if measure.state in {MeasureState.PROPOSED, MeasureState.ADVISED}:
            context.trigger("measure", measure, "drop")


class BeginProvision(ApplicationEvent[Body]):
    """Start the provision: every employer has taken over, or the end of office cut a later advice short."""

    name, title = "begin-provision", "Begin the provision"

    def validate(self, context: EventContext[Application], body: Body) -> None:
        """No employer still has to take over."""
        asked = context.rows(Takeover, Takeover.stream == context.row.id)
        waiting = [takeover.organisation for takeover in asked if takeover.state not in TAKEOVER.final]
        context.check(closing.takeovers_done, waiting=waiting)


class BeginSettlement(ApplicationEvent[Body]):
    """Start the settlement: no measure is left to provide."""

    name, title = "begin-settlement", "Begin the settlement"


class BeginBooking(ApplicationEvent[Body]):
    """Start the booking: everything is paid."""

    name, title = "begin-booking", "Begin the booking"


class Close(ApplicationEvent[Body]):
    """Close the application."""

    name, title = "close", "Close the application"

    def validate(self, context: EventContext[Application], body: Body) -> None:
        """Every payable is paid or rejected, and every booking is made."""
        payables = context.rows(Payable, Payable.stream == context.row.id)
        context.check(closing.no_open_payables, waiting=[row.id for row in payables if row.state not in SETTLED])
        made = {BookingState.BOOKED, BookingState.EXPORTED, BookingState.REVERSED}
        bookings = context.rows(Booking, Booking.stream == context.row.id)
        context.check(closing.bookings_made, waiting=[row.id for row in bookings if row.state not in made])

    def apply(self, context: EventContext[Application], body: Body) -> None:
        """End the application."""
        context.row.ended_on = context.on
