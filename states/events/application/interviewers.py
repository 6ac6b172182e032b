"""Interviewers: the advisers of the office, and whether one can hold an interview on a day."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from rules.core.roles import Role
from rules.procedure import intake
from rules.queue import assignment
from states.charts.application import Stage
from states.engine.event import EventContext
from states.engine.parties import absent_until, duty_holders, holds_duty
from states.tables.application import Application
from states.tables.people import Person, WorkArrangement


def check_duty(context: EventContext[Application], person: str, role: Role) -> bool:
    """Check that a person who is named in a case holds a duty of the office; nobody who is unknown or departed does."""
    holds = holds_duty(context.session, person, role)
    return context.check(assignment.in_pool, person=person, role=str(role), organisation="", holds=holds)


def check_interviewer(context: EventContext[Application], person: str, day: date, *, reasoned: bool) -> None:
    """Check that an adviser can hold an interview in a case on a day: has the duty, is there, and has room for it."""
    if not check_duty(context, person, Role.ADVISER):
        return
    session = context.session
    context.check(
        intake.adviser_there,
        person=person,
        interview_on=day,
        absent_until=absent_until(session, person, day),
        works=works_on(session, person, day),
        reasoned=reasoned,
    )
    planned = planned_on(session, person, day, besides=context.row.id)
    context.check(intake.adviser_free, person=person, interview_on=day, planned=planned)


def someone_free(session: Session, row: Application, day: date) -> str | None:
    """The first adviser of the office who could hold an interview in a case on a day."""
    people = duty_holders(session, Role.ADVISER, "")
    return next((person for person in people if can_hold(session, row, person, day)), None)


def can_hold(session: Session, row: Application, person: str, day: date) -> bool:
    """Whether an adviser could hold an interview in a case on a day, by the same rules."""
    planned = planned_on(session, person, day, besides=row.id)
    return (
        person not in {row.applicant, row.representative}
        and holds_duty(session, person, Role.ADVISER)
        and absent_until(session, person, day) is None
        and works_on(session, person, day)
        and intake.adviser_free(person=person, interview_on=day, planned=planned) is None
    )


def streams_of(session: Session, people: Iterable[str | None]) -> list[str]:
    """The streams of some people, which their absences, departures and further interviews also lock."""
    named = sorted({person for person in people if person is not None})
    return list(session.exec(select(Person.stream).where(col(Person.id).in_(named)))) if named else []


def works_on(session: Session, person: str, day: date) -> bool:
    """Whether a day is one of the person's arranged working days; every day of the office where none were arranged."""
    arranged = session.get(WorkArrangement, person)
    return arranged is None or not arranged.hours or str(day.isoweekday()) in arranged.hours


def planned_on(session: Session, person: str, day: date, *, besides: str) -> int:
    """How many interviews an adviser is to hold on a day in other cases."""
    mine = (Application.adviser == person, Application.interview_on == day, Application.id != besides)
    query = select(Application.id).where(*mine, Application.state == Stage.INTERVIEW_PLANNED)
    return len(session.exec(query).all())
