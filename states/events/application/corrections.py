"""Corrections: facts of an application that were recorded late or wrongly."""

from typing import Annotated, Any

from pydantic.alias_generators import to_camel

from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.rule import OLDEST
from rules.core.translations import DatedFact, EarlierFact
from rules.core.wording import wording
from rules.procedure import intake
from states.deadlines import due_dates, term_query
from states.engine.bodies import Body, Day, Handle, Text
from states.engine.event import EventContext
from states.errors import UnfitValueError
from states.events.application.base import ApplicationEvent
from states.events.application.life_event_effects import correct_end_of_office
from states.events.application.office_dates import DATES, check_suspension, contradictions
from states.tables.application import Application, Takeover


class Correction(Body):
    """Facts that were recorded late or wrongly; omitted facts stay as they are."""

    received_on: Day | None = None
    certain_since: Day | None = None
    in_office_until: Day | None = None
    acting_since: Day | None = None
    """First day of the present uninterrupted acting appointment; after an interruption it starts again."""
    in_territory: bool | None = None
    exemption_on: Day | None = None
    office_suspended_since: Day | None = None
    office_suspended_until: Day | None = None
    takeover_received_on: Day | None = None
    """The day on which the employer received the request; its terms are recomputed."""
    organisation: Handle | None = None
    """The employer whose day of receipt is corrected, if there are several."""
    reasons: Annotated[Text, ContentClass.REASONS]


FACTS = ("received_on", "in_territory", "exemption_on", *DATES)
"""The facts of an application that can be corrected."""


class CorrectFact(ApplicationEvent[Correction]):
    """Correct facts, or add late ones; the terms that depend on them are recomputed."""

    name, title, body = "correct-fact", "Correct a fact", Correction

    def validate(self, context: EventContext[Application], body: Correction) -> None:
        """The facts agree with each other and with what is recorded; no past event is dated after today."""
        if wrong := self.contradictions(context, body):
            raise UnfitValueError(wrong)
        for what, day in (
            (DatedFact.RECEIPT, body.received_on),
            (DatedFact.EXEMPTION, body.exemption_on),
            (DatedFact.EMPLOYER_RECEIPT, body.takeover_received_on),
        ):
            if day is not None:
                context.check(date_rules.not_in_future, what=what, day=day, on=context.on)
        if body.received_on is not None:
            received, held = body.received_on, context.row.interview_held_on
            context.check(
                date_rules.not_before,
                what=DatedFact.RECEIPT,
                day=received,
                earlier=EarlierFact.FIRST_SCHEME,
                earliest=OLDEST,
            )
            if held is not None:
                context.check(intake.interview_after_receipt, held_on=held, received_on=received)
        check_suspension(context, context.row.office, body.office_suspended_since)
        if body.takeover_received_on is not None:
            running = term_query.employers_with(context.session, context.row.id, "takeover")
            context.check(intake.receipt_correctable, running=running, organisation=body.organisation)
            context.check(
                date_rules.not_before,
                what=DatedFact.EMPLOYER_RECEIPT,
                day=body.takeover_received_on,
                earlier=EarlierFact.ADOPTION,
                earliest=context.row.adopted_on,
            )

    @staticmethod
    def contradictions(context: EventContext[Application], body: Correction) -> list[tuple[str, str]]:
        """Contradictions within a correction, or with what is recorded, by field."""
        given = {name for name in FACTS if getattr(body, name) is not None}
        found = contradictions({name: getattr(body, name) or getattr(context.row, name) for name in DATES}, given)
        employers = context.employers()
        if body.organisation is not None and body.organisation not in employers:
            words = wording(
                "{organisation} is no employer of this application; name one of {employers}.",
                organisation=body.organisation,
                employers=", ".join(employers),
            )
            found.append(("organisation", words))
        if body.organisation is not None and body.takeover_received_on is None:
            found.append(("takeoverReceivedOn", "Give the day on which that employer received the request."))
        if not given and body.takeover_received_on is None and not found:
            found.append(("body", f"Name at least one fact to correct: {', '.join(map(to_camel, FACTS))}."))
        return found

    def apply(self, context: EventContext[Application], body: Correction) -> None:
        """Correct the facts."""
        before = context.row.in_office_until
        for name in FACTS:
            if getattr(body, name) is not None:
                setattr(context.row, name, getattr(body, name))
        if body.in_office_until is not None:
            correct_end_of_office(context, before)
        if body.takeover_received_on is not None:
            term = term_query.running(context.session, context.row.id, "takeover", body.organisation)
            assert term is not None
            context.get(Takeover, term.subject).received_on = body.takeover_received_on
            term.started_on = body.takeover_received_on
            due_dates.recompute(context.session, term)

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """The day of receipt."""
        return {
            "receivedOn": context.row.received_on.isoformat(),
            "reasons": "Checked against the letter of application.",
        }
