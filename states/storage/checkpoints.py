"""The sequencer: numbers committed entries afterwards, and closes each run of numbers with a checkpoint.

No transaction that changes a case waits for it. Who keeps one checkpoint's hash can later prove that not one entry
up to its number was changed, added or taken away.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from states.tables.ledger import Checkpoint, LedgerEntry

LOCK = 0x5EA1
"""The advisory lock under which one sequencer works at a time."""
GIVE = text(
    """
    WITH waiting AS (
        SELECT stream, seq, row_number() OVER (ORDER BY at, stream, seq) AS place
        FROM (SELECT stream, seq, at FROM ledger_entry WHERE number IS NULL ORDER BY at, stream, seq LIMIT :limit) w
    )
    UPDATE ledger_entry e SET number = :last + waiting.place
    FROM waiting WHERE e.stream = waiting.stream AND e.seq = waiting.seq
    """,
)


def number(session: Session, *, at: datetime, limit: int = 5000) -> int:
    """Number the entries that have no number yet and write a checkpoint; answers how many."""
    if not session.execute(select(func.pg_try_advisory_xact_lock(LOCK))).scalar_one():
        return 0
    last = newest(session)
    given = session.connection().execute(GIVE, {"last": last.number if last else 0, "limit": limit}).rowcount
    if given:
        first = last.number if last else 0
        session.add(
            Checkpoint(
                number=first + given,
                at=at,
                hash=closing(last.hash if last else "", hashes(session, first, first + given)),
            ),
        )
        session.flush()
    return given


def newest(session: Session) -> Checkpoint | None:
    """The last checkpoint."""
    return session.exec(select(Checkpoint).order_by(col(Checkpoint.number).desc()).limit(1)).first()


def hashes(session: Session, after: int, until: int) -> list[str]:
    """The hashes of the entries with a number above ``after`` up to ``until``, in order."""
    query = select(LedgerEntry.hash).where(col(LedgerEntry.number) > after, col(LedgerEntry.number) <= until)
    return list(session.exec(query.order_by(col(LedgerEntry.number))))


def closing(previous: str, found: list[str]) -> str:
    """The hash of a checkpoint: over the one before it and every entry since."""
    return hashlib.sha256("\n".join([previous, *found]).encode()).hexdigest()


def broken_checkpoints(session: Session) -> Iterator[str]:
    """Where the checkpoints and the numbered entries disagree."""
    last, previous = 0, ""
    for point in session.exec(select(Checkpoint).order_by(col(Checkpoint.number))):
        found = hashes(session, last, point.number)
        if len(found) != point.number - last:
            yield f"Checkpoint {point.number}: {point.number - last - len(found)} numbered entries are missing."
        elif closing(previous, found) != point.hash:
            yield f"Checkpoint {point.number}: the entries before it are not those that it closed."
        last, previous = point.number, point.hash
