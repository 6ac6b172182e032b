"""Checkpoints of the ledger: the sequencer numbers committed entries and closes each run of numbers with a hash.

No transaction that changes a case waits for it. Anyone who keeps the hash of a checkpoint can prove later that no entry
up to its number was changed, added or removed.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from states.tables.ledger import Checkpoint, LedgerEntry

LOCK = 0x5EA1
"""The advisory lock that allows one sequencer at a time."""
ASSIGN_NUMBERS = text(
    """
    WITH waiting AS (
        SELECT stream, seq, row_number() OVER (ORDER BY at, stream, seq) AS place
        FROM (SELECT stream, seq, at FROM ledger_entry WHERE number IS NULL ORDER BY at, stream, seq LIMIT :limit) w
    )
    UPDATE ledger_entry e SET number = :last + waiting.place
    FROM waiting WHERE e.stream = waiting.stream AND e.seq = waiting.seq
    """,
)


def number_entries(session: Session, *, at: datetime, limit: int = 5000) -> int:
    """Number the entries without a number and write a checkpoint; return how many."""
    if not session.execute(select(func.pg_try_advisory_xact_lock(LOCK))).scalar_one():
        return 0
    last = last_checkpoint(session)
    count = session.connection().execute(ASSIGN_NUMBERS, {"last": last.number if last else 0, "limit": limit}).rowcount
    if count:
        first = last.number if last else 0
        session.add(
            Checkpoint(
                number=first + count,
                at=at,
                hash=checkpoint_hash(last.hash if last else "", entry_hashes(session, first, first + count)),
            ),
        )
        session.flush()
    return count


def last_checkpoint(session: Session) -> Checkpoint | None:
    """The last checkpoint."""
    return session.exec(select(Checkpoint).order_by(col(Checkpoint.number).desc()).limit(1)).first()


def entry_hashes(session: Session, after: int, until: int) -> list[str]:
    """The hashes of the entries with a number above ``after`` up to ``until``, in order."""
    query = select(LedgerEntry.hash).where(col(LedgerEntry.number) > after, col(LedgerEntry.number) <= until)
    return list(session.exec(query.order_by(col(LedgerEntry.number))))


def checkpoint_hash(previous: str, entries: list[str]) -> str:
    """The hash of a checkpoint: over the previous checkpoint and every entry since."""
    return hashlib.sha256("\n".join([previous, *entries]).encode()).hexdigest()


def broken_checkpoints(session: Session) -> Iterator[str]:
    """Where the checkpoints and the numbered entries disagree."""
    last, previous = 0, ""
    for point in session.exec(select(Checkpoint).order_by(col(Checkpoint.number))):
        found = entry_hashes(session, last, point.number)
        if len(found) != point.number - last:
            yield f"Checkpoint {point.number}: {point.number - last - len(found)} numbered entries are missing."
        elif checkpoint_hash(previous, found) != point.hash:
            yield f"Checkpoint {point.number}: the entries before it are not those that it closed."
        last, previous = point.number, point.hash
