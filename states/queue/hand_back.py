"""Hand-back: work in the hands of people who departed or are absent returns to the queue, acute work with an alarm."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_
from sqlmodel import Session, col, select

from rules.core.dates import office_day
from rules.core.roles import ENGINE, Actor
from rules.queue.order import ACUTE
from states.engine.unit_of_work import UnitOfWork
from states.queue import alarms, pools
from states.queue.assignment import unassign
from states.tables.people import Absence, Duty
from states.tables.work import WorkItem

RETURN_LIMIT = 100
DEPARTED, ABSENT = "departed", "absent"
"""Why work returns; the facts of the entry in the chain of the pool say it."""


class Held(NamedTuple):
    """Work in the hands of someone who cannot do it, and why."""

    item: str
    pool: tuple[str, str]
    holder: str
    why: str


def return_work(unit: UnitOfWork) -> None:
    """Return the work of everyone who departed, or whose absence was recorded, in this unit of work.

    It locks the chains of pools, so it comes before anything in the transaction locks a work item.
    """
    found: list[Held] = []
    for transition in unit.transitions:
        person = str(transition.row.id)
        if (transition.chart, transition.event) == ("person", "depart"):
            found += held_by(unit.session, person, DEPARTED, lambda _: True)
        elif (transition.chart, transition.event) == ("person", "record-absence"):
            body: Any = transition.body  # a NewAbsence
            found += held_by(unit.session, person, ABSENT, covered_by(body.since, body.until, unit.on))
    give_back(unit.session, found, by=unit.by, at=unit.at)


def covered_by(since: date, until: date, on: date) -> Callable[[WorkItem], bool]:
    """Whether an absence covers the start-by of an item: it falls within, or is due already once the absence began.

    Acute work is due at once.
    """

    def covers(item: WorkItem) -> bool:
        due_on = office_day(item.start_by)
        if since <= on <= until and (item.lane == ACUTE or due_on <= on):
            return True
        return max(since, on) <= due_on <= until

    return covers


def held_by(session: Session, person: str, why: str, which: Callable[[WorkItem], bool]) -> list[Held]:
    """The open work of a person that must return."""
    query = select(WorkItem).where(WorkItem.assignee == person, col(WorkItem.done_at).is_(None))
    return [Held(item.id, item.pool, person, why) for item in session.exec(query) if which(item)]


def return_from_missing(session: Session, *, at: datetime, limit: int = RETURN_LIMIT) -> list[str]:
    """Return work whose holder is absent now though it must begin, or holds its duty no more; return the ids.

    It finds what came into such hands after the absence was recorded: work that a threat made acute, and work of
    someone whose absence began. Safe with any number of clocks.
    """
    today = office_day(at)
    away = and_(col(Absence.person) == WorkItem.assignee, col(Absence.since) <= today, col(Absence.until) >= today)
    in_hand = (col(WorkItem.done_at).is_(None), col(WorkItem.assignee).is_not(None))
    absent = session.exec(select(WorkItem, Absence).join(Absence, away).where(*in_hand).order_by(WorkItem.id)).all()
    found = [
        Held(item.id, item.pool, str(item.assignee), ABSENT)
        for item, absence in absent
        if covered_by(absence.since, absence.until, today)(item)
    ]
    own = and_(
        col(Duty.person) == WorkItem.assignee,
        col(Duty.role) == WorkItem.role,
        col(Duty.organisation) == WorkItem.organisation,
    )
    without = select(WorkItem).join(Duty, own, isouter=True).where(*in_hand, col(Duty.person).is_(None))
    found += [Held(item.id, item.pool, str(item.assignee), DEPARTED) for item in session.exec(without)]
    return give_back(session, found[:limit], by=ENGINE, at=at)


def give_back(session: Session, found: Collection[Held], *, by: Actor, at: datetime) -> list[str]:
    """Return work to the queue, each in the chain of its pool; acute work is offered at once, and rings an alarm."""
    if not found:
        return []
    # What the holder claims in this very moment returns at the next tick.
    chains = {pool: pools.lock_chain(session, *pool, at=at) for pool in sorted({held.pool for held in found})}
    why = {held.item: held for held in found}
    query = select(WorkItem).where(col(WorkItem.id).in_(why), col(WorkItem.done_at).is_(None))
    locked = query.order_by(*pools.queue_order()).with_for_update().execution_options(populate_existing=True)
    returned = []
    for item in session.exec(locked).all():
        held = why[item.id]
        if item.assignee != held.holder or item.pool not in chains:
            continue
        facts = {"from": held.holder, "why": held.why, "claimedAt": item.claimed_at}
        unassign(session, item)
        chain = chains[item.pool]
        chains[item.pool] = pools.record(session, chain, by=by, at=at, event="return", item=item, facts=facts)
        returned.append(item)
    session.flush()
    alarms.alarm_handed_back(session, [item for item in returned if item.lane == ACUTE], at=at)
    return [item.id for item in returned]
