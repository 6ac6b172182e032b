"""The queue: who may take what next.

Order: lane, then ``start_by``, then age. Every Nth non-acute claim of a pool goes to the item that is longest
overdue, so that nothing waits for ever; acute work always goes first. The order itself is :mod:`rules.queue`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from rules.moments import office_day
from rules.queue import ACUTE
from rules.roles import Actor
from rules.values import value
from states.explaining import explain_claim
from states.pools import order, pool
from states.tables.application import Application
from states.tables.finance import Numbering
from states.tables.loans import Loan
from states.tables.work import WorkItem


def claim(session: Session, *, by: Actor, at: datetime) -> WorkItem | None:
    """Take the next item for someone; None where nothing waits. No two claims get the same item."""
    mine = (*pool(by.role, by.organisation), not_of(by.person))
    item = first(session, *mine, col(WorkItem.lane) == ACUTE, by=order())
    reserved = False
    if item is None:
        every = value("reserve_every", office_day(at))
        counter = f"claims:{by.role}:{by.organisation or ''}"
        count = counted(session, counter)
        if count % every == 0:
            overdue = order()[1:]
            item = first(session, *mine, col(WorkItem.start_by) <= at, by=overdue)
            reserved = item is not None
        item = item or first(session, *mine, by=order())
        if item is None:
            counted(session, counter, step=-1)  # it took nothing, so it uses up no turn of the reserve
            return None
    item.explanation = explain_claim(session, item, at=at, reserved=reserved)
    item.assignee, item.claimed_at = by.person, at
    session.flush()
    return item


def not_of(person: str) -> ColumnElement[bool]:
    """Work on an application that is not the person's own (Awb 2:4)."""
    own = select(Application.id).where(
        or_(col(Application.applicant) == person, col(Application.representative) == person),
    )
    alone = select(Loan.id).where(Loan.person == person)
    return col(WorkItem.application).not_in(own.union(alone))


def first(session: Session, *where: ColumnElement[bool], by: tuple[Any, ...]) -> WorkItem | None:
    """The first item in an order that no other claim holds; its cost does not grow with the backlog."""
    query = select(WorkItem).where(*where).order_by(*by).limit(1).with_for_update(skip_locked=True)
    return session.exec(query).first()


def counted(session: Session, name: str, *, step: int = 1) -> int:
    """Count one more, or take one back; it counts only if the transaction commits."""
    row = insert(Numbering).values(name=name, count=1)
    upsert = row.on_conflict_do_update(index_elements=["name"], set_={"count": col(Numbering.count) + step})
    return int(session.execute(upsert.returning(col(Numbering.count))).scalar_one())
