"""What is done with an objection until it is decided: hearing or not (Awb 7:2 to 7:7), and the time it takes (7:10)."""

from datetime import timedelta
from typing import Any, Literal

from sqlmodel import select

from rules.core import date_rules
from rules.core.dated_values import value
from rules.deadlines import suspensions
from rules.deadlines.suspensions import within_term
from rules.procedure import objections
from rules.procedure.objections import Waiver
from states.charts.application import APPLICATION
from states.deadlines import lifecycle
from states.engine.bodies import Body, Day, Handle, Text
from states.engine.event import Step
from states.events.objections.filing import ObjectionEvent
from states.tables.deadlines import Term, TermSuspension
from states.tables.ledger import LedgerEntry
from states.tables.loans import Objection


class HearingPlan(Body):
    """When the official can be heard."""

    hearing_on: Day


class PlanHearing(ObjectionEvent[HearingPlan]):
    """The official is invited to be heard (Awb 7:2)."""

    name, title, body = "plan-hearing", "Invite to the hearing", HearingPlan

    def judge(self, step: Step[Objection], body: HearingPlan) -> None:
        """Today or later."""
        self.handled(step)
        step.ask(date_rules.not_before, what="The hearing", day=body.hearing_on, earlier="today", earliest=step.on)

    def effect(self, step: Step[Objection], body: HearingPlan) -> None:
        """Keep the day."""
        step.row.hearing_on = body.hearing_on

    def example(self, step: Step[Objection]) -> dict[str, Any]:
        """In two weeks."""
        return {"hearingOn": (step.on + timedelta(days=14)).isoformat()}


class Hearing(Body):
    """When the official was heard, by whom, and what was said (Awb 7:7)."""

    held_on: Day
    heard_by: Handle | None = None
    """Who heard; the caller where it is left out."""
    report: Text | None = None


def involved(step: Step[Objection]) -> list[str]:
    """Who had a hand in the decision: whoever took it, proposed it or handled the application."""
    row = step.row
    found = {row.decision_by}
    application = step.passage.application_of(row)
    if application is not None and row.loan is None:
        query = select(LedgerEntry.person).where(
            LedgerEntry.stream == row.stream,
            LedgerEntry.chart == APPLICATION.name,
            LedgerEntry.event == "intend-refusal",
            LedgerEntry.seq < row.decision_seq,
        )
        found |= {*step.session.exec(query), *filter(None, (application.officer,))}
    return sorted(found)


class Hear(ObjectionEvent[Hearing]):
    """The official was heard (Awb 7:2), by someone who was not involved in the decision (Awb 7:5)."""

    name, title, body = "hear", "Record the hearing", Hearing

    def judge(self, step: Step[Objection], body: Hearing) -> None:
        """Someone else than those who prepared the decision, on a day that can be."""
        self.handled(step)
        step.ask(
            objections.heard_by_someone_else,
            person=body.heard_by or step.by.person,
            involved=involved(step),
        )
        step.ask(date_rules.not_in_future, what="The hearing", day=body.held_on, on=step.on)
        received = step.row.received_on
        step.ask(date_rules.not_before, what="The hearing", day=body.held_on, earlier="the receipt", earliest=received)

    def effect(self, step: Step[Objection], body: Hearing) -> None:
        """Keep the day; whatever was waived before was heard after all."""
        step.row.heard_on, step.row.waiver = body.held_on, None

    def example(self, step: Step[Objection]) -> dict[str, Any]:
        """Today."""
        return {"heldOn": step.on.isoformat(), "report": "The official explained the grounds."}


class NoHearing(Body):
    """Which ground of Awb 7:3, and why it applies."""

    ground: Waiver
    reasons: Text


class WaiveHearing(ObjectionEvent[NoHearing]):
    """Nobody need be heard, for a ground of Awb 7:3."""

    name, title, body = "waive-hearing", "Decide without a hearing", NoHearing

    def judge(self, step: Step[Objection], body: NoHearing) -> None:
        """By whom it is for."""
        self.handled(step)

    def effect(self, step: Step[Objection], body: NoHearing) -> None:
        """Keep the ground."""
        step.row.waiver = body.ground

    def example(self, step: Step[Objection]) -> dict[str, Any]:
        """The official does not want to be heard."""
        return {"ground": "declared", "reasons": "The official wrote not to want a hearing."}


def term_of(step: Step[Objection]) -> Term | None:
    """The running term to decide."""
    kinds = ("objection-put-off", "objection-decision")
    terms = (lifecycle.latest(step.session, step.row.id, kind) for kind in kinds)
    return next((term for term in terms if term is not None and term.ended_on is None), None)


class Putting(Body):
    """Why more time is needed."""

    reasons: Text


class PutOff(ObjectionEvent[Putting]):
    """The decision is put off once, by six weeks (Awb 7:10(3)), and the official is told."""

    name, title, body = "put-off", "Put the decision off", Putting

    def judge(self, step: Step[Objection], body: Putting) -> None:
        """Once, and in time."""
        self.handled(step)
        term = term_of(step)
        put_off = step.row.put_off_from is not None
        step.ask(objections.put_off_once, put_off=put_off, due_on=term.due_on if term else None, on=step.on)

    def effect(self, step: Step[Objection], body: Putting) -> None:
        """The further term runs from the day on which it was due."""
        term = term_of(step)
        assert term is not None
        step.row.put_off_from = term.due_on

    def example(self, step: Step[Objection]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The hearing could not be held sooner."}


class StandStill(Body):
    """Why the term to decide stands still: first day, last day if known."""

    ground: Literal["omission", "agreed", "procedure"]
    since: Day
    """The first suspended day."""
    until: Day | None = None
    """The last suspended day; open where it is left out."""
    reasons: Text


class SuspendDecision(ObjectionEvent[StandStill]):
    """The term to decide stands still for an interval (Awb 7:10(2), (4))."""

    name, title, body = "suspend", "Suspend the term to decide", StandStill

    def judge(self, step: Step[Objection], body: StandStill) -> None:
        """It runs, and the interval is one."""
        self.handled(step)
        term = term_of(step)
        running = open_interval(step) is not None
        step.ask(suspensions.term_suspendable, found=term is not None, suspendable=True, running=running)
        received = step.row.received_on
        step.ask(date_rules.not_before, what="The suspension", day=body.since, earlier="the receipt", earliest=received)
        step.ask(within_term, since=body.since, due_on=term.due_on if term else None)
        if body.until is not None:
            what = "The suspension's end"
            step.ask(date_rules.not_before, what=what, day=body.until, earlier="its begin", earliest=body.since)

    def effect(self, step: Step[Objection], body: StandStill) -> None:
        """Keep the interval and compute the term anew."""
        term = term_of(step)
        assert term is not None
        ground = value("objection_suspension_grounds", body.since)[body.ground]
        lifecycle.suspend(
            step.session,
            term,
            since=body.since,
            until=body.until,
            ground=body.ground,
            article=ground["article"],
            attributed_to=ground["attributed_to"],
        )

    def example(self, step: Step[Objection]) -> dict[str, Any]:
        """By consent, from today."""
        return {"ground": "agreed", "since": step.on.isoformat(), "reasons": "The official asked for time."}


def open_interval(step: Step[Objection]) -> TermSuspension | None:
    """The suspension that has no end yet."""
    term = term_of(step)
    found = lifecycle.suspensions(step.session, term) if term else []
    return next((row for row in found if row.until is None), None)


class GoingOn(Body):
    """The last suspended day."""

    until: Day


class ResumeDecision(ObjectionEvent[GoingOn]):
    """The term to decide goes on."""

    name, title, body = "resume", "Let the term to decide go on", GoingOn

    def judge(self, step: Step[Objection], body: GoingOn) -> None:
        """It is suspended, and its last suspended day is a day that can be."""
        self.handled(step)
        interval = open_interval(step)
        step.ask(suspensions.term_suspended, suspended=interval is not None)
        if interval is not None:
            earliest = interval.since - timedelta(days=1)
            what = "The last suspended day"
            step.ask(
                date_rules.not_before, what=what, day=body.until, earlier="the suspension itself", earliest=earliest
            )

    def effect(self, step: Step[Objection], body: GoingOn) -> None:
        """Close the interval and compute the term anew."""
        interval, term = open_interval(step), term_of(step)
        assert interval is not None
        assert term is not None
        lifecycle.resume(step.session, term, interval, body.until)

    def example(self, step: Step[Objection]) -> dict[str, Any] | None:
        """Through yesterday."""
        interval = open_interval(step)
        if interval is None:
            return None
        return {"until": (max(step.on, interval.since) - timedelta(days=1)).isoformat()}
