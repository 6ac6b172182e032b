"""Payees: a name that a payment file can hold, and the name and account of a payable."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from sqlmodel import Session, col, select

from rules.access.content_classes import ContentClass, Retention
from rules.core import characters
from rules.core.wording import wording
from states.engine.bodies import CONTENT, plain_line
from states.errors import ErasedError
from states.formats import sepa_text
from states.formats.errors import BankTextError
from states.storage.account_marks import bare
from states.storage.content import content_of_subjects
from states.tables.ledger import DataKey
from states.tables.payments import BatchLine, Payable


def can_be_paid(name: str) -> str:
    """The name, if a payment file can hold it.

    Raises:
        PydanticCustomError: it cannot; a shortened name or a question mark would be wrong.
    """
    try:
        sepa_text.name(name, "name")
    except BankTextError as error:
        raise PydanticCustomError("payee", "{words}", {"words": str(error)}) from None
    return name


Payee = Annotated[
    str,
    Field(min_length=1, max_length=200, json_schema_extra={**CONTENT, "pattern": characters.LINE}),
    AfterValidator(plain_line),
    AfterValidator(can_be_paid),
    ContentClass.PAYEE,
]
"""The account holder's name exactly as on the account: content, in characters that SEPA allows."""


def erased_payees(session: Session, batch: str) -> list[str]:
    """The payables in a batch whose payee was erased with their case."""
    lines = select(BatchLine.payable).where(BatchLine.batch == batch, col(BatchLine.counts))
    kept = select(DataKey.stream).where(DataKey.retention == Retention.MONEY)
    erased = select(Payable.id).where(col(Payable.id).in_(lines), col(Payable.stream).not_in(kept))
    return list(session.exec(erased))


def payee_of(session: Session, payable: Payable) -> tuple[str, str]:
    """The name and account of a payable as received; a later interest decision has its own payable.

    Raises:
        ErasedError: the content was erased.
    """
    return payee_in(payees_of(session, [payable]), payable.id)


def payee_in(payees: Mapping[str, tuple[str, str]], payable: str) -> tuple[str, str]:
    """The name and account of a payable, from what :func:`payees_of` found.

    Raises:
        ErasedError: the content was erased.
    """
    if payable not in payees:
        raise ErasedError(wording("Nothing says any more whom {payable} is paid to.", payable=payable))
    return payees[payable]


def payees_of(session: Session, payables: Iterable[Payable]) -> dict[str, tuple[str, str]]:
    """The name and account of each payable as :func:`payee_of`, read at once; without those that were erased."""
    found: dict[str, tuple[str, str]] = {}
    for payable, entries in content_of_subjects(session, {row.id: row.stream for row in payables}).items():
        for entry in entries:
            if "payee" in entry.content and "iban" in entry.content:
                found.setdefault(payable, (entry.content["payee"], bare(entry.content["iban"])))
    return found
