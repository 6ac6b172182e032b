"""Export rows of the books: files and reports hold these fields, in this order, and no others."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Row(BaseModel):
    """One row; its fields are the columns, documented with each."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class JournalRow(Row):
    """One line of the journal."""

    booking: str = Field(description="The booking that the line belongs to")
    position: int = Field(description="Its place among the lines of the booking")
    booked_on: date = Field(description="The day in the books")
    account: str = Field(description="Ledger account")
    cost_centre: str = Field(description="Cost centre")
    task_field: str = Field(description="Task field of Iv3")
    debit: Decimal = Field(description="Euros, 0.00 where it is credited")
    credit: Decimal = Field(description="Euros, 0.00 where it is debited")
    tax_class: str = Field(description="The tax class of the payment in the wage tax")
    designation: str = Field(description="The article of that tax class")
    part: str = Field(description="`cost` or the bank's `payment`; empty in the oldest lines")
    employer: str = Field(description="The employer of the books")
    side: str = Field(description="`cost`, `vat`, `creditor` or `bank`")
    category: str = Field(description="Economic category of Iv3, for cost")
    document_on: date | None = Field(description="The day of the invoice, or the bank's day")
    mirrors: int | None = Field(description="The position of the line that this one reverses")
    payable: str = Field(description="The payable that was paid")
    invoice_number: str = Field(description="The number of its invoice")
    statement: str = Field(description="The bank statement that reported it")
    entry: int | None = Field(description="The position of the entry on that statement")


class OpenItem(Row):
    """An amount owed, paid or received that is not closed in the books yet."""

    employer: str = Field(description="The employer of the books")
    kind: str = Field(description="`payable`, `booking` or `bank-entry`")
    item: str = Field(description="Its id; for a bank entry the statement and its position")
    since: date = Field(description="Day of receipt, or of the bank's booking")
    number: str = Field(description="The number of the invoice")
    amount: Decimal = Field(description="Euros; negative for an unmatched debit")
    state: str = Field(description="Its state")
    waits_for: str = Field(description="What it waits for")


class ClassRow(Row):
    """One employer's bookings of one year under one tax class and designation."""

    year: int = Field(description="Year of the books")
    employer: str = Field(description="The employer of the books")
    employer_kind: str = Field(description="`municipality`, `province` or `water-board`")
    tax_class: str = Field(description="The tax class of the payments in the wage tax")
    designation: str = Field(description="The article of that tax class")
    bookings: int = Field(description="Number of bookings in force")
    cost: Decimal = Field(description="Euros of cost, with VAT that is not compensated")
    compensable_vat: Decimal = Field(description="Euros of VAT from the compensation fund")
    gross: Decimal = Field(description="The sum of both, owed to creditors")


class SpendingRow(Row):
    """The spending of one kind of employer in one year, with the ministry's contribution."""

    year: int = Field(description="Year of the books")
    employer_kind: str = Field(description="`municipality`, `province`, `water-board`; `ministry` for its contribution")
    employers: int = Field(description="Number of employers with bookings")
    cost: Decimal | None = Field(description="Euros of cost booked")
    contribution: Decimal | None = Field(
        description="Euros per year from the ministry, for municipalities and provinces"
    )
    note: str = Field(description="The source of the figure, and its limits")
