"""Batch files: a sealed batch as a payment order for the bank."""

from collections.abc import Iterator
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from sqlmodel import Session, col, select

from states.errors import StatesError
from states.formats import pain001
from states.formats.registry import PAYMENT_ORDER
from states.payments.payees import payee_of
from states.tables.payments import BatchLine, Payable, PaymentBatch
from states.tables.people import Organisation

MEMORY_LIMIT = CHUNK = 2**20


def lines_of(session: Session, batch: PaymentBatch) -> list[BatchLine]:
    """The payments of a batch in a fixed order."""
    return list(session.exec(select(BatchLine).where(BatchLine.batch == batch.id).order_by(col(BatchLine.end_to_end))))


def transfers_of(session: Session, batch: PaymentBatch) -> Iterator[pain001.Transfer]:
    """The payments of a batch, with only the account holder's name and IBAN from the vault."""
    for line in lines_of(session, batch):
        payable = session.get_one(Payable, line.payable)
        name, iban = payee_of(session, payable)
        yield pain001.Transfer(
            end_to_end_id=line.end_to_end,
            amount=line.amount,
            name=name,
            iban=iban,
            remittance=f"Factuur {payable.number}",
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
        raise StatesError(f"Batch {batch.id} is not sealed; its contents can still change.")
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
