"""Chains: which chains of the ledger a caller may verify, and who opened the content of a case that others handle."""

from collections.abc import Sequence

from sqlmodel import col, func, select

from api.access.cases import visible_applications
from api.http.dependencies import RequestContext
from api.http.errors import BeyondRoleError
from api.http.pagination import instant, newest_first, position_in, position_text, row_id, split_page
from rules.access.readers import SEES_CHAINS, sees
from states.errors import NotFoundError
from states.tables.application import Application
from states.tables.ledger import LedgerEntry, Stream, StreamKind

VERIFIED = frozenset(StreamKind) - {StreamKind.PERSON}
"""The kinds of chains that can be opened; those of people name people whom an auditor need not know."""


def require_oversight(context: RequestContext) -> None:
    """Check that the caller may verify chains.

    Raises:
        BeyondRoleError: the role may not.
    """
    if not sees(context.by.role, SEES_CHAINS):
        raise BeyondRoleError("Your role does not verify the chains of the ledger.")


def chains_by_kind(context: RequestContext) -> dict[str, tuple[int, int]]:
    """Return the number of chains of each kind, and of their entries."""
    require_oversight(context)
    query = select(Stream.kind, func.count(), func.coalesce(func.sum(Stream.seq), 0)).group_by(col(Stream.kind))
    return {str(kind): (chains, int(entries)) for kind, chains, entries in context.session.exec(query)}


def chains_page(context: RequestContext, cursor: str | None, limit: int) -> tuple[Sequence[Stream], str | None]:
    """Return one page of the chains, those that changed last first, and the cursor of the next one."""
    require_oversight(context)
    place = col(Stream.last_at), col(Stream.id)
    query = select(Stream).where(col(Stream.kind).in_(VERIFIED))
    query = newest_first(query, place, position_in(cursor, instant, row_id) if cursor else None)
    found = context.session.exec(query.limit(limit + 1)).all()
    return split_page(found, limit, lambda row: position_text(row.last_at, row.id))


def require_chain(context: RequestContext, key: str) -> Stream:
    """Return a chain that the caller may verify.

    Raises:
        NotFoundError: there is none, or the caller may not open it.
    """
    require_oversight(context)
    row = context.session.get(Stream, key)
    if row is None or row.kind not in VERIFIED:
        raise NotFoundError("chain", key)
    return row


def openings_page(context: RequestContext, cursor: str | None, limit: int) -> tuple[Sequence[LedgerEntry], str | None]:
    """Return one page of the entries that opened the content of a case, newest first."""
    require_oversight(context)
    place = col(LedgerEntry.at), col(LedgerEntry.stream)
    seen = select(Application.stream).where(*visible_applications(context.session, context.by))
    query = select(LedgerEntry).where(LedgerEntry.event == "open-content", col(LedgerEntry.stream).in_(seen))
    query = newest_first(query, place, position_in(cursor, instant, row_id) if cursor else None)
    found = context.session.exec(query.limit(limit + 1)).all()
    return split_page(found, limit, lambda row: position_text(row.at, row.stream))
