"""Errors in a text, an order or a file of the bank."""

from states.errors import StatesError


class BankError(StatesError):
    """Root of every error in the formats of banks."""


class BankTextError(BankError):
    """A text, identifier or account cannot be written in a SEPA message."""

    def __init__(self, field: str, reason: str, remedy: str) -> None:
        super().__init__(f"The {field} {reason}. {remedy}.")
        self.field = field
        self.reason = reason
        self.remedy = remedy


class OrderError(BankError):
    """A payment order is inconsistent; nothing of it may go to the bank."""


class BankFileError(BankError):
    """A file of the bank cannot be imported; ``line`` is its source line, None for the whole file."""

    def __init__(self, line: int | None, reason: str, remedy: str) -> None:
        where = "" if line is None else f"Line {line}: "
        super().__init__(f"{where}{reason}. {remedy}.")
        self.line = line
        self.reason = reason
        self.remedy = remedy
