"""Employers: a caller who acts for an employer sees only that employer's part of a case or a list."""

from typing import Any

from sqlmodel import col

from api.http.dependencies import RequestContext
from rules.core.roles import OF_AN_EMPLOYER, Actor
from states.tables.people import Organisation


def acts_for_employer(by: Actor) -> bool:
    """Return whether the caller's role acts for exactly one employer."""
    return by.role in OF_AN_EMPLOYER


def is_of_own_employer(context: RequestContext, organisation: str) -> bool:
    """Return whether a part of a case may be shown: always, unless the caller acts for another employer."""
    return not acts_for_employer(context.by) or organisation in own_names(context)


def own_names(context: RequestContext) -> list[str]:
    """Return all ids of the caller's employer: its own, and those of the employers merged into it."""
    return context.employers.known_as(context.by.organisation)


def only_own_employer(context: RequestContext, query: Any, table: Any) -> Any:
    """Limit a query on parts of a case to the caller's employer, if the caller acts for one."""
    return query.where(col(table.organisation).in_(own_names(context))) if acts_for_employer(context.by) else query


def visible_organisations(context: RequestContext, query: Any) -> Any:
    """Limit a query to the employers that the caller may see: the caller's own, or all."""
    return query.where(Organisation.id == context.by.organisation) if acts_for_employer(context.by) else query
