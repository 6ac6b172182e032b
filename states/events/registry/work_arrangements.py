"""When people are there and what they can do: the queue gives work out by it."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col

from rules.procedure import authorization
from rules.queue.skills import SKILLS
from states.charts.people import PERSON
from states.engine.bodies import Body, Day, Handle
from states.engine.event import B, Event, EventContext
from states.errors import MalformedError
from states.tables.base import new_id
from states.tables.people import Absence, Person, WorkArrangement

LocalTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Hours and minutes of the day in the Netherlands, such as ``09:00``."""
Skill = Annotated[str, Field(pattern=r"^[a-z:-]{1,50}$")]
"""A skill as work asks for it."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class PersonEvent(Event[Person, B]):
    """What the events of a person at work share."""

    chart = PERSON
    table = Person

    def touch(self, context: EventContext[Person]) -> None:
        """Count a version of the person: what stands beside the row is guarded by its ETag too."""
        flag_modified(context.row, "state")


class Hours(Body):
    """Working hours of one weekday, in local time."""

    weekday: Annotated[str, Field(pattern=f"^({'|'.join(WEEKDAYS)})$")]
    since: LocalTime
    until: LocalTime


class Arrangement(Body):
    """What someone can do and when; it takes the place of what was arranged before."""

    skills: Annotated[tuple[Skill, ...], Field(max_length=len(SKILLS))] = ()
    """Such as ``domain:digital`` or ``region:overijssel``; none for every skill."""
    hours: Annotated[tuple[Hours, ...], Field(max_length=7)] = ()
    """One line for each weekday on which the person works; none for the office's hours."""
    limit: Annotated[int, Field(ge=1, le=500, strict=True)] | None = None
    """Items in hand; the office's dated value where it is left out."""


class ArrangeWork(PersonEvent[Arrangement]):
    """What someone can do and when is arranged."""

    name, title, body = "arrange-work", "Arrange someone's skills, hours and limit", Arrangement

    def validate(self, context: EventContext[Person], body: Arrangement) -> None:
        """Skills that exist, hours that follow each other, each once."""
        if not body.model_fields_set:
            words = "Give skills, hours or a limit; what is left out is as it is for everyone, such as every skill."
            raise MalformedError([("skills", words)])
        wrong = [
            (f"skills.{place}", f"There is no skill {skill}; there are: {', '.join(SKILLS)}.")
            for place, skill in enumerate(body.skills)
            if skill not in SKILLS
        ]
        if len(set(body.skills)) != len(body.skills):
            wrong.append(("skills", "Name each skill once."))
        for place, line in enumerate(body.hours):
            if line.until <= line.since:
                words = f"{line.weekday} would end at {line.until}, not after it begins at {line.since}."
                wrong.append((f"hours.{place}.until", words))
        days = [line.weekday for line in body.hours]
        if len(set(days)) != len(days):
            wrong.append(("hours", "Name each weekday once."))
        if wrong:
            raise MalformedError(wrong)

    def apply(self, context: EventContext[Person], body: Arrangement) -> None:
        """Keep it in the place of what was arranged before."""
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
    """The first and the last day; why is not asked."""

    since: Day
    until: Day


def absences(context: EventContext[Person], from_on: date) -> list[Absence]:
    """The absences of the person that reach a day, the first one first."""
    mine = (Absence.person == context.row.id, col(Absence.until) >= from_on, col(Absence.until) >= col(Absence.since))
    return context.rows(Absence, *mine, order=Absence.since)  # one that was taken back whole ends before it begins


class RecordAbsence(PersonEvent[NewAbsence]):
    """Someone will not be there for some days; what is in hand stays until it is handed on."""

    name, title, body = "record-absence", "Record an absence", NewAbsence

    def validate(self, context: EventContext[Person], body: NewAbsence) -> None:
        """The own one or by the coordinator; days in order, and none that another absence holds already."""
        if not context.check(
            authorization.own_absence, role=context.by.role, person=context.by.person, absent=context.row.id
        ):
            return
        if body.until < body.since:
            raise MalformedError(
                [("until", f"The absence would end on {body.until}, before it begins on {body.since}.")]
            )
        for other in absences(context, body.since):
            if other.since <= body.until:
                words = f"{other.since} to {other.until} is recorded already; give days outside it, or end that first."
                raise MalformedError([("since", words)])

    def apply(self, context: EventContext[Person], body: NewAbsence) -> None:
        """Keep the days."""
        self.touch(context)
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
    """Which absence, and its last day; left out, the one that runs, which then ended yesterday."""

    absence: Handle | None = None
    until: Day | None = None


class EndAbsence(PersonEvent[EndedAbsence]):
    """Someone is back sooner, or does not go at all."""

    name, title, body = "end-absence", "End an absence", EndedAbsence

    def validate(self, context: EventContext[Person], body: EndedAbsence) -> None:
        """There is one, and it ends no later than it would have."""
        if not context.check(
            authorization.own_absence, role=context.by.role, person=context.by.person, absent=context.row.id
        ):
            return
        found = self.meant(context, body)
        if found is None:
            raise MalformedError(
                [("absence", "No such absence runs or is to come; GET /v1/people/{id}/work for those.")]
            )
        if body.until is not None and body.until > found.until:
            words = f"It ends on {found.until} already; give an earlier day, or record a further absence."
            raise MalformedError([("until", words)])

    def apply(self, context: EventContext[Person], body: EndedAbsence) -> None:
        """Shorten it; one that would end before it begins is taken back whole."""
        self.touch(context)
        found = self.meant(context, body)
        assert found is not None
        until = body.until or date.fromordinal(context.on.toordinal() - 1)
        found.until = max(until, date.fromordinal(found.since.toordinal() - 1))

    @staticmethod
    def meant(context: EventContext[Person], body: EndedAbsence) -> Absence | None:
        """The absence that is named, or the one that runs."""
        coming = absences(context, context.on)
        if body.absence is None:
            return next((row for row in coming if row.since <= context.on), None)
        return next((row for row in coming if row.id == body.absence), None)

    def example(self, context: EventContext[Person]) -> dict[str, Any] | None:
        """The one that runs, or is to come."""
        coming = absences(context, context.on)
        return {"absence": coming[0].id} if coming else None
