"""The takeover (overname) by one employer."""

from typing import Any

from rules import conflicts, steps, turns
from rules.offices import Capacity
from states.bodies import Body, Code, Day, Handle, Reference, Text
from states.charts.measure import MeasureState
from states.charts.takeover import TAKEOVER, TakeoverState
from states.events.event import B, Event, Step
from states.tables.application import Measure, Takeover
from states.tables.base import new_id


class TakeoverEvent(Event[Takeover, B]):
    """What the events of a takeover share."""

    chart = TAKEOVER
    table = Takeover


class Request(Body):
    """Who is asked to take over, since when."""

    application: Reference
    organisation: Handle
    advice_version: int = 1
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
    decided_as: Capacity | None = None
    """The capacity in which it was decided; the usual one for the applicant's office where it is left out."""


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
        decided_as = self.capacity(step, body)
        if decided_as is not None:
            step.ask(conflicts.who_decides, office=step.application().office, decided_as=decided_as, on=step.on)

    @staticmethod
    def capacity(step: Step[Takeover], body: TakingOver) -> Capacity | None:
        """The capacity that is named, else the usual one of the office, where one is known."""
        return body.decided_as or next(iter(conflicts.capacities(step.application().office, step.on)), None)

    def effect(self, step: Step[Takeover], body: TakingOver) -> None:
        """Take over what this employer pays alone, and what all pay once all have taken over."""
        row = step.row
        row.taken_over_on = body.taken_over_on
        row.decided_as = self.capacity(step, body)
        step.session.flush()
        same = Takeover.advice_version == row.advice_version
        takeovers = step.rows(Takeover, Takeover.stream == row.stream, same)
        all_done = all(other.state is TakeoverState.TAKEN_OVER for other in takeovers)
        advised = step.rows(
            Measure,
            Measure.stream == row.stream,
            Measure.advice_version == row.advice_version,
            Measure.state == MeasureState.ADVISED,
        )
        for measure in advised:
            if measure.payer == row.organisation or (measure.payer is None and all_done):
                step.follow("measure", measure, "take-over")

    def example(self, step: Step[Takeover]) -> dict[str, Any]:
        """Today, in the usual capacity."""
        usual = self.capacity(step, TakingOver(taken_over_on=step.on))
        example = {"takenOverOn": step.on.isoformat(), "decision": "DEC-2026-001"}
        return {**example, "decidedAs": str(usual)} if usual else example


class Declining(Body):
    """Why the employer does not provide measures for another home, and when it said so."""

    declined_on: Day | None = None
    reasons: Text


class DeclineSecondHome(TakeoverEvent[Declining]):
    """The employer declines measures for a second home after a move: the one thing it may decline (par. 6)."""

    name, title, body = "decline-second-home", "Decline measures for a second home", Declining

    def judge(self, step: Step[Takeover], body: Declining) -> None:
        """It is discretionary, and the day can be."""
        step.ask(turns.second_home_discretionary, discretionary=step.application().discretionary)
        step.ask(steps.not_in_future, what="The decision", day=body.declined_on or step.on, on=step.on)

    def effect(self, step: Step[Takeover], body: Declining) -> None:
        """What this employer would have paid is dropped; where every employer declined, the application is refused."""
        row = step.row
        step.session.flush()
        takeovers = step.rows(Takeover, Takeover.stream == row.stream, Takeover.advice_version == row.advice_version)
        all_declined = all(other.state is TakeoverState.DECLINED for other in takeovers)
        for measure in step.rows(Measure, Measure.stream == row.stream, Measure.state == MeasureState.ADVISED):
            if measure.payer in {row.organisation, None}:
                step.follow("measure", measure, "drop")
        if all_declined:
            step.follow("application", step.application(), "decline-second-home")

    def example(self, step: Step[Takeover]) -> dict[str, Any] | None:
        """Only where it may."""
        if not step.application().discretionary:
            return None
        return {"reasons": "The measures of the first home can be moved to the second one."}


class LapseTakeover(TakeoverEvent[Body]):
    """The request lapses with the application."""

    name, title = "lapse", "Let the request to take over lapse"


class GiveNotice(TakeoverEvent[Body]):
    """Notice of delay; named now, refused with 'not yet'."""

    name, title = "give-notice", "Give notice of delay (Awb 4:14)"


class Default(TakeoverEvent[Body]):
    """Notice of default; named now, refused with 'not yet'."""

    name, title = "default", "Record a notice of default (Awb 4:17)"
