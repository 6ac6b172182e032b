"""Letter preferences: which optional letters a person does not want."""

from typing import Annotated, Any

from pydantic import Field

from rules.procedure import letter_preferences
from states.engine.bodies import Body, Code
from states.engine.event import EventContext
from states.errors import UnfitValueError
from states.events.registry.work_arrangements import PersonEvent
from states.tables.people import Person


class Declined(Body):
    """The letters that the person does not want; replaces the earlier choice."""

    declined: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    """Such as ``digest``; empty to get all letters."""


class ChooseLetters(PersonEvent[Declined]):
    """Choose which optional letters not to get; letters that a law or a term requires are always sent."""

    name, title, body = "choose-letters", "Choose which letters not to get", Declined

    def validate(self, context: EventContext[Person], body: Declined) -> None:
        """The choice is the person's own, and holds each letter once and optional ones only."""
        if len(set(body.declined)) != len(body.declined):
            raise UnfitValueError([("declined", "Name each letter once.")])
        context.check(
            letter_preferences.own_choice, role=context.by.role, person=context.by.person, reader=context.row.id
        )
        context.check(letter_preferences.may_be_declined, declined=list(body.declined), on=context.on)

    def apply(self, context: EventContext[Person], body: Declined) -> None:
        """Store the choice."""
        context.row.declined = sorted(body.declined)

    def example(self, context: EventContext[Person]) -> dict[str, Any]:
        """No daily digest."""
        return {"declined": ["digest"]}
