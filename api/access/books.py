"""Books of an employer: its payables, batches, bank files and journal, for its own people and a few of the office."""

from typing import Any

from sqlmodel import col, select

from api.access.cases import visible
from api.access.employers import acts_for_employer, own_names
from api.http.dependencies import RequestContext
from rules.core.roles import OF_AN_EMPLOYER, Role
from rules.procedure import authorization
from states.accounting.journal_query import Employers
from states.errors import NotFoundError, RefusedError
from states.tables.payments import BankEntry, BankMessage, PaymentBatch
from states.tables.people import Organisation

SEES_ALL_BOOKS = frozenset({Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.OFFICER})
"""Who of the office sees the batches and books of every employer."""
FETCHES_ORDERS = frozenset({Role.FINANCE, Role.RELEASER})
"""Who fetches the file of a batch to take it to the bank."""


def books_refused(context: RequestContext) -> RefusedError:
    """That the books are the employers' own."""
    lacking = authorization.role_has_duty(chart="payment-batch", event="seal", role=context.by.role)
    return RefusedError([lacking] if lacking else [], duty=True)


def require_books(context: RequestContext) -> None:
    """Ask whether the caller has anything to do with money.

    Raises:
        RefusedError: not so.
    """
    if context.by.role not in OF_AN_EMPLOYER | SEES_ALL_BOOKS:
        raise books_refused(context)


def visible_in_books(context: RequestContext, query: Any, table: Any) -> Any:
    """Limit a query to the caller's employer.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
    """
    require_books(context)
    return query.where(col(table.organisation).in_(own_names(context))) if acts_for_employer(context.by) else query


def readable_books(context: RequestContext, employer: str | None) -> Employers:
    """Whose books the caller may read: those of the own employer alone, or of all for those who see them.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: it names an employer whose books are not the caller's.
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
    """Ask whether the caller may see what an employer is to pay.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: the caller acts for another employer.
    """
    require_books(context)
    if context.by.organisation not in (None, context.employers.current(employer)):
        raise NotFoundError("employer", employer)


def require_batch(context: RequestContext, key: str) -> PaymentBatch:
    """A batch that the caller may see.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: there is none, or it is another employer's.
    """
    require_books(context)
    row = context.session.get(PaymentBatch, key)
    if row is None or not visible(context, row):
        raise NotFoundError("payment-batch", key)
    return row


def require_payment_order(context: RequestContext, key: str) -> PaymentBatch:
    """A batch whose file for the bank the caller may fetch.

    Raises:
        RefusedError: the caller's role takes no files to the bank.
        NotFoundError: there is no such batch, or it is another employer's.
    """
    row = require_batch(context, key)
    if context.by.role not in FETCHES_ORDERS:
        raise books_refused(context)
    return row


def require_bank_message(context: RequestContext, key: str) -> BankMessage:
    """A file of the bank that the caller may see.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: there is none, or it is another employer's.
    """
    row = context.session.get(BankMessage, key)
    if row is None:
        raise NotFoundError("bank message", key)
    require_books(context)
    if acts_for_employer(context.by) and context.by.organisation != context.employers.current(row.organisation):
        raise NotFoundError("bank message", key)
    return row


def require_bank_entry(context: RequestContext, key: str, position: int) -> BankEntry:
    """An entry of a statement that the caller may see.

    Raises:
        RefusedError: the caller's role has nothing to do with money.
        NotFoundError: there is none, or it is another employer's.
    """
    require_books(context)
    message, row = context.session.get(BankMessage, key), context.session.get(BankEntry, (key, position))
    owner = None if message is None else context.employers.current(message.organisation)
    if row is None or context.by.organisation not in (None, owner):
        raise NotFoundError("bank-entry", f"{key}/{position}")
    return row


def employers_with_bank_files(context: RequestContext) -> list[str]:
    """The employers whose statements the caller may see."""
    if context.by.organisation:
        return [context.by.organisation]
    found = visible_in_books(context, select(BankMessage.organisation).distinct(), BankMessage)
    return sorted(context.session.exec(found))
