"""Relations: what ties the caller to a case, by which the table of readers decides."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import union
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


def relations_of(context: RequestContext, rows: Sequence[Any]) -> dict[str, frozenset[Relation]]:
    """Return what ties the caller to each of some subjects that the caller may know of, by its id."""
    relation = relation_by_role(context.by.role)
    if relation is None:
        return {row.id: frozenset() for row in rows}
    tie = frozenset({relation})
    if relation is not Relation.OFFICE:
        return {row.id: tie for row in rows}
    cases = {row.id: case_of(row) for row in rows}
    handled = handled_among(context, {case for case in cases.values() if case is not None})
    # A loan without an application has no officer of its own: every officer handles it.
    return {key: tie | {Relation.HANDLES} if case is None or case in handled else tie for key, case in cases.items()}


def case_of(row: Any) -> str | None:
    """Return the reference of the application that a subject belongs to, if any."""
    if isinstance(row, (Loan, Objection)):
        return row.application
    return str(row.stream) if parties.has_application(row) or isinstance(row, Application) else None


def handled_among(context: RequestContext, cases: set[str]) -> set[str]:
    """Return those of some cases on which the caller works: officer, adviser, holder of work, or with a reason."""
    by = context.by
    if not cases:
        return set()
    since = context.at - timedelta(hours=value("opened_content_hours", office_day(context.at)))
    mine = {Role.OFFICER: Application.officer, Role.ADVISER: Application.adviser}.get(by.role)
    assigned = [] if mine is None else [select(Application.id).where(col(Application.id).in_(cases), mine == by.person)]
    held = select(WorkItem.application).where(
        col(WorkItem.application).in_(cases),
        WorkItem.role == by.role,
        WorkItem.assignee == by.person,
        col(WorkItem.done_at).is_(None),
    )
    opened = select(LedgerEntry.stream).where(
        col(LedgerEntry.stream).in_(cases),
        LedgerEntry.event == "open-content",
        LedgerEntry.person == by.person,
        LedgerEntry.at > since,
    )
    return set(context.session.execute(union(*assigned, held, opened)).scalars())
