"""Batch files: a sealed batch as a payment order for the bank."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from sqlmodel import Session, col, select

from rules.core.wording import wording
from states.errors import StatesError
from states.formats import pain001
from states.formats.registry import PAYMENT_ORDER
from states.payments.payees import payee_in, payees_of
from states.tables.payments import BatchLine, Payable, PaymentBatch
from states.tables.people import Organisation

MEMORY_LIMIT = CHUNK = 2**20
READ_AT_ONCE = 500
"""How many payments are read with one question; a batch may have a hundred thousand."""


def lines_of(session: Session, batch: PaymentBatch) -> list[BatchLine]:
    """The payments of a batch in a fixed order."""
    return lines_by_batch(session, [batch])[batch.id]


def lines_by_batch(session: Session, batches: Iterable[PaymentBatch]) -> dict[str, list[BatchLine]]:
    """The payments of several batches by batch, each in the order of :func:`lines_of`."""
    found: dict[str, list[BatchLine]] = {batch.id: [] for batch in batches}
    query = select(BatchLine).where(col(BatchLine.batch).in_(list(found)))
    for line in session.exec(query.order_by(col(BatchLine.batch), col(BatchLine.end_to_end))):
        found[line.batch].append(line)
    return found


def transfers_of(session: Session, batch: PaymentBatch) -> Iterator[pain001.Transfer]:
    """The payments of a batch, with only the account holder's name and IBAN from the vault."""
    lines = lines_of(session, batch)
    for first in range(0, len(lines), READ_AT_ONCE):
        part = lines[first : first + READ_AT_ONCE]
        query = select(Payable).where(col(Payable.id).in_([line.payable for line in part]))
        payables = {payable.id: payable for payable in session.exec(query)}
        payees = payees_of(session, payables.values())
        for line in part:
            name, iban = payee_in(payees, line.payable)
            yield pain001.Transfer(
                end_to_end_id=line.end_to_end,
                amount=line.amount,
                name=name,
                iban=iban,
                remittance=f"Factuur {payables[line.payable].number}",
            )


def open_batch_file(session: Session, batch: PaymentBatch) -> BinaryIO:
    """The batch as a payment order; the same bytes at every call once it is sealed. The caller closes the file.

    Up to a mebibyte stays in memory; a larger file is on disk without a name, and is deleted when closed.

    Raises:
        StatesError: the batch is not sealed.
    """
    out = cast("BinaryIO", SpooledTemporaryFile(MEMORY_LIMIT))  # noqa: SIM115  # closed by the caller
    try:
        PAYMENT_ORDER.write(order_of(session, batch), out)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


def sha256_of(file: BinaryIO) -> str:
    """The SHA-256 of a file, which is then at its beginning again."""
    found = sha256()
    while chunk := file.read(CHUNK):
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def batch_document(session: Session, batch: PaymentBatch) -> bytes:
    """The bytes of :func:`open_batch_file`."""
    with open_batch_file(session, batch) as file:
        return file.read()


def order_of(session: Session, batch: PaymentBatch) -> pain001.Order:
    """The payment order of a sealed batch.

    Raises:
        StatesError: the batch is not sealed.
    """
    if batch.sealed_at is None or batch.message_id is None:
        raise StatesError(wording("Batch {id} is not sealed; its contents can still change.", id=batch.id))
    employer = session.get_one(Organisation, batch.organisation)
    return pain001.Order(
        message_id=batch.message_id,
        payment_information_id=batch.message_id,
        created_at=batch.sealed_at,
        execution_on=batch.execution_on,
        debtor_name=employer.name,
        debtor_iban=employer.debtor_iban,
        count=batch.count,
        total=batch.total,
        transfers=transfers_of(session, batch),
        batch_booking=False,  # one statement entry per payment, so that each is matched and returned separately
    )
