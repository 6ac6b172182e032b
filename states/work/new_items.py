"""The row of a work item: what is asked of whom, how soon, and who may not have it."""

from typing import Any

from sqlmodel import col, select

from rules.core.roles import Role
from rules.queue.priority import start_by
from rules.threats.urgency import RANK, Urgency
from states.engine.unit_of_work import Transition, UnitOfWork
from states.storage.database import wake
from states.tables.application import Application
from states.tables.base import new_id
from states.tables.loans import Loan, Objection
from states.tables.people import Organisation
from states.tables.work import WorkItem
from states.work import separation_of_duties
from states.work.work_by_state import OF_THE_OFFICE, Work

Changes = tuple[list[tuple[str, str]], list[dict[str, Any]]]
"""The (subject, action) pairs whose work is done, and the rows of new work."""


def asked_for(
    unit: UnitOfWork, transition: Transition, action: str, role: Role, level: str, *, minutes: int = 20
) -> Changes:
    """One piece of work on what was touched, unless it waits already."""
    open_now = select(WorkItem.id).where(
        WorkItem.subject == subject_of(transition),
        WorkItem.action == action,
        col(WorkItem.done_at).is_(None),
    )
    if unit.session.exec(open_now).first() is not None:
        return [], []
    return [], [item_for(unit, transition, Work(action, role, minutes, level))]


def subject_of(transition: Transition) -> str:
    """The id of what was touched."""
    return str(transition.row.id)


def item_for(unit: UnitOfWork, transition: Transition, work: Work) -> dict[str, Any]:
    """The row of a work item that asks for one thing to be done."""
    application = transition.row if isinstance(transition.row, Application) else unit.application_of(transition.row)
    urgency = urgency_of(transition.row, application)
    role = (
        transition.row.decides if isinstance(transition.row, Objection) else work.role
    )  # the body that decided decides again
    if urgency is Urgency.ACUTE:
        wake(unit.session, "acute")
    return {
        "id": new_id("work"),
        "application": application.id if application is not None else subject_of(transition),
        "chart": transition.chart,
        "subject": subject_of(transition),
        "action": work.action,
        "role": str(role),
        "organisation": "" if role in OF_THE_OFFICE else unit.acting_employer_of(transition.row),
        "lane": RANK[urgency],
        "start_by": start_by(unit.at, work.service_level, urgency),
        "created_at": unit.at,
        "estimate": work.estimate,
        "skill": skill_of(unit, transition.row, work),
        "not_by": separation_of_duties.excluded(unit, transition.chart, work.action, transition.row, application),
    }


def skill_of(unit: UnitOfWork, row: Any, work: Work) -> str:
    """The skill that a piece of work asks for; none where its employer's province was not recorded."""
    if work.skill == "domain":
        return f"domain:{row.domain}"
    if work.skill == "region":
        employer = unit.get(Organisation, unit.acting_employer_of(row))
        return f"region:{employer.province}" if employer is not None and employer.province else ""
    return ""


def urgency_of(row: Any, application: Application | None) -> Urgency:
    """How soon work on a subject must be done: as its application, sooner where an urgent loan stands on its own."""
    of_case = application.urgency if application is not None else Urgency.ROUTINE
    own = Urgency.URGENT if isinstance(row, Loan) and row.urgent else Urgency.ROUTINE
    return min(of_case, own, key=RANK.__getitem__)
