"""Stands in until the application's own ``reopen`` is merged: it moves the stage and opens no work."""

from typing import Any, Literal

from states.bodies import Body, Handle, Text
from states.charts.application import Stage
from states.events.application_intake import ApplicationEvent
from states.events.event import Step
from states.tables.application import Application


class Reopening(Body):
    """At which stage it goes on, and because of which objection."""

    stage: Literal["intake", "interview-held", "advice", "provision", "settlement", "booking"]
    reasons: Text
    objection: Handle | None = None


class Reopen(ApplicationEvent[Reopening]):
    """An application that ended goes on."""

    name, title, body = "reopen", "Reopen an ended application", Reopening

    def effect(self, step: Step[Application], body: Reopening) -> None:
        """It goes on."""
        step.row.state = Stage(body.stage)
        step.row.ended_on = None

    def example(self, step: Step[Application]) -> dict[str, Any] | None:
        """Nothing to propose."""
        return None
