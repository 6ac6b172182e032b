"""Threat signals, handing them over, and urgency: a signal raises it, only a person lowers it."""

from typing import Annotated, Any

from pydantic import Field
from sqlmodel import col, select

from rules.core.dates import AMSTERDAM
from rules.threats import handoff, urgency
from rules.threats.handoff import HandOffOutcome, HandOffStep
from rules.threats.urgency import SignalKind, SignalSource, Urgency
from states.engine.bodies import Body, Code, Day, Text
from states.engine.event import Step
from states.events.application.base import ApplicationEvent
from states.tables.application import Application, HandOff, ThreatSignal
from states.tables.base import new_id
from states.tables.work import WorkItem


class Signal(Body):
    """A threat signal: kind, source, when, and whether the police knows. What was said stays out of the facts."""

    kind: SignalKind
    source: SignalSource
    occurred_on: Day | None = None
    """Today where it is left out."""
    reported_to_police: bool = False
    external_reference: Code | None = None
    """The reference of a police, OM or GIR record; never its content."""
    details: Text | None = None


class RecordThreat(ApplicationEvent[Signal]):
    """A threat is signalled. Accepted in every state, from everyone who may see the case."""

    name, title, body = "record-threat", "Record a threat signal", Signal

    def judge(self, step: Step[Application], body: Signal) -> None:
        """It has happened; the receipt keeps by which row of which table it has its class."""
        occurred_on = body.occurred_on or step.on
        step.ask(urgency.signal_not_in_future, occurred_on=occurred_on, on=step.on)
        found = self.classed(step, body)
        step.ask(
            urgency.class_by_table,
            kind=body.kind,
            source=body.source,
            occurred_on=occurred_on,
            reported=body.reported_to_police,
            on=step.on,
            row=found.row,
            urgency=found.urgency,
        )

    @staticmethod
    def classed(step: Step[Application], body: Signal) -> urgency.Classed:
        """The class of the signal by the table in force."""
        day, reported = body.occurred_on or step.on, body.reported_to_police
        return urgency.of_signal(body.kind, body.source, day, step.on, reported=reported)

    def effect(self, step: Step[Application], body: Signal) -> None:
        """Raise the urgency; a signal never lowers it."""
        found = self.classed(step, body)
        step.session.add(
            ThreatSignal(
                id=new_id("signal"),
                stream=step.row.id,
                kind=body.kind,
                source=body.source,
                occurred_on=body.occurred_on or step.on,
                recorded_at=step.at,
                reported_to_police=body.reported_to_police,
                urgency=found.urgency,
                table_row=found.row,
                table_since=found.since,
            ),
        )
        step.row.urgency = urgency.highest((step.row.urgency, found.urgency))
        step.row.urgency_lowered = False

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """Intimidation, told by the applicant."""
        return {
            "kind": "intimidation",
            "source": "applicant",
            "occurredOn": step.on.isoformat(),
            "reportedToPolice": True,
        }


class HandOffRecord(Body):
    """One step of handing a threat over: what came of it, and when; never what the threat was."""

    step: HandOffStep
    done_on: Day | None = None
    """Today where it is left out."""
    time: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None
    """Dutch time of a call to 112, which is all that is kept of it."""
    outcome: HandOffOutcome = HandOffOutcome.DONE
    consent: bool | None = None
    """Whether the official consents; nobody at the employer is told without."""
    external_reference: Code | None = None


def open_steps(step: Step[Application]) -> list[HandOffStep]:
    """The steps of the hand-off that still wait in a case, the first one first."""
    query = select(WorkItem.action).where(
        WorkItem.subject == step.row.id,
        col(WorkItem.action).in_(list(HandOffStep)),
        col(WorkItem.done_at).is_(None),
    )
    waiting = set(step.session.exec(query))
    return [item for item in HandOffStep if item in waiting]


class RecordHandOff(ApplicationEvent[HandOffRecord]):
    """A step of handing a threat over was taken, or need not be. The case itself goes on beside it in every state."""

    name, title, body = "record-hand-off", "Record a step of handing a threat over", HandOffRecord

    def judge(self, step: Step[Application], body: HandOffRecord) -> None:
        """The step is open, it was done when it is said to be, and nobody is told without consent."""
        done_on = body.done_on or step.on
        signals = step.rows(ThreatSignal, ThreatSignal.stream == step.row.id)
        said = {"step": body.step, "outcome": body.outcome}
        step.ask(handoff.step_is_open, step=body.step, open_steps=open_steps(step))
        step.ask(handoff.contact_with_consent, **said, consent=body.consent)
        step.ask(handoff.call_has_time_only, **said, time=body.time, reference=body.external_reference)
        now = step.at.astimezone(AMSTERDAM).strftime("%H:%M")
        step.ask(handoff.not_in_future, done_on=done_on, time=body.time, on=step.on, now=now)
        first = min((signal.occurred_on for signal in signals), default=None)
        step.ask(handoff.not_before_signal, done_on=done_on, first_signal=first)

    def effect(self, step: Step[Application], body: HandOffRecord) -> None:
        """Keep that it was done."""
        step.session.add(
            HandOff(
                id=new_id("handoff"),
                stream=step.row.id,
                done_on=body.done_on or step.on,
                recorded_at=step.at,
                **body.model_dump(exclude={"done_on"}),
            ),
        )

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """The first open step, done now."""
        waiting = open_steps(step)
        if not waiting:
            return None
        told: dict[str, Any] = {"step": str(waiting[0]), "doneOn": step.on.isoformat(), "outcome": "done"}
        if waiting[0] is HandOffStep.CALL_112:
            told["time"] = step.at.astimezone(AMSTERDAM).strftime("%H:%M")
        if waiting[0] is HandOffStep.SECURITY_CONTACT:
            told["consent"] = True
        return told


class Lowering(Body):
    """To which class, and why."""

    urgency: Urgency
    reasons: Text


class LowerUrgency(ApplicationEvent[Lowering]):
    """A person lowers the urgency, with a reason; nothing else ever does."""

    name, title, body = "lower-urgency", "Lower the urgency", Lowering

    def judge(self, step: Step[Application], body: Lowering) -> None:
        """It is lower than now."""
        step.ask(urgency.only_lowers, present=step.row.urgency, wanted=body.urgency)

    def effect(self, step: Step[Application], body: Lowering) -> None:
        """Lower it."""
        step.row.urgency = body.urgency
        step.row.urgency_lowered = True

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """One class lower."""
        lower = [item for item in Urgency if urgency.RANK[item] > urgency.RANK[step.row.urgency]]
        return {"urgency": str(lower[0]), "reasons": "The police closed its inquiry."} if lower else None
