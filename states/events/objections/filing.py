"""Objection (bezwaar): to a decision in the ledger, heard, decided by another hand; appeal as recorded facts."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col, select

from rules.core import date_rules
from rules.core.dated_values import value
from rules.core.dates import office_day
from rules.core.roles import Role
from rules.core.translations import DatedFact, EarlierFact
from rules.procedure import objections
from rules.procedure.objections import Against
from states.charts.objection import OBJECTION, ObjectionState
from states.engine.bodies import Body, Day, Handle, Reference, Text
from states.engine.event import B, Event, EventContext
from states.events.application.base import ApplicationEvent
from states.events.provision.loans import LoanEvent
from states.tables.application import Application
from states.tables.base import new_id
from states.tables.ledger import LedgerEntry
from states.tables.loans import Loan, Objection
from states.tables.payments import Payable, PayableKind

DECISIONS: dict[tuple[str, str], Against] = {
    # chart, event: the decision that it is
    ("application", "refuse"): Against.REFUSAL,
    ("application", "not-process"): Against.NOT_PROCESSED,
    ("application", "adopt-advice"): Against.NO_MEASURES,
    ("application", "lapse"): Against.LAPSED,
    ("takeover", "decline-second-home"): Against.SECOND_HOME_DECLINED,
    ("loan", "decline"): Against.LOAN_DECLINED,
    ("takeover", "fix-penalty"): Against.PENALTY,
    ("payable", "approve"): Against.PAYMENT,
}


@dataclass(frozen=True)
class Decision:
    """A decision as the ledger holds it."""

    against: Against
    subject: str
    seq: int
    by: str
    organisation: str | None
    taken_on: date
    announced_on: date


def decisions(context: EventContext[Any], *subjects: str) -> list[Decision]:
    """The decisions in the subject's stream to which one can object, the newest first; on some subjects only."""
    events = col(LedgerEntry.event).in_({event for _, event in DECISIONS})
    query = select(LedgerEntry).where(LedgerEntry.stream == context.row.stream, events)
    if subjects:
        query = query.where(col(LedgerEntry.subject).in_(subjects))
    entries = context.session.exec(query.order_by(col(LedgerEntry.seq).desc()))
    return [decision_of(entry) for entry in entries if is_decision(context, entry)]


def is_decision(context: EventContext[Any], entry: LedgerEntry) -> bool:
    """Whether an entry is a decision on someone's claim: not every advice and every payment is one."""
    pair = (entry.chart, entry.event)
    if pair == ("application", "adopt-advice"):
        return entry.after == "no-measures"
    if pair == ("payable", "approve"):
        return context.get(Payable, entry.subject).kind is not PayableKind.SUPPLIER_INVOICE
    return pair in DECISIONS


def decision_of(entry: LedgerEntry) -> Decision:
    """An entry as a decision; it was announced on the day of recording unless it says another."""
    recorded = office_day(entry.at)
    named = entry.facts.get("announced_on")
    announced = date.fromisoformat(named) if named else recorded
    return Decision(
        against=DECISIONS[entry.chart, entry.event],
        subject=entry.subject,
        seq=entry.seq,
        by=entry.person,
        organisation=entry.organisation,
        taken_on=min(recorded, announced),
        announced_on=announced,
    )


class Filing(Body):
    """An objection as it came in; its grounds are content and may follow later (Awb 6:5, 6:6)."""

    grounds: Text | None = None
    received_on: Day | None = None
    """The day of receipt; today where it is left out."""
    posted_on: Day | None = None
    """The day on which it was posted, where it came by post (Awb 6:9(2))."""
    by_representative: bool = False
    committee: bool = False
    """Whether an advisory committee advises on it (Awb 7:13)."""


class FilingAgainst(Filing):
    """To which decision; which one of several of a kind, where there are."""

    against: Against
    subject: Handle | None = None


class Filed(Filing):
    """An objection with the decision it is against, as the ledger holds it."""

    application: Reference | None
    loan: Handle | None
    person: Handle
    against: Against
    organisation: Handle | None
    decision_seq: int
    decision_subject: Handle | Reference
    decision_by: Handle
    announced_on: Day


def judge_filing(context: EventContext[Any], body: Filing, decision: Decision) -> None:
    """Ask for days that can be, and for one objection per decision. A late objection is taken in all the same."""
    received = body.received_on or context.on
    context.check(
        objections.receipt_by_receiver,
        role=context.by.role,
        received_on=received,
        posted=body.posted_on is not None,
        on=context.on,
    )
    context.check(date_rules.not_in_future, what=DatedFact.RECEIPT, day=received, on=context.on)
    context.check(
        date_rules.not_before,
        what=DatedFact.RECEIPT,
        day=received,
        earlier=EarlierFact.DECISION,
        earliest=decision.taken_on,
    )
    if body.posted_on is not None:
        context.check(
            date_rules.not_before,
            what=DatedFact.RECEIPT,
            day=received,
            earlier=EarlierFact.POSTING,
            earliest=body.posted_on,
        )
    context.check(objections.once, earlier=[row.id for row in objections_to(context, decision)])


def objections_to(context: EventContext[Any], decision: Decision) -> list[Objection]:
    """The objections to a decision that were not withdrawn."""
    same = (Objection.stream == context.row.stream, Objection.decision_seq == decision.seq)
    return context.rows(Objection, *same, Objection.state != ObjectionState.WITHDRAWN)


def file(context: EventContext[Any], body: Filing, decision: Decision, **of: Any) -> None:
    """Let the objection come into being."""
    context.trigger(
        "objection",
        None,
        "file",
        **body.model_dump(include=set(Filing.model_fields)),
        **of,
        against=decision.against,
        organisation=decision.organisation,
        decision_seq=decision.seq,
        decision_subject=decision.subject,
        decision_by=decision.by,
        announced_on=decision.announced_on,
    )


class FileObjection(ApplicationEvent[FilingAgainst]):
    """An objection to a decision on this application comes in, in time or late, in every stage (Awb 6:4, 6:7).

    A loan that was declined is objected to on the loan itself.
    """

    name, title, body = "file-objection", "File an objection", FilingAgainst

    def validate(self, context: EventContext[Application], body: FilingAgainst) -> None:
        """There is such a decision."""
        made = list(dict.fromkeys(decision.against for decision in self.made(context)))
        found = self.named(context, body)
        context.check(objections.against_decision, against=body.against, made=[] if made and found is None else made)
        if found is not None:
            judge_filing(context, body, found)

    def apply(self, context: EventContext[Application], body: FilingAgainst) -> None:
        """Take it in."""
        found = self.named(context, body)
        assert found is not None
        file(context, body, found, application=context.row.id, loan=None, person=context.row.applicant)

    @staticmethod
    def made(context: EventContext[Application]) -> list[Decision]:
        """The decisions on this application; those on its loans are objected to there."""
        return [found for found in decisions(context) if found.against is not Against.LOAN_DECLINED]

    def named(self, context: EventContext[Application], body: FilingAgainst) -> Decision | None:
        """The decision that is meant: the newest of its kind, or the one on a named subject."""
        fits = (found for found in self.made(context) if found.against is body.against)
        return next((found for found in fits if body.subject in (None, found.subject)), None)

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The newest decision that nobody objected to."""
        found = next((item for item in self.made(context) if not objections_to(context, item)), None)
        return {"against": str(found.against), "grounds": "The facts are other than you think."} if found else None


class FileLoanObjection(LoanEvent[Filing]):
    """An objection to declining this loan comes in."""

    name, title, body = "file-objection", "File an objection to a declined loan", Filing

    def validate(self, context: EventContext[Loan], body: Filing) -> None:
        """It was declined, and nobody objected yet."""
        judge_filing(context, body, decisions(context, context.row.id)[0])

    def apply(self, context: EventContext[Loan], body: Filing) -> None:
        """Take it in."""
        row = context.row
        found = decisions(context, row.id)[0]
        file(context, body, found, application=row.application, loan=row.id, person=row.person)

    def example(self, context: EventContext[Loan]) -> dict[str, Any] | None:
        """Grounds."""
        found = next(iter(decisions(context, context.row.id)), None)
        return (
            {"grounds": "The advice takes longer than you say."}
            if found and not objections_to(context, found)
            else None
        )


class ObjectionEvent(Event[Objection, B]):
    """What the events of an objection share."""

    chart = OBJECTION
    table = Objection

    def handled(self, context: EventContext[Objection]) -> None:
        """Ask whether the caller's role handles objections to such a decision."""
        context.check(objections.handled_by, role=context.by.role, against=context.row.against, on=context.on)


class TakeIn(ObjectionEvent[Filed]):
    """The objection comes into being; its lateness is computed, never entered."""

    name, title, body, creates = "file", "Take in an objection", Filed, True

    def create(self, context: EventContext[Objection], body: Filed) -> Objection:
        """Received."""
        received = body.received_on or context.on
        until = objections.last_day(body.announced_on)
        handlers = value("objection_decided_by", context.on)[str(body.against)]
        return Objection(
            id=new_id("objection"),
            stream=body.application or body.loan or "",
            state=ObjectionState.RECEIVED,
            received_on=received,
            objection_until=until,
            late=objections.is_late(received_on=received, posted_on=body.posted_on, until=until),
            decides=Role(handlers[0]),
            **body.model_dump(exclude={"grounds", "received_on", "posted_on", "decision_subject"}),
        )
