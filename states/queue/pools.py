"""Pools of work: a role, and the employer if the role acts for one; each pool has its own chains in the ledger."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from rules.access.content_classes import Retention
from rules.core.roles import Actor, Role
from rules.procedure import erasure
from states.errors import RefusedError
from states.storage import ledger
from states.storage.ledger import Chain
from states.storage.write_buffer import WriteBuffer
from states.tables.ledger import StreamKind
from states.tables.work import WorkItem

WAITING = "done_at IS NULL AND assignee IS NULL"
"""The condition, in SQL, under which a work item waits for a claim."""


def waiting_in(role: Role, organisation: str | None) -> tuple[ColumnElement[bool], ...]:
    """The conditions for the open, unassigned items of a pool."""
    return (
        col(WorkItem.done_at).is_(None),
        col(WorkItem.assignee).is_(None),
        col(WorkItem.role) == str(role),
        col(WorkItem.organisation) == (organisation or ""),
    )


def queue_order() -> tuple[Any, ...]:
    """The queue's order; an index of the table has the same columns."""
    return (col(WorkItem.lane), col(WorkItem.start_by), col(WorkItem.created_at), col(WorkItem.id))


def walk_classes(*columns: str, within: str = "") -> str:
    """The SQL of a common table expression ``class``: the distinct values of some columns over all waiting work.

    It walks the index from one class of work to the next, so its cost grows with the number of classes and not with
    the number of items.

    Args:
        columns: the columns that define a class, in the order of an index.
        within: a condition in SQL that limits the work, such as one pool.
    """
    names = ", ".join(columns)
    last = ", ".join(f"class.{name}" for name in columns)
    waiting = f"{within} AND {WAITING}" if within else WAITING
    return f"""
    WITH RECURSIVE class AS (
        (SELECT {names} FROM work_item WHERE {waiting} ORDER BY {names} LIMIT 1)
        UNION ALL
        SELECT next.* FROM class CROSS JOIN LATERAL (
            SELECT {names} FROM work_item WHERE {waiting} AND ({names}) > ({last}) ORDER BY {names} LIMIT 1
        ) next
    )
    """  # noqa: S608  # the parts are constants of the callers


def lock_chain(
    session: Session,
    role: Role | str,
    organisation: str | None,
    *,
    at: datetime,
    person: str | None = None,
    receiver: str | None = None,
) -> Chain:
    """Lock the chain of a pool, or that of one person in it; the chain is created on first use.

    Claims are recorded in a chain per person, so that no claim waits for another person's claim; what others do with
    the work of a pool is recorded in the chain of the pool. Lock order: chains first, then items. An event of a case
    locks items under the chain of the case and never locks a pool, so the two cannot deadlock.

    Args:
        session: the transaction.
        role: of the pool.
        organisation: the employer of the pool, if it has one.
        at: now.
        person: whose chain is locked; None for that of the pool.
        receiver: who gets work and may be claiming at the same time; this chain is locked too, to keep the limit.
    """
    pool_chain = f"work:{role}:{organisation or ''}"
    name = f"{pool_chain}:{person}" if person else pool_chain
    names = [name, *([f"{pool_chain}:{receiver}"] if receiver else [])]
    found = ledger.lock(session, names)
    for missing in sorted(set(names) - found.keys()):
        ledger.open_if_missing(session, missing, StreamKind.WORK, at)
    if len(found) < len(names):
        found = ledger.lock(session, names)
    return found[name]


def chains_of(role: str, organisation: str, people: Iterable[str]) -> list[str]:
    """The chains of a pool: its own, and one for each person who holds its duty."""
    pool_chain = f"work:{role}:{organisation}"
    return [pool_chain, *(f"{pool_chain}:{person}" for person in people)]


def record(
    session: Session,
    chain: Chain,
    *,
    by: Actor,
    at: datetime,
    event: str,
    item: WorkItem,
    facts: Mapping[str, Any],
    content: Mapping[str, Any] | None = None,
) -> Chain:
    """Record an event of a work item in a chain of its pool.

    Args:
        session: the transaction of the event.
        chain: the locked chain.
        by: the actor.
        at: now.
        event: claim, release, assign, ...
        item: the work item.
        facts: the facts of the event; people by their handles only.
        content: text that a person wrote, such as a reason; it goes to the vault.

    Returns:
        The chain with its new head, for the next event of the same transaction.

    Raises:
        RefusedError: there is content, and the data key of the chain is destroyed.
    """
    erased = chain.keys.is_erased(Retention.PROCEDURE)
    if (refusal := erasure.can_be_kept(fields=sorted(content or ()), erased=erased)) is not None:
        raise RefusedError([refusal])
    buffer = WriteBuffer(session)
    known = {"application": item.application, "action": item.action, "lane": item.lane, "startBy": item.start_by}
    entry = buffer.append(
        chain,
        by=by,
        at=at,
        chart="work",
        subject=item.id,
        event=event,
        facts={**known, **facts},
        changes={},
        content={Retention.PROCEDURE: content or {}},
        receipt=[],
    )
    buffer.write(at)
    return Chain(chain.id, entry["seq"], entry["hash"], entry["at"], chain.keys)
