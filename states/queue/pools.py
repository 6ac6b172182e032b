"""Pools: a role, and the employer where the role acts for one. What moves in a pool stands in chains of their own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from rules.core.roles import Actor, Role
from states.engine.parties import duty_holders
from states.storage import ledger
from states.storage.ledger import STREAMS, Chain
from states.storage.vault import Vault
from states.storage.write_buffer import WriteBuffer
from states.tables.ledger import StreamKind
from states.tables.work import WorkItem


def pool(role: Role, organisation: str | None) -> tuple[ColumnElement[bool], ...]:
    """The open, unclaimed items that someone in a role may take."""
    return (
        col(WorkItem.done_at).is_(None),
        col(WorkItem.assignee).is_(None),
        col(WorkItem.role) == str(role),
        col(WorkItem.organisation) == (organisation or ""),
    )


def order() -> tuple[Any, ...]:
    """The queue's order; the index of the table holds it."""
    return (col(WorkItem.lane), col(WorkItem.start_by), col(WorkItem.created_at), col(WorkItem.id))


def enter(
    session: Session,
    role: Role | str,
    organisation: str | None,
    *,
    at: datetime,
    person: str | None = None,
    receiver: str | None = None,
) -> Chain:
    """Lock the chain of a pool, or that of one person in it; opened on first use.

    What people take for themselves stands in a chain each, so that nobody waits for anybody else's claim; what others
    do with the work of a pool stands in the pool's own. Whoever is given work, and could be claiming at that moment, is
    named as ``receiver``, so that nobody gets more than the limit. Lock order: chains first, then items. The door locks
    items of a case under the case's chain and never enters a pool, so the two cannot wait for each other.
    """
    pool_chain = f"work:{role}:{organisation or ''}"
    name = f"{pool_chain}:{person}" if person else pool_chain
    names = [name, *([f"{pool_chain}:{receiver}"] if receiver else [])]
    found = ledger.lock(session, names)
    for missing in sorted(set(names) - found.keys()):
        row = {"id": missing, "kind": StreamKind.WORK, "seq": 0, "head": "", "last_at": at}
        key = Vault.of(session).new_key(missing)
        session.connection().execute(insert(STREAMS).values(**row, key=key).on_conflict_do_nothing())
    if len(found) < len(names):
        found = ledger.lock(session, names)
    return found[name]


def chains_of(session: Session, role: str, organisation: str) -> list[str]:
    """The chains in which the movements of a pool stand: its own, and those of the people who hold its duty."""
    pool_chain = f"work:{role}:{organisation}"
    return [pool_chain, *(f"{pool_chain}:{person}" for person in duty_holders(session, Role(role), organisation))]


def note(
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
    """Put a movement of an item down in a chain of its pool.

    Args:
        session: the transaction in which it moved.
        chain: the pool's chain, entered.
        by: who moved it.
        at: when.
        event: claim, release, assign, ...
        item: what moved.
        facts: why, and from whom to whom; handles only.
        content: words of a person, such as a reason; they go to the vault.

    Returns:
        The chain as it stands now, for the next movement of the same transaction.
    """
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
        content=content or {},
        receipt=[],
    )
    buffer.write(at)
    return Chain(chain.id, entry["seq"], entry["hash"], entry["at"], chain.key)
