"""Payment tables: invoices, payables, batches and bank entries."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, text
from sqlmodel import Field, SQLModel, col

from rules.payments.tax import Addressee, Outside
from states.charts.batch import BatchState
from states.charts.payable import PayableState
from states.tables.base import Recorded, Subject, by_value, json_type, money_type, versioned


class PayableKind(StrEnum):
    """Why money leaves: to a supplier, to an official who advanced it, or to one for whom an employer was late."""

    SUPPLIER_INVOICE = "supplier-invoice"
    ADVANCE = "advance"
    PENALTY = "penalty"  # dwangsom, Awb 4:17
    INTEREST = "interest"  # wettelijke rente, Awb 4:97, 4:98
    CREDIT_NOTE = "credit-note"  # a negative invoice: settled against what is due to the supplier, or asked back


@versioned
class Payable(Subject, table=True):
    """One employer's part of one invoice or advance; the parts of an invoice share its id."""

    __table_args__ = (
        Index(
            "uq_payable_number",
            "organisation",
            "payee_mark",
            "number",
            "predecessor",
            "part",
            unique=True,
            postgresql_where=text("state <> 'rejected'"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_payable_state", "organisation", "state"),
        Index("ix_payable_payee", "payee_mark"),
        Index("ix_payable_dated", "dated"),
        Index("uq_payable_repaid_by", "repaid_by", unique=True),
    )

    unrecorded = Subject.unrecorded | {"payee_mark"}
    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    state: PayableState = Field(sa_type=by_value(PayableState))
    invoice: str = Field(index=True)
    organisation: str = Field(foreign_key="organisation.id")
    predecessor: str | None = Field(default=None, foreign_key="organisation.id")
    """The merged employer for which it came in; two parts of one invoice may so come to one successor."""
    kind: PayableKind = Field(sa_type=by_value(PayableKind))
    number: str
    dated: date
    received_on: date
    net: Decimal = Field(sa_type=money_type())
    vat: Decimal = Field(sa_type=money_type())
    gross: Decimal = Field(sa_type=money_type())
    payee_mark: str
    """HMAC of the payee's IBAN: finds a duplicate without telling whose account it is. It follows from the sealed
    account and changes with the keys, so the ledger does not record it; ``verify`` computes it again."""
    own_contribution: Decimal = Field(default=Decimal(0), sa_type=money_type())
    addressee: Addressee | None = Field(default=None, sa_type=by_value(Addressee))
    """To whom the invoice is addressed; only the employer's own invoice gives VAT back."""
    replaces: str | None = Field(default=None, foreign_key="payable.id")
    """The rejected part in whose place this one came, while the other parts of the invoice stand."""
    addressed_to: str | None = Field(default=None, foreign_key="organisation.id")
    """The employer whose name the invoice bears, where that was said."""
    offered: list[dict[str, Any]] | None = Field(default=None, sa_type=json_type())
    """The amounts of its lines as the supplier billed them, while nobody said which measures they are for."""
    credits: str | None = Field(default=None, index=True)
    """For a credit note: the invoice that it takes something off."""
    part_of: str | None = Field(default=None, foreign_key="payable.id", index=True)
    """The payable of which this was a part, where that is paid or settled in parts."""
    part: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """Which part of one employer's share of the invoice it is."""
    settled_with: str | None = Field(default=None, foreign_key="payable.id")
    """The credit note, or what it was settled against."""
    repaid_by: str | None = None
    """The line of the statement by which money that was asked back came back: message and position."""
    entered_by: str | None = None
    matched_by: str | None = None
    checked_by: str | None = None
    approved_by: str | None = None
    second_approved_by: str | None = None
    paid_on: date | None = None
    return_reason: str | None = None


class PayableLine(Recorded, table=True):
    """One line of a payable: for a measure that was taken over, or for something outside the adopted advice."""

    __tablename__ = "payable_line"

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    payable: str = Field(foreign_key="payable.id", index=True)
    measure: str | None = Field(default=None, foreign_key="measure.id", index=True)
    outside: Outside | None = Field(default=None, sa_type=by_value(Outside))
    """What becomes of it in the wage tax where it is for no measure of the advice."""
    certificate_works: bool | None = None
    """Whether it is for works on the house that the certificate asks of its owner (REG x.9(5)(b))."""
    attributable: bool | None = None
    """Whether the cost of a car is owed to extraordinary security measures (LB art. 31(4)(a))."""
    period_from: date | None = None
    period_until: date | None = None
    """The days of a recurring measure that the line is for."""
    freed: bool | None = None
    """Of a credit note: whether its approval let the measure wait for an invoice again."""
    net: Decimal = Field(sa_type=money_type())
    vat_rate: Decimal = Field(sa_type=money_type())
    vat: Decimal = Field(sa_type=money_type())
    gross: Decimal = Field(sa_type=money_type())


class Document(Recorded, table=True):
    """A document with an invoice: its kind, size and hash; what it shows lies encrypted apart."""

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    invoice: str = Field(index=True)
    payable: str = Field(foreign_key="payable.id")
    media_type: str
    size: int
    sha256: str = Field(index=True)
    added_by: str
    added_at: datetime


class DocumentPart(SQLModel, table=True):
    """A piece of a document, sealed with the data key of its stream; bound to its document, place and number."""

    __tablename__ = "document_part"

    document: str = Field(primary_key=True, foreign_key="document.id")
    position: int = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)


@versioned
class PaymentBatch(Subject, table=True):
    """One batch of one employer; its stream is its own."""

    __tablename__ = "payment_batch"

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    state: BatchState = Field(sa_type=by_value(BatchState))
    organisation: str = Field(foreign_key="organisation.id", index=True)
    execution_on: date
    count: int = 0
    total: Decimal = Field(default=Decimal(0), sa_type=money_type())
    sha256: str | None = None
    message_id: str | None = Field(default=None, unique=True)
    created_by: str
    created_at: datetime
    sealed_at: datetime | None = None
    released_by: str | None = None
    exported_at: datetime | None = None
    left_out: list[dict[str, Any]] | None = Field(default=None, sa_type=json_type())
    """Which payables of the employer did not go along when it was built, and by which rule."""
    bank_status: str | None = None
    """What the bank said last of the whole order (pain.002), as an ISO code; it is no proof of payment."""
    bank_reason: str | None = None


class BatchLine(Recorded, table=True):
    """One payment in a batch; a payable is in at most one batch that counts."""

    __tablename__ = "batch_line"
    __table_args__ = (Index("uq_batch_line_payable", "payable", unique=True, postgresql_where=text("counts")),)

    batch: str = Field(primary_key=True, foreign_key="payment_batch.id")
    payable: str = Field(primary_key=True, foreign_key="payable.id")
    end_to_end: str = Field(unique=True)
    amount: Decimal = Field(sa_type=money_type())
    counts: bool = True
    """False once the batch is withdrawn or the payment came back."""
    bank_status: str | None = None
    """What the bank said last of this payment (pain.002), as an ISO code."""
    bank_reason: str | None = None


class BankMessage(Recorded, table=True):
    """A file from the bank that was taken in; the same file twice changes nothing, nor does the same statement."""

    __tablename__ = "bank_message"
    __table_args__ = (Index("ix_bank_message_statement", "organisation", "kind", "statement"),)

    id: str = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id", index=True)
    sha256: str = Field(unique=True)
    kind: str
    statement: str
    organisation: str = Field(foreign_key="organisation.id")
    received_at: datetime
    entries: int
    said: str | None = None
    """A digest of what the statement says, whatever the bytes in which it says so."""
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    """The bank's number of the statement within its year."""
    issued_on: date | None = None
    opening: Decimal | None = Field(default=None, sa_type=money_type())
    closing: Decimal | None = Field(default=None, sa_type=money_type())
    batch: str | None = Field(default=None, foreign_key="payment_batch.id")
    """The order that a status report (pain.002) is about."""


class BankEntry(Recorded, table=True):
    """One line of a statement: matched to a payable or a batch, waiting for a person, or set aside by one."""

    __tablename__ = "bank_entry"

    message: str = Field(primary_key=True, foreign_key="bank_message.id")
    position: int = Field(primary_key=True)
    stream: str = Field(foreign_key="stream.id")
    booked_on: date
    amount: Decimal = Field(sa_type=money_type())
    end_to_end: str | None = None
    payable: str | None = Field(default=None, foreign_key="payable.id", index=True)
    matched: bool
    batch: str | None = Field(default=None, foreign_key="payment_batch.id", index=True)
    """The batch whose payment, or whose total, was booked."""
    payment_information: str | None = None
    reference: str | None = None
    """The bank's own reference, if it has a form that may be stored as a fact."""
    is_return: bool = False
    reason: str | None = None
    """Why it came back, as an ISO code."""
    finding: dict[str, Any] | None = Field(default=None, sa_type=json_type())
    """Why it waits for a person: the rule that found it, in both languages."""
    set_aside: bool = False
    assessed_by: str | None = None

    @property
    def place(self) -> tuple[str, int]:
        """Its statement, and its position in it."""
        return self.message, self.position

    @property
    def waits(self) -> bool:
        """Whether a person must look at it."""
        return not self.matched and not self.set_aside


ENTRY_WAITS = (col(BankEntry.matched).is_(False), col(BankEntry.set_aside).is_(False))
"""Of the entries of statements: those that wait for a person, as :attr:`BankEntry.waits` says of one."""
