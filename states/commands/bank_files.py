"""Taking in what the bank sends: read, held against what belongs here, and passed through the door; once per file."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import SEEK_END, BytesIO
from typing import Any, BinaryIO

from sqlalchemy import extract, func
from sqlmodel import Session, col, select

from rules.core.dates import office_day
from rules.core.roles import OF_AN_EMPLOYER, Actor
from states.commands.fire import fire
from states.engine.employers import EmployerDirectory
from states.errors import BankFileRefusedError, BankFileTooLargeError
from states.events.payments.bank_reports import OrderStatus, ReportedPayment, StatusReport
from states.events.payments.statements import Statement, StatementEntry
from states.formats import camt053, pain002
from states.formats.bank_xml import LIMIT, Source, message_of, refuse_unsafe
from states.formats.errors import BankFileError
from states.formats.registry import bank_file_format
from states.payments import batch_files
from states.tables.payments import BankEntry, BankMessage, BatchLine, PaymentBatch
from states.tables.people import Organisation

PIECE = 2**20
STATEMENT = "camt.053"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]{0,39}", re.ASCII)


@dataclass(frozen=True)
class ImportedFile:
    """What came of a file."""

    message: BankMessage
    entries: list[BankEntry]
    again: bool
    """True where this very file, or this very statement, was taken in before: nothing changed."""


def take_in(session: Session, source: Source, *, by: Actor, at: datetime) -> ImportedFile:
    """Take in a statement (camt.053) or a status report (pain.002) whole, or refuse it whole.

    Args:
        session: an open session; commit it afterwards, or roll all of it back.
        source: the file: its bytes, or an open file that can be read twice.
        by: who brings it.
        at: when this is recorded.

    Raises:
        BankFileTooLargeError: it is larger than any file we read.
        BankFileRefusedError: it cannot be read, tells of a day to come, or is not of an account or order of an employer
            that ``by`` acts for.
    """
    file = BytesIO(source) if isinstance(source, bytes) else source
    mark = mark_of(file)
    if (before := known(session, mark, by)) is not None:
        return before
    try:
        first = file.read(PIECE)
        file.seek(0)
        refuse_unsafe(first)
        _, namespace, line = message_of(first)
        found = bank_file_format(namespace, line).read(file)
        if isinstance(found, camt053.Statement):
            return take_in_statement(session, found, mark, by=by, at=at)
        return take_in_report(session, found, mark, by=by, at=at)
    except BankFileError as error:
        reason, remedy = (f"{words[:1].upper()}{words[1:].rstrip('.')}." for words in (error.reason, error.remedy))
        raise BankFileRefusedError(reason, remedy, error.line) from error


def mark_of(file: BinaryIO) -> str:
    """The SHA-256 of a file, which is left at its beginning.

    Raises:
        BankFileTooLargeError: it is larger than any file we read.
    """
    if file.seek(0, SEEK_END) > LIMIT:
        raise BankFileTooLargeError(LIMIT)
    file.seek(0)
    return batch_files.sha256_of(file)


def known(session: Session, mark: str, by: Actor) -> ImportedFile | None:
    """What came of this very file when it was taken in before, for those whom it concerns."""
    before = session.exec(select(BankMessage).where(BankMessage.sha256 == mark)).first()
    if before is None or not concerns(session, before.organisation, by):
        return None
    return ImportedFile(before, entries_of(session, before), again=True)


def concerns(session: Session, organisation: str, by: Actor) -> bool:
    """Whether someone acts for an employer, or for the office as a whole."""
    return by.role not in OF_AN_EMPLOYER or by.organisation == EmployerDirectory(session).current(organisation)


def alone(session: Session, what: str) -> None:
    """Let two who bring files about the same wait for each other: the second then finds what the first brought."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"bank:{what}", 0))))


def take_in_statement(
    session: Session, found: camt053.Statement, mark: str, *, by: Actor, at: datetime
) -> ImportedFile:
    """Take in a statement of an account that is an employer's."""
    query = select(Organisation).where(Organisation.debtor_iban == found.account)
    # An account that went over to a successor is the successor's.
    owner = session.exec(query.order_by(col(Organisation.state), col(Organisation.id))).first()
    if owner is None or not concerns(session, owner.id, by):
        reason = "The statement is of an account that is not your employer's debtor account."
        raise BankFileRefusedError(reason, "Send the statement of the debtor account that stands in the batch.", None)
    if (ahead := next((entry for entry in found.entries if entry.booked_on > office_day(at)), None)) is not None:
        reason = f"An entry is booked on {ahead.booked_on}, after today ({office_day(at)})."
        remedy = "What is announced is no booking: send the statement once its day has come."
        raise BankFileRefusedError(reason, remedy, ahead.line)
    alone(session, found.account)
    name, said = named(found.id), said_by(found)
    if (before := known(session, mark, by)) is not None:
        return before
    if (earlier := statement_before(session, owner, name, found)) is not None:
        if earlier.said == said:
            return ImportedFile(earlier, entries_of(session, earlier), again=True)
        raise BankFileRefusedError(
            f"Statement {name} of this account was taken in before, and said something else.",
            f"Ask the bank which of the two stands. The first is {earlier.id}; its entries are booked.",
            None,
        )
    body = Statement(
        sha256=mark,
        statement=name,
        said=said,
        sequence=found.sequence,
        issued_on=found.issued_on,
        opening=found.opening,
        closing=found.closing,
        entries=[
            StatementEntry(
                position=position,
                booked_on=entry.booked_on,
                amount=entry.amount,
                end_to_end=coded(entry.end_to_end_id),
                payment_information=coded(entry.payment_information_id),
                is_return=entry.is_return,
                reason=coded(entry.return_reason),
                reference=coded(entry.reference),
            )
            for position, entry in enumerate(found.entries, start=1)
        ],
    )
    fire(session, "organisation", owner.id, "take-in-statement", by=by, at=at, body=body)
    return taken(session, mark)


def taken(session: Session, mark: str) -> ImportedFile:
    """What came of a file just now."""
    message = session.exec(select(BankMessage).where(BankMessage.sha256 == mark)).one()
    return ImportedFile(message, entries_of(session, message), again=False)


def statement_before(session: Session, owner: Organisation, name: str, found: camt053.Statement) -> BankMessage | None:
    """The statement of the same name that was taken in before; banks begin anew with their names every year."""
    mine = select(BankMessage).where(
        col(BankMessage.organisation).in_(EmployerDirectory(session).known_as(owner.id)),
        BankMessage.kind == STATEMENT,
        BankMessage.statement == name,
    )
    if found.issued_on is not None:
        year: Any = extract("year", col(BankMessage.issued_on))
        mine = mine.where((year == found.issued_on.year) | col(BankMessage.issued_on).is_(None))
    return session.exec(mine.limit(1)).first()


def take_in_report(
    session: Session, found: pain002.StatusReport, mark: str, *, by: Actor, at: datetime
) -> ImportedFile:
    """Take in a status report on an order of ours."""
    query = select(PaymentBatch).where(PaymentBatch.message_id == found.original_message_id)
    batch = session.exec(query).first()
    if batch is None or not concerns(session, batch.organisation, by):
        reason = "The report is about an order that is none of your employer's."
        raise BankFileRefusedError(reason, "OrgnlMsgId names an order that was exported here.", None)
    alone(session, batch.id)
    if (before := known(session, mark, by)) is not None:
        return before
    held_against(session, batch, found)
    # Our orders have one PmtInf, so what is said of it is said of the order; it is nearer than what the group says.
    part = next((each for each in found.batches if each.status), None)
    body = StatusReport(
        sha256=mark,
        report=named(found.id),
        order=OrderStatus(
            status=part.status if part else found.group_status,
            reason=coded((part.reason if part else None) or found.reason),
        ),
        payments=[
            ReportedPayment(end_to_end=payment.end_to_end_id, status=payment.status, reason=coded(payment.reason))
            for payment in found.payments
        ],
    )
    fire(session, "payment-batch", batch.id, "take-in-report", by=by, at=at, body=body)
    return taken(session, mark)


def held_against(session: Session, batch: PaymentBatch, found: pain002.StatusReport) -> None:
    """Let pass only a report that names nothing but what stands in the order.

    Raises:
        BankFileRefusedError: it names something else; the line says where.
    """
    for part in found.batches:
        if part.payment_information_id != batch.message_id:
            reason = f"The order {batch.message_id} has no PmtInfId {part.payment_information_id}."
            raise BankFileRefusedError(reason, f"OrgnlPmtInfId is {batch.message_id} here.", part.line)
    lines = set(session.exec(select(BatchLine.end_to_end).where(BatchLine.batch == batch.id)))
    for payment in found.payments:
        if payment.end_to_end_id not in lines:
            reason = f"The order {batch.message_id} holds no payment {payment.end_to_end_id}."
            raise BankFileRefusedError(reason, "Ask the bank for the report on this order.", payment.line)


def said_by(found: camt053.Statement) -> str:
    """A digest of what a statement says: the same, however its XML is written."""
    digest = sha256(f"{found.sequence} {found.opening} {found.closing}".encode())
    for entry in found.entries:
        facts = (entry.booked_on, entry.amount, entry.end_to_end_id, entry.payment_information_id, entry.is_return)
        digest.update(repr((*map(str, facts), entry.return_reason)).encode())
    return digest.hexdigest()


def coded(reference: str | None) -> str | None:
    """A bank's reference if it can be one of ours; others match nothing and may be anything, so they are left out."""
    return reference if reference is not None and CODE.fullmatch(reference) else None


def named(name: str) -> str:
    """The name that a bank gives a file, in characters that a fact may hold; two names never become one."""
    if CODE.fullmatch(name):
        return name
    plain = re.sub(r"[^A-Za-z0-9./-]+", "-", name).strip("./-")[:28]
    return f"{plain or 'X'}-{sha256(name.encode()).hexdigest()[:8]}"


def entries_of(session: Session, message: BankMessage) -> list[BankEntry]:
    """The entries of a message in order."""
    query = select(BankEntry).where(BankEntry.message == message.id)
    return list(session.exec(query.order_by(col(BankEntry.position))))
