"""Refusal of an application: a rule of eligibility must object, and the applicant is heard first."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.rule import REGISTRY, Finding
from rules.core.translations import BarredAct, DatedFact, EarlierFact
from rules.procedure import eligibility, life_events, refusal
from states.deadlines import term_query
from states.engine.bodies import Body, Day, Text
from states.engine.event import EventContext
from states.engine.past_acts import check_four_eyes
from states.events.application.base import ApplicationEvent
from states.events.application.intake import check_eligibility
from states.events.application.lifecycle import end_parts
from states.tables.application import Application


def grounds(context: EventContext[Application]) -> dict[str, Finding]:
    """The objections of the eligibility rules to an application today, by rule."""
    trial: EventContext[Application] = EventContext(context.unit, context.row, context.by)
    check_eligibility(trial)
    row = context.row
    trial.check(
        eligibility.residence,
        office=row.office,
        in_territory=row.in_territory,
        exemption_on=row.exemption_on,
        on=context.on,
    )
    trial.check(life_events.repeated_has_new_facts, repeats=row.repeats, new_facts=row.new_facts)
    return {finding.rule: finding for finding in trial.findings}


RuleId = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*\.[a-z-]+$", max_length=60)]


class Ground(Body):
    """The rule on which the refusal would rest, and the reasons."""

    ground: RuleId
    reasons: Annotated[Text, ContentClass.REASONS]


class IntendRefusal(ApplicationEvent[Ground]):
    """Announce the intention to refuse. The applicant may give a view (Awb 4:7, 4:8)."""

    name, title, body = "intend-refusal", "Announce the intention to refuse", Ground

    def validate(self, context: EventContext[Application], body: Ground) -> None:
        """The named rule objects to the application."""
        context.check(refusal.refusal_has_ground, grounds=list(grounds(context)), named=body.ground)

    def apply(self, context: EventContext[Application], body: Ground) -> None:
        """Record the ground; the person who proposes does not decide."""
        context.row.refusal_ground = body.ground
        context.row.refusal_article = REGISTRY[body.ground].article
        context.row.viewed_on = None
        context.row.officer = context.row.officer or context.by.person

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The first ground, if there is one."""
        found = next(iter(grounds(context)), None)
        reasons = "The facts of the application do not give a claim under this rule."
        return {"ground": found, "reasons": reasons} if found else None


class View(Body):
    """The applicant's view (zienswijze)."""

    view: Annotated[Text, ContentClass.STATEMENT]


class RecordView(ApplicationEvent[View]):
    """Record the applicant's view on the intended refusal."""

    name, title, body = "record-view", "Record the applicant's view", View

    def apply(self, context: EventContext[Application], body: View) -> None:
        """Record the day, so that the decision need not wait for the term."""
        context.row.viewed_on = context.on

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """A view."""
        return {"view": "I have read the intention and have nothing to add."}


class Reasons(Body):
    """Reasons."""

    reasons: Annotated[Text, ContentClass.REASONS]


class AbandonRefusal(ApplicationEvent[Reasons]):
    """Abandon the refusal. The application continues in its earlier stage."""

    name, title, body = "abandon-refusal", "Go on with the application after all", Reasons

    def conditions(self, context: EventContext[Application], body: Reasons) -> Mapping[str, bool]:
        """Whether the interview was already held."""
        return {"interviewed": context.row.interview_held_on is not None}

    def apply(self, context: EventContext[Application], body: Reasons) -> None:
        """Clear the ground."""
        context.row.refusal_ground = context.row.refusal_article = context.row.viewed_on = None

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "The view shows that the applicant has a claim after all."}


class Refusal(Reasons):
    """The decision to refuse, and the day of its announcement; left out, today."""

    announced_on: Day | None = None


class Refuse(ApplicationEvent[Refusal]):
    """Refuse the application, with reasons and remedies (Awb 3:45, 3:46)."""

    name, title, body = "refuse", "Refuse the application", Refusal

    def validate(self, context: EventContext[Application], body: Refusal) -> None:
        """The ground still holds, the applicant was heard, and another person proposed the refusal."""
        row = context.row
        term = term_query.latest(context.session, row.id, "view")
        if body.announced_on is not None:
            day, intended_on = body.announced_on, term.started_on if term else row.received_on
            context.check(date_rules.not_in_future, what=DatedFact.DECISION, day=day, on=context.on)
            context.check(
                date_rules.not_before,
                what=DatedFact.DECISION,
                day=day,
                earlier=EarlierFact.INTENTION,
                earliest=intended_on,
            )
        context.check(refusal.refusal_decided_by, role=context.by.role, on=context.on)
        context.check(refusal.refusal_has_ground, grounds=list(grounds(context)), named=str(row.refusal_ground))
        context.check(
            refusal.view_asked,
            due_on=term.due_on if term else None,
            viewed=row.viewed_on is not None,
            on=context.on,
        )
        check_four_eyes(context, "application", "refuse", BarredAct.DECIDE)

    def apply(self, context: EventContext[Application], body: Refusal) -> None:
        """End the application and its parts."""
        context.row.ended_on = context.on
        end_parts(context)

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """Reasons."""
        return {
            "reasons": "The office is not one for which the regulation gives a claim; the view does not change that."
        }
