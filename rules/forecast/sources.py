"""Sources of a forecast: the log of another office, or assumptions."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from rules.business_calendar.closed_days import COMPUTED_FROM, COMPUTED_THROUGH
from rules.business_calendar.durations import length
from rules.core.dated_values import value
from rules.core.dates import office_day, start_of
from rules.core.errors import QuestionError
from rules.core.roles import Role
from rules.core.rule import OLDEST
from rules.forecast.event_log import WORK
from rules.forecast.history import Kind, Past, Piece, Term, first_moment, next_hour
from rules.forecast.model import WEEK, Deadline, Model, Person, Rate, Spread, Stage, levels
from rules.forecast.simulation import LIMIT
from rules.forecast.time_axis import Axis, office_hours, spans
from rules.threats.urgency import RANK, Urgency

POOL = str(Role.ADVISER)
LEVEL = "interview"
"""The service level within which an adviser begins work."""
DECISION, ARTICLE = "decision", "Awb 4:13(2)"
"""The statutory term of a whole case; our own reading."""
SPARE = timedelta(weeks=8)
DAY, OPEN_DAYS = 24, 5


class Assumed(NamedTuple):
    """The assumptions about an office, instead of a history."""

    arrivals_per_week: float
    advisers: int
    hours_per_case: float
    lanes: dict[Urgency, float]
    """The share of the cases in each lane."""
    starts_on: date


def example(starts_on: date) -> Assumed:
    """The figures of spring 2024 reported to parliament; lanes and hours are assumptions (see the value)."""
    held = value("forecast_example", max(starts_on, OLDEST))
    lanes = {Urgency(name): part for name, part in held["lanes"].items()}
    return Assumed(held["applications"] / held["weeks"], held["advisers"], held["hours"], lanes, starts_on)


def axis_until(origin: datetime, until: datetime, weeks: float, *, always: bool = False) -> Axis:
    """The office's working time from an origin until after the end of a simulation of some weeks."""
    last = until + timedelta(weeks=LIMIT * weeks) + SPARE
    if always:
        return Axis([(0.0, (last - origin) / timedelta(hours=1))])
    return Axis(spans(origin, office_day(last), office_hours))


def reserve_on(day: date) -> int:
    """The reserve of the office on a day."""
    return int(value("reserve_every", max(day, OLDEST)))


def assumed(given: Assumed, *, weeks: float) -> Model:
    """The model of an office from assumptions alone; it starts without work.

    Raises:
        QuestionError: an assumption is impossible; names the parameter.
    """
    for name, held, most in (
        ("arrivals-per-week", given.arrivals_per_week, 1000),
        ("advisers", given.advisers, 200),
        ("hours-per-case", given.hours_per_case, 1000),
    ):
        if not 0 < held <= most:
            raise QuestionError(name, f"It is {held:g}; give a number above 0 and at most {most}.")
    last = COMPUTED_THROUGH - timedelta(weeks=LIMIT * weeks) - SPARE
    if not COMPUTED_FROM <= given.starts_on <= last:
        raise QuestionError("from", f"It is {given.starts_on}; give a day from {COMPUTED_FROM} through {last}.")
    origin = start_of(given.starts_on).astimezone(UTC)
    axis = axis_until(origin, origin, weeks)
    whole = Spread(mean=given.hours_per_case)
    stage = Stage(WORK, POOL, levels(LEVEL, max(origin, start_of(OLDEST))), {0: whole})
    term = length("term_decision", max(given.starts_on, OLDEST))
    opens, closes = office_hours(given.starts_on) or (time.min, time.max)
    open_hours = (hour % DAY for hour in range(WEEK))
    comes = tuple(
        float(number < OPEN_DAYS * DAY and opens.hour <= hour < closes.hour) for number, hour in enumerate(open_hours)
    )
    return Model(
        origin,
        0.0,
        weeks,
        axis,
        (stage,),
        tuple(Person(f"adviser-{number}", POOL, axis) for number in range(1, given.advisers + 1)),
        {RANK[urgency]: Rate(given.arrivals_per_week * part) for urgency, part in given.lanes.items()},
        comes,
        POOL,
        reserve_on(given.starts_on),
        (Deadline(DECISION, ARTICLE, term, 0, 0),),
    )


def past_of_log(pieces: Sequence[Piece], *, weeks: float, always: bool, advisers: int | None = None) -> Past:
    """The past of another office, until the last moment in its log.

    Raises:
        QuestionError: most of its work was begun outside office hours.
    """
    origin = first_moment(pieces)
    moments = [each for piece in pieces for each in (piece.arrived, piece.started, piece.ended) if each is not None]
    until = next_hour(max(moments))
    axis = axis_until(origin, until, weeks, always=always)
    begun = [(piece.started - origin) / timedelta(hours=1) for piece in pieces if piece.started is not None]
    closed = sum(axis.opening(moment) > moment for moment in begun)
    if begun and closed > len(begun) / 2:
        words = (
            f"{closed} of {len(begun)} cases were begun outside the office's hours and days; give --hours always where "
            "work goes on around the clock."
        )
        raise QuestionError("hours", words)
    day = max(office_day(until), OLDEST)
    term = Term(DECISION, ARTICLE, length("term_decision", day), WORK, WORK)
    crowd = None
    if advisers is not None:
        crowd = {POOL: [Person(f"adviser-{number}", POOL, axis) for number in range(1, advisers + 1)]}
    kind = Kind(WORK, POOL, LEVEL)
    return Past(pieces, (kind,), (term,), origin, until, axis, crowd, POOL, reserve_on(day))
