"""Threat signals, their hand-off, and urgency: a signal raises it, only a person lowers it."""

from typing import Annotated, Any

from pydantic import Field
from sqlmodel import col, select

from rules.access.content_classes import ContentClass
from rules.core.dates import AMSTERDAM
from rules.core.roles import Role
from rules.threats import handoff, urgency
from rules.threats.handoff import HandOffOutcome, HandOffStep
from rules.threats.urgency import SignalKind, SignalSource, Urgency
from states.engine.bodies import Body, Code, Day, Handle, Text
from states.engine.event import EventContext
from states.engine.patterns import TIME
from states.events.application.base import ApplicationEvent
from states.tables.application import Application, HandOff, ThreatSignal
from states.tables.base import new_id
from states.tables.work import WorkItem


class Signal(Body):
    """A threat signal: its kind, source and day, and whether the police knows of it. Its content is not a fact."""

    kind: Annotated[SignalKind, ContentClass.THREAT_FACTS]
    source: Annotated[SignalSource, ContentClass.THREAT_FACTS]
    occurred_on: Annotated[Day, ContentClass.THREAT_FACTS] | None = None
    """Left out, today."""
    reported_to_police: Annotated[bool, ContentClass.THREAT_FACTS] = False
    external_reference: Annotated[Code, ContentClass.THREAT_FACTS] | None = None
    """The reference of a police, OM or GIR record; never its content."""
    details: Annotated[Text, ContentClass.THREAT] | None = None


class RecordThreat(ApplicationEvent[Signal]):
    """Record a threat signal. Accepted in every state, from every role that may see the case."""

    name, title, body = "record-threat", "Record a threat signal", Signal

    def validate(self, context: EventContext[Application], body: Signal) -> None:
        """The signal is not in the future; the rule trace records the table row that sets its urgency."""
        occurred_on = body.occurred_on or context.on
        context.check(urgency.signal_not_in_future, occurred_on=occurred_on, on=context.on)
        found = self.urgency_of_signal(context, body)
        context.check(
            urgency.class_by_table,
            kind=body.kind,
            source=body.source,
            occurred_on=occurred_on,
            reported=body.reported_to_police,
            on=context.on,
            row=found.row,
            urgency=found.urgency,
        )

    @staticmethod
    def urgency_of_signal(context: EventContext[Application], body: Signal) -> urgency.Classification:
        """The urgency of the signal by the table in force."""
        day, reported = body.occurred_on or context.on, body.reported_to_police
        return urgency.classify(body.kind, body.source, day, context.on, reported=reported)

    def apply(self, context: EventContext[Application], body: Signal) -> None:
        """Raise the urgency; a signal never lowers it."""
        found = self.urgency_of_signal(context, body)
        context.session.add(
            ThreatSignal(
                id=new_id("signal"),
                stream=context.row.id,
                kind=body.kind,
                source=body.source,
                occurred_on=body.occurred_on or context.on,
                recorded_at=context.at,
                reported_to_police=body.reported_to_police,
                urgency=found.urgency,
                table_row=found.row,
                table_since=found.since,
                released_on=context.on if context.by.role is Role.APPLICANT else None,
            ),
        )
        context.row.urgency = urgency.highest((context.row.urgency, found.urgency))
        context.row.urgency_lowered = False

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """Intimidation, reported by the applicant."""
        return {
            "kind": "intimidation",
            "source": "applicant",
            "occurredOn": context.on.isoformat(),
            "reportedToPolice": True,
        }


class Release(Body):
    """The signal that the official may know of."""

    signal: Handle


class ReleaseThreat(ApplicationEvent[Release]):
    """Release a threat signal that others told of, so that the official may read it."""

    name, title, body = "release-threat", "Release a threat signal to the official", Release

    def validate(self, context: EventContext[Application], body: Release) -> None:
        """The signal is one of this case, and is still held back."""
        held_back = [row.id for row in self.held_back(context)]
        context.check(handoff.signal_held_back, signal=body.signal, held_back=held_back)

    def apply(self, context: EventContext[Application], body: Release) -> None:
        """Record the day."""
        context.get(ThreatSignal, body.signal).released_on = context.on

    @staticmethod
    def held_back(context: EventContext[Application]) -> list[ThreatSignal]:
        """The signals of the case that the official may not read yet."""
        mine = ThreatSignal.stream == context.row.id
        return context.rows(ThreatSignal, mine, col(ThreatSignal.released_on).is_(None))

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The first signal that is held back."""
        return next(({"signal": row.id} for row in self.held_back(context)), None)


class HandOffRecord(Body):
    """One step of a hand-off: its outcome and its time, never the content of the threat."""

    step: Annotated[HandOffStep, ContentClass.THREAT_FACTS]
    done_on: Annotated[Day, ContentClass.THREAT_FACTS] | None = None
    """Left out, today."""
    time: Annotated[str, Field(pattern=TIME), ContentClass.THREAT_FACTS] | None = None
    """Dutch time of a call to 112; nothing else of the call is stored."""
    outcome: Annotated[HandOffOutcome, ContentClass.THREAT_FACTS] = HandOffOutcome.DONE
    consent: Annotated[bool, ContentClass.THREAT_FACTS] | None = None
    """Whether the official consents; the employer is not informed without consent."""
    external_reference: Annotated[Code, ContentClass.THREAT_FACTS] | None = None


def open_steps(context: EventContext[Application]) -> list[HandOffStep]:
    """The hand-off steps that are still open in a case, in their order."""
    query = select(WorkItem.action).where(
        WorkItem.subject == context.row.id,
        col(WorkItem.action).in_(list(HandOffStep)),
        col(WorkItem.done_at).is_(None),
    )
    waiting = set(context.session.exec(query))
    return [item for item in HandOffStep if item in waiting]


class RecordHandOff(ApplicationEvent[HandOffRecord]):
    """Record a step of a threat's hand-off, taken or not needed. The case continues meanwhile in its own stage."""

    name, title, body = "record-hand-off", "Record a step of handing a threat over", HandOffRecord

    def validate(self, context: EventContext[Application], body: HandOffRecord) -> None:
        """The step is open, its day and time are possible, and the employer is not informed without consent."""
        done_on = body.done_on or context.on
        signals = context.rows(ThreatSignal, ThreatSignal.stream == context.row.id)
        facts = {"step": body.step, "outcome": body.outcome}
        context.check(handoff.step_is_open, step=body.step, open_steps=open_steps(context))
        context.check(handoff.contact_with_consent, **facts, consent=body.consent)
        context.check(handoff.call_has_time_only, **facts, time=body.time, reference=body.external_reference)
        now = context.at.astimezone(AMSTERDAM).strftime("%H:%M")
        context.check(handoff.not_in_future, done_on=done_on, time=body.time, on=context.on, now=now)
        first = min((signal.occurred_on for signal in signals), default=None)
        context.check(handoff.not_before_signal, done_on=done_on, first_signal=first)

    def apply(self, context: EventContext[Application], body: HandOffRecord) -> None:
        """Store the step."""
        context.session.add(
            HandOff(
                id=new_id("handoff"),
                stream=context.row.id,
                done_on=body.done_on or context.on,
                recorded_at=context.at,
                **body.model_dump(exclude={"done_on"}),
            ),
        )

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The first open step, done now."""
        waiting = open_steps(context)
        if not waiting:
            return None
        example: dict[str, Any] = {"step": str(waiting[0]), "doneOn": context.on.isoformat(), "outcome": "done"}
        if waiting[0] is HandOffStep.CALL_112:
            example["time"] = context.at.astimezone(AMSTERDAM).strftime("%H:%M")
        if waiting[0] is HandOffStep.SECURITY_CONTACT:
            example["consent"] = True
        return example


class Lowering(Body):
    """The new urgency, and the reasons."""

    urgency: Urgency
    reasons: Annotated[Text, ContentClass.INTERNAL]


class LowerUrgency(ApplicationEvent[Lowering]):
    """Lower the urgency, with reasons. Nothing lowers it automatically."""

    name, title, body = "lower-urgency", "Lower the urgency", Lowering

    def validate(self, context: EventContext[Application], body: Lowering) -> None:
        """The new urgency is lower than the present one."""
        context.check(urgency.only_lowers, present=context.row.urgency, wanted=body.urgency)

    def apply(self, context: EventContext[Application], body: Lowering) -> None:
        """Set the lower urgency."""
        context.row.urgency = body.urgency
        context.row.urgency_lowered = True

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """One class lower."""
        lower = [item for item in Urgency if urgency.RANK[item] > urgency.RANK[context.row.urgency]]
        return {"urgency": str(lower[0]), "reasons": "The police closed its inquiry."} if lower else None
