"""What a bank statement says, entry by entry."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from states.engine.bodies import Body, Code, Day, Handle

PIECE = 1_000
"""Entries of a statement that stand in one entry of the ledger; those beyond it follow in entries of their own."""


class StatementEntry(Body):
    """One booked line of a bank statement."""

    position: int
    booked_on: Day
    amount: Decimal
    """Euros; negative for a debit."""
    end_to_end: Code | None = None
    payment_information: Code | None = None
    is_return: bool = False
    reason: Code | None = None
    reference: Code | None = None
    """The bank's own."""


class Statement(Body):
    """A bank statement of an employer's account, read from a camt.053 file."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    statement: Code
    said: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    sequence: int | None = None
    issued_on: Day | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    entries: list[StatementEntry]


class MoreEntries(Body):
    """Entries of a statement that has more than one entry of the ledger should hold."""

    message: Handle
    entries: Annotated[list[StatementEntry], Field(min_length=1, max_length=PIECE)]
