"""Calculator: the end of any term, for the command line and the API."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from rules.business_calendar.durations import Length, Unit
from rules.business_calendar.working_hours import add
from rules.core.dated_values import value, versions
from rules.core.dates import AMSTERDAM, office_day, start_of
from rules.core.errors import QuestionError
from rules.deadlines.end_date import due
from rules.deadlines.suspensions import Suspension
from rules.deadlines.termijnenwet import day_text
from rules.threats.urgency import Urgency

LEVEL = "service_level_"
DAY_LENGTH = len("2026-02-20")
DAY, MOMENT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
LEVELS = tuple(sorted(name.removeprefix(LEVEL) for name in versions() if name.startswith(LEVEL)))
"""The service levels of the office, by name."""


@dataclass(frozen=True)
class Question:
    """A question about a term: from which event, how long, and how it is counted.

    ``since`` is the day of the event; the term starts the day after. If it is a moment, a service level in hours is
    counted from that moment. ``suspended`` holds intervals such as
    ``2026-03-01..2026-03-10``, first and last suspended day; without an end the suspension still runs. ``level``
    is a service level by name, and ``lane`` is the lane whose hours it takes.
    """

    since: str
    hours: int | None = None
    days: int | None = None
    weeks: int | None = None
    months: int | None = None
    years: int | None = None
    backwards: bool = False
    service_level: bool = False
    level: str | None = None
    lane: str | None = None
    suspended: Sequence[str] = ()


@dataclass(frozen=True)
class Answer:
    """The day on which the term ends, and why; ``at`` is the moment if working hours were counted."""

    due_on: date | None
    reasons: tuple[str, ...]
    at: datetime | None = None


def calculate(question: Question) -> Answer:
    """Answer a question about a term.

    Raises:
        QuestionError: the question contradicts itself or lacks something.
        BeyondHorizonError: the calendar does not reach the end; the message says what to add.
    """
    try:
        moment = _moment(question.since)
        if question.level is not None or question.lane is not None:
            return _named(question, moment)
        unit, amount = _length(question)
        if question.service_level and unit is Unit.HOURS:
            return _house_hours(question, moment, amount)
        return _term(question, Length(amount, unit))
    except (OverflowError, ValueError) as error:
        raise QuestionError("from", "The term leaves the years that can be counted; ask for a shorter one.") from error


def _length(question: Question) -> tuple[Unit, int]:
    given = [(unit, amount) for unit in Unit if (amount := getattr(question, unit)) is not None]
    names = ", ".join(Unit)
    if not given:
        raise QuestionError("weeks", f"Say how long the term is; give one of {names}.")
    if len(given) > 1:
        raise QuestionError(given[1][0], f"A term has one length; give exactly one of {names}.")
    unit, amount = given[0]
    if amount < 1:
        raise QuestionError(unit, f"A term lasts at least one of its unit, not {amount} {unit}.")
    return unit, amount


def _term(question: Question, length: Length) -> Answer:
    if len(question.since) != DAY_LENGTH:
        raise QuestionError("from", "A term is counted from a day; leave the time out.")
    if question.backwards and question.suspended:
        raise QuestionError("suspended", "A term that is counted backwards cannot be suspended; leave one out.")
    found = due(
        date.fromisoformat(question.since),
        length,
        suspensions=[_suspension(each) for each in question.suspended],
        backwards=question.backwards,
        statutory=not question.service_level,
    )
    return Answer(found.on, found.reasons)


def _named(question: Question, moment: datetime) -> Answer:
    """Answer for a service level by name, with its value on the day."""
    if question.level is None:
        raise QuestionError("lane", "A lane goes with a service level by name, such as intake.")
    if not question.service_level:
        raise QuestionError("level", "A level is named for a service level; ask for one, or leave the name out.")
    if question.level not in LEVELS:
        raise QuestionError("level", f"There is no such service level; these are known: {', '.join(LEVELS)}.")
    lanes = ", ".join(Urgency)
    if question.lane not in tuple(Urgency):
        raise QuestionError("lane", f"The hours differ by lane; give one of {lanes}.")
    if given := [unit for unit in Unit if getattr(question, unit) is not None]:
        raise QuestionError(given[0], "A service level by name has its own length; leave this one out.")
    hours = value(LEVEL + question.level, office_day(moment))[question.lane]
    if question.lane == Urgency.ACUTE:
        _refuse_for_hours(question)
        at = moment.astimezone(UTC) + timedelta(hours=hours)  # elapsed hours, also over a clock change
        return _until(at, f"Acute work is counted in plain hours, nights and weekends too: {hours} from {_at(moment)}.")
    return _house_hours(question, moment, hours)


def _house_hours(question: Question, moment: datetime, hours: float) -> Answer:
    _refuse_for_hours(question)
    why = f"House service level: {hours} hours of office time from {_at(moment)}; no law sets it."
    return _until(add(moment, hours), why)


def _refuse_for_hours(question: Question) -> None:
    for parameter in ("backwards", "suspended"):
        if getattr(question, parameter):
            raise QuestionError(parameter, "Hours of a service level only run on; leave this out.")


def _until(at: datetime, why: str) -> Answer:
    at = at.astimezone(AMSTERDAM)
    return Answer(at.date(), (why, f"They have passed on {_at(at)}."), at)


def _at(moment: datetime) -> str:
    here = moment.astimezone(AMSTERDAM)
    return f"{day_text(here.date())} {here:%H:%M}"


def _day(parameter: str, text: str) -> date:
    try:
        if DAY.fullmatch(text):  # not 20260220 or 2026-W08-5, which are ISO dates too
            return date.fromisoformat(text)
    except ValueError as error:
        raise QuestionError(parameter, f"There is no day {text}; write one as 2026-02-20.") from error
    raise QuestionError(parameter, "Write a day as 2026-02-20.")


def _moment(text: str) -> datetime:
    if len(text) == DAY_LENGTH:
        return start_of(_day("from", text) + timedelta(days=1))
    wrong = QuestionError("from", "Write a day as 2026-02-20, or a moment as 2026-02-20T16:30.")
    if not MOMENT.match(text):
        raise wrong
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise wrong from error
    return moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)


def _suspension(text: str) -> Suspension:
    first, dots, last = text.partition("..")
    if not dots:
        raise QuestionError("suspended", "Write a suspension as 2026-03-01..2026-03-10, its first and last day.")
    since = _day("suspended", first)
    until = _day("suspended", last) if last else None
    if until is not None and until < since:
        raise QuestionError("suspended", f"A suspension from {since} cannot end on {until}; correct one of the days.")
    return Suspension(since, until, "said to be suspended", "Awb 4:15", "")
