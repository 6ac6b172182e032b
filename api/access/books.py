"""Books of an employer (payables, batches, bank files, journal): who may see them."""

from typing import Any

from sqlmodel import col, select

from api.access.cases import visible
from api.access.employers import acts_for_employer, own_names
from api.http.dependencies import RequestContext
from rules.access import authority
from rules.access.readers import FETCHES_ORDERS, SEES_BOOKS, Relation, relation_by_role, sees
from states.accounting.journal_query import Employers
from states.errors import NotFoundError, RefusedError
from states.tables.payments import BankEntry, BankMessage, PaymentBatch
from states.tables.people import Organisation

SEES_ALL_BOOKS = frozenset(grant.role for grant in SEES_BOOKS if grant.relation is Relation.OFFICE)
"""Roles of the office that see the batches and books of every employer."""


def books_refused(context: RequestContext) -> RefusedError:
    """Return the refusal for a caller who has no duty in the books."""
    lacking = authority.role_has_duty(chart="payment-batch", event="seal", role=context.by.role)
    return RefusedError([lacking] if lacking else [], duty=True)


def require_books(context: RequestContext) -> None:
    """Check that the caller's role sees books at all.

    Raises:
        RefusedError: the role has nothing to do with money.
    """
    if relation_by_role(context.by.role, SEES_BOOKS) is None:
        raise books_refused(context)


def visible_in_books(context: RequestContext, query: Any, table: Any) -> Any:
    """Limit a query to the caller's employer.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
    """
    require_books(context)
    return query.where(col(table.organisation).in_(own_names(context))) if acts_for_employer(context.by) else query


def readable_books(context: RequestContext, employer: str | None) -> Employers:
    """Return the employers whose books the caller may read: the caller's own, or all (None) for roles that see all.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: the named employer is not the caller's.
    """
    require_books(context)
    mine = context.by.organisation if acts_for_employer(context.by) else employer
    if mine is None:
        return None
    names = context.employers.known_as(mine)
    if (employer is not None and employer not in names) or context.session.get(Organisation, mine) is None:
        raise NotFoundError("employer", employer or mine)
    return [employer] if employer is not None and employer != mine else names


def require_books_of(context: RequestContext, employer: str) -> None:
    """Check that the caller may see what an employer has to pay.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: the caller acts for another employer.
    """
    require_books(context)
    if context.by.organisation not in (None, context.employers.current(employer)):
        raise NotFoundError("employer", employer)


def require_batch(context: RequestContext, key: str) -> PaymentBatch:
    """Return a batch that the caller may see.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: it does not exist, or belongs to another employer.
    """
    require_books(context)
    row = context.session.get(PaymentBatch, key)
    if row is None or not visible(context, row):
        raise NotFoundError("payment-batch", key)
    return row


def require_payment_order(context: RequestContext, key: str) -> PaymentBatch:
    """Return a batch whose payment order the caller may download.

    Raises:
        RefusedError: the caller's role sends no files to the bank.
        NotFoundError: it does not exist, or belongs to another employer.
    """
    row = require_batch(context, key)
    if not sees(context.by.role, FETCHES_ORDERS):
        raise books_refused(context)
    return row


def require_bank_message(context: RequestContext, key: str) -> BankMessage:
    """Return a bank file that the caller may see.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: it does not exist, or belongs to another employer.
    """
    require_books(context)
    row = context.session.get(BankMessage, key)
    owner = None if row is None else context.employers.current(row.organisation)
    if row is None or (acts_for_employer(context.by) and context.by.organisation != owner):
        raise NotFoundError("bank message", key)
    return row


def require_bank_entry(context: RequestContext, key: str, position: int) -> BankEntry:
    """Return a statement entry that the caller may see.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: it does not exist, or belongs to another employer.
    """
    require_books(context)
    message, row = context.session.get(BankMessage, key), context.session.get(BankEntry, (key, position))
    owner = None if message is None else context.employers.current(message.organisation)
    if row is None or context.by.organisation not in (None, owner):
        raise NotFoundError("bank-entry", f"{key}/{position}")
    return row


def employers_with_bank_files(context: RequestContext) -> list[str]:
    """Return the employers whose statements the caller may see."""
    if context.by.organisation:
        return [context.by.organisation]
    found = visible_in_books(context, select(BankMessage.organisation).distinct(), BankMessage)
    return sorted(context.session.exec(found))
