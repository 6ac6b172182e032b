"""Alarms of the queue: a pool that cannot take work which must be taken. The bound on waiting says when it may fail.

- ``capacity-full``: acute work waits while everyone who is at work has acute work in hand; until one of them is done
  nothing that is not acute moves either (docs/queue.md, the case that the theorem leaves out).
- ``nobody-there``: acute work waits and nobody of the pool is at work.
- ``nobody-may``: work waits that nobody of the pool may ever take, for want of a skill or because all are barred.

An alarm rings once, tells the coordinators by a letter without content, stands in the pool's chain, and ends by itself.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from rules.core.roles import ENGINE, Role
from rules.queue.order import ACUTE
from states.engine.parties import duty_holders
from states.letters import outbox
from states.queue import pools
from states.queue.availability import Availability, availability_in_pool
from states.tables.base import new_id
from states.tables.work import WorkAlarm, WorkItem

FULL, NOBODY_THERE, NOBODY_MAY = "capacity-full", "nobody-there", "nobody-may"
LETTER = "capacity-alarm"
# A walk along the index from one class of work to the next, over all pools: as many steps as there are classes.
CLASSES = text(
    """
    WITH RECURSIVE class AS (
        (SELECT role, organisation, skill, not_by FROM work_item WHERE done_at IS NULL AND assignee IS NULL
         ORDER BY role, organisation, skill, not_by LIMIT 1)
        UNION ALL
        SELECT next.* FROM class CROSS JOIN LATERAL (
            SELECT role, organisation, skill, not_by FROM work_item
            WHERE done_at IS NULL AND assignee IS NULL
              AND (role, organisation, skill, not_by) > (class.role, class.organisation, class.skill, class.not_by)
            ORDER BY role, organisation, skill, not_by LIMIT 1
        ) next
    )
    SELECT class.role, class.organisation, class.skill, class.not_by, acute.waiting
    FROM class CROSS JOIN LATERAL (
        SELECT count(*) AS waiting FROM work_item w
        WHERE w.role = class.role AND w.organisation = class.organisation AND w.skill = class.skill AND w.lane = 1
          AND w.not_by = class.not_by AND w.done_at IS NULL AND w.assignee IS NULL
    ) acute
    """,
)


class AlarmCondition(NamedTuple):
    """Why a pool cannot take work: how much waits, and the case that stands first."""

    role: str
    organisation: str
    kind: str
    waiting: int


def update_alarms(session: Session, *, at: datetime) -> int:
    """Ring what must ring and end what need not any more; answers how many began to ring.

    Safe with any number of callers: each pool is entered first, and an alarm that rings is there only once.
    """
    found = {(one.role, one.organisation, one.kind): one for one in alarm_conditions(session, at)}
    ringing = {
        (row.role, row.organisation, row.kind): row
        for row in session.exec(select(WorkAlarm).where(col(WorkAlarm.until).is_(None)))
    }
    began = 0
    for name in sorted({key[:2] for key in found.keys() ^ ringing.keys()}):
        pools.enter(session, *name, at=at)
        for key in sorted(key for key in found.keys() | ringing.keys() if key[:2] == name):
            row = still_rings(session, key)
            if key in found and row is None:
                raise_alarm(session, found[key], at)
                began += 1
            elif key not in found and row is not None:
                clear_alarm(session, row, at)
    session.flush()
    return began


def alarm_conditions(session: Session, at: datetime) -> Iterator[AlarmCondition]:
    """Every reason for an alarm, at a moment."""
    people: dict[tuple[str, str], list[Availability]] = {}
    acute: dict[tuple[str, str], int] = {}
    free: dict[tuple[str, str], bool] = {}
    there: dict[tuple[str, str], bool] = {}
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
            there[pool] = there.get(pool, True) and bool(at_work)
            free[pool] = free.get(pool, True) and any(not one.acute_in_hand for one in at_work)
    for pool, waiting in acute.items():
        if not there[pool]:
            yield AlarmCondition(*pool, NOBODY_THERE, waiting)
        elif not free[pool]:
            yield AlarmCondition(*pool, FULL, waiting)


def still_rings(session: Session, key: tuple[str, str, str]) -> WorkAlarm | None:
    """The alarm as it stands once its pool is entered."""
    role, organisation, kind = key
    mine = (WorkAlarm.role == role, WorkAlarm.organisation == organisation, WorkAlarm.kind == kind)
    query = select(WorkAlarm).where(*mine, col(WorkAlarm.until).is_(None))
    return session.exec(query.execution_options(populate_existing=True)).first()


def raise_alarm(session: Session, why: AlarmCondition, at: datetime) -> None:
    """Let an alarm ring: kept, put down in the pool's chain, and told to the coordinators."""
    first = first_waiting(session, why)
    if first is None:
        return
    row = WorkAlarm(
        id=new_id("alarm"),
        role=why.role,
        organisation=why.organisation,
        kind=why.kind,
        since=at,
        waiting=why.waiting,
    )
    session.add(row)
    chain = pools.enter(session, why.role, why.organisation, at=at)
    facts = {"kind": why.kind, "waiting": why.waiting}
    pools.note(session, chain, by=ENGINE, at=at, event="alarm", item=first, facts=facts)
    for person in duty_holders(session, Role.COORDINATOR, ""):
        facts = {"want": why.kind}
        outbox.post(session, LETTER, application=first.application, recipient=person, facts=facts, at=at)


def clear_alarm(session: Session, row: WorkAlarm, at: datetime) -> None:
    """Let an alarm end."""
    row.until = at
    session.flush()


def first_waiting(session: Session, why: AlarmCondition) -> WorkItem | None:
    """The item that stands first in the pool of an alarm."""
    query = select(WorkItem).where(*pools.pool(Role(why.role), why.organisation))
    if why.kind != NOBODY_MAY:
        query = query.where(WorkItem.lane == ACUTE)
    return session.exec(query.order_by(*pools.order()).limit(1)).first()
