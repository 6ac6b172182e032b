"""Handling of an objection: the hearing or its waiver (Awb 7:2 to 7:7), and the term to decide (7:10)."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.dated_values import value
from rules.core.translations import DatedFact, EarlierFact
from rules.deadlines import suspensions
from rules.deadlines.suspensions import within_term
from rules.procedure import objections
from rules.procedure.objections import Waiver
from states.deadlines import lifecycle, term_query
from states.engine.bodies import Body, Day, Handle, Text
from states.engine.event import EventContext
from states.engine.past_acts import people_of
from states.events.objections.filing import ObjectionEvent
from states.tables.deadlines import Term, TermSuspension
from states.tables.loans import Objection


class HearingPlan(Body):
    """The day of the hearing."""

    hearing_on: Day


class PlanHearing(ObjectionEvent[HearingPlan]):
    """Invite the official to a hearing (Awb 7:2)."""

    name, title, body = "plan-hearing", "Invite to the hearing", HearingPlan

    def validate(self, context: EventContext[Objection], body: HearingPlan) -> None:
        """The day is not in the past."""
        self.handled(context)
        context.check(
            date_rules.not_before,
            what=DatedFact.HEARING,
            day=body.hearing_on,
            earlier=EarlierFact.TODAY,
            earliest=context.on,
        )

    def apply(self, context: EventContext[Objection], body: HearingPlan) -> None:
        """Record the day."""
        context.row.hearing_on = body.hearing_on

    def example(self, context: EventContext[Objection]) -> dict[str, Any]:
        """In two weeks."""
        return {"hearingOn": (context.on + timedelta(days=14)).isoformat()}


class Hearing(Body):
    """The day of the hearing, who heard the official, and the report (Awb 7:7)."""

    held_on: Day
    heard_by: Handle | None = None
    """The person who held the hearing; left out, the caller."""
    report: Annotated[Text, ContentClass.OBJECTION] | None = None


class Hear(ObjectionEvent[Hearing]):
    """Record the hearing (Awb 7:2), held by someone who was not involved in the decision (Awb 7:5)."""

    name, title, body = "hear", "Record the hearing", Hearing

    def validate(self, context: EventContext[Objection], body: Hearing) -> None:
        """Nobody who prepared the decision held the hearing, and the day is possible."""
        self.handled(context)
        involved = people_of(context.unit, "objection", "hear", context.row)
        context.check(
            objections.heard_by_someone_else,
            person=body.heard_by or context.by.person,
            involved=sorted({person for people in involved.values() for person in people}),
        )
        context.check(date_rules.not_in_future, what=DatedFact.HEARING, day=body.held_on, on=context.on)
        received = context.row.received_on
        context.check(
            date_rules.not_before,
            what=DatedFact.HEARING,
            day=body.held_on,
            earlier=EarlierFact.RECEIPT,
            earliest=received,
        )

    def apply(self, context: EventContext[Objection], body: Hearing) -> None:
        """Record the day; an earlier waiver does not count any more."""
        context.row.heard_on, context.row.waiver = body.held_on, None

    def example(self, context: EventContext[Objection]) -> dict[str, Any]:
        """Today."""
        return {"heldOn": context.on.isoformat(), "report": "The official explained the grounds."}


class NoHearing(Body):
    """The ground of Awb 7:3, and why it applies."""

    ground: Waiver
    reasons: Annotated[Text, ContentClass.OBJECTION]


class WaiveHearing(ObjectionEvent[NoHearing]):
    """Waive the hearing on a ground of Awb 7:3."""

    name, title, body = "waive-hearing", "Decide without a hearing", NoHearing

    def validate(self, context: EventContext[Objection], body: NoHearing) -> None:
        """The caller's role handles the objection."""
        self.handled(context)

    def apply(self, context: EventContext[Objection], body: NoHearing) -> None:
        """Record the ground."""
        context.row.waiver = body.ground

    def example(self, context: EventContext[Objection]) -> dict[str, Any]:
        """The official does not want to be heard."""
        return {"ground": "declared", "reasons": "The official wrote not to want a hearing."}


def term_of(context: EventContext[Objection]) -> Term | None:
    """The running term to decide."""
    kinds = ("objection-put-off", "objection-decision")
    terms = (term_query.latest(context.session, context.row.id, kind) for kind in kinds)
    return next((term for term in terms if term is not None and term.ended_on is None), None)


class PostponementReasons(Body):
    """Why more time is needed."""

    reasons: Annotated[Text, ContentClass.OBJECTION]


class PutOff(ObjectionEvent[PostponementReasons]):
    """Put the decision off once, by six weeks (Awb 7:10(3)), and notify the official."""

    name, title, body = "put-off", "Put the decision off", PostponementReasons

    def validate(self, context: EventContext[Objection], body: PostponementReasons) -> None:
        """It was not put off before, and the term still runs."""
        self.handled(context)
        term = term_of(context)
        put_off = context.row.put_off_from is not None
        context.check(objections.postponed_once, put_off=put_off, due_on=term.due_on if term else None, on=context.on)

    def apply(self, context: EventContext[Objection], body: PostponementReasons) -> None:
        """Start the further term on the former due date."""
        term = term_of(context)
        assert term is not None
        context.row.put_off_from = term.due_on

    def example(self, context: EventContext[Objection]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The hearing could not be held sooner."}


class DecisionSuspension(Body):
    """Why the term to decide is suspended, its first day, and its last day if known."""

    ground: Literal["omission", "agreed", "procedure"]
    since: Day
    """The first suspended day."""
    until: Day | None = None
    """The last suspended day; left out, the suspension is open."""
    reasons: Annotated[Text, ContentClass.OBJECTION]


class SuspendDecision(ObjectionEvent[DecisionSuspension]):
    """Suspend the term to decide for an interval (Awb 7:10(2), (4))."""

    name, title, body = "suspend", "Suspend the term to decide", DecisionSuspension

    def validate(self, context: EventContext[Objection], body: DecisionSuspension) -> None:
        """The term runs, and the interval is valid."""
        self.handled(context)
        term = term_of(context)
        running = open_interval(context) is not None
        context.check(suspensions.term_suspendable, found=term is not None, suspendable=True, running=running)
        received = context.row.received_on
        context.check(
            date_rules.not_before,
            what=DatedFact.SUSPENSION,
            day=body.since,
            earlier=EarlierFact.RECEIPT,
            earliest=received,
        )
        context.check(within_term, since=body.since, due_on=term.due_on if term else None)
        if body.until is not None:
            what = DatedFact.END_OF_SUSPENSION
            context.check(
                date_rules.not_before, what=what, day=body.until, earlier=EarlierFact.BEGIN, earliest=body.since
            )

    def apply(self, context: EventContext[Objection], body: DecisionSuspension) -> None:
        """Record the interval and recompute the term."""
        term = term_of(context)
        assert term is not None
        ground = value("objection_suspension_grounds", body.since)[body.ground]
        lifecycle.suspend(
            context.session,
            term,
            since=body.since,
            until=body.until,
            ground=body.ground,
            article=ground["article"],
            attributed_to=ground["attributed_to"],
        )

    def example(self, context: EventContext[Objection]) -> dict[str, Any]:
        """With consent, from today."""
        return {"ground": "agreed", "since": context.on.isoformat(), "reasons": "The official asked for time."}


def open_interval(context: EventContext[Objection]) -> TermSuspension | None:
    """The suspension without an end."""
    term = term_of(context)
    found = term_query.suspensions(context.session, term) if term else []
    return next((row for row in found if row.until is None), None)


class DecisionResumption(Body):
    """The last suspended day."""

    until: Day


class ResumeDecision(ObjectionEvent[DecisionResumption]):
    """Resume the term to decide."""

    name, title, body = "resume", "Let the term to decide go on", DecisionResumption

    def validate(self, context: EventContext[Objection], body: DecisionResumption) -> None:
        """The term is suspended, and its last suspended day is possible."""
        self.handled(context)
        interval = open_interval(context)
        context.check(suspensions.term_suspended, suspended=interval is not None)
        if interval is not None:
            earliest = interval.since - timedelta(days=1)
            what = DatedFact.LAST_SUSPENDED_DAY
            context.check(
                date_rules.not_before, what=what, day=body.until, earlier=EarlierFact.SUSPENSION, earliest=earliest
            )

    def apply(self, context: EventContext[Objection], body: DecisionResumption) -> None:
        """Close the interval and recompute the term."""
        interval, term = open_interval(context), term_of(context)
        assert interval is not None
        assert term is not None
        lifecycle.resume(context.session, term, interval, body.until)

    def example(self, context: EventContext[Objection]) -> dict[str, Any] | None:
        """Suspended until yesterday."""
        interval = open_interval(context)
        if interval is None:
            return None
        return {"until": (max(context.on, interval.since) - timedelta(days=1)).isoformat()}
