"""New work items: what is asked, of which role, how soon, and who is excluded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from rules.core.roles import Role
from rules.queue.priority import start_by
from rules.threats.urgency import RANK, Urgency
from states.deadlines.lifecycle import FOLLOW_UP_WITH_EMPLOYER
from states.engine.unit_of_work import Transition, UnitOfWork
from states.storage.database import wake
from states.tables.application import Application
from states.tables.base import new_id
from states.tables.deadlines import Term
from states.tables.loans import Loan, Objection
from states.tables.people import Organisation
from states.tables.work import WorkItem
from states.work import excluded_people
from states.work.work_by_state import OF_THE_OFFICE, Work


class ReorderedItem(NamedTuple):
    """Open work that got another position, with its lane and start-by of before."""

    item: WorkItem
    lane: int
    start_by: datetime


class WorkChanges(NamedTuple):
    """What one event does to the work."""

    completed: Sequence[tuple[str, str]] = ()
    """The (subject, action) pairs whose work is done."""
    opened: Sequence[dict[str, Any]] = ()
    """The rows of new work."""
    reordered: Sequence[ReorderedItem] = ()


def new_item(unit: UnitOfWork, transition: Transition, work: Work) -> dict[str, Any]:
    """The row of a new work item."""
    application = transition.row if isinstance(transition.row, Application) else unit.application_of(transition.row)
    urgency = urgency_of(transition.row, application)
    # An objection is decided again by the body that took the decision.
    role = transition.row.decides if isinstance(transition.row, Objection) else work.role
    if urgency is Urgency.ACUTE:
        wake(unit.session, "acute")
    return {
        "id": new_id("work"),
        "application": application.id if application is not None else transition.row.id,
        "chart": transition.chart,
        "subject": transition.row.id,
        "action": work.action,
        "role": str(role),
        "organisation": "" if role in OF_THE_OFFICE else unit.acting_employer_of(transition.row),
        "lane": RANK[urgency],
        "start_by": start_by(unit.at, work.service_level, urgency),
        "created_at": unit.at,
        "estimate": work.estimate,
        "skill": required_skill(unit, transition.row, work),
        "not_by": excluded_people.excluded(unit, transition.chart, work.action, transition.row, application),
    }


def new_item_unless_open(unit: UnitOfWork, transition: Transition, work: Work) -> list[dict[str, Any]]:
    """The row of a new work item; none where the subject has open work with this action already."""
    if is_open(unit.session, transition.row.id, work.action):
        return []
    return [new_item(unit, transition, work)]


def new_pursuit(session: Session, term: Term, at: datetime) -> list[dict[str, Any]]:
    """A work item for the coordinator to pursue an employer that let a term pass; none where one is open already."""
    if is_open(session, term.subject, FOLLOW_UP_WITH_EMPLOYER):
        return []
    urgency = session.get_one(Application, term.application).urgency
    return [
        {
            "id": new_id("work"),
            "application": term.application,
            "chart": "payable" if term.kind == "payment" else "takeover",
            "subject": term.subject,
            "action": FOLLOW_UP_WITH_EMPLOYER,
            "role": str(Role.COORDINATOR),
            "organisation": "",
            "lane": RANK[urgency],
            "start_by": start_by(at, "takeover", urgency),
            "created_at": at,
            "estimate": 30,
        },
    ]


def is_open(session: Session, subject: str, action: str) -> bool:
    """Whether a subject has open work with this action."""
    query = select(WorkItem.id).where(
        WorkItem.subject == subject, WorkItem.action == action, col(WorkItem.done_at).is_(None)
    )
    return session.exec(query).first() is not None


def required_skill(unit: UnitOfWork, row: Any, work: Work) -> str:
    """The skill that work requires; empty where it requires none, or where the employer's province is unknown."""
    if work.skill == "domain":
        return f"domain:{row.domain}"
    if work.skill == "region":
        employer = unit.get(Organisation, unit.acting_employer_of(row))
        return f"region:{employer.province}" if employer is not None and employer.province else ""
    return ""


def urgency_of(row: Any, application: Application | None) -> Urgency:
    """The urgency of work on a subject: that of its application, or urgent for an urgent loan if that is higher."""
    of_case = application.urgency if application is not None else Urgency.ROUTINE
    own = Urgency.URGENT if isinstance(row, Loan) and row.urgent else Urgency.ROUTINE
    return min(of_case, own, key=RANK.__getitem__)
