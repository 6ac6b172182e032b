"""Domains of an advice: the events of one domain in one version."""

from typing import Annotated, Literal

from rules.access.content_classes import ContentClass
from rules.core.regulation import Domain
from states.charts.advice import DOMAIN_ADVICE, DomainState
from states.engine.bodies import Body, Reference
from states.engine.event import B, Event, EventContext
from states.tables.application import DomainAdvice
from states.tables.base import new_id


class OpenDomain(Body):
    """One domain of one version of an advice."""

    application: Reference
    domain: Annotated[Domain, ContentClass.MEASURE_FACTS]
    risk: Literal["low", "medium", "high"]
    advice_version: int


class DomainEvent(Event[DomainAdvice, B]):
    """Shared by the events of one domain of an advice."""

    chart = DOMAIN_ADVICE
    table = DomainAdvice


class Open(DomainEvent[OpenDomain]):
    """Open a domain of the advice."""

    name, title, body, creates = "open", "Open the advice in one domain", OpenDomain, True

    def create(self, context: EventContext[DomainAdvice], body: OpenDomain) -> DomainAdvice:
        """A domain that is still to be assessed."""
        return DomainAdvice(
            id=new_id("advice"),
            stream=body.application,
            state=DomainState.TO_ASSESS,
            **body.model_dump(exclude={"application"}),
        )


class Draft(DomainEvent[Body]):
    """Record that the domain has a draft."""

    name, title = "draft", "Draft the advice in one domain"


class SetAside(DomainEvent[Body]):
    """Record that no measure is needed in this domain."""

    name, title = "set-aside", "Say that nothing is needed in one domain"


class Submit(DomainEvent[Body]):
    """Submit the domain to the security authority."""

    name, title = "submit", "Submit the advice in one domain"


class SendBack(DomainEvent[Body]):
    """Return the domain to the adviser."""

    name, title = "send-back", "Send the advice in one domain back"


class Adopt(DomainEvent[Body]):
    """Adopt the domain."""

    name, title = "adopt", "Adopt the advice in one domain"


class LapseDomain(DomainEvent[Body]):
    """Let the domain lapse with the application."""

    name, title = "lapse", "Let the advice in one domain lapse"
