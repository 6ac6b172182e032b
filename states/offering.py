"""Offering: showing work to those who may take it. Only a claim gives it to a person."""

from datetime import datetime

from sqlmodel import Session, col, select

from states.tables.work import WorkItem


def offer_due(session: Session, *, at: datetime, run: str, limit: int = 200) -> list[str]:
    """Offer the work that was not offered yet, most urgent first; answers the ids of what was offered.

    Offering shows an item and alerts; only a claim gives it to a person.
    """
    query = (
        select(WorkItem)
        .where(col(WorkItem.done_at).is_(None), col(WorkItem.dispatched_at).is_(None))
        .order_by(col(WorkItem.lane), col(WorkItem.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    offered = []
    for item in session.exec(query):
        item.dispatched_at, item.dispatched_by = at, run
        offered.append(item.id)
    session.flush()
    return offered
