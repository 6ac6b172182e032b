"""Calendar horizon: terms beyond the known calendar are provisional, and the administrator is warned in time."""

from datetime import datetime

from sqlalchemy import literal_column
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from rules.business_calendar.closed_days import known_from, known_through, warning_from
from rules.core.dates import office_day
from rules.core.roles import Role
from rules.queue.priority import start_by
from rules.threats.urgency import RANK, Urgency
from states.deadlines.due_dates import recompute
from states.storage import ledger
from states.tables.base import new_id
from states.tables.deadlines import Term
from states.tables.work import WorkItem

EXTEND = "extend-calendar"
ASKS_FOR_CALENDAR = col(WorkItem.action) == literal_column(f"'{EXTEND}'")
"""Written exactly as in the partial index of the table, so that PostgreSQL uses it."""


def settle_provisional_terms(session: Session, *, at: datetime, limit: int = 100) -> int:
    """Compute the provisional terms that the calendar now covers, and ask the administrator to extend the calendar.

    The administrator is asked once for each end of the calendar: when it is near, or when a term reaches beyond it.
    Safe with any number of clocks.

    Returns:
        How many terms were computed; the next call continues where this one stopped.
    """
    settled = recompute_covered_terms(session, limit)
    running = select(Term.id).where(col(Term.provisional), col(Term.ended_on).is_(None))
    subject = f"calendar-{known_through()}"
    earlier = select(WorkItem).where(ASKS_FOR_CALENDAR, col(WorkItem.done_at).is_(None))
    for item in session.exec(earlier.where(WorkItem.subject != subject)):
        item.done_at = at
    asked = session.exec(select(WorkItem.id).where(WorkItem.subject == subject, ASKS_FOR_CALENDAR)).first()
    near = office_day(at) >= warning_from(office_day(at))
    if asked is None and (near or session.exec(running.limit(1)).first() is not None):
        session.execute(insert(WorkItem).values(**new_calendar_item(subject, at)).on_conflict_do_nothing())
    return settled


def recompute_covered_terms(session: Session, limit: int) -> int:
    """Compute the provisional terms again whose end is now within the known calendar."""
    covered = (
        select(Term)
        .where(
            col(Term.provisional),  # bare, as its index has it
            col(Term.ended_on).is_(None),
            col(Term.due_on) <= known_through(),
            col(Term.started_on) >= known_from(),
        )
        .order_by(col(Term.application))
        .limit(limit)
    )
    settled = 0
    for term in session.exec(covered).all():
        if ledger.lock_if_free(session, term.application) is not None:
            session.refresh(term)
            recompute(session, term)
            settled += 1
    return settled


def new_calendar_item(subject: str, at: datetime) -> dict[str, object]:
    """The row of a work item to extend the calendar; its subject names the last known day."""
    return {
        "id": new_id("work"),
        "application": subject,
        "chart": "calendar",
        "subject": subject,
        "action": EXTEND,
        "role": str(Role.ADMINISTRATOR),
        "organisation": "",
        "lane": RANK[Urgency.ROUTINE],
        "start_by": start_by(at, "booking", Urgency.ROUTINE),
        "created_at": at,
        "estimate": 30,
    }
