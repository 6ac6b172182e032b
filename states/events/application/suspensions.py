"""Suspensions of a term of an application (Awb 4:15).

The grounds are listed twice: in the body below, and with article and party in the dated value ``suspension_grounds``
(rules/values/terms.toml); a test compares them.
"""

from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.dated_values import value
from rules.core.roles import OF_AN_EMPLOYER
from rules.core.translations import DatedFact, EarlierFact
from rules.deadlines import suspensions
from rules.deadlines.suspensions import given_term_named, last_suspended_day, within_term
from states.deadlines import lifecycle, term_query
from states.deadlines.catalogue import TERMS
from states.engine.bodies import Body, Day, Handle, Text
from states.engine.event import EventContext
from states.events.application.base import ApplicationEvent
from states.tables.application import Application
from states.tables.deadlines import TermSuspension

TermName = Annotated[str, Field(pattern=f"^({'|'.join(name for name, line in TERMS.items() if line.suspendable)})$")]
"""A term that can be suspended, by its name in the table of terms."""


class SuspensionInterval(Body):
    """A suspension of one named term (Awb 4:15): its ground, its first day, and its last day if known."""

    term: TermName
    ground: Literal[
        "awaiting-completion",
        "awaiting-foreign-information",
        "applicant-consents",
        "attributable-to-applicant",
        "force-majeure",
    ]
    since: Day
    """The first suspended day."""
    until: Day | None = None
    """The last suspended day; left out, the suspension is open. For a completion: the end of the term given for it."""
    organisation: Handle | None = None
    """The employer whose term it is, if there are several; a caller who acts for one may leave it out."""
    reasons: Annotated[Text, ContentClass.REASONS]


def named_term(context: EventContext[Application], kind: str, organisation: str | None = None) -> Any:
    """The running term that is named: that of the caller's own employer, if the caller acts for one."""
    own = context.by.organisation if context.by.role in OF_AN_EMPLOYER else organisation
    return term_query.running(context.session, context.row.id, kind, own)


class SuspendTerm(ApplicationEvent[SuspensionInterval]):
    """Suspend one named term for an interval."""

    name, title, body = "suspend-term", "Suspend a term", SuspensionInterval

    def validate(self, context: EventContext[Application], body: SuspensionInterval) -> None:
        """The term runs, can be suspended and is not suspended yet, and the interval is valid."""
        term = named_term(context, body.term, body.organisation)
        open_already = term is not None and any(
            row.until is None for row in term_query.suspensions(context.session, term)
        )
        context.check(
            suspensions.term_suspendable,
            found=term is not None,
            suspendable=term is not None and term.suspendable,
            running=open_already,
        )
        if term is not None:
            context.check(
                date_rules.not_before,
                what=DatedFact.SUSPENSION,
                day=body.since,
                earlier=EarlierFact.START_OF_TERM,
                earliest=term.started_on,
            )
            context.check(within_term, since=body.since, due_on=term.due_on)
        context.check(given_term_named, ground=body.ground, until=body.until)
        if body.until is not None:
            context.check(
                date_rules.not_before,
                what=DatedFact.END_OF_SUSPENSION,
                day=body.until,
                earlier=EarlierFact.BEGIN,
                earliest=body.since,
            )

    def apply(self, context: EventContext[Application], body: SuspensionInterval) -> None:
        """Record the interval and recompute the term."""
        term = named_term(context, body.term, body.organisation)
        ground = value("suspension_grounds", body.since)[body.ground]
        lifecycle.suspend(
            context.session,
            term,
            since=body.since,
            until=body.until,
            ground=body.ground,
            article=ground["article"],
            attributed_to=term.owner if ground["attributed_to"] == "owner" else ground["attributed_to"],
        )

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """With the applicant's consent, from today."""
        return {
            "term": "takeover",
            "ground": "applicant-consents",
            "since": context.on.isoformat(),
            "reasons": "The applicant asked in writing to wait.",
        }


class Resumption(Body):
    """The term that resumes, with either the last suspended day or the day of completion."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["until"]}, {"required": ["completedOn"]}]})
    term: TermName
    until: Day | None = None
    """The last suspended day."""
    completed_on: Day | None = None
    """The day on which the completion arrived; a dated value decides if that day counts again (Awb 4:15(1)(a))."""
    organisation: Handle | None = None
    """The employer whose term it is, if there are several; a caller who acts for one may leave it out."""
    reasons: Annotated[Text, ContentClass.REASONS] | None = None

    @model_validator(mode="after")
    def one_day(self) -> Self:
        """Exactly one of the two days is given."""
        if (self.until is None) == (self.completed_on is None):
            raise ValueError("Give either until or completedOn.")  # pydantic shows this to the caller
        return self

    @property
    def last_on(self) -> date:
        """The last suspended day."""
        if self.completed_on is not None:
            return last_suspended_day(self.completed_on)
        assert self.until is not None
        return self.until


class ResumeTerm(ApplicationEvent[Resumption]):
    """Resume a suspended term (Awb 4:15(4))."""

    name, title, body = "resume-term", "Let a suspended term go on", Resumption

    def validate(self, context: EventContext[Application], body: Resumption) -> None:
        """The term is suspended, and its last suspended day is possible."""
        interval = self.open_interval(context, body.term, body.last_on, body.organisation)
        context.check(suspensions.term_suspended, suspended=interval is not None)
        if body.completed_on is not None:
            context.check(date_rules.not_in_future, what=DatedFact.COMPLETION, day=body.completed_on, on=context.on)
        if interval is not None:
            earliest = interval.since - timedelta(days=1)
            context.check(
                date_rules.not_before,
                what=DatedFact.LAST_SUSPENDED_DAY,
                day=body.last_on,
                earlier=EarlierFact.SUSPENSION,
                earliest=earliest,
            )

    def apply(self, context: EventContext[Application], body: Resumption) -> None:
        """Close the interval and recompute the term."""
        interval = self.open_interval(context, body.term, body.last_on, body.organisation)
        assert interval is not None
        lifecycle.resume(context.session, named_term(context, body.term, body.organisation), interval, body.last_on)

    @staticmethod
    def open_interval(
        context: EventContext[Application], kind: str, last_on: date, organisation: str | None = None
    ) -> TermSuspension | None:
        """The suspension that is still open, or that ends at a future day because it awaits a completion."""
        term = named_term(context, kind, organisation)
        rows = term_query.suspensions(context.session, term) if term else []
        waiting = (row for row in rows if row.ground == "awaiting-completion" and row.until and row.until > last_on)
        return next((row for row in rows if row.until is None), next(waiting, None))

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """Suspended until yesterday."""
        for kind, line in TERMS.items():
            yesterday = context.on - timedelta(days=1)
            interval = self.open_interval(context, kind, yesterday) if line.suspendable else None
            if interval is not None:
                until = max(yesterday, interval.since - timedelta(days=1))
                return {"term": kind, "until": until.isoformat()}
        return None
