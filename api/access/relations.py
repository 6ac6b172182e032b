"""Relations: what ties the caller to a case, by which the table of readers decides."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from api.http.dependencies import RequestContext
from rules.access.readers import Relation, relation_by_role
from rules.core.dated_values import value
from rules.core.dates import office_day
from rules.core.roles import Role
from states.engine import parties
from states.tables.application import Application
from states.tables.ledger import LedgerEntry
from states.tables.loans import Loan, Objection
from states.tables.work import WorkItem


def relations(context: RequestContext, row: Any) -> frozenset[Relation]:
    """Return what ties the caller to a subject that the caller may know of."""
    relation = relation_by_role(context.by.role)
    if relation is None:
        return frozenset()
    if relation is not Relation.OFFICE:
        return frozenset({relation})
    case = case_of(context, row)
    # A loan without an application has no officer of its own: every officer handles it.
    return frozenset({relation, Relation.HANDLES} if case is None or handles(context, case) else {relation})


def case_of(context: RequestContext, row: Any) -> Application | None:
    """Return the application that a subject belongs to, if any."""
    if isinstance(row, Application):
        return row
    if isinstance(row, (Loan, Objection)):
        return context.session.get(Application, row.application) if row.application else None
    return context.session.get_one(Application, row.stream) if parties.has_application(row) else None


def handles(context: RequestContext, case: Application) -> bool:
    """Return whether the caller works on a case: its officer or adviser, holder of its work, or with a reason."""
    by = context.by
    if (by.role, by.person) in {(Role.OFFICER, case.officer), (Role.ADVISER, case.adviser)}:
        return True
    held = select(WorkItem.id).where(
        WorkItem.application == case.id,
        WorkItem.role == by.role,
        WorkItem.assignee == by.person,
        col(WorkItem.done_at).is_(None),
    )
    if context.session.exec(held.limit(1)).first() is not None:
        return True
    since = context.at - timedelta(hours=value("opened_content_hours", office_day(context.at)))
    opened = select(LedgerEntry.seq).where(
        LedgerEntry.stream == case.stream,
        LedgerEntry.event == "open-content",
        LedgerEntry.person == by.person,
        LedgerEntry.at > since,
    )
    return context.session.exec(opened.limit(1)).first() is not None
