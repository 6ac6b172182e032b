"""Handlers: the officer and the adviser of a case, and what becomes of their cases when one leaves."""

from collections.abc import Iterable
from typing import Any, Literal

from sqlmodel import Session, col, or_, select

from rules.core.roles import Role
from rules.queue import assignment
from states.charts.application import ENDS, Stage
from states.engine.bodies import Body, Handle
from states.engine.event import EventContext
from states.engine.parties import absent_until, holds_duty
from states.errors import UnfitValueError
from states.events.application.base import ApplicationEvent
from states.events.application.interviewers import can_hold
from states.tables.application import Application
from states.tables.people import Person

HANDLERS: dict[Literal["officer", "adviser"], Role] = {"officer": Role.OFFICER, "adviser": Role.ADVISER}
"""The columns of a case that name who handles it, with the duty that each asks for."""


class NewHandler(Body):
    """Who handled the case, and who does now; nobody while it is in the pool."""

    role: Literal["officer", "adviser"]
    former: Handle
    person: Handle | None = None


class Reassign(ApplicationEvent[NewHandler]):
    """Give the case to another handler, or to the pool, because its handler departed or is absent."""

    name, title, body = "reassign", "Give the case to another handler", NewHandler

    def apply(self, context: EventContext[Application], body: NewHandler) -> None:
        """Name the new handler, or nobody."""
        setattr(context.row, body.role, body.person)

    def example(self, context: EventContext[Application]) -> None:
        """None: it follows from an event of the handler."""


def cases_of(session: Session, person: str) -> list[Application]:
    """The cases that a person handles and that have not ended, in order."""
    query = select(Application).where(*handled_by(person)).order_by(Application.id)
    return list(session.exec(query))


def streams_handled(session: Session, person: str) -> list[str]:
    """The streams of those cases; the cases themselves are read once their streams are locked."""
    return list(session.exec(select(Application.stream).where(*handled_by(person))))


def handled_by(person: str) -> tuple[Any, ...]:
    """The conditions for an open case that a person handles."""
    mine = or_(*(col(getattr(Application, column)) == person for column in HANDLERS))
    return mine, col(Application.state).not_in(ENDS)


def locked(context: EventContext[Person], cases: Iterable[Application]) -> list[Application]:
    """Those of some cases whose streams this transaction holds; one that came in meanwhile is not among them."""
    return [case for case in cases if case.stream in context.unit.streams]


def check_successor(context: EventContext[Person], successor: str, cases: Iterable[Application]) -> None:
    """Check that a colleague can take over the cases of a person: holds the duty of each, and is not absent.

    Raises:
        UnfitValueError: the colleague is the person.
    """
    session, person = context.session, context.row.id
    if successor == person:
        raise UnfitValueError([("successor", "Name a colleague; leave it out to give the cases to the pool.")])
    held = {column for case in cases for column in HANDLERS if getattr(case, column) == person}
    for role in (HANDLERS[column] for column in HANDLERS if column in held):
        holds = holds_duty(session, successor, role)
        context.check(assignment.in_pool, person=successor, role=str(role), organisation="", holds=holds)
    context.check(assignment.present, person=successor, absent_until=absent_until(session, successor, context.on))


def hand_over(context: EventContext[Person], cases: Iterable[Application], successor: str | None) -> None:
    """Give cases of a person to a colleague; those that the colleague may not have go to the pool."""
    for case in cases:
        for column in HANDLERS:
            if getattr(case, column) == context.row.id:
                receiver = successor if may_handle(context, case, column, successor) else None
                facts: dict[str, Any] = {"role": column, "former": context.row.id, "person": receiver}
                context.trigger("application", case, "reassign", **facts)


def may_handle(context: EventContext[Person], case: Application, column: str, successor: str | None) -> bool:
    """Whether a colleague may have a case: it is not their own, and a planned interview fits."""
    if successor is None or successor in {case.applicant, case.representative}:
        return False
    planned = case.interview_on if column == "adviser" and case.state is Stage.INTERVIEW_PLANNED else None
    return planned is None or planned < context.on or can_hold(context.session, case, successor, planned)
