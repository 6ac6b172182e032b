"""What a file or a report of the books holds, row by row: these fields, in this order, and nothing else leaves."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Row(BaseModel):
    """One row; its fields are its columns, and what they mean stands with them."""

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
    tax_class: str = Field(description="How the payment stands in the wage tax")
    designation: str = Field(description="The article by which it does")
    part: str = Field(description="`cost` is what it is for, `payment` what the bank did; empty for oldest lines")
    employer: str = Field(description="Whose books")
    side: str = Field(description="`cost`, `vat`, `creditor` or `bank`")
    category: str = Field(description="Economic category of Iv3, for cost")
    document_on: date | None = Field(description="The day of the invoice, or the bank's day")
    mirrors: int | None = Field(description="The position of the line that this one reverses")
    payable: str = Field(description="The payable that was paid")
    invoice_number: str = Field(description="The number of its invoice")
    statement: str = Field(description="The bank's file that told of it")
    entry: int | None = Field(description="The place of the entry in that file")


class OpenItem(Row):
    """Something that is owed, paid or received and not yet closed in the books."""

    employer: str = Field(description="Whose books")
    kind: str = Field(description="`payable`, `booking` or `bank-entry`")
    item: str = Field(description="Its id; of an entry the file and its place in it")
    since: date = Field(description="Day of receipt, of the bank's booking")
    number: str = Field(description="The number of the invoice")
    amount: Decimal = Field(description="Euros; negative for a debit that nobody knows")
    state: str = Field(description="Where it stands")
    waits_for: str = Field(description="What it waits for")


class ClassRow(Row):
    """What one employer booked in one year under one tax class and designation."""

    year: int = Field(description="Year of the books")
    employer: str = Field(description="Whose books")
    employer_kind: str = Field(description="`municipality`, `province` or `water-board`")
    tax_class: str = Field(description="How the payments stand in the wage tax")
    designation: str = Field(description="The article by which they do")
    bookings: int = Field(description="How many bookings stand")
    cost: Decimal = Field(description="Euros of cost, VAT that does not come back included")
    compensable_vat: Decimal = Field(description="Euros of VAT from the compensation fund")
    gross: Decimal = Field(description="Both together: what was owed to creditors")


class SpendingRow(Row):
    """What one kind of employer spent in one year, beside what the ministry contributes."""

    year: int = Field(description="Year of the books")
    employer_kind: str = Field(description="`municipality`, `province`, `water-board`; `ministry` for its contribution")
    employers: int = Field(description="How many employers booked something")
    cost: Decimal | None = Field(description="Euros of cost booked")
    contribution: Decimal | None = Field(description="Euros a year of the ministry, for municipalities and provinces")
    note: str = Field(description="Where the figure comes from, and what it is not")
