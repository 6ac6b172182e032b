"""People: who may see a person, and who may choose the letters that a person gets."""

from typing import Any

from sqlmodel import col, or_, select

from api.access.cases import visible_applications, visible_loans
from api.http.dependencies import RequestContext
from rules.access import authority
from rules.access.readers import SEES_EVERY_POOL, SEES_LETTERS, SEES_PEOPLE, Grant, sees
from rules.core.roles import Actor, Role
from rules.procedure.letter_preferences import own_choice
from states.errors import NotFoundError
from states.tables.application import Application
from states.tables.loans import Loan
from states.tables.people import Person


def knows_person(context: RequestContext, key: str) -> bool:
    """Return whether the caller may know that a person is registered.

    Everyone knows themself, and who applied or represents in a case, or asked for a loan, that they may see. Roles that
    register people or confirm their duties know everyone.
    """
    if context.by.person == key or sees(context.by.role, SEES_PEOPLE):
        return True
    parties = or_(col(Application.applicant) == key, col(Application.representative) == key)
    seen = visible_applications(context.session, context.by)
    found = context.session.exec(select(Application.id).where(parties, *seen).limit(1)).first()
    if found is None:
        found = context.session.exec(visible_loans(context, select(Loan.id).where(Loan.person == key)).limit(1)).first()
    return found is not None


def require_person(context: RequestContext, key: str) -> Person:
    """Return a person whom the caller may see: the caller, or anyone for roles that know everyone.

    Raises:
        NotFoundError: the person does not exist, or the caller may not know that they do.
    """
    return visible_person(context, key, SEES_PEOPLE)


def require_person_with_letters(context: RequestContext, key: str) -> Person:
    """Return a person whose letter preferences the caller may see.

    Raises:
        NotFoundError: the person does not exist, or the caller may not know that they do.
    """
    return visible_person(context, key, SEES_LETTERS)


def require_person_with_work(context: RequestContext, key: str) -> Person:
    """Return a person whose hours, absences and work the caller may see.

    Raises:
        NotFoundError: the person does not exist, or the caller may not know that they do.
    """
    return visible_person(context, key, SEES_EVERY_POOL)


def visible_person(context: RequestContext, key: str, readers: tuple[Grant, ...]) -> Person:
    """Return a person if the caller is that person or has one of the given roles.

    Raises:
        NotFoundError: the person does not exist, or the caller may not know that they do.
    """
    row = context.session.get(Person, key)
    if row is None or (context.by.person != key and not sees(context.by.role, readers)):
        raise NotFoundError("person", key)
    return row


def visible_people(context: RequestContext, query: Any) -> Any:
    """Limit a query to the people whom the caller may see: everyone for roles that know everyone, or the caller."""
    return query if sees(context.by.role, SEES_PEOPLE) else query.where(Person.id == context.by.person)


def may_choose_letters(by: Actor, reader: str) -> bool:
    """Return whether the caller may choose the letters that a reader gets."""
    return (
        authority.role_has_duty(chart="person", event="choose-letters", role=by.role) is None
        and own_choice(role=by.role, person=by.person, reader=reader) is None
    )


def roles_of_people(chart: str, event: str) -> list[Role]:
    """Return the roles in which people, and not the engine, may fire an event."""
    return [role for role in authority.roles_of(chart, event) if role is not Role.ENGINE]
