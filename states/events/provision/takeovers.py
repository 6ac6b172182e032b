"""The takeover (overname) by one employer."""

from datetime import date
from typing import Any

from rules.business_calendar.durations import length
from rules.core import date_rules
from rules.core.regulation import Capacity
from rules.core.translations import DatedFact, EarlierFact
from rules.payments import amounts
from rules.procedure import late_decision_penalty, life_events, separation_of_duties
from states.charts.measure import MeasureState
from states.charts.payable import PayableState
from states.charts.takeover import TAKEOVER, TakeoverState
from states.deadlines import lifecycle
from states.engine.bodies import Body, Code, Day, Handle, Iban, Reference, Text
from states.engine.event import B, Event, EventContext
from states.payments.payees import Payee
from states.tables.application import Measure, Takeover
from states.tables.base import new_id
from states.tables.payments import Payable, PayableKind


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

    def create(self, context: EventContext[Takeover], body: Request) -> Takeover:
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
    """The employer confirms that it has the request; where it stays silent, the office records the delivery."""

    name, title, body = "confirm-receipt", "Confirm receipt of the request", Receipt

    def validate(self, context: EventContext[Takeover], body: Receipt) -> None:
        """Not after today, and not before there was anything to receive."""
        context.check(date_rules.not_in_future, what=DatedFact.RECEIPT, day=body.received_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.RECEIPT,
            day=body.received_on,
            earlier=EarlierFact.ADOPTION,
            earliest=context.application().adopted_on,
        )

    def apply(self, context: EventContext[Takeover], body: Receipt) -> None:
        """Keep the day."""
        context.row.received_on = body.received_on

    def example(self, context: EventContext[Takeover]) -> dict[str, Any]:
        """Today."""
        return {"receivedOn": context.on.isoformat()}


class TakingOver(Body):
    """The decision to take over: its day and the reference under which the employer keeps it."""

    taken_over_on: Day
    decision: Code | None = None
    decided_as: Capacity | None = None
    """The capacity in which it was decided; the usual one for the applicant's office where it is left out."""


class TakeOver(TakeoverEvent[TakingOver]):
    """The employer takes over the advised measures. It cannot refuse them or change an amount."""

    name, title, body = "take-over", "Take over the advised measures", TakingOver

    def validate(self, context: EventContext[Takeover], body: TakingOver) -> None:
        """A day that can be, by someone without an interest of their own."""
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
        """The capacity that is named, else the usual one of the office, where one is known."""
        return body.decided_as or next(
            iter(separation_of_duties.capacities(context.application().office, context.on)), None
        )

    def apply(self, context: EventContext[Takeover], body: TakingOver) -> None:
        """Take over what this employer pays alone, and what all pay once all have taken over."""
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
    """Why the employer does not provide measures for another home, and when it said so."""

    announced_on: Day | None = None
    reasons: Text


class DeclineSecondHome(TakeoverEvent[DecliningSecondHome]):
    """The employer declines measures for a second home after a move: the one thing it may decline (par. 6)."""

    name, title, body = "decline-second-home", "Decline measures for a second home", DecliningSecondHome

    def validate(self, context: EventContext[Takeover], body: DecliningSecondHome) -> None:
        """It is discretionary, and the day can be."""
        context.check(life_events.second_home_discretionary, discretionary=context.application().discretionary)
        day, received_on = body.announced_on or context.on, context.row.received_on
        context.check(date_rules.not_in_future, what=DatedFact.DECISION, day=day, on=context.on)
        context.check(
            date_rules.not_before, what=DatedFact.DECISION, day=day, earlier=EarlierFact.RECEIPT, earliest=received_on
        )

    def apply(self, context: EventContext[Takeover], body: DecliningSecondHome) -> None:
        """What this employer would have paid is dropped; where every employer declined, the application is refused."""
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
        """Only where it may."""
        if not context.application().discretionary:
            return None
        return {"reasons": "The measures of the first home can be moved to the second one."}


class LapseTakeover(TakeoverEvent[Body]):
    """The request lapses with the application."""

    name, title = "lapse", "Let the request to take over lapse"


class Notice(Body):
    """The day on which the applicant was told, and the day until which the term is put off."""

    announced_on: Day
    until: Day
    """The last day of the term from now on."""
    reasons: Text


class GiveNotice(TakeoverEvent[Notice]):
    """The employer cannot decide in time, says so and names a reasonable term (Awb 4:14)."""

    name, title, body = "give-notice", "Give notice of delay (Awb 4:14)", Notice

    def validate(self, context: EventContext[Takeover], body: Notice) -> None:
        """Told within the term of the law, and a day after it."""
        term = lifecycle.running_of(context.session, context.row.id, "takeover")
        context.check(date_rules.not_in_future, what=DatedFact.NOTICE, day=body.announced_on, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.NOTICE,
            day=body.announced_on,
            earlier=EarlierFact.RECEIPT,
            earliest=context.row.received_on,
        )
        end = lifecycle.legal_end(context.session, term) if term else None
        context.check(
            late_decision_penalty.notice_within_term, announced_on=body.announced_on, until=body.until, legal_end=end
        )

    def apply(self, context: EventContext[Takeover], body: Notice) -> None:
        """The term ends with the named day."""
        term = lifecycle.running_of(context.session, context.row.id, "takeover")
        assert term is not None
        term.noticed_on, term.extended_until = body.announced_on, body.until
        lifecycle.recompute(context.session, term)

    def example(self, context: EventContext[Takeover]) -> dict[str, Any] | None:
        """Told today, the further term of the house after the end of the law's."""
        term = lifecycle.running_of(context.session, context.row.id, "takeover")
        end = lifecycle.legal_end(context.session, term) if term else None
        if end is None:
            return None
        until = length("term_delay_notice", context.on).from_day(end)
        reasons = "The measures must first be discussed with the owner of the building."
        return {"announcedOn": context.on.isoformat(), "until": until.isoformat(), "reasons": reasons}


class NoticeOfDefault(Body):
    """The day on which the employer received the applicant's written notice of default."""

    received_on: Day


class Default(TakeoverEvent[NoticeOfDefault]):
    """The applicant gives the employer notice of default; two weeks later a penalty runs (Awb 4:17)."""

    name, title, body = "default", "Record a notice of default (Awb 4:17)", NoticeOfDefault

    def validate(self, context: EventContext[Takeover], body: NoticeOfDefault) -> None:
        """The term has passed, and there was no such notice yet."""
        term = lifecycle.running_of(context.session, context.row.id, "takeover")
        context.check(date_rules.not_in_future, what=DatedFact.NOTICE_OF_DEFAULT, day=body.received_on, on=context.on)
        due_on = term.due_on if term else None
        context.check(late_decision_penalty.default_after_term, received_on=body.received_on, due_on=due_on)
        given = lifecycle.latest(context.session, context.row.id, "default") is not None
        context.check(late_decision_penalty.default_once, given=given)

    def example(self, context: EventContext[Takeover]) -> dict[str, Any]:
        """Today."""
        return {"receivedOn": context.on.isoformat()}


class FixedPenalty(Body):
    """To whom the penalty is paid, and since when the takeover and this decision are known."""

    payee: Payee
    """The name exactly as on the account."""
    iban: Iban
    known_on: Day | None = None
    """The day on which the takeover was made known; that of its recording where it is left out."""
    announced_on: Day | None = None
    """The day on which this decision is made known; today where it is left out."""


class FixPenalty(TakeoverEvent[FixedPenalty]):
    """The employer fixes the penalty for having been late; it becomes a payable (Awb 4:18)."""

    name, title, body = "fix-penalty", "Fix the penalty (Awb 4:18)", FixedPenalty

    def validate(self, context: EventContext[Takeover], body: FixedPenalty) -> None:
        """All its days are known, there are some, and it was not fixed before."""
        for what, day in ((DatedFact.TAKEOVER_ANNOUNCEMENT, body.known_on), (DatedFact.DECISION, body.announced_on)):
            if day is not None:
                context.check(date_rules.not_in_future, what=what, day=day, on=context.on)
        if body.known_on is not None:
            context.check(
                date_rules.not_before,
                what=DatedFact.TAKEOVER_ANNOUNCEMENT,
                day=body.known_on,
                earlier=EarlierFact.TAKEOVER,
                earliest=context.row.taken_over_on,
            )
        context.check(amounts.iban_valid, private=("iban",), iban=body.iban)
        number = Payable.number == penalty_number(context.row)
        fixed = context.rows(
            Payable, Payable.stream == context.row.stream, number, Payable.state != PayableState.REJECTED
        )
        due_on, known_on = penalty_days(context, body.known_on)
        if body.announced_on is not None and due_on is not None:
            last_on = late_decision_penalty.penalty(due_on, known_on or context.on).last_on
            context.check(
                date_rules.not_before,
                what=DatedFact.DECISION,
                day=body.announced_on,
                earlier=EarlierFact.LAST_PENALTY_DAY,
                earliest=last_on,
            )
        context.check(
            late_decision_penalty.penalty_complete, due_on=due_on, known_on=known_on, on=context.on, fixed=bool(fixed)
        )

    def apply(self, context: EventContext[Takeover], body: FixedPenalty) -> None:
        """Make the payable."""
        due_on, known_on = penalty_days(context, body.known_on)
        assert due_on is not None
        context.trigger(
            "payable",
            None,
            "receive",
            application=context.row.stream,
            invoice=new_id("invoice"),
            organisation=context.row.organisation,
            kind=PayableKind.PENALTY,
            number=penalty_number(context.row),
            dated=body.announced_on or context.on,
            received_on=context.on,
            payee=body.payee,
            iban=body.iban,
            awarded=late_decision_penalty.penalty(due_on, known_on or context.on).amount,
        )

    def example(self, context: EventContext[Takeover]) -> dict[str, Any] | None:
        """To the applicant, once there is something to fix."""
        due_on, known_on = penalty_days(context, None)
        if due_on is None or not late_decision_penalty.is_complete(due_on, known_on, context.on):
            return None
        return {"payee": "A. Voorbeeld", "iban": "NL02ABNA0123456789"}


def penalty_days(context: EventContext[Takeover], known_on: date | None) -> tuple[date | None, date | None]:
    """The last day of the two weeks of default, and the day on which the takeover was made known, if they are."""
    default = lifecycle.latest(context.session, context.row.id, "default")
    term = lifecycle.latest(context.session, context.row.id, "takeover")
    return default.due_on if default else None, known_on or (term.ended_on if term else None)


def penalty_number(row: Takeover) -> str:
    """The number under which the penalty for a takeover is paid, once."""
    return f"PEN-{row.id}"
