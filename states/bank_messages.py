"""Taking in what the bank sends: read, held against what belongs here, and passed through the door; once per file."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func
from sqlmodel import Session, col, select

from rules.roles import OF_AN_EMPLOYER, Actor
from states import scope
from states.bank import camt053
from states.bank.errors import BankFileError
from states.door import fire
from states.errors import BankFileRefusedError
from states.events.registry import Statement, StatementEntry
from states.tables.finance import BankEntry, BankMessage
from states.tables.people import Organisation


@dataclass(frozen=True)
class TakenIn:
    """What came of a file."""

    message: BankMessage
    entries: list[BankEntry]
    again: bool
    """True where this very file was taken in before: nothing changed."""


def take_in(session: Session, document: bytes, *, by: Actor, at: datetime) -> TakenIn:
    """Take in a camt.053 statement whole, or refuse it whole.

    Raises:
        BankFileRefusedError: it cannot be read, or is not of an account of an employer that ``by`` acts for.
    """
    mark = sha256(document).hexdigest()
    # Two who bring the same file at once: the second waits here, and then finds it taken in.
    session.execute(select(func.pg_advisory_xact_lock(int(mark[:15], 16))))
    before = session.exec(select(BankMessage).where(BankMessage.sha256 == mark)).first()
    everyones = by.role not in OF_AN_EMPLOYER
    if before is not None and (everyones or by.organisation == scope.current(session, before.organisation)):
        return TakenIn(before, entries_of(session, before), again=True)
    try:
        statement = camt053.read(document)
    except BankFileError as error:
        reason, remedy = (f"{words[:1].upper()}{words[1:].rstrip('.')}." for words in (error.reason, error.remedy))
        raise BankFileRefusedError(reason, remedy, error.line) from error
    query = select(Organisation).where(Organisation.debtor_iban == statement.account)
    # An account that went over to a successor is the successor's.
    owner = session.exec(query.order_by(col(Organisation.state), col(Organisation.id))).first()
    if owner is None or (not everyones and by.organisation != scope.current(session, owner.id)):
        reason = "The statement is of an account that is not your employer's debtor account."
        raise BankFileRefusedError(reason, "Send the statement of the debtor account that stands in the batch.", None)
    body = Statement(
        sha256=mark,
        statement=statement.id.replace(" ", "-")[:40],
        entries=[
            StatementEntry(
                position=position,
                booked_on=entry.booked_on,
                amount=entry.amount,
                end_to_end=coded(entry.end_to_end_id),
                payment_information=coded(entry.payment_information_id),
                is_return=entry.is_return,
                reason=coded(entry.return_reason),
            )
            for position, entry in enumerate(statement.entries, start=1)
        ],
    )
    fire(session, "organisation", owner.id, "take-in-statement", by=by, at=at, body=body)
    message = session.exec(select(BankMessage).where(BankMessage.sha256 == mark)).one()
    return TakenIn(message, entries_of(session, message), again=False)


def coded(reference: str | None) -> str | None:
    """A bank's reference if it can be one of ours; others match nothing and may be anything, so they are left out."""
    if reference is None or not reference.replace("-", "").isalnum() or len(reference) > 40:  # noqa: PLR2004
        return None
    return reference


def entries_of(session: Session, message: BankMessage) -> list[BankEntry]:
    """The entries of a message in order."""
    return list(session.exec(select(BankEntry).where(BankEntry.message == message.id).order_by(BankEntry.position)))  # type: ignore[arg-type]
