"""Takeovers (overname) of an advice, by one employer each."""

from typing import Annotated, Any

from rules.access.content_classes import ContentClass
from rules.business_calendar.durations import length
from rules.core import date_rules
from rules.core.regulation import Capacity
from rules.core.translations import DatedFact, EarlierFact
from rules.procedure import late_decision_penalty, life_events, separation_of_duties
from states.charts.measure import MeasureState
from states.charts.takeover import TAKEOVER, TakeoverState
from states.deadlines import due_dates, term_query
from states.engine.bodies import Body, Code, Day, Handle, Reference, Text
from states.engine.event import B, Event, EventContext
from states.tables.application import Measure, Takeover
from states.tables.base import new_id


class TakeoverEvent(Event[Takeover, B]):
    """Shared by the events of a takeover."""

    chart = TAKEOVER
    table = Takeover


class Request(Body):
    """The employer, and the day of the request."""

    application: Reference
    organisation: Handle
    advice_version: int = 1
    requested_on: Day


class RequestTakeover(TakeoverEvent[Request]):
    """Request the takeover of the adopted advice from an employer."""

    name, title, body, creates = "request", "Request the takeover", Request, True

    def create(self, context: EventContext[Takeover], body: Request) -> Takeover:
        """A requested takeover."""
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
    """Confirm that the employer received the request. If the employer does not, the office records the delivery."""

    name, title, body = "confirm-receipt", "Confirm receipt of the request", Receipt

    def validate(self, context: EventContext[Takeover], body: Receipt) -> None:
        """The day is not after today and not before the adoption."""
        context.check(date_rules.not_in_future, what=DatedFact.RECEIPT, day=body.received_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.RECEIPT,
            day=body.received_on,
            earlier=EarlierFact.ADOPTION,
            earliest=context.application().adopted_on,
        )

    def apply(self, context: EventContext[Takeover], body: Receipt) -> None:
        """Record the day."""
        context.row.received_on = body.received_on

    def example(self, context: EventContext[Takeover]) -> dict[str, Any]:
        """Today."""
        return {"receivedOn": context.on.isoformat()}


class TakingOver(Body):
    """The decision to take over: its day, and the employer's reference."""

    taken_over_on: Day
    decision: Code | None = None
    decided_as: Capacity | None = None
    """The capacity in which it was decided; left out, the usual one for the applicant's office."""


class TakeOver(TakeoverEvent[TakingOver]):
    """Take over the advised measures. The employer cannot refuse them or change an amount."""

    name, title, body = "take-over", "Take over the advised measures", TakingOver

    def validate(self, context: EventContext[Takeover], body: TakingOver) -> None:
        """The day is possible, and the decision was taken in a capacity without an own interest."""
        context.check(date_rules.not_in_future, what=DatedFact.TAKEOVER, day=body.taken_over_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.TAKEOVER,
            day=body.taken_over_on,
            earlier=EarlierFact.RECEIPT,
            earliest=context.row.received_on,
        )
        decided_as = self.capacity(context, body)
        if decided_as is not None:
            context.check(
                separation_of_duties.who_decides,
                office=context.application().office,
                decided_as=decided_as,
                on=context.on,
            )

    @staticmethod
    def capacity(context: EventContext[Takeover], body: TakingOver) -> Capacity | None:
        """The named capacity, or else the usual one of the office if one is known."""
        return body.decided_as or next(
            iter(separation_of_duties.capacities(context.application().office, context.on)), None
        )

    def apply(self, context: EventContext[Takeover], body: TakingOver) -> None:
        """Take over the employer's own measures, and the shared ones once every employer has taken over."""
        row = context.row
        row.taken_over_on = body.taken_over_on
        row.decided_as = self.capacity(context, body)
        context.session.flush()
        same = Takeover.advice_version == row.advice_version
        takeovers = context.rows(Takeover, Takeover.stream == row.stream, same)
        all_done = all(other.state is TakeoverState.TAKEN_OVER for other in takeovers)
        advised = context.rows(
            Measure,
            Measure.stream == row.stream,
            Measure.advice_version == row.advice_version,
            Measure.state == MeasureState.ADVISED,
        )
        for measure in advised:
            if measure.payer == row.organisation or (measure.payer is None and all_done):
                context.trigger("measure", measure, "take-over")

    def example(self, context: EventContext[Takeover]) -> dict[str, Any]:
        """Today, in the usual capacity."""
        usual = self.capacity(context, TakingOver(taken_over_on=context.on))
        example = {"takenOverOn": context.on.isoformat(), "decision": "DEC-2026-001"}
        return {**example, "decidedAs": str(usual)} if usual else example


class DecliningSecondHome(Body):
    """Why the employer provides no measures for another home, and the day of announcement."""

    announced_on: Day | None = None
    reasons: Annotated[Text, ContentClass.REASONS]


class DeclineSecondHome(TakeoverEvent[DecliningSecondHome]):
    """Decline measures for a second home after a move, the only thing an employer may decline (par. 6)."""

    name, title, body = "decline-second-home", "Decline measures for a second home", DecliningSecondHome

    def validate(self, context: EventContext[Takeover], body: DecliningSecondHome) -> None:
        """The decision is discretionary, and the day is possible."""
        context.check(life_events.second_home_discretionary, discretionary=context.application().discretionary)
        day, received_on = body.announced_on or context.on, context.row.received_on
        context.check(date_rules.not_in_future, what=DatedFact.DECISION, day=day, on=context.on)
        context.check(
            date_rules.not_before, what=DatedFact.DECISION, day=day, earlier=EarlierFact.RECEIPT, earliest=received_on
        )

    def apply(self, context: EventContext[Takeover], body: DecliningSecondHome) -> None:
        """Drop the employer's measures; if every employer declined, refuse the application."""
        row = context.row
        context.session.flush()
        takeovers = context.rows(Takeover, Takeover.stream == row.stream, Takeover.advice_version == row.advice_version)
        all_declined = all(other.state is TakeoverState.DECLINED for other in takeovers)
        for measure in context.rows(Measure, Measure.stream == row.stream, Measure.state == MeasureState.ADVISED):
            if measure.payer in {row.organisation, None}:
                context.trigger("measure", measure, "drop")
        if all_declined:
            context.trigger("application", context.application(), "decline-second-home")

    def example(self, context: EventContext[Takeover]) -> dict[str, Any] | None:
        """Reasons, if the decision is discretionary."""
        if not context.application().discretionary:
            return None
        return {"reasons": "The measures of the first home can be moved to the second one."}


class LapseTakeover(TakeoverEvent[Body]):
    """Let the request lapse with the application."""

    name, title = "lapse", "Let the request to take over lapse"


class Notice(Body):
    """The day on which the applicant was notified, and the new last day of the term."""

    announced_on: Day
    until: Day
    """The last day of the term from now on."""
    reasons: Annotated[Text, ContentClass.REASONS]


class GiveNotice(TakeoverEvent[Notice]):
    """Give notice of delay and name a reasonable term (Awb 4:14)."""

    name, title, body = "give-notice", "Give notice of delay (Awb 4:14)", Notice

    def validate(self, context: EventContext[Takeover], body: Notice) -> None:
        """The notice was given within the legal term, and names a day after it."""
        term = term_query.running_of(context.session, context.row.id, "takeover")
        context.check(date_rules.not_in_future, what=DatedFact.NOTICE, day=body.announced_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.NOTICE,
            day=body.announced_on,
            earlier=EarlierFact.RECEIPT,
            earliest=context.row.received_on,
        )
        end = due_dates.legal_end(context.session, term) if term else None
        context.check(
            late_decision_penalty.notice_within_term, announced_on=body.announced_on, until=body.until, legal_end=end
        )

    def apply(self, context: EventContext[Takeover], body: Notice) -> None:
        """End the term on the named day."""
        term = term_query.running_of(context.session, context.row.id, "takeover")
        assert term is not None
        term.noticed_on, term.extended_until = body.announced_on, body.until
        due_dates.recompute(context.session, term)

    def example(self, context: EventContext[Takeover]) -> dict[str, Any] | None:
        """Notice given today, with the house's further term after the legal one."""
        term = term_query.running_of(context.session, context.row.id, "takeover")
        end = due_dates.legal_end(context.session, term) if term else None
        if end is None:
            return None
        until = length("term_delay_notice", context.on).from_day(end)
        reasons = "The measures must first be discussed with the owner of the building."
        return {"announcedOn": context.on.isoformat(), "until": until.isoformat(), "reasons": reasons}
