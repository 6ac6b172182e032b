"""Intake of an application, up to the risk interview."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlmodel import Session

from rules.access.content_classes import ContentClass
from rules.business_calendar.closed_days import why_surely_closed
from rules.business_calendar.durations import length
from rules.core import date_rules
from rules.core.regulation import Domain
from rules.core.roles import Role
from rules.core.translations import DatedFact, EarlierFact
from rules.deadlines.end_date import due_or_provisional
from rules.procedure import eligibility, intake, separation_of_duties
from states.deadlines import term_query
from states.engine.bodies import Body, Day, Handle, Line, Text
from states.engine.event import EventContext
from states.events.application.base import ApplicationEvent
from states.events.application.interviewers import can_hold, check_duty, check_interviewer, someone_free, streams_of
from states.events.application.lifecycle import end_parts
from states.events.application.office_dates import check_suspension
from states.tables.application import Application


class NewIntake(Body):
    """The officer who does the intake; left out, the caller."""

    officer: Handle | None = None


class StartIntake(ApplicationEvent[NewIntake]):
    """Take up the application as an officer."""

    name, title, body = "start-intake", "Start the intake", NewIntake

    def extra_locks(self, session: Session, key: str, body: NewIntake) -> Iterable[str]:
        """The stream of the named officer, so that nobody departs meanwhile."""
        return streams_of(session, [body.officer])

    def validate(self, context: EventContext[Application], body: NewIntake) -> None:
        """The officer is one of the office, and not the applicant."""
        if body.officer is not None:
            check_duty(context, body.officer, Role.OFFICER)
        context.check(
            separation_of_duties.not_own_case,
            person=body.officer or context.by.person,
            applicant=context.row.applicant,
        )

    def apply(self, context: EventContext[Application], body: NewIntake) -> None:
        """Record the officer."""
        context.row.officer = body.officer or context.by.person


class Invitation(Body):
    """What is missing, and the last day to send it."""

    missing: Annotated[Text, ContentClass.REASONS]
    days: Annotated[int, Field(ge=1, le=60)] = 14


class InviteCompletion(ApplicationEvent[Invitation]):
    """Invite the applicant to complete the application (Awb 4:5)."""

    name, title, body = "invite-completion", "Invite to complete the application", Invitation

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """Two weeks."""
        return {"missing": "The decision of appointment is missing.", "days": 14}


class Completion(Body):
    """What the applicant added."""

    added: Annotated[Text, ContentClass.STATEMENT]


class Complete(ApplicationEvent[Completion]):
    """Record that the applicant completed the application."""

    name, title, body = "complete", "Complete the application", Completion

    def validate(self, context: EventContext[Application], body: Completion) -> None:
        """The applicant was invited to complete it."""
        term = term_query.latest(context.session, context.row.id, "completion")
        open_still = term is not None and term.ended_by in (
            None,
            "lapse",
        )  # a late completion is read as long as nothing was decided
        context.check(intake.completion_open, invited=open_still)

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The decision of appointment."""
        return {"added": "The decision of appointment is enclosed."}


class Decision(Body):
    """A decision with its reasons, and the day of its announcement; left out, today."""

    reasons: Annotated[Text, ContentClass.REASONS]
    announced_on: Day | None = None


class NotProcess(ApplicationEvent[Decision]):
    """Decide not to process an application that was not completed in time, or not sufficiently (Awb 4:5)."""

    name, title, body = "not-process", "Decide not to process the application", Decision

    def validate(self, context: EventContext[Application], body: Decision) -> None:
        """The applicant was invited, did not complete it in time, and the term for this decision runs."""
        announced_on = body.announced_on or context.on
        context.check(date_rules.not_in_future, what=DatedFact.DECISION, day=announced_on, on=context.on)
        term = term_query.latest(context.session, context.row.id, "completion")
        due_on = term.due_on if term else None
        if term is None or term.ended_by != "complete":
            invited = term is not None and term.ended_by in (None, "lapse")
            context.check(intake.completion_lapsed, invited=invited, due_on=due_on, on=announced_on)
        deciding = term_query.latest(context.session, context.row.id, "not-processed")
        if deciding is not None:
            due_on, day = deciding.due_on, deciding.started_on
            context.check(
                date_rules.not_before,
                what=DatedFact.DECISION,
                day=announced_on,
                earlier=EarlierFact.COMPLETION,
                earliest=day,
            )
        elif due_on is not None:
            # the clock has not run yet: the term for this decision starts when the completion term passed
            due_on = due_or_provisional(due_on, length("term_not_processed", due_on)).on
        context.check(intake.decided_in_time, due_on=due_on, announced_on=announced_on)

    def apply(self, context: EventContext[Application], body: Decision) -> None:
        """End the application and its open parts."""
        context.row.ended_on = context.on
        end_parts(context)

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The application was not completed within the term."}


class Forwarding(Body):
    """The receiving body, and the day."""

    forwarded_to: Literal["municipality", "province", "water-board", "ministry", "other"]
    forwarded_on: Day | None = None


class Forward(ApplicationEvent[Forwarding]):
    """Forward the application to the competent body, with notice to the applicant (Awb 2:3)."""

    name, title, body = "forward", "Forward the application to the right body", Forwarding

    def validate(self, context: EventContext[Application], body: Forwarding) -> None:
        """The day is not before the receipt and not after today."""
        day = body.forwarded_on or context.on
        context.check(date_rules.not_in_future, what=DatedFact.FORWARDING, day=day, on=context.on)
        context.check(
            date_rules.not_before,
            what=DatedFact.FORWARDING,
            day=day,
            earlier=EarlierFact.RECEIPT,
            earliest=context.row.received_on,
        )

    def apply(self, context: EventContext[Application], body: Forwarding) -> None:
        """End the application."""
        context.row.forwarded_to = body.forwarded_to
        context.row.ended_on = body.forwarded_on or context.on

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """To the municipality."""
        return {"forwardedTo": "municipality"}


class InterviewPlan(Body):
    """The day of the interview, and the adviser."""

    interview_on: Annotated[Day, ContentClass.CALENDAR]
    adviser: Handle | None = None
    """Left out, the adviser who was named before, if any."""
    place: Annotated[Line, ContentClass.APPOINTMENT] | None = None
    reasons_for_day: Annotated[Text, ContentClass.REASONS] | None = None
    """Why the interview is on a day on which the office is closed, or the adviser does not work."""


class PlanInterview(ApplicationEvent[InterviewPlan]):
    """Plan the risk interview. The applicant must be eligible from here on; what is missing may still be sent."""

    name, title, body = "plan-interview", "Plan the risk interview", InterviewPlan

    def extra_locks(self, session: Session, key: str, body: InterviewPlan) -> Iterable[str]:
        """The stream of the adviser, so that no two plans take the same place, and no absence comes between."""
        row = session.get(Application, key)
        return streams_of(session, [body.adviser or (row.adviser if row is not None else None)])

    def validate(self, context: EventContext[Application], body: InterviewPlan) -> None:
        """The applicant is eligible, the day is possible, and the adviser can be there."""
        check_eligibility(context)
        day, reasoned = body.interview_on, body.reasons_for_day is not None
        if not context.check(intake.interview_not_in_past, interview_on=day, on=context.on):
            return
        if not context.check(intake.interview_within_horizon, interview_on=day, on=context.on):
            return
        context.check(
            intake.interview_on_open_day, interview_on=day, closed=why_surely_closed(day) is not None, reasoned=reasoned
        )
        adviser = body.adviser or context.row.adviser
        if adviser is not None:
            context.check(separation_of_duties.not_own_case, person=adviser, applicant=context.row.applicant)
            check_interviewer(context, adviser, day, reasoned=reasoned)

    def apply(self, context: EventContext[Application], body: InterviewPlan) -> None:
        """Record the day and the adviser."""
        context.row.interview_on = body.interview_on
        context.row.adviser = body.adviser or context.row.adviser

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """The next working day, with another adviser where the one of the case cannot come."""
        session, row, day = context.session, context.row, next_open_day(context.on)
        other = None
        if row.adviser is not None and not can_hold(session, row, row.adviser, day):
            other = someone_free(session, row, day)
        return {"interviewOn": day.isoformat(), **({"adviser": other} if other is not None else {})}


def next_open_day(on: date) -> date:
    """The first working day of the office from a day on."""
    while why_surely_closed(on) is not None:
        on += timedelta(days=1)
    return on


class DomainRisk(Body):
    """The risk in one domain, by the interview."""

    domain: Domain
    risk: Literal["low", "medium", "high"]
    likelihood: Annotated[int, Field(ge=1, le=5)]
    impact: Annotated[int, Field(ge=1, le=5)]
    source: Literal["interview", "inspection", "police", "employer", "open-sources"]


class Interview(Body):
    """The risk interview (risicogesprek): its day, its participants, and the risk in each of the four domains."""

    held_on: Annotated[Day, ContentClass.CALENDAR]
    adviser: Handle | None = None
    household_present: bool
    domains: list[DomainRisk]
    notes: Annotated[Text, ContentClass.INTERVIEW] | None = None


class HoldInterview(ApplicationEvent[Interview]):
    """Record the risk interview."""

    name, title, body = "hold-interview", "Record the risk interview", Interview

    def validate(self, context: EventContext[Application], body: Interview) -> None:
        """The day is possible, all four domains are covered, and the adviser is one, and not the applicant."""
        if body.adviser is not None:
            check_duty(context, body.adviser, Role.ADVISER)
        context.check(date_rules.not_in_future, what=DatedFact.INTERVIEW, day=body.held_on, on=context.on)
        context.check(intake.interview_after_receipt, held_on=body.held_on, received_on=context.row.received_on)
        context.check(intake.every_domain_discussed, domains=[str(item.domain) for item in body.domains])
        context.check(
            separation_of_duties.not_own_case,
            person=body.adviser or context.by.person,
            applicant=context.row.applicant,
        )

    def apply(self, context: EventContext[Application], body: Interview) -> None:
        """Open the advice in each domain, with the risk from the interview."""
        context.row.interview_held_on = body.held_on
        context.row.household_present = body.household_present
        context.row.adviser = body.adviser or context.by.person
        for item in body.domains:
            context.trigger(
                "domain-advice",
                None,
                "open",
                application=context.row.id,
                domain=item.domain,
                risk=item.risk,
                advice_version=context.row.advice_version,
            )

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """All four domains, today."""
        risk = {"risk": "medium", "likelihood": 3, "impact": 4, "source": "interview"}
        return {
            "heldOn": context.on.isoformat(),
            "householdPresent": True,
            "domains": [{"domain": str(domain), **risk} for domain in Domain],
            "notes": "The household was asked about daily routines.",
        }


class Amendment(Body):
    """Notes that replace or complete earlier ones; every version is kept."""

    notes: Annotated[Text, ContentClass.INTERVIEW]


class AmendInterview(ApplicationEvent[Amendment]):
    """Amend the notes of the risk interview; what was written before stays readable beside it."""

    name, title, body = "amend-interview", "Amend the notes of the interview", Amendment

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """One sentence."""
        return {"notes": "The official added that the back door is used most."}


def check_eligibility(context: EventContext[Application]) -> None:
    """Check every rule that decides whether the applicant is eligible at all."""
    row = context.row
    context.check(eligibility.office_in_scope, office=row.office, on=context.on)
    context.check(eligibility.in_office, certain_since=row.certain_since, until=row.in_office_until, on=context.on)
    context.check(eligibility.acting, office=row.office, acting_since=row.acting_since, on=context.on)
    check_suspension(context, row.office, row.office_suspended_since)
