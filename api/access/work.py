"""Work: people see that of their own pool; a coordinator, an auditor and an administrator see every pool."""

from typing import Any

from fastapi.exceptions import RequestValidationError
from sqlmodel import col, or_

from api.access.employers import acts_for_employer
from api.http.dependencies import RequestContext, require_duty
from rules.core.roles import Actor, Role
from states.tables.work import WorkAlarm, WorkItem

SEES_EVERY_POOL = frozenset({Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR})


def sees_every_pool(by: Actor) -> bool:
    """Whether the caller may look at any pool."""
    return by.role in SEES_EVERY_POOL


def require_own_pool(by: Actor, role: Role | None, organisation: str | None) -> None:
    """Ask that someone who does not see every pool asks for the own one only.

    Raises:
        RequestValidationError: another one is asked for.
    """
    if sees_every_pool(by):
        return
    for name, asked, own in zip(("role", "organisation"), (role, organisation), by.pool, strict=True):
        if asked is not None and str(asked) != own:
            message = f"You see the work of {' at '.join(filter(None, by.pool))} only; leave this out."
            raise RequestValidationError([{"type": "value_error", "loc": ("query", name), "msg": message}])


def visible_work(context: RequestContext, query: Any, role: Role | None, organisation: str | None) -> Any:
    """Limit a query to the items that the caller may see: those of the own pool that no colleague holds, or any.

    Raises:
        RequestValidationError: another pool is asked for.
    """
    require_own_pool(context.by, role, organisation)
    if not sees_every_pool(context.by):
        own_role, own_organisation = context.by.pool
        return query.where(
            WorkItem.role == own_role,
            WorkItem.organisation == own_organisation,
            or_(col(WorkItem.assignee).is_(None), WorkItem.assignee == context.by.person),
        )
    if role is not None:
        query = query.where(WorkItem.role == str(role))
    if organisation is not None:
        query = query.where(WorkItem.organisation == organisation)
    return query


def visible_work_of_case(context: RequestContext, query: Any) -> Any:
    """Limit a query on the work of one case to that of the caller's employer, where the caller acts for one."""
    return query.where(WorkItem.organisation == context.by.organisation) if acts_for_employer(context.by) else query


def visible_alarms(context: RequestContext, query: Any) -> Any:
    """Limit a query to the alarms that the caller may see: those of the own pool, or all."""
    if sees_every_pool(context.by):
        return query
    role, organisation = context.by.pool
    return query.where(WorkAlarm.role == role, WorkAlarm.organisation == organisation)


def pool_to_show(context: RequestContext, role: Role | None, organisation: str | None) -> tuple[str, str]:
    """The pool whose people are shown: the caller's, or the one that is asked for.

    Raises:
        RefusedError: the caller's role takes no work.
        RequestValidationError: another pool is asked for than the caller may see.
    """
    if not sees_every_pool(context.by):
        require_duty(
            context.by, "work", "claim"
        )  # officials take no work: they are no pool, and have no colleagues here
    require_own_pool(context.by, role, organisation)
    if sees_every_pool(context.by) and role is not None:
        return str(role), organisation or ""
    return context.by.pool


def sees_colleagues(by: Actor) -> bool:
    """Whether the caller may know who of the office is away, or may not do an item; that is the office's business."""
    return not acts_for_employer(by) and by.role is not Role.APPLICANT


def sees_signals(by: Actor) -> bool:
    """Whether the caller may know which threats made a case urgent; employers see how many there are."""
    return not acts_for_employer(by)
