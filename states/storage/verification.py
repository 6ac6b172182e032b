"""Verification of every chain: hashes, order and heads, and that the stored rows agree with the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlmodel import Session, select

from states.storage.account_marks import wrong_marks
from states.storage.checkpoints import broken_checkpoints
from states.storage.ledger import digest
from states.storage.replay import differences, entries_of, fold, recorded_tables
from states.tables.columns import table_of
from states.tables.ledger import LedgerEntry, Stream


@dataclass
class Verdict:
    """What was verified and what is wrong; all is well if ``problems`` is empty."""

    streams: int = 0
    entries: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def verify(session: Session) -> Verdict:
    """Verify every chain of the office."""
    verdict = Verdict()
    recorded: set[str] = set()
    for stream in session.exec(select(Stream).order_by(Stream.id)).all():
        entries, problems = verify_chain(session, stream)
        verdict.streams += 1
        verdict.entries += len(entries)
        verdict.by_kind[str(stream.kind)] = verdict.by_kind.get(str(stream.kind), 0) + 1
        verdict.problems += problems
        recorded |= fold(entries).keys()
        session.expunge_all()
    verdict.problems += [
        *rows_without_entry(session, recorded),
        *wrong_marks(session),
        *broken_checkpoints(session),
    ]
    return verdict


def verify_chain(session: Session, stream: Stream) -> tuple[list[LedgerEntry], list[str]]:
    """The entries of one chain, and what is wrong with it or with the rows that follow from it."""
    entries = entries_of(session, stream.id)
    return entries, [*chain_problems(stream, entries), *differences(session, stream.id, entries)]


def rows_without_entry(session: Session, recorded: set[str]) -> Iterator[str]:
    """Rows without a ledger entry: no event made them."""
    for name, table in sorted(recorded_tables().items()):
        columns = table_of(table).primary_key
        for row in session.execute(select(*columns)):
            key = f"{name}:{'/'.join(str(part) for part in row)}"
            if key not in recorded:
                yield f"{key} stands in its table, and no entry of the ledger tells of it."


def chain_problems(stream: Stream, entries: list[LedgerEntry]) -> Iterator[str]:
    """The defects of one chain."""
    head = ""
    for seq, entry in enumerate(entries, start=1):
        if entry.seq != seq:
            yield f"{stream.id}: entry {seq} is missing; the chain goes on with {entry.seq}."
            return
        if entry.previous != head:
            yield f"{stream.id}: entry {seq} does not follow from the one before it."
        if digest(entry.model_dump()) != entry.hash:
            yield f"{stream.id}: entry {seq} was changed after it was written."
        head = entry.hash
    if (stream.seq, stream.head) != (len(entries), head):
        yield f"{stream.id}: its head names entry {stream.seq}; the chain ends with {len(entries)}."
