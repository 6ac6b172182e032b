"""Filing of an objection (bezwaar) to a decision in the ledger."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from sqlmodel import col, select

from rules.access.content_classes import ContentClass
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
    # chart and event, with the decision that it makes
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
    """A decision in the ledger."""

    against: Against
    subject: str
    seq: int
    by: str
    organisation: str | None
    taken_on: date
    announced_on: date


def decisions(context: EventContext[Any], *subjects: str) -> list[Decision]:
    """The decisions in the subject's stream that are open to objection, newest first; of some subjects if named."""
    events = col(LedgerEntry.event).in_({event for _, event in DECISIONS})
    query = select(LedgerEntry).where(LedgerEntry.stream == context.row.stream, events)
    if subjects:
        query = query.where(col(LedgerEntry.subject).in_(subjects))
    entries = context.session.exec(query.order_by(col(LedgerEntry.seq).desc()))
    return [decision_of(entry) for entry in entries if is_decision(context, entry)]


def is_decision(context: EventContext[Any], entry: LedgerEntry) -> bool:
    """Whether an entry decides on a claim: not every advice and payment does."""
    pair = (entry.chart, entry.event)
    if pair == ("application", "adopt-advice"):
        return entry.after == "no-measures"
    if pair == ("payable", "approve"):
        return context.get(Payable, entry.subject).kind is not PayableKind.SUPPLIER_INVOICE
    return pair in DECISIONS


def decision_of(entry: LedgerEntry) -> Decision:
    """An entry as a decision; announced on the day of recording unless it names another day."""
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
    """An objection as received; its grounds are content and may follow later (Awb 6:5, 6:6)."""

    grounds: Annotated[Text, ContentClass.OBJECTION] | None = None
    received_on: Day | None = None
    """The day of receipt; left out, today."""
    posted_on: Day | None = None
    """The postmark, if it came by post (Awb 6:9(2))."""
    by_representative: bool = False
    committee: bool = False
    """Whether an advisory committee advises on it (Awb 7:13)."""


class FilingAgainst(Filing):
    """The decision; the subject is needed if there are several of a kind."""

    against: Against
    subject: Handle | None = None


class Filed(Filing):
    """An objection with its decision in the ledger."""

    application: Reference | None
    loan: Handle | None
    person: Handle
    against: Against
    organisation: Handle | None
    decision_seq: int
    decision_subject: Handle | Reference
    decision_by: Handle
    announced_on: Day


def check_filing(context: EventContext[Any], body: Filing, decision: Decision) -> None:
    """The days are possible, and the decision has no other objection. A late objection is accepted too."""
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


def create_objection(context: EventContext[Any], body: Filing, decision: Decision, **of: Any) -> None:
    """Create the objection."""
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
    """File an objection to a decision on this application, in time or late, in every stage (Awb 6:4, 6:7).

    An objection to declining a loan is filed on the loan itself.
    """

    name, title, body = "file-objection", "File an objection", FilingAgainst

    def validate(self, context: EventContext[Application], body: FilingAgainst) -> None:
        """There is such a decision."""
        made = list(dict.fromkeys(decision.against for decision in self.made(context)))
        found = self.named(context, body)
        context.check(objections.against_decision, against=body.against, made=[] if made and found is None else made)
        if found is not None:
            check_filing(context, body, found)

    def apply(self, context: EventContext[Application], body: FilingAgainst) -> None:
        """File the objection."""
        found = self.named(context, body)
        assert found is not None
        create_objection(context, body, found, application=context.row.id, loan=None, person=context.row.applicant)

    @staticmethod
    def made(context: EventContext[Application]) -> list[Decision]:
        """The decisions on this application, without those on its loans."""
        return [found for found in decisions(context) if found.against is not Against.LOAN_DECLINED]

    def named(self, context: EventContext[Application], body: FilingAgainst) -> Decision | None:
        """The named decision: the newest of its kind, or the one on a named subject."""
        fits = (found for found in self.made(context) if found.against is body.against)
        return next((found for found in fits if body.subject in (None, found.subject)), None)

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The newest decision without an objection."""
        found = next((item for item in self.made(context) if not objections_to(context, item)), None)
        return {"against": str(found.against), "grounds": "The facts are other than you think."} if found else None


class FileLoanObjection(LoanEvent[Filing]):
    """File an objection to declining this loan."""

    name, title, body = "file-objection", "File an objection to a declined loan", Filing

    def validate(self, context: EventContext[Loan], body: Filing) -> None:
        """The loan was declined, and has no objection yet."""
        check_filing(context, body, decisions(context, context.row.id)[0])

    def apply(self, context: EventContext[Loan], body: Filing) -> None:
        """File the objection."""
        row = context.row
        found = decisions(context, row.id)[0]
        create_objection(context, body, found, application=row.application, loan=row.id, person=row.person)

    def example(self, context: EventContext[Loan]) -> dict[str, Any] | None:
        """Grounds."""
        found = next(iter(decisions(context, context.row.id)), None)
        return (
            {"grounds": "The advice takes longer than you say."}
            if found and not objections_to(context, found)
            else None
        )


class ObjectionEvent(Event[Objection, B]):
    """Shared by the events of an objection."""

    chart = OBJECTION
    table = Objection

    def handled(self, context: EventContext[Objection]) -> None:
        """Check that the caller's role handles objections to such a decision."""
        context.check(objections.handled_by, role=context.by.role, against=context.row.against, on=context.on)


class TakeIn(ObjectionEvent[Filed]):
    """Create the objection; its lateness is computed, not entered."""

    name, title, body, creates = "file", "Take in an objection", Filed, True

    def create(self, context: EventContext[Objection], body: Filed) -> Objection:
        """A received objection."""
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
