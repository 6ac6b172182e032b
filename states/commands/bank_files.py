"""Bank files: read, checked against our accounts and orders, and recorded by an event, once per file."""

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
from rules.core.wording import wording
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

FIRST_BYTES = 2**20
STATEMENT = "camt.053"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]{0,39}", re.ASCII)


@dataclass(frozen=True)
class ImportedFile:
    """The result of an import: the stored message and its entries."""

    message: BankMessage
    entries: list[BankEntry]
    again: bool
    """True if the same file, or the same statement, was imported before: nothing changed."""


def take_in(session: Session, source: Source, *, by: Actor, at: datetime) -> ImportedFile:
    """Import a statement (camt.053) or a status report (pain.002) whole, or refuse it whole.

    Args:
        session: an open session; commit it afterwards, or roll all of it back.
        source: the file: its bytes, or an open file that can be read twice.
        by: who sends it.
        at: when this is recorded.

    Raises:
        BankFileTooLargeError: it is larger than the largest file that is read.
        BankFileRefusedError: it cannot be read, has entries after today, or is not about an account or order of an
            employer that ``by`` acts for.
    """
    file = BytesIO(source) if isinstance(source, bytes) else source
    digest = digest_of(file)
    if (before := imported_before(session, digest, by)) is not None:
        return before
    try:
        first = file.read(FIRST_BYTES)
        file.seek(0)
        refuse_unsafe(first)
        _, namespace, line = message_of(first)
        found = bank_file_format(namespace, line).read(file)
        if isinstance(found, camt053.Statement):
            return take_in_statement(session, found, digest, by=by, at=at)
        return take_in_report(session, found, digest, by=by, at=at)
    except BankFileError as error:
        reason, remedy = (f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in (error.reason, error.remedy))
        raise BankFileRefusedError(reason, remedy, error.line) from error


def digest_of(file: BinaryIO) -> str:
    """The SHA-256 of a file, whose position is then its beginning.

    Raises:
        BankFileTooLargeError: it is larger than the largest file that is read.
    """
    if file.seek(0, SEEK_END) > LIMIT:
        raise BankFileTooLargeError(LIMIT)
    file.seek(0)
    return batch_files.sha256_of(file)


def imported_before(session: Session, digest: str, by: Actor) -> ImportedFile | None:
    """The earlier import of the same file, if there is one and ``by`` acts for its employer."""
    before = session.exec(select(BankMessage).where(BankMessage.sha256 == digest)).first()
    if before is None or not acts_for(session, before.organisation, by):
        return None
    return ImportedFile(before, entries_of(session, before), again=True)


def acts_for(session: Session, organisation: str, by: Actor) -> bool:
    """Whether an actor acts for this employer, or for the office."""
    return by.role not in OF_AN_EMPLOYER or by.organisation == EmployerDirectory(session).current(organisation)


def lock_for_import(session: Session, subject: str) -> None:
    """Serialise imports about the same account or order, so that the second finds what the first imported."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"bank:{subject}", 0))))


def take_in_statement(
    session: Session, found: camt053.Statement, digest: str, *, by: Actor, at: datetime
) -> ImportedFile:
    """Import a statement of an employer's account."""
    query = select(Organisation).where(Organisation.debtor_iban == found.account)
    # Where employers merged, the account is the successor's.
    owner = session.exec(query.order_by(col(Organisation.state), col(Organisation.id))).first()
    if owner is None or not acts_for(session, owner.id, by):
        reason = "The statement is of an account that is not your employer's debtor account."
        raise BankFileRefusedError(reason, "Send the statement of the debtor account that stands in the batch.", None)
    if (ahead := next((entry for entry in found.entries if entry.booked_on > office_day(at)), None)) is not None:
        reason = wording(
            "An entry is booked on {booked_on}, after today ({at}).", booked_on=ahead.booked_on, at=office_day(at)
        )
        remedy = "What is announced is no booking: send the statement once its day has come."
        raise BankFileRefusedError(reason, remedy, ahead.line)
    lock_for_import(session, found.account)
    name, content = name_as_code(found.id), content_digest(found)
    if (before := imported_before(session, digest, by)) is not None:
        return before
    if (earlier := earlier_statement(session, owner, name, found)) is not None:
        if earlier.said == content:
            return ImportedFile(earlier, entries_of(session, earlier), again=True)
        raise BankFileRefusedError(
            wording("Statement {name} of this account was taken in before, and said something else.", name=name),
            wording("Ask the bank which of the two stands. The first is {id}; its entries are booked.", id=earlier.id),
            None,
        )
    body = Statement(
        sha256=digest,
        statement=name,
        said=content,
        sequence=found.sequence,
        issued_on=found.issued_on,
        opening=found.opening,
        closing=found.closing,
        entries=[
            StatementEntry(
                position=position,
                booked_on=entry.booked_on,
                amount=entry.amount,
                end_to_end=code_or_none(entry.end_to_end_id),
                payment_information=code_or_none(entry.payment_information_id),
                is_return=entry.is_return,
                reason=code_or_none(entry.return_reason),
                reference=code_or_none(entry.reference),
            )
            for position, entry in enumerate(found.entries, start=1)
        ],
    )
    fire(session, "organisation", owner.id, "take-in-statement", by=by, at=at, body=body, take_over=True)
    return newly_imported(session, digest)


def newly_imported(session: Session, digest: str) -> ImportedFile:
    """The result of an import that was just recorded."""
    message = session.exec(select(BankMessage).where(BankMessage.sha256 == digest)).one()
    return ImportedFile(message, entries_of(session, message), again=False)


def earlier_statement(session: Session, owner: Organisation, name: str, found: camt053.Statement) -> BankMessage | None:
    """An earlier statement of the same name and year; banks repeat their names every year."""
    same_name = select(BankMessage).where(
        col(BankMessage.organisation).in_(EmployerDirectory(session).known_as(owner.id)),
        BankMessage.kind == STATEMENT,
        BankMessage.statement == name,
    )
    if found.issued_on is not None:
        year: Any = extract("year", col(BankMessage.issued_on))
        same_name = same_name.where((year == found.issued_on.year) | col(BankMessage.issued_on).is_(None))
    return session.exec(same_name.limit(1)).first()


def take_in_report(
    session: Session, found: pain002.StatusReport, digest: str, *, by: Actor, at: datetime
) -> ImportedFile:
    """Import a status report on an order that was exported here."""
    query = select(PaymentBatch).where(PaymentBatch.message_id == found.original_message_id)
    batch = session.exec(query).first()
    if batch is None or not acts_for(session, batch.organisation, by):
        reason = "The report is about an order that is none of your employer's."
        raise BankFileRefusedError(reason, "OrgnlMsgId names an order that was exported here.", None)
    lock_for_import(session, batch.id)
    if (before := imported_before(session, digest, by)) is not None:
        return before
    require_known_payments(session, batch, found)
    # Our orders have one PmtInf, so its status is the order's, and more precise than the group's.
    part = next((batch for batch in found.batches if batch.status), None)
    body = StatusReport(
        sha256=digest,
        report=name_as_code(found.id),
        order=OrderStatus(
            status=part.status if part else found.group_status,
            reason=code_or_none((part.reason if part else None) or found.reason),
        ),
        payments=[
            ReportedPayment(
                end_to_end=payment.end_to_end_id, status=payment.status, reason=code_or_none(payment.reason)
            )
            for payment in found.payments
        ],
    )
    fire(session, "payment-batch", batch.id, "take-in-report", by=by, at=at, body=body, take_over=True)
    return newly_imported(session, digest)


def require_known_payments(session: Session, batch: PaymentBatch, found: pain002.StatusReport) -> None:
    """Require that a report names only this order and its payments.

    Raises:
        BankFileRefusedError: it names something else; the error has the line.
    """
    for part in found.batches:
        if part.payment_information_id != batch.message_id:
            reason = wording(
                "The order {message_id} has no PmtInfId {payment_information_id}.",
                message_id=batch.message_id,
                payment_information_id=part.payment_information_id,
            )
            raise BankFileRefusedError(
                reason, wording("OrgnlPmtInfId is {message_id} here.", message_id=batch.message_id), part.line
            )
    lines = set(session.exec(select(BatchLine.end_to_end).where(BatchLine.batch == batch.id)))
    for payment in found.payments:
        if payment.end_to_end_id not in lines:
            reason = wording(
                "The order {message_id} holds no payment {end_to_end_id}.",
                message_id=batch.message_id,
                end_to_end_id=payment.end_to_end_id,
            )
            raise BankFileRefusedError(reason, "Ask the bank for the report on this order.", payment.line)


def content_digest(found: camt053.Statement) -> str:
    """A digest of a statement's content, which does not depend on how its XML is written."""
    digest = sha256(f"{found.sequence} {found.opening} {found.closing}".encode())
    for entry in found.entries:
        facts = (entry.booked_on, entry.amount, entry.end_to_end_id, entry.payment_information_id, entry.is_return)
        digest.update(repr((*map(str, facts), entry.return_reason)).encode())
    return digest.hexdigest()


def code_or_none(reference: str | None) -> str | None:
    """A bank's reference if it has the form of ours; others match nothing and may be any text, so they are dropped."""
    return reference if reference is not None and CODE.fullmatch(reference) else None


def name_as_code(name: str) -> str:
    """The name that a bank gave a file, in characters that a fact may hold; different names stay different."""
    if CODE.fullmatch(name):
        return name
    plain = re.sub(r"[^A-Za-z0-9./-]+", "-", name).strip("./-")[:28]
    return f"{plain or 'X'}-{sha256(name.encode()).hexdigest()[:8]}"


def entries_of(session: Session, message: BankMessage) -> list[BankEntry]:
    """The entries of a message, in order."""
    query = select(BankEntry).where(BankEntry.message == message.id)
    return list(session.exec(query.order_by(col(BankEntry.position))))
