"""What the forecast is told of this office: the work that its people did, who they are, and when they are there."""

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

LOOKED_AT = timedelta(weeks=52)
"""So far back the history goes: an older office was another one."""
POOLS = (Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY)
"""Whose people are simulated; employers take over at their own pace."""
AT_THEIR_PACE = ("confirm-receipt", "take-over")
WAY = (
    Stage.RECEIVED,
    Stage.INTAKE,
    Stage.INTERVIEW_PLANNED,
    Stage.INTERVIEW_HELD,
    Stage.ADVICE,
    Stage.WITH_SECURITY_AUTHORITY,
)
"""The stages that every case goes through."""


def past_of_office(session: Session, *, at: datetime, weeks: float) -> Past:
    """The past of this office until the next whole hour.

    Args:
        session: where to look; nothing is changed.
        at: now.
        weeks: how far ahead will be simulated.
    """
    until = next_hour(at)
    items = list(session.exec(_wanted(at)))
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
    pieces = [_piece(item, axis, origin) for item in items]
    kinds = tuple(_kinds(items))
    return Past(pieces, kinds, terms, origin, until, axis, people, str(Role.ADVISER), reserve_on(day))


def _wanted(at: datetime) -> Any:
    """The work of the last year, and what is still open of what came in before."""
    recent = or_(col(WorkItem.created_at) >= at - LOOKED_AT, col(WorkItem.done_at).is_(None))
    mine = or_(col(WorkItem.role).in_([str(role) for role in POOLS]), col(WorkItem.action).in_(AT_THEIR_PACE))
    return select(WorkItem).where(recent, mine).order_by(col(WorkItem.created_at), col(WorkItem.id))


def _kinds(items: Iterable[WorkItem]) -> Iterable[Kind]:
    """The work on the way of a case in its order, and beside its first step what else was asked for."""
    way = {}
    for work in _way():
        for skill in [f"domain:{domain}" for domain in Domain] if work.skill == "domain" else [""]:
            name = named(work.action, skill)
            way[name] = Kind(name, str(work.role), work.service_level, work.estimate / 60, work.role in POOLS)
    beside = {}
    for item in items:
        name = named(item.action, item.skill)
        if name not in way:
            beside[name] = Kind(name, item.role, level_of(item.chart, item.action), item.estimate / 60)
    first, *rest = way.values()
    return [first, *(beside[name] for name in sorted(beside)), *rest]


def _way() -> Iterable[Work]:
    """The work that every case asks for until an employer took it over; the domains are assessed within the advice."""
    for stage in WAY:
        yield from WORK_BY_STATE["application", str(stage)]
        if stage is Stage.INTERVIEW_HELD:
            yield from WORK_BY_STATE["domain-advice", "to-assess"]
    yield from (work for (chart, _), works in WORK_BY_STATE.items() if chart == "takeover" for work in works)


def named(action: str, skill: str) -> str:
    """What a kind of work is called: the domains of one advice are assessed apart."""
    return f"{action} {skill}" if skill.startswith("domain:") else action


def _piece(item: WorkItem, axis: Axis, origin: datetime) -> Piece:
    """A piece of work; what nobody claimed was begun its estimate before it was done."""
    begun = item.claimed_at if item.assignee is not None else None
    if begun is None and item.done_at is not None:
        worked = axis.worked(since(origin, item.done_at)) - item.estimate / 60
        begun = max(item.created_at, origin + timedelta(hours=axis.moment(worked) if worked > 0 else 0.0))
        begun = min(begun, item.done_at)
    person = item.assignee if begun is not None and item.claimed_at is not None else None
    work = named(item.action, item.skill)
    return Piece(item.application, work, item.lane, item.created_at, begun, item.done_at, person, item.skill)


def _people(session: Session, role: Role, origin: datetime, last: date, day: date) -> list[Worker]:
    """Everyone who holds a duty, with working hours, absences, skills and limit."""
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
    """When someone works on a day: by arrangement or in the office's hours, and not during an absence."""

    def on(day: date) -> tuple[time, time] | None:
        return None if any(since <= day <= until for since, until in away) else hours_on(arranged, day)

    return on
