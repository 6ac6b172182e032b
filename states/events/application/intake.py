"""From the intake to the risk interview."""

from typing import Annotated, Any, Literal

from pydantic import Field

from rules.business_calendar.durations import length
from rules.core import date_rules
from rules.core.regulation import Domain
from rules.deadlines.end_date import due_or_provisional
from rules.procedure import eligibility, intake, separation_of_duties
from states.deadlines import lifecycle
from states.engine.bodies import Body, Day, Handle, Line, Text
from states.engine.event import Step
from states.events.application.base import ApplicationEvent
from states.events.application.office_dates import ask_suspended
from states.tables.application import Application


class NewIntake(Body):
    """Who takes the intake; the caller where it is left out."""

    officer: Handle | None = None


class StartIntake(ApplicationEvent[NewIntake]):
    """An officer takes the application up."""

    name, title, body = "start-intake", "Start the intake", NewIntake

    def judge(self, step: Step[Application], body: NewIntake) -> None:
        """Nobody handles the own case."""
        step.ask(
            separation_of_duties.not_own_case,
            person=body.officer or step.by.person,
            applicant=step.row.applicant,
        )

    def effect(self, step: Step[Application], body: NewIntake) -> None:
        """The officer is known from here on."""
        step.row.officer = body.officer or step.by.person


class Invitation(Body):
    """What is missing, and by when it must be there."""

    missing: Text
    days: Annotated[int, Field(ge=1, le=60)] = 14


class InviteCompletion(ApplicationEvent[Invitation]):
    """The applicant is invited to complete the application (Awb 4:5)."""

    name, title, body = "invite-completion", "Invite to complete the application", Invitation

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """Two weeks."""
        return {"missing": "The decision of appointment is missing.", "days": 14}


class Completion(Body):
    """What was added."""

    added: Text


class Complete(ApplicationEvent[Completion]):
    """The applicant completes the application."""

    name, title, body = "complete", "Complete the application", Completion

    def judge(self, step: Step[Application], body: Completion) -> None:
        """There was an invitation."""
        term = lifecycle.latest(step.session, step.row.id, "completion")
        open_still = term is not None and term.ended_by in (None, "lapse")  # late, but not too late to be read
        step.ask(intake.completion_open, invited=open_still)

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """The decision of appointment."""
        return {"added": "The decision of appointment is enclosed."}


class Decision(Body):
    """A decision with its reasons, and the day on which it was announced; today where none is said."""

    reasons: Text
    announced_on: Day | None = None


class NotProcess(ApplicationEvent[Decision]):
    """The application is not processed: it was not completed in time, or not enough (Awb 4:5)."""

    name, title, body = "not-process", "Decide not to process the application", Decision

    def judge(self, step: Step[Application], body: Decision) -> None:
        """Invited, the term passed unused or was used in vain, and the weeks to say so have not passed."""
        announced_on = body.announced_on or step.on
        step.ask(date_rules.not_in_future, what="The decision", day=announced_on, on=step.on)
        term = lifecycle.latest(step.session, step.row.id, "completion")
        due_on = term.due_on if term else None
        if term is None or term.ended_by != "complete":
            invited = term is not None and term.ended_by in (None, "lapse")
            step.ask(intake.completion_lapsed, invited=invited, due_on=due_on, on=announced_on)
        deciding = lifecycle.latest(step.session, step.row.id, "not-processed")
        if deciding is not None:
            due_on, day = deciding.due_on, deciding.started_on
            step.ask(
                date_rules.not_before, what="The decision", day=announced_on, earlier="the completion", earliest=day
            )
        elif due_on is not None:
            # the clock did not come by yet: the weeks run from the term that passed all the same
            due_on = due_or_provisional(due_on, length("term_not_processed", due_on)).on
        step.ask(intake.decided_in_time, due_on=due_on, announced_on=announced_on)

    def effect(self, step: Step[Application], body: Decision) -> None:
        """The way ends here."""
        step.row.ended_on = step.on

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The application was not completed within the term."}


class Forwarding(Body):
    """To which body, on which day."""

    forwarded_to: Literal["municipality", "province", "water-board", "ministry", "other"]
    forwarded_on: Day | None = None


class Forward(ApplicationEvent[Forwarding]):
    """The application belongs elsewhere and is forwarded, with notice (Awb 2:3)."""

    name, title, body = "forward", "Forward the application to the right body", Forwarding

    def judge(self, step: Step[Application], body: Forwarding) -> None:
        """Not before it came, not after today."""
        day = body.forwarded_on or step.on
        step.ask(date_rules.not_in_future, what="The forwarding", day=day, on=step.on)
        step.ask(
            date_rules.not_before,
            what="The forwarding",
            day=day,
            earlier="the receipt",
            earliest=step.row.received_on,
        )

    def effect(self, step: Step[Application], body: Forwarding) -> None:
        """The way ends here."""
        step.row.forwarded_to = body.forwarded_to
        step.row.ended_on = body.forwarded_on or step.on

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """To the municipality."""
        return {"forwardedTo": "municipality"}


class InterviewPlan(Body):
    """When, and with which adviser."""

    interview_on: Day
    adviser: Handle | None = None
    place: Line | None = None


class PlanInterview(ApplicationEvent[InterviewPlan]):
    """The risk interview is planned; from here on the applicant must have a claim."""

    name, title, body = "plan-interview", "Plan the risk interview", InterviewPlan

    def judge(self, step: Step[Application], body: InterviewPlan) -> None:
        """Eligibility, and a day that can be."""
        claim(step)
        step.ask(intake.interview_not_in_past, interview_on=body.interview_on, on=step.on)
        if body.adviser:
            step.ask(separation_of_duties.not_own_case, person=body.adviser, applicant=step.row.applicant)

    def effect(self, step: Step[Application], body: InterviewPlan) -> None:
        """Keep the day and the adviser."""
        step.row.interview_on = body.interview_on
        step.row.adviser = body.adviser or step.row.adviser

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """Today, so that it can be held at once."""
        return {"interviewOn": step.on.isoformat()}


class DomainRisk(Body):
    """What the interview says on one domain."""

    domain: Domain
    risk: Literal["low", "medium", "high"]
    likelihood: Annotated[int, Field(ge=1, le=5)]
    impact: Annotated[int, Field(ge=1, le=5)]
    source: Literal["interview", "inspection", "police", "employer", "open-sources"]


class Interview(Body):
    """The risk interview (risicogesprek): the day, who was there, and the risk in each of the four domains."""

    held_on: Day
    adviser: Handle | None = None
    household_present: bool
    domains: list[DomainRisk]
    notes: Text | None = None


class HoldInterview(ApplicationEvent[Interview]):
    """The risk interview was held."""

    name, title, body = "hold-interview", "Record the risk interview", Interview

    def judge(self, step: Step[Application], body: Interview) -> None:
        """A day that can be, all four domains, and not the own case."""
        step.ask(date_rules.not_in_future, what="The interview", day=body.held_on, on=step.on)
        step.ask(intake.interview_after_receipt, held_on=body.held_on, received_on=step.row.received_on)
        step.ask(intake.every_domain_discussed, domains=[str(item.domain) for item in body.domains])
        step.ask(
            separation_of_duties.not_own_case,
            person=body.adviser or step.by.person,
            applicant=step.row.applicant,
        )

    def effect(self, step: Step[Application], body: Interview) -> None:
        """Open the advice in each domain, with the risk that was found."""
        step.row.interview_held_on = body.held_on
        step.row.household_present = body.household_present
        step.row.adviser = body.adviser or step.by.person
        for item in body.domains:
            step.follow(
                "domain-advice",
                None,
                "open",
                application=step.row.id,
                domain=item.domain,
                risk=item.risk,
                advice_version=step.row.advice_version,
            )

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """All four domains, today."""
        risk = {"risk": "medium", "likelihood": 3, "impact": 4, "source": "interview"}
        return {
            "heldOn": step.on.isoformat(),
            "householdPresent": True,
            "domains": [{"domain": str(domain), **risk} for domain in Domain],
            "notes": "The household was asked about daily routines.",
        }


def claim(step: Step[Application]) -> None:
    """Ask every rule of eligibility that decides whether this applicant has a claim at all."""
    row = step.row
    step.ask(eligibility.office_in_scope, office=row.office, on=step.on)
    step.ask(eligibility.in_office, certain_since=row.certain_since, until=row.in_office_until, on=step.on)
    step.ask(eligibility.acting, office=row.office, acting_since=row.acting_since, on=step.on)
    ask_suspended(step, row.office, row.office_suspended_since)
