"""Work arrangements: hours, skills and absences of people, by which the queue assigns work."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col

from rules.access import authority
from rules.core.wording import wording
from rules.queue.skills import SKILLS
from rules.threats.urgency import Urgency
from states.charts.application import Stage
from states.charts.people import PERSON
from states.engine.bodies import Body, Day, Handle
from states.engine.event import B, Event, EventContext
from states.engine.patterns import TIME
from states.errors import UnfitValueError
from states.events.application.handlers import cases_of, check_successor, hand_over, locked, streams_handled
from states.events.application.interviewers import streams_of
from states.tables.application import Application
from states.tables.base import new_id
from states.tables.people import Absence, Person, WorkArrangement

LocalTime = Annotated[str, Field(pattern=TIME)]
"""Hours and minutes of the day in the Netherlands, such as ``09:00``."""
Skill = Annotated[str, Field(pattern=r"^[a-z:-]{1,50}$")]
"""A skill, as work items require it."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class PersonEvent(Event[Person, B]):
    """Shared by the events of a person at work."""

    chart = PERSON
    table = Person

    def touch(self, context: EventContext[Person]) -> None:
        """Raise the person's version, because the ETag also covers the rows of hours, skills and absences."""
        flag_modified(context.row, "state")


class Hours(Body):
    """Working hours of one weekday, in local time."""

    weekday: Annotated[str, Field(pattern=f"^({'|'.join(WEEKDAYS)})$")]
    since: Annotated[LocalTime, Field(examples=["09:00"])]
    until: Annotated[LocalTime, Field(examples=["17:00"])]


class Arrangement(Body):
    """Skills, hours and limit of a person; replaces the earlier arrangement."""

    skills: Annotated[tuple[Skill, ...], Field(max_length=len(SKILLS))] = ()
    """Such as ``domain:digital`` or ``region:overijssel``; empty for every skill."""
    hours: Annotated[tuple[Hours, ...], Field(max_length=7)] = ()
    """One line for each weekday on which the person works; empty for the office's hours."""
    limit: Annotated[int, Field(ge=1, le=500, strict=True)] | None = None
    """The most items assigned at once; left out, the office's dated value."""


class ArrangeWork(PersonEvent[Arrangement]):
    """Arrange a person's skills, hours and limit."""

    name, title, body = "arrange-work", "Arrange someone's skills, hours and limit", Arrangement

    def validate(self, context: EventContext[Person], body: Arrangement) -> None:
        """The skills exist, and the hours are in order, each weekday once."""
        if not body.model_fields_set:
            words = "Give skills, hours or a limit; what is left out is as it is for everyone, such as every skill."
            raise UnfitValueError([("skills", words)])
        wrong = [
            (f"skills.{place}", f"There is no skill {skill}; there are: {', '.join(SKILLS)}.")
            for place, skill in enumerate(body.skills)
            if skill not in SKILLS
        ]
        if len(set(body.skills)) != len(body.skills):
            wrong.append(("skills", "Name each skill once."))
        for place, line in enumerate(body.hours):
            if line.until <= line.since:
                words = wording(
                    "{weekday} would end at {until}, not after it begins at {since}.",
                    weekday=line.weekday,
                    until=line.until,
                    since=line.since,
                )
                wrong.append((f"hours.{place}.until", words))
        days = [line.weekday for line in body.hours]
        if len(set(days)) != len(days):
            wrong.append(("hours", "Name each weekday once."))
        if wrong:
            raise UnfitValueError(wrong)

    def apply(self, context: EventContext[Person], body: Arrangement) -> None:
        """Replace the earlier arrangement."""
        self.touch(context)
        row = context.session.get(WorkArrangement, context.row.id)
        if row is None:
            row = WorkArrangement(person=context.row.id, stream=context.row.stream, skills=[], hours={})
            context.session.add(row)
        row.skills = sorted(body.skills)
        row.hours = {str(WEEKDAYS.index(line.weekday) + 1): [line.since, line.until] for line in body.hours}
        row.limit = body.limit

    def example(self, context: EventContext[Person]) -> dict[str, Any]:
        """Someone for homes in Overijssel, four days a week."""
        days = [{"weekday": day, "since": "09:00", "until": "17:00"} for day in WEEKDAYS[:4]]
        return {"skills": ["domain:home", "region:overijssel"], "hours": days, "limit": 12}


class NewAbsence(Body):
    """The first and the last day, and the colleague who takes over the cases; no reason is asked."""

    since: Day
    until: Day
    successor: Handle | None = None
    """Takes over every open case for good; left out, only cases that cannot wait leave the person, for the pool."""


def absences(context: EventContext[Person], from_on: date) -> list[Absence]:
    """The absences of the person that include a day or later ones, in order."""
    mine = (Absence.person == context.row.id, col(Absence.until) >= from_on, col(Absence.until) >= col(Absence.since))
    return context.rows(Absence, *mine, order=Absence.since)  # a cancelled absence ends before it begins


def cases_to_hand_over(session: Session, person: str, body: NewAbsence, on: date) -> list[Application]:
    """The cases that leave an absent person: all if a colleague is named, otherwise those that cannot wait.

    A case cannot wait if it is acute while the person is away, or if its interview is planned within the absence.
    """
    begun = body.since <= on <= body.until
    return [
        case
        for case in cases_of(session, person)
        if body.successor is not None
        or (begun and case.urgency is Urgency.ACUTE)
        or (
            case.adviser == person
            and case.state is Stage.INTERVIEW_PLANNED
            and case.interview_on is not None
            and max(body.since, on) <= case.interview_on <= body.until
        )
    ]


class RecordAbsence(PersonEvent[NewAbsence]):
    """Record an absence. Work whose start-by it covers returns to the queue; the rest stays with the person."""

    name, title, body = "record-absence", "Record an absence", NewAbsence

    def extra_locks(self, session: Session, key: str, body: NewAbsence) -> Iterable[str]:
        """The streams of the cases that the person handles, and of the colleague."""
        yield from streams_handled(session, key)
        yield from streams_of(session, [body.successor])

    def validate(self, context: EventContext[Person], body: NewAbsence) -> None:
        """The absence is the caller's own or recorded by the coordinator, in order, and overlaps no other."""
        if not context.check(
            authority.own_absence, role=context.by.role, person=context.by.person, absent=context.row.id
        ):
            return
        if body.until < body.since:
            raise UnfitValueError(
                [
                    (
                        "until",
                        wording(
                            "The absence would end on {until}, before it begins on {since}.",
                            until=body.until,
                            since=body.since,
                        ),
                    )
                ]
            )
        for other in absences(context, body.since):
            if other.since <= body.until:
                words = wording(
                    "{since} to {until} is recorded already; give days outside it, or end that first.",
                    since=other.since,
                    until=other.until,
                )
                raise UnfitValueError([("since", words)])
        if body.successor is not None:
            check_successor(context, body.successor, cases_of(context.session, context.row.id))

    def apply(self, context: EventContext[Person], body: NewAbsence) -> None:
        """Store the days, and hand over cases."""
        self.touch(context)
        cases = cases_to_hand_over(context.session, context.row.id, body, context.on)
        hand_over(context, locked(context, cases), body.successor)
        context.session.add(
            Absence(
                id=new_id("absence"),
                stream=context.row.stream,
                person=context.row.id,
                since=body.since,
                until=body.until,
            ),
        )

    def example(self, context: EventContext[Person]) -> dict[str, Any]:
        """Today."""
        return {"since": context.on.isoformat(), "until": context.on.isoformat()}


class EndedAbsence(Body):
    """The absence and its new last day; left out, the present absence, which then ended yesterday."""

    absence: Handle | None = None
    until: Day | None = None


class EndAbsence(PersonEvent[EndedAbsence]):
    """End an absence earlier, or cancel it."""

    name, title, body = "end-absence", "End an absence", EndedAbsence

    def validate(self, context: EventContext[Person], body: EndedAbsence) -> None:
        """There is such an absence, and its new end is not later."""
        if not context.check(
            authority.own_absence, role=context.by.role, person=context.by.person, absent=context.row.id
        ):
            return
        found = self.named_absence(context, body)
        if found is None:
            raise UnfitValueError(
                [("absence", "No such absence runs or is to come; GET /v1/people/{id}/work for those.")]
            )
        if body.until is not None and body.until > found.until:
            words = wording(
                "It ends on {until} already; give an earlier day, or record a further absence.", until=found.until
            )
            raise UnfitValueError([("until", words)])

    def apply(self, context: EventContext[Person], body: EndedAbsence) -> None:
        """Shorten the absence; one that would end before it begins is cancelled."""
        self.touch(context)
        found = self.named_absence(context, body)
        assert found is not None
        until = body.until or date.fromordinal(context.on.toordinal() - 1)
        found.until = max(until, date.fromordinal(found.since.toordinal() - 1))

    @staticmethod
    def named_absence(context: EventContext[Person], body: EndedAbsence) -> Absence | None:
        """The named absence, or the present one."""
        coming = absences(context, context.on)
        if body.absence is None:
            return next((row for row in coming if row.since <= context.on), None)
        return next((row for row in coming if row.id == body.absence), None)

    def example(self, context: EventContext[Person]) -> dict[str, Any] | None:
        """The present absence, or the next one."""
        coming = absences(context, context.on)
        return {"absence": coming[0].id} if coming else None
