"""Attribution of each day of a case to the office, the security authority, an employer or the applicant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rules.core.dated_values import value


class Party(StrEnum):
    """A party that can hold a case."""

    OFFICE = "office"
    SECURITY_AUTHORITY = "security-authority"
    EMPLOYER = "employer"
    APPLICANT = "applicant"


@dataclass(frozen=True)
class HeldInterval:
    """Days on which a case waits for one party at any stage: a window to complete, a suspension.

    ``since`` is the first such day, ``until`` the last one; None while it is open.
    """

    since: date
    until: date | None
    party: str

    def covers(self, day: date) -> bool:
        """Whether the interval covers the day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class EmployerPeriod:
    """The term of one employer with its suspensions; a case waits for its employers while such a term runs."""

    since: date
    until: date | None
    suspensions: tuple[HeldInterval, ...] = ()

    def covers(self, day: date) -> bool:
        """Whether the term runs on the day, suspended or not."""
        return self.since <= day and (self.until is None or day <= self.until)


def days_per_party(
    received_on: date,
    until_on: date,
    stages: Sequence[tuple[date, str]],
    windows: Sequence[HeldInterval] = (),
    courses: Sequence[EmployerPeriod] = (),
) -> dict[str, int]:
    """How many days each party had the case, from its receipt up to and including ``until_on``.

    Args:
        received_on: the first day.
        until_on: the day on which the case ended, or today.
        stages: the day of each change and the stage it led to, in order; a day belongs to the party that held
            the case when it began.
        windows: days that belong to one party at any stage; if several cover a day, the first one given.
        courses: the terms of the employers. A day is not theirs only if every running term is suspended.

    The days always add up to the days from the first through the last.
    """
    days = dict.fromkeys((str(party) for party in Party), 0)
    holders = value("stage_holders", until_on)
    for offset in range((until_on - received_on).days + 1):
        day = received_on + timedelta(days=offset)
        party = _waiting_for(day, windows, courses)
        if party is None:
            stage = next((stage for since, stage in reversed(stages) if since < day), stages[0][1] if stages else "")
            party = str(holders.get(stage, Party.OFFICE))
        days[party] += 1
    return days


def _waiting_for(day: date, windows: Sequence[HeldInterval], courses: Sequence[EmployerPeriod]) -> str | None:
    """The party for which the case waits on a day at any stage; None if the stage decides."""
    for window in windows:
        if window.covers(day):
            return window.party
    running = [course for course in courses if course.covers(day)]
    still = [next((held for held in course.suspensions if held.covers(day)), None) for course in running]
    return still[0].party if still and still[0] is not None and all(still) else None
