"""Availability of people in a pool: skills, working hours, absence, and how much each holds."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session

from rules.business_calendar.closed_days import why_surely_closed
from rules.core.dated_values import value
from rules.core.dates import AMSTERDAM, office_day
from rules.core.roles import Role
from rules.queue.skills import skills_suffice
from states.engine.parties import holders_of

FRIDAY = 5


class Availability(NamedTuple):
    """What a person can take from a pool now."""

    person: str
    skills: tuple[str, ...]
    """In the form of a work item's skill, such as ``domain:digital``; empty for every skill, if none were arranged."""
    limit: int
    """How many items the person may hold; acute items are not limited."""
    in_hand: int
    acute_in_hand: int
    absent_until: date | None
    """The last day of the present absence; None for a person who is not absent."""
    at_work: bool
    """Whether now is within the person's working hours and the person is not absent."""

    @property
    def other_in_hand(self) -> bool:
        """Whether the person holds work that is not acute."""
        return self.in_hand > self.acute_in_hand

    def can(self, skill: str) -> bool:
        """Whether the person has the skill that work requires."""
        return skills_suffice(self.skills, skill)


AVAILABILITY = text(
    """
    SELECT who.role, who.organisation, who.person, a.skills, a.hours, a."limit", held.in_hand, held.acute_in_hand,
           (SELECT max(b.until) FROM absence b
             WHERE b.person = who.person AND b.until >= :day AND b.since <= :day) AS absent_until
    FROM unnest(:people, :roles, :organisations) AS who(person, role, organisation)
    LEFT JOIN work_arrangement a ON a.person = who.person
    CROSS JOIN LATERAL (
        SELECT count(*) AS in_hand, count(*) FILTER (WHERE w.lane = 1) AS acute_in_hand FROM work_item w
        WHERE w.assignee = who.person AND w.role = who.role AND w.organisation = who.organisation AND w.done_at IS NULL
    ) held
    ORDER BY who.person
    """,
).bindparams(*(bindparam(name, type_=ARRAY(String)) for name in ("people", "roles", "organisations")))


def availability_of(
    session: Session, person: str, role: Role | str, organisation: str | None, *, at: datetime
) -> Availability:
    """What one person can take from a pool now."""
    pool = (str(role), organisation or "")
    return load_availability(session, {pool: [person]}, at=at)[pool][0]


def availability_in_pool(
    session: Session, role: Role | str, organisation: str | None, *, at: datetime
) -> list[Availability]:
    """The availability of everyone who holds the duty of a pool."""
    pool = (str(role), organisation or "")
    return load_availability(session, holders_of(session, [pool]), at=at)[pool]


def load_availability(
    session: Session, people: Mapping[tuple[str, str], Sequence[str]], *, at: datetime
) -> dict[tuple[str, str], list[Availability]]:
    """What some people can take from each pool now, by role and organisation of the pool, sorted by handle."""
    day = office_day(at)
    limit = int(value("work_in_hand_limit", day))
    asked = [(person, *pool) for pool, mine in people.items() for person in mine]
    people_of, roles, organisations = ([row[column] for row in asked] for column in range(3))
    facts = {"people": people_of, "roles": roles, "organisations": organisations, "day": day}
    found: dict[tuple[str, str], list[Availability]] = {pool: [] for pool in people}
    for row in session.connection().execute(AVAILABILITY, facts):
        found[row.role, row.organisation].append(
            Availability(
                row.person,
                tuple(row.skills or ()),
                row.limit or limit,
                row.in_hand,
                row.acute_in_hand,
                row.absent_until,
                row.absent_until is None and is_within_hours(row.hours or {}, at),
            )
        )
    return found


def is_within_hours(hours: dict[str, Any], at: datetime) -> bool:
    """Whether a moment is within a person's working hours; the office's hours where none were arranged."""
    held = hours_on(hours, office_day(at))
    return held is not None and held[0] <= at.astimezone(AMSTERDAM).time() < held[1]


def hours_on(hours: dict[str, Any], day: date) -> tuple[time, time] | None:
    """The first and last hour of a person's working day, in local time; None on a day off.

    Nobody works on a holiday. In a weekend only people who arranged it work.
    """
    weekend = day.isoweekday() > FRIDAY
    if why_surely_closed(day) is not None and not (weekend and hours):
        return None
    if hours:
        line = hours.get(str(day.isoweekday()))
        return (time.fromisoformat(line[0]), time.fromisoformat(line[1])) if line else None
    held = value("office_hours", day)
    return held["opens"], held["closes"]
