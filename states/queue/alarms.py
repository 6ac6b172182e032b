"""Alarms of the queue: a pool cannot take work that must be taken.

- ``capacity-full``: acute work waits while everyone at work holds acute work. Until one of them completes it, work that
  is not acute waits too (docs/queue.md: the case that the theorem leaves out).
- ``nobody-there``: acute work waits and nobody of the pool is at work.
- ``nobody-may``: work waits that nobody of the pool may take, because the skill is missing or all are excluded.
- ``handed-back``: acute work returned to the queue because its holder departed or is absent.

An alarm is raised once, recorded in the chain of the pool, and cleared automatically. The coordinators get a letter
without content: one when it is raised, and one for each further acute case that comes to wait while it is active.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from rules.core.roles import ENGINE, Role
from rules.queue.order import ACUTE
from states.engine.parties import duty_holders
from states.letters import outbox
from states.queue import pools
from states.queue.availability import Availability, availability_in_pool
from states.storage.database import wake
from states.tables.base import new_id
from states.tables.letters import Outbox
from states.tables.work import WorkAlarm, WorkItem

FULL, NOBODY_THERE, NOBODY_MAY = "capacity-full", "nobody-there", "nobody-may"
HANDED_BACK = "handed-back"
LETTER = "capacity-alarm"
CLASSES = text(
    pools.walk_classes("role", "organisation", "skill", "not_by")  # noqa: S608  # the parts are our own
    + """
    SELECT class.role, class.organisation, class.skill, class.not_by, acute.waiting
    FROM class CROSS JOIN LATERAL (
        SELECT count(*) AS waiting FROM work_item w
        WHERE w.role = class.role AND w.organisation = class.organisation AND w.skill = class.skill AND w.lane = 1
          AND w.not_by = class.not_by AND w.done_at IS NULL AND w.assignee IS NULL
    ) acute
    """,
)


class AlarmCondition(NamedTuple):
    """Why a pool cannot take work, and how many items wait."""

    role: str
    organisation: str
    kind: str
    waiting: int


def update_alarms(session: Session, *, at: datetime) -> int:
    """Raise new alarms and clear resolved ones; return how many were raised.

    Safe with any number of callers: the chain of each pool is locked first, and an active alarm exists only once.
    """
    conditions = {(one.role, one.organisation, one.kind): one for one in alarm_conditions(session, at)}
    active = {
        (row.role, row.organisation, row.kind): row
        for row in session.exec(select(WorkAlarm).where(col(WorkAlarm.until).is_(None)))
    }
    raised = 0
    for name in sorted({key[:2] for key in conditions.keys() ^ active.keys()}):
        pools.lock_chain(session, *name, at=at)
        for key in sorted(key for key in conditions.keys() | active.keys() if key[:2] == name):
            row = active_alarm(session, key)
            if key in conditions and row is None:
                raise_alarm(session, conditions[key], at)
                raised += 1
            elif key not in conditions and row is not None and not stays_active(session, row):
                clear_alarm(session, row, at)
    for row in active.values():
        if row.until is None and row.kind != NOBODY_MAY and untold_cases(session, row):
            pools.lock_chain(session, row.role, row.organisation, at=at)
            tell_coordinators(session, row.kind, untold_cases(session, row), at)
    session.flush()
    return raised


def alarm_conditions(session: Session, at: datetime) -> Iterator[AlarmCondition]:
    """Every reason for an alarm now."""
    people: dict[tuple[str, str], list[Availability]] = {}
    acute: dict[tuple[str, str], int] = {}
    someone_free: dict[tuple[str, str], bool] = {}
    someone_present: dict[tuple[str, str], bool] = {}
    for row in session.connection().execute(CLASSES).all():
        pool = (row.role, row.organisation)
        if pool not in people:
            people[pool] = availability_in_pool(session, *pool, at=at)
        able = [one for one in people[pool] if one.can(row.skill) and one.person not in row.not_by]
        if not able:
            yield AlarmCondition(*pool, NOBODY_MAY, row.waiting)
        if row.waiting:
            acute[pool] = acute.get(pool, 0) + row.waiting
            at_work = [one for one in able if one.at_work]
            someone_present[pool] = someone_present.get(pool, True) and bool(at_work)
            someone_free[pool] = someone_free.get(pool, True) and any(not one.acute_in_hand for one in at_work)
    for pool, waiting in acute.items():
        if not someone_present[pool]:
            yield AlarmCondition(*pool, NOBODY_THERE, waiting)
        elif not someone_free[pool]:
            yield AlarmCondition(*pool, FULL, waiting)


def active_alarm(session: Session, key: tuple[str, str, str]) -> WorkAlarm | None:
    """The active alarm of a pool, read again after the chain of the pool is locked."""
    role, organisation, kind = key
    same = (WorkAlarm.role == role, WorkAlarm.organisation == organisation, WorkAlarm.kind == kind)
    query = select(WorkAlarm).where(*same, col(WorkAlarm.until).is_(None))
    return session.exec(query.execution_options(populate_existing=True)).first()


def raise_alarm(session: Session, condition: AlarmCondition, at: datetime) -> None:
    """Raise an alarm: store it, record it in the chain of the pool, and notify the coordinators."""
    first = first_waiting(session, condition)
    if first is None:
        return
    row = WorkAlarm(
        id=new_id("alarm"),
        role=condition.role,
        organisation=condition.organisation,
        kind=condition.kind,
        since=at,
        waiting=condition.waiting,
    )
    session.add(row)
    chain = pools.lock_chain(session, condition.role, condition.organisation, at=at)
    facts = {"kind": condition.kind, "waiting": condition.waiting}
    pools.record(session, chain, by=ENGINE, at=at, event="alarm", item=first, facts=facts)
    cases = [first.application] if condition.kind == NOBODY_MAY else untold_cases(session, row)
    tell_coordinators(session, condition.kind, cases, at)


def alarm_handed_back(session: Session, items: Sequence[WorkItem], *, at: datetime) -> None:
    """Raise the alarm for acute work that returned to the queue, one for each pool, with a letter for each case."""
    by_pool: dict[tuple[str, str], list[WorkItem]] = {}
    for item in items:
        by_pool.setdefault(item.pool, []).append(item)
    for pool, returned in sorted(by_pool.items()):
        if active_alarm(session, (*pool, HANDED_BACK)) is None:
            raise_alarm(session, AlarmCondition(*pool, HANDED_BACK, len(returned)), at)
        else:
            tell_coordinators(session, HANDED_BACK, sorted({item.application for item in returned}), at)


def tell_coordinators(session: Session, kind: str, cases: Iterable[str], at: datetime) -> None:
    """Post the letter of an alarm, one for each case and coordinator."""
    people = duty_holders(session, Role.COORDINATOR, "")
    if kind != NOBODY_MAY:
        wake(session, "letters")
    for case in cases:
        for person in people:
            outbox.post(session, LETTER, application=case, recipient=person, facts={"want": kind}, at=at)
    session.flush()


def acute_waiting(alarm: WorkAlarm) -> tuple[Any, ...]:
    """The conditions for the acute work that waits in the pool of an alarm."""
    return (*pools.waiting_in(Role(alarm.role), alarm.organisation), WorkItem.lane == ACUTE)


def stays_active(session: Session, alarm: WorkAlarm) -> bool:
    """Whether an alarm stays without a condition: one of work handed back does while acute work waits in the pool."""
    if alarm.kind != HANDED_BACK:
        return False
    return session.exec(select(WorkItem.id).where(*acute_waiting(alarm)).limit(1)).first() is not None


def untold_cases(session: Session, alarm: WorkAlarm) -> list[str]:
    """The cases whose acute work waits in the pool of an alarm and of which no letter was posted since it is active."""
    told = select(Outbox.id).where(
        Outbox.letter == LETTER,
        Outbox.application == WorkItem.application,
        col(Outbox.facts)["want"].as_string() == alarm.kind,
        col(Outbox.created_at) >= alarm.since,
    )
    query = select(WorkItem.application).where(*acute_waiting(alarm), ~told.exists())
    return sorted(set(session.exec(query)))


def clear_alarm(session: Session, row: WorkAlarm, at: datetime) -> None:
    """Clear an alarm."""
    row.until = at
    session.flush()


def first_waiting(session: Session, condition: AlarmCondition) -> WorkItem | None:
    """The first item in the queue of the pool that an alarm is about."""
    query = select(WorkItem).where(*pools.waiting_in(Role(condition.role), condition.organisation))
    if condition.kind != NOBODY_MAY:
        query = query.where(WorkItem.lane == ACUTE)
    return session.exec(query.order_by(*pools.queue_order()).limit(1)).first()
