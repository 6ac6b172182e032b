"""People: who may look at a person, and whose letters someone may choose."""

from api.access.work import SEES_EVERY_POOL
from api.http.dependencies import RequestContext
from rules.core.roles import Actor, Role
from rules.procedure import authorization
from rules.procedure.letter_preferences import own_choice
from states.errors import NotFoundError
from states.tables.people import Person

SEES_PEOPLE = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})
SEES_LETTERS = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR})


def require_person(context: RequestContext, key: str) -> Person:
    """A person whom the caller may look at: the caller, or anyone for those who register people.

    Raises:
        NotFoundError: there is none, or the caller may not know that there is.
    """
    return visible_person(context, key, SEES_PEOPLE)


def require_person_with_letters(context: RequestContext, key: str) -> Person:
    """A person whose choice of letters the caller may see.

    Raises:
        NotFoundError: there is none, or the caller may not know that there is.
    """
    return visible_person(context, key, SEES_LETTERS)


def require_person_with_work(context: RequestContext, key: str) -> Person:
    """A person whose hours, absences and work the caller may see.

    Raises:
        NotFoundError: there is none, or the caller may not know that there is.
    """
    return visible_person(context, key, SEES_EVERY_POOL)


def visible_person(context: RequestContext, key: str, readers: frozenset[Role]) -> Person:
    """A person, for that person and for some roles.

    Raises:
        NotFoundError: there is none, or the caller may not know that there is.
    """
    row = context.session.get(Person, key)
    if row is None or (context.by.person != key and context.by.role not in readers):
        raise NotFoundError("person", key)
    return row


def may_choose_letters(by: Actor, reader: str) -> bool:
    """Whether the caller may choose the letters to a reader."""
    return (
        authorization.role_has_duty(chart="person", event="choose-letters", role=by.role) is None
        and own_choice(role=by.role, person=by.person, reader=reader) is None
    )


def roles_of_people(chart: str, event: str) -> list[Role]:
    """The roles in which people, and not the engine, let an event happen."""
    return [role for role in authorization.roles_of(chart, event) if role is not Role.ENGINE]
