"""Forecast input of this office: the work of its people, who they are, and when they are available."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select

from rules.business_calendar.durations import length
from rules.core.dated_values import value
from rules.core.dates import office_day
from rules.core.regulation import Domain
from rules.core.roles import Role
from rules.forecast.history import Kind, Past, Piece, Term, next_hour
from rules.forecast.model import Person as Worker
from rules.forecast.simulation import LIMIT
from rules.forecast.sources import ARTICLE, DECISION, SPARE, axis_until, reserve_on
from rules.forecast.time_axis import Axis, Hours, since, spans
from states.charts.application import Stage
from states.charts.people import PersonState
from states.queue.availability import hours_on
from states.tables.people import Absence, Duty, Person, WorkArrangement
from states.tables.work import WorkItem
from states.work.work_by_state import WORK_BY_STATE, Work, level_of

HISTORY_LENGTH = timedelta(weeks=52)
"""The length of the history; earlier work no longer represents the office."""
POOLS = (Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY)
"""The pools whose people are simulated; employers take over at a pace of their own."""
AT_THEIR_PACE = ("confirm-receipt", "take-over")
CASE_STAGES = (
    Stage.RECEIVED,
    Stage.INTAKE,
    Stage.INTERVIEW_PLANNED,
    Stage.INTERVIEW_HELD,
    Stage.ADVICE,
    Stage.WITH_SECURITY_AUTHORITY,
)
"""The stages of every case."""


def past_of_office(session: Session, *, at: datetime, weeks: float) -> Past:
    """The history of this office until the next whole hour.

    Args:
        session: an open session, which only reads.
        at: the present time.
        weeks: the number of weeks that will be simulated.
    """
    until = next_hour(at)
    items = list(session.exec(_requested_work(at)))
    begins = min((item.created_at for item in items), default=at)
    origin = next_hour(begins) - timedelta(hours=1)
    axis = axis_until(origin, until, weeks)
    day = office_day(at)
    terms = (
        Term(DECISION, ARTICLE, length("term_decision", day), "start-intake", "adopt-advice"),
        Term("takeover", "Awb 4:13", length("term_takeover", day), "take-over", "take-over", ours=False),
    )
    last = office_day(until + timedelta(weeks=LIMIT * weeks) + SPARE)
    people = {str(role): _people(session, role, origin, last, day) for role in POOLS}
    records = [_work_record(item, axis, origin) for item in items]
    kinds = tuple(_kinds(items))
    return Past(records, kinds, terms, origin, until, axis, people, str(Role.ADVISER), reserve_on(day))


def _requested_work(at: datetime) -> Any:
    """The work of the last year, and earlier work that is still open."""
    recent = or_(col(WorkItem.created_at) >= at - HISTORY_LENGTH, col(WorkItem.done_at).is_(None))
    mine = or_(col(WorkItem.role).in_([str(role) for role in POOLS]), col(WorkItem.action).in_(AT_THEIR_PACE))
    return select(WorkItem).where(recent, mine).order_by(col(WorkItem.created_at), col(WorkItem.id))


def _kinds(items: Iterable[WorkItem]) -> Iterable[Kind]:
    """The kinds of work in a case in their order; the first step also lists the work outside that order."""
    way = {}
    for work in _case_work():
        for skill in [f"domain:{domain}" for domain in Domain] if work.skill == "domain" else [""]:
            name = named(work.action, skill)
            way[name] = Kind(name, str(work.role), work.service_level, work.estimate / 60, work.role in POOLS)
    others = {}
    for item in items:
        name = named(item.action, item.skill)
        if name not in way:
            others[name] = Kind(name, item.role, level_of(item.chart, item.action), item.estimate / 60)
    first, *rest = way.values()
    return [first, *(others[name] for name in sorted(others)), *rest]


def _case_work() -> Iterable[Work]:
    """The work of every case until an employer has taken it over; the domains are assessed within the advice."""
    for stage in CASE_STAGES:
        yield from WORK_BY_STATE["application", str(stage)]
        if stage is Stage.INTERVIEW_HELD:
            yield from WORK_BY_STATE["domain-advice", "to-assess"]
    yield from (work for (chart, _), works in WORK_BY_STATE.items() if chart == "takeover" for work in works)


def named(action: str, skill: str) -> str:
    """The name of a kind of work: each domain of an advice is assessed separately."""
    return f"{action} {skill}" if skill.startswith("domain:") else action


def _work_record(item: WorkItem, axis: Axis, origin: datetime) -> Piece:
    """A work record; work that was never claimed is assumed to start its estimated duration before it was done."""
    begun = item.claimed_at if item.assignee is not None else None
    if begun is None and item.done_at is not None:
        worked = axis.hours_before(since(origin, item.done_at)) - item.estimate / 60
        begun = max(item.created_at, origin + timedelta(hours=axis.moment(worked) if worked > 0 else 0.0))
        begun = min(begun, item.done_at)
    person = item.assignee if begun is not None and item.claimed_at is not None else None
    work = named(item.action, item.skill)
    return Piece(item.application, work, item.lane, item.created_at, begun, item.done_at, person, item.skill)


def _people(session: Session, role: Role, origin: datetime, last: date, day: date) -> list[Worker]:
    """The people with a duty, with their hours, absences, skills and limit."""
    query = (
        select(Duty.person, WorkArrangement)
        .join(Person, col(Person.id) == Duty.person)
        .join(WorkArrangement, col(WorkArrangement.person) == Duty.person, isouter=True)
        .where(Duty.role == role, Person.state == PersonState.ACTIVE)
        .order_by(col(Duty.person))
    )
    found = []
    for person, arranged in session.exec(query):
        away = [(row.since, row.until) for row in session.exec(select(Absence).where(Absence.person == person))]
        axis = Axis(spans(origin, last, _hours(arranged.hours if arranged else {}, away), closed=False))
        limit = (arranged.limit if arranged else None) or int(value("work_in_hand_limit", day))
        found.append(Worker(person, str(role), axis, tuple(arranged.skills) if arranged else (), limit=limit))
    return found


def _hours(arranged: dict[str, Any], away: list[tuple[date, date]]) -> Hours:
    """The hours of a person on a day: arranged ones or the office's, none during an absence."""

    def on(day: date) -> tuple[time, time] | None:
        return None if any(since <= day <= until for since, until in away) else hours_on(arranged, day)

    return on
