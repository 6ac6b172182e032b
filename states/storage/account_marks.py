"""Account marks: payables to one account are found by a keyed hash of it, which does not tell whose account it is.

The mark of a payable is no fact of the ledger: it follows from the sealed account and the keys of an epoch.
"""

from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from sqlmodel import Session, col, select

from states.storage.content import content_of_subject
from states.storage.database import vault_of
from states.storage.purpose_keys import Purpose
from states.tables.payments import Payable


def bare(iban: str) -> str:
    """An account number without spaces, in capitals."""
    return "".join(iban.split()).upper()


def account_mark(session: Session, iban: str) -> str:
    """The mark of an account."""
    return vault_of(session).mark(Purpose.ACCOUNTS, bare(iban))


def wrong_marks(session: Session) -> Iterator[str]:
    """The payables whose mark is not that of the account in their content; an erased account is not compared."""
    payables = select(Payable.stream, Payable.id, Payable.payee_mark).order_by(col(Payable.stream), col(Payable.id))
    for stream, payable, mark in session.exec(payables):
        try:
            ibans = [
                entry.content["iban"]
                for entry in content_of_subject(session, stream, payable)
                if "iban" in entry.content
            ]
        except InvalidTag:
            yield f"{stream}: the sealed content of {payable} was changed or moved."
            continue
        if ibans and account_mark(session, ibans[0]) != mark:
            yield f"{stream}: payable:{payable} differs from its sealed account in payee_mark."
