"""What can go wrong at the door; the HTTP status of each stands in one table in api/."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.core.roles import Actor
from rules.core.rule import Finding


class StatesError(Exception):
    """Root of every error of this room."""


class NotFoundError(StatesError):
    """There is no such subject, or the caller may not know that there is."""

    def __init__(self, what: str, key: str) -> None:
        super().__init__(f"There is no {what} with the id {key}.")
        self.what = what
        self.key = key


class StaleError(StatesError):
    """The subject changed since the caller looked at it."""

    def __init__(self, seen: int, present: int) -> None:
        super().__init__(f"You saw version {seen}; it is {present} now. Get it again and look before you act.")
        self.present = present


@dataclass(frozen=True)
class Attempt:
    """An event that the rules refused: who wanted what of which subject, when, and what the rules were asked."""

    stream: str
    chart: str
    subject: str
    event: str
    by: Actor
    at: datetime
    receipt: list[dict[str, Any]]


class RefusedError(StatesError):
    """The event is not allowed; each finding says by which rule, in plain words, with its article."""

    def __init__(self, findings: Sequence[Finding], *, duty: bool = False, attempt: Attempt | None = None) -> None:
        super().__init__(" ".join(finding.message for finding in findings))
        self.findings = tuple(findings)
        self.duty = duty
        """True where the caller's role or relation to the case forbids it, whatever the state."""
        self.attempt = attempt
        """What was refused, where the door refused it on a subject that exists."""


class MalformedError(StatesError):
    """A body does not fit its schema; each problem names the field and what would be right."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {words}" for field, words in problems))
        self.problems = tuple(problems)


class BankFileRefusedError(StatesError):
    """A bank file does not belong here or cannot be read; nothing of it was taken in."""

    def __init__(self, reason: str, remedy: str, line: int | None = None) -> None:
        where = f"Line {line}: " if line is not None else ""
        super().__init__(f"{where}{reason} {remedy}")
        self.line = line


class DocumentRefusedError(StatesError):
    """A document cannot be kept or read: of another kind, broken, locked, or holding what runs."""


class TooLargeError(StatesError):
    """A body is larger than what is taken in; it was not read to its end."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The file is larger than {most} bytes. Send a smaller one: fewer pages, or a lower resolution."
        )
        self.most = most


class BankFileTooLargeError(BankFileRefusedError):
    """A bank file is larger than any that is read; nothing of it was taken in."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than {limit} bytes.", "Ask the bank for a shorter period per file.")


class ReusedKeyError(StatesError):
    """An Idempotency-Key was used before with another request."""


class ErasedError(StatesError):
    """The content was erased: its data key is destroyed. The ledger's facts remain."""
