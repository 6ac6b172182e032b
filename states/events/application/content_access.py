"""Content access: a colleague opens the content of a case that others handle, with a reason."""

from typing import Annotated, Any

from rules.access.content_classes import ContentClass
from states.engine.bodies import Body, Text
from states.engine.event import EventContext
from states.events.application.base import ApplicationEvent
from states.tables.application import Application


class Opening(Body):
    """Why someone who does not handle the case must read its content now."""

    reasons: Annotated[Text, ContentClass.INTERNAL]


class OpenContent(ApplicationEvent[Opening]):
    """Open the content of the case for the caller, for some hours; the privacy officer is told (GDPR 5(1)(f), 32)."""

    name, title, body = "open-content", "Open the content with a reason", Opening

    def example(self, context: EventContext[Application]) -> dict[str, Any]:
        """A colleague who is away."""
        return {"reasons": "The officer of this case is ill and the applicant is on the telephone."}
