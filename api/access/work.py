"""Work: people see the work of their own pool; coordinators, auditors and administrators see every pool."""

from typing import Any

from sqlalchemy import false
from sqlmodel import col, or_

from api.access.content import has_grant
from api.access.employers import acts_for_employer, own_names
from api.http.dependencies import RequestContext, require_duty
from api.http.errors import BeyondRoleError
from rules.access.authority import roles_of
from rules.access.content_classes import ContentClass
from rules.access.readers import OFFICE, READERS, SEES_EVERY_POOL, sees
from rules.core.roles import Actor, Role
from rules.core.wording import wording
from states.tables.work import WorkAlarm, WorkItem


def sees_every_pool(by: Actor) -> bool:
    """Return whether the caller may see any pool."""
    return sees(by.role, SEES_EVERY_POOL)


def require_own_pool(by: Actor, role: Role | None, organisation: str | None) -> None:
    """Check that a caller who does not see every pool requests only their own.

    Raises:
        BeyondRoleError: the request names another pool.
    """
    if sees_every_pool(by):
        return
    for name, given, own in zip(("role", "organisation"), (role, organisation), by.pool, strict=True):
        if given is not None and str(given) != own:
            raise BeyondRoleError(
                wording(
                    "{name}: You see the work of {pool} only; leave this out.",
                    name=name,
                    pool=" at ".join(filter(None, by.pool)),
                )
            )


def visible_work(context: RequestContext, query: Any, role: Role | None, organisation: str | None) -> Any:
    """Limit a query to the items that the caller may see: those of their pool not held by a colleague, or any.

    Raises:
        BeyondRoleError: the request names a pool that the caller may not see.
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
    """Limit a query on the work of one case to the caller's employer, if the caller acts for one."""
    return query.where(WorkItem.organisation == context.by.organisation) if acts_for_employer(context.by) else query


def visible_in_hand(context: RequestContext, query: Any) -> Any:
    """Limit a query on work in hand to what the caller may see: all for the office, one's own employer's otherwise.

    Nothing for roles that take no work and oversee none, such as the official's.
    """
    by = context.by
    if not sees_every_pool(by) and by.role not in roles_of("work", "claim"):
        return query.where(false())
    return query.where(col(WorkItem.organisation).in_(own_names(context))) if acts_for_employer(by) else query


def visible_alarms(context: RequestContext, query: Any) -> Any:
    """Limit a query to the alarms that the caller may see: those of their own pool, or all."""
    if sees_every_pool(context.by):
        return query
    role, organisation = context.by.pool
    return query.where(WorkAlarm.role == role, WorkAlarm.organisation == organisation)


def pool_to_show(context: RequestContext, role: Role | None, organisation: str | None) -> tuple[str, str]:
    """Return the pool whose people are shown: the requested pool, or the caller's own.

    Raises:
        RefusedError: the caller's role takes no work.
        BeyondRoleError: the request names a pool that the caller may not see.
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
    """Return whether the caller may know who of the office is absent or excluded from an item."""
    return not acts_for_employer(by) and by.role is not Role.APPLICANT


def sees_signals(by: Actor) -> bool:
    """Return whether the caller may know which threats made a case urgent: the office, for its cases."""
    return any(grant in OFFICE and grant.role is by.role for grant in READERS[ContentClass.THREAT_FACTS])


def counts_signals(by: Actor) -> bool:
    """Return whether the caller may know how many threats made a case urgent; those who only pay may not."""
    return has_grant(by, ContentClass.URGENCY)
