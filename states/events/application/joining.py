"""Joining of two applications that are the same, and representation of the applicant (Awb 2:1, 3:2, 4:6)."""

from collections.abc import Iterable
from typing import Annotated, Any

from sqlmodel import Session, col, select

from rules.access.content_classes import ContentClass
from rules.core.roles import Role
from rules.procedure import life_events
from rules.threats.urgency import Urgency, highest
from states.charts.application import ENDS
from states.engine.bodies import Body, Code, Day, Email, Handle, Line, Reference, Text
from states.engine.event import EventContext
from states.events.application.base import ApplicationEvent
from states.events.application.lifecycle import end_parts
from states.tables.application import Application
from states.tables.base import new_id
from states.tables.people import Duty, Person


class Joining(Body):
    """The application that continues, and why the two are the same."""

    other: Reference
    reasons: Annotated[Text, ContentClass.INTERNAL]


class Join(ApplicationEvent[Joining]):
    """Join the application to another one for the same claim, which continues with the higher urgency of the two."""

    name, title, body = "join", "Join with another application", Joining

    def extra_locks(self, session: Session, key: str, body: Joining) -> Iterable[str]:
        """The stream of the other application."""
        return [body.other] if session.get(Application, body.other) else []

    def validate(self, context: EventContext[Application], body: Joining) -> None:
        """The other application is open, and is for the same claim."""
        row, other = context.row, context.get(Application, body.other)
        context.check(
            life_events.joins_same_claim,
            same=row.id == other.id,
            ended=other.state in ENDS,
            office=str(row.office),
            other_office=str(other.office),
            shared=len(set(context.employers()) & set(context.unit.employers.of_application(other.id))),
        )

    def apply(self, context: EventContext[Application], body: Joining) -> None:
        """End this application; the other one takes over its urgency."""
        row = context.row
        row.joined_to, row.ended_on = body.other, context.on
        end_parts(context)
        other = context.get(Application, body.other)
        context.trigger("application", other, "take-in-joined", joined=row.id, urgency=row.urgency)

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """The application that it resembles."""
        if context.row.resembles is None:
            return None
        return {"other": context.row.resembles, "reasons": "The same official asked twice for the same advice."}


class Joined(Body):
    """The application that was joined, and its urgency."""

    joined: Reference
    urgency: Urgency


class TakeInJoined(ApplicationEvent[Joined]):
    """Continue with another application that was joined to this one."""

    name, title, body = "take-in-joined", "Take in a joined application", Joined

    def apply(self, context: EventContext[Application], body: Joined) -> None:
        """Apply the urgency of a threat that was signalled in the other application."""
        context.row.urgency = highest((context.row.urgency, body.urgency))


class Distinction(Body):
    """Why two similar applications are different."""

    reasons: Annotated[Text, ContentClass.INTERNAL]


class KeepApart(ApplicationEvent[Distinction]):
    """Record that two similar applications are different, so that both continue."""

    name, title, body = "keep-apart", "Keep two applications apart", Distinction

    def apply(self, context: EventContext[Application], body: Distinction) -> None:
        """Clear the reference, so that nobody is asked to compare them again."""
        context.row.resembles = None

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """Two people of one name."""
        if context.row.resembles is None:
            return None
        return {"reasons": "Two officials of the same name."}


class Representation(Body):
    """The representative of the applicant, and the authorisation (Awb 2:1)."""

    representative: Handle | None = None
    """The representative's handle, if known; left out, a new one is made."""
    name: Annotated[Line, ContentClass.REPRESENTATIVE]
    email: Annotated[Email, ContentClass.REPRESENTATIVE]
    authorisation: Code
    """The reference of the written authorisation (machtiging)."""
    since: Day


class RecordRepresentative(ApplicationEvent[Representation]):
    """Record a representative, who also gets the letters and acts as the applicant does."""

    name, title, body = "record-representative", "Record a representative", Representation

    def extra_locks(self, session: Session, key: str, body: Representation) -> Iterable[str]:
        """The stream of a representative who is already known."""
        person = session.get(Person, body.representative) if body.representative else None
        return [person.stream] if person is not None else []

    def validate(self, context: EventContext[Application], body: Representation) -> None:
        """The representative has no other part in the case, and the applicant is alive."""
        row, person = context.row, body.representative or ""
        context.check(life_events.dies_once, deceased_on=row.deceased_on)
        if not context.check(life_events.names_representative, role=context.by.role, known=bool(person)):
            return  # whether that person exists, and what they do, is not the applicant's to know
        held = select(Duty.role).where(Duty.person == person, col(Duty.role) != Role.APPLICANT)
        context.check(
            life_events.representative_not_party,
            person=person,
            applicant=row.applicant,
            handling=[row.officer, row.adviser],
            duties=len(context.session.exec(held).all()),
        )

    def apply(self, context: EventContext[Application], body: Representation) -> None:
        """Give the representative the applicant's part in the case."""
        person = body.representative or new_id("representative", 8)
        if context.session.get(Person, person) is None:
            duties = [{"role": Role.APPLICANT}]
            context.trigger("person", None, "register", id=person, name=body.name, email=body.email, duties=duties)
            context.session.flush()
        elif context.session.get(Duty, (person, Role.APPLICANT, "")) is None:
            context.session.add(Duty(person=person, role=Role.APPLICANT, organisation=""))
        context.row.representative = person

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """A lawyer, from today."""
        if context.row.deceased_on or context.row.representative:
            return None
        return {
            "name": "R. Voorspraak",
            "email": "r.voorspraak@advocaten.example",
            "authorisation": "MACHTIGING-1",
            "since": context.on.isoformat(),
        }


class EndRepresentation(ApplicationEvent[Body]):
    """End the representation of the applicant."""

    name, title = "end-representation", "End the representation"

    def validate(self, context: EventContext[Application], body: Body) -> None:
        """The applicant has a representative."""
        context.check(life_events.represented, represented=context.row.representative is not None)

    def apply(self, context: EventContext[Application], body: Body) -> None:
        """Send letters to the applicant alone again."""
        context.row.representative = None

    def example(self, context: EventContext[Application]) -> dict[str, Any] | None:
        """Reasons, if there is a representative."""
        return {} if context.row.representative else None


class DeclineSecondHomeOfAll(ApplicationEvent[Body]):
    """Refuse the application because every employer declined measures for a second home after a move (REG x.9(6))."""

    name, title = "decline-second-home", "Refuse measures for a second home"

    def apply(self, context: EventContext[Application], body: Body) -> None:
        """End the application; an objection is against the decisions of the employers."""
        context.row.ended_on = context.on
        end_parts(context)
