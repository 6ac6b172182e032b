"""Threat signals and urgency: a signal raises it, only a person lowers it."""

from typing import Any

from rules import urgency
from rules.urgency import SignalKind, SignalSource, Urgency
from states.bodies import Body, Code, Day, Text
from states.events.application_intake import ApplicationEvent
from states.events.event import Step
from states.tables.application import Application, ThreatSignal
from states.tables.base import new_id


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
        """It has happened."""
        step.ask(urgency.signal_not_in_future, occurred_on=body.occurred_on or step.on, on=step.on)

    def effect(self, step: Step[Application], body: Signal) -> None:
        """Raise the urgency; a signal never lowers it."""
        occurred_on = body.occurred_on or step.on
        found = urgency.of_signal(body.kind, body.source, occurred_on, step.on)
        step.session.add(
            ThreatSignal(
                id=new_id("signal"),
                stream=step.row.id,
                kind=body.kind,
                source=body.source,
                occurred_on=occurred_on,
                recorded_at=step.at,
                reported_to_police=body.reported_to_police,
                urgency=found,
            ),
        )
        step.row.urgency = urgency.highest((step.row.urgency, found))
        step.row.urgency_lowered = False

    def example(self, step: Step[Application]) -> dict[str, Any]:
        """Intimidation, told by the applicant."""
        return {
            "kind": "intimidation",
            "source": "applicant",
            "occurredOn": step.on.isoformat(),
            "reportedToPolice": True,
        }


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
