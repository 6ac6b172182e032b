"""The certificate, withdrawal and lapse, the moves of the stages, and what the law names but is not built yet."""

from datetime import timedelta
from typing import Any, Literal

from rules.core import date_rules
from rules.procedure import advice, closing
from states.charts.advice import DomainState
from states.charts.booking import BookingState
from states.charts.measure import MeasureState
from states.charts.payable import SETTLED
from states.charts.takeover import TakeoverState
from states.engine.bodies import Body, Day, Text
from states.engine.event import Step
from states.events.application.base import ApplicationEvent
from states.tables.application import Application, Certificate, DomainAdvice, Measure, Takeover
from states.tables.base import new_id
from states.tables.payments import Booking, Payable


class CertificateFact(Body):
    """A valid PKVW certificate of the home, or why none can reasonably be required (REG x.9(5)(b))."""

    kind: Literal["valid", "hardship"]
    valid_from: Day
    valid_until: Day | None = None
    reasons: Text | None = None


class RecordCertificate(ApplicationEvent[CertificateFact]):
    """The certificate of the home is recorded, or the exception to it."""

    name, title, body = "record-certificate", "Record the PKVW certificate", CertificateFact

    def judge(self, step: Step[Application], body: CertificateFact) -> None:
        """Dates in order; an exception has its reasons."""
        if body.valid_until:
            step.ask(
                date_rules.not_before,
                what="The certificate's end",
                day=body.valid_until,
                earlier="its begin",
                earliest=body.valid_from,
            )
        step.ask(advice.hardship_has_reasons, hardship=body.kind == "hardship", reasoned=body.reasons is not None)

    def effect(self, step: Step[Application], body: CertificateFact) -> None:
        """Keep the dated fact."""
        step.session.add(
            Certificate(
                id=new_id("certificate"),
                stream=step.row.id,
                dwelling=step.row.dwelling,
                hardship=body.kind == "hardship",
                valid_from=body.valid_from,
                valid_until=body.valid_until,
                decided_by=step.by.person,
            ),
        )

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """A certificate that begins today."""
        until = step.on + timedelta(days=3650)
        return {"kind": "valid", "validFrom": step.on.isoformat(), "validUntil": until.isoformat()}


class Farewell(Body):
    """Why; may be left out."""

    reasons: Text | None = None


class Withdraw(ApplicationEvent[Farewell]):
    """The applicant withdraws; possible until the first employer has taken over."""

    name, title, body = "withdraw", "Withdraw the application", Farewell

    def judge(self, step: Step[Application], body: Farewell) -> None:
        """No employer has taken over yet."""
        taken = step.rows(Takeover, Takeover.stream == step.row.id, Takeover.state == TakeoverState.TAKEN_OVER)
        step.ask(closing.withdrawal_before_takeover, taken_over=[row.organisation for row in taken])

    def effect(self, step: Step[Application], body: Farewell) -> None:
        """The parts end with it."""
        step.row.ended_on = step.on
        end_parts(step)


class Lapse(ApplicationEvent[Body]):
    """The office ended before the takeover: the claim lapses."""

    name, title = "lapse", "Lapse with the end of office"

    def effect(self, step: Step[Application], body: Body) -> None:
        """The parts end with it."""
        step.row.ended_on = step.on
        end_parts(step)


def end_parts(step: Step[Application]) -> None:
    """End every part of an application that still runs."""
    live = {DomainState.ADOPTED, DomainState.LAPSED}
    for domain in step.rows(DomainAdvice, DomainAdvice.stream == step.row.id):
        if domain.state not in live:
            step.follow("domain-advice", domain, "lapse")
    for takeover in step.rows(Takeover, Takeover.stream == step.row.id):
        if takeover.state in {TakeoverState.REQUESTED, TakeoverState.RECEIVED}:
            step.follow("takeover", takeover, "lapse")
    for measure in step.rows(Measure, Measure.stream == step.row.id):
        if measure.state in {MeasureState.PROPOSED, MeasureState.ADVISED}:
            step.follow("measure", measure, "drop")


class BeginProvision(ApplicationEvent[Body]):
    """Every employer has taken over, or a later version of the advice was cut short by the end of office."""

    name, title = "begin-provision", "Begin the provision"


class BeginSettlement(ApplicationEvent[Body]):
    """Every measure is provided, or will not be."""

    name, title = "begin-settlement", "Begin the settlement"


class BeginBooking(ApplicationEvent[Body]):
    """Everything is paid."""

    name, title = "begin-booking", "Begin the booking"


class Close(ApplicationEvent[Body]):
    """The application is closed."""

    name, title = "close", "Close the application"

    def judge(self, step: Step[Application], body: Body) -> None:
        """Every payable is paid or rejected, and every booking is made."""
        payables = step.rows(Payable, Payable.stream == step.row.id)
        step.ask(closing.no_open_payables, waiting=[row.id for row in payables if row.state not in SETTLED])
        made = {BookingState.BOOKED, BookingState.EXPORTED, BookingState.REVERSED}
        bookings = step.rows(Booking, Booking.stream == step.row.id)
        step.ask(closing.bookings_made, waiting=[row.id for row in bookings if row.state not in made])

    def effect(self, step: Step[Application], body: Body) -> None:
        """The way ends here."""
        step.row.ended_on = step.on
