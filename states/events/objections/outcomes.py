"""Outcomes of an objection: decided or withdrawn, and an appeal to the court as recorded facts."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.dated_values import value
from rules.core.translations import DatedFact, EarlierFact
from rules.procedure import objections
from rules.procedure.objections import ObjectionOutcome
from states.charts.application import APPLICATION
from states.charts.objection import ObjectionState
from states.engine.bodies import Body, Code, Day, Text
from states.engine.event import EventContext
from states.events.objections.filing import ObjectionEvent
from states.tables.loans import Loan, Objection


class ObjectionDecision(Body):
    """The decision on the objection, and the day of its announcement; left out, today."""

    outcome: ObjectionOutcome
    excusable: bool | None = None
    """Whether a late objection is excused (Awb 6:11); the reasons say why."""
    reopen_at: Literal["intake", "interview-held", "advice", "provision", "settlement", "booking"] | None = None
    """The stage in which the application continues, if the contested decision had ended it."""
    decided_on: Day | None = None
    decision: Code | None = None
    reasons: Annotated[Text, ContentClass.OBJECTION]


class Decide(ObjectionEvent[ObjectionDecision]):
    """Decide on the objection, with reasons and remedies (Awb 7:11, 7:12), by another person (Awb 10:3(3))."""

    name, title, body = "decide", "Decide on the objection", ObjectionDecision

    def validate(self, context: EventContext[Objection], body: ObjectionDecision) -> None:
        """The role, the hearing and the consequence are right."""
        row, outcome = context.row, body.outcome
        self.handled(context)
        context.check(objections.decided_by_someone_else, person=context.by.person, decision_by=row.decision_by)
        context.check(objections.heard_first, state=str(row.state), outcome=outcome)
        context.check(objections.waiver_fits, waiver=row.waiver, outcome=outcome)
        context.check(objections.late_is_inadmissible, late=row.late, excusable=body.excusable, outcome=outcome)
        context.check(objections.reopens_at, outcome=outcome, stages=self.stages(context), named=body.reopen_at)
        day = body.decided_on or context.on
        context.check(date_rules.not_in_future, what=DatedFact.DECISION, day=day, on=context.on)
        before = row.heard_on or row.received_on
        earlier = EarlierFact.HEARING if row.heard_on else EarlierFact.RECEIPT
        context.check(date_rules.not_before, what=DatedFact.DECISION, day=day, earlier=earlier, earliest=before)

    @staticmethod
    def stages(context: EventContext[Objection]) -> list[str]:
        """The stages in which the application can continue; none if it has not ended."""
        application = context.unit.application_of(context.row)
        if application is None or application.state not in APPLICATION.final:
            return []
        return list(value("objection_reopens_at", context.on)[str(context.row.against)])

    def conditions(self, context: EventContext[Objection], body: ObjectionDecision) -> Mapping[str, bool]:
        """The outcome."""
        return {str(outcome): outcome is body.outcome for outcome in ObjectionOutcome}

    def apply(self, context: EventContext[Objection], body: ObjectionDecision) -> None:
        """Record the decision; a founded one reopens what it was against."""
        row = context.row
        stages = self.stages(context)
        row.outcome, row.excusable, row.reopened_at = body.outcome, body.excusable, body.reopen_at
        row.decided_on, row.decided_by = body.decided_on or context.on, context.by.person
        if body.outcome is not ObjectionOutcome.FOUNDED:
            return
        if row.loan is not None:
            context.trigger("loan", context.get(Loan, row.loan), "reconsider", objection=row.id)
        elif stages:
            more = {"stage": body.reopen_at, "reasons": body.reasons, "objection": row.id}
            context.trigger("application", context.application(), "reopen", **more)

    def example(self, context: EventContext[Objection]) -> dict[str, Any] | None:
        """An outcome that is possible after the hearing, or without one."""
        row = context.row
        if row.late:
            return {"outcome": "inadmissible", "reasons": "It came after the term, and nothing excuses that."}
        if row.state is ObjectionState.RECEIVED:
            return None
        outcome = (
            objections.ONLY.get(row.waiver, ObjectionOutcome.UNFOUNDED) if row.waiver else ObjectionOutcome.UNFOUNDED
        )
        stages = self.stages(context) if outcome is ObjectionOutcome.FOUNDED else []
        chosen = {"reopenAt": stages[0]} if stages else {}
        return {"outcome": str(outcome), **chosen, "reasons": "The grounds were weighed against the facts."}


class ObjectionWithdrawal(Body):
    """Reasons, which may be left out."""

    reasons: Annotated[Text, ContentClass.OBJECTION] | None = None


class WithdrawObjection(ObjectionEvent[ObjectionWithdrawal]):
    """Withdraw the objection, by the official (Awb 6:21)."""

    name, title, body = "withdraw", "Withdraw the objection", ObjectionWithdrawal


class Appeal(Body):
    """The day of the appeal, and the court's reference."""

    filed_on: Day
    court_case: Code


class RecordAppeal(ObjectionEvent[Appeal]):
    """Record an appeal at the court (Awb 8:1), which decides on it instead of this office."""

    name, title, body = "record-appeal", "Record an appeal", Appeal

    def validate(self, context: EventContext[Objection], body: Appeal) -> None:
        """There is a decision, and no appeal yet."""
        context.check(
            objections.appeal_in_order, appealed=context.row.appeal_on is not None, judged=False, judging=False
        )
        context.check(date_rules.not_in_future, what=DatedFact.APPEAL, day=body.filed_on, on=context.on)
        decided = context.row.decided_on
        context.check(
            date_rules.not_before,
            what=DatedFact.APPEAL,
            day=body.filed_on,
            earlier=EarlierFact.DECISION,
            earliest=decided,
        )

    def apply(self, context: EventContext[Objection], body: Appeal) -> None:
        """Record the facts."""
        context.row.appeal_on, context.row.court_case = body.filed_on, body.court_case

    def example(self, context: EventContext[Objection]) -> dict[str, Any] | None:
        """Today."""
        return None if context.row.appeal_on else {"filedOn": context.on.isoformat(), "courtCase": "SGR-26/01234"}


class CourtJudgment(Body):
    """The court's judgment, and its day."""

    judged_on: Day
    outcome: Annotated[
        Literal["founded", "unfounded", "inadmissible", "no-jurisdiction", "withdrawn"],
        Field(description="How the appeal ended"),
    ]


class RecordJudgment(ObjectionEvent[CourtJudgment]):
    """Record the judgment of the court; people decide on its consequences."""

    name, title, body = "record-judgment", "Record the judgment of the court", CourtJudgment

    def validate(self, context: EventContext[Objection], body: CourtJudgment) -> None:
        """There is an appeal, and no judgment yet."""
        row = context.row
        judged = row.judged_on is not None
        context.check(objections.appeal_in_order, appealed=row.appeal_on is not None, judged=judged, judging=True)
        context.check(date_rules.not_in_future, what=DatedFact.JUDGMENT, day=body.judged_on, on=context.on)
        filed = row.appeal_on
        context.check(
            date_rules.not_before,
            what=DatedFact.JUDGMENT,
            day=body.judged_on,
            earlier=EarlierFact.APPEAL,
            earliest=filed,
        )

    def apply(self, context: EventContext[Objection], body: CourtJudgment) -> None:
        """Record the facts."""
        context.row.judged_on, context.row.judgment = body.judged_on, body.outcome

    def example(self, context: EventContext[Objection]) -> dict[str, Any] | None:
        """Unfounded."""
        waits = context.row.appeal_on is not None and context.row.judged_on is None
        return {"judgedOn": context.on.isoformat(), "outcome": "unfounded"} if waits else None
