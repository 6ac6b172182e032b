"""Errors of this package; one table in api/ gives each its HTTP status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from rules.core.roles import Actor
from rules.core.rule import Finding
from rules.core.wording import marked, wording

NOUNS = (
    *(marked("application"), marked("takeover"), marked("measure"), marked("payable"), marked("payment-batch")),
    *(marked("booking"), marked("organisation"), marked("employer"), marked("person"), marked("loan")),
    *(marked("objection"), marked("letter"), marked("document"), marked("bank-entry"), marked("bank message")),
    *(marked("work item"), marked("open work item"), marked("open proposal"), marked("problem type")),
)
"""What may not be found, for the catalogue of translations."""


class StatesError(Exception):
    """Root of every error of this package."""


class NotFoundError(StatesError):
    """The subject does not exist, or the caller may not know that it does."""

    def __init__(self, what: str, key: str) -> None:
        super().__init__(wording("There is no {what} with the id {key}.", what=what, key=key))
        self.what = what
        self.key = key


class StaleError(StatesError):
    """The subject changed since the caller read it."""

    def __init__(self, seen: int, present: int, last: str = "") -> None:
        super().__init__(
            wording(
                "You saw version {seen}; it is {present} now.{last} Get it again and look before you act.",
                seen=seen,
                present=present,
                last=last,
            )
        )
        self.present = present


@dataclass(frozen=True)
class Attempt:
    """An event that the rules refused: actor, event, subject, moment, and the facts given to the rules."""

    stream: str
    chart: str
    subject: str
    event: str
    by: Actor
    at: datetime
    receipt: list[dict[str, Any]]


class RefusedError(StatesError):
    """The event is not allowed; each finding names the rule and its article, with a message."""

    def __init__(self, findings: Sequence[Finding], *, duty: bool = False, attempt: Attempt | None = None) -> None:
        super().__init__(" ".join(finding.message for finding in findings))
        self.findings = tuple(findings)
        self.duty = duty
        """True if the caller's role or relation to the case forbids the event in every state."""
        self.attempt = attempt
        """The refused attempt; None if the subject does not exist."""


class HeldWork(NamedTuple):
    """A work item in somebody's hands: the item, its action, who holds it, and since when."""

    item: str
    action: str
    holder: str
    since: datetime


class WorkInHandError(StatesError):
    """The event does work that someone else has in hand, and the caller did not say that they take it over."""

    def __init__(self, held: Sequence[HeldWork]) -> None:
        holders = ", ".join(dict.fromkeys(one.holder for one in held))
        super().__init__(
            wording(
                "In hand with {holders}; held says which work, and since when. Repeat it with takeOver: true to do it"
                " in their place; they are told.",
                holders=holders,
            )
        )
        self.held = tuple(held)


class MalformedError(StatesError):
    """A body does not match its schema; each problem names the field and what would be valid."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(wording("{field}: {words}", field=field, words=words) for field, words in problems))
        self.problems = tuple(problems)


class UnfitValueError(MalformedError):
    """A value fits the schema but cannot be right: it names what does not exist, or contradicts another value."""


class BankFileRefusedError(StatesError):
    """A bank file does not belong here or cannot be read; nothing of it was imported."""

    def __init__(self, reason: str, remedy: str, line: int | None = None) -> None:
        where = f"Line {line}: " if line is not None else ""
        super().__init__(wording("{where}{reason} {remedy}", where=where, reason=reason, remedy=remedy))
        self.line = line


class DocumentRefusedError(StatesError):
    """A document cannot be stored, read or shown: another type, damaged, locked, or too much of it."""

    def __init__(self, reason: str, *findings: Finding) -> None:
        super().__init__(reason)
        self.findings = findings


class TooLargeError(StatesError):
    """A body is larger than the limit; it was not read to its end."""

    def __init__(self, most: int) -> None:
        super().__init__(
            wording(
                "The file is larger than {most} bytes. Send a smaller one: fewer pages, or a lower resolution.",
                most=most,
            )
        )
        self.most = most


class BankFileTooLargeError(BankFileRefusedError):
    """A bank file is larger than the limit; nothing of it was imported."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            wording("The file is larger than {limit} bytes.", limit=limit),
            "Ask the bank for a shorter period per file.",
        )


class ReusedKeyError(StatesError):
    """An Idempotency-Key was used before with another request."""


class OfficeKeyError(StatesError):
    """The office's master key cannot be used: missing, damaged, open to others, or of another database."""


class ErasedError(StatesError):
    """The content was erased: its data key is destroyed. The ledger's facts remain."""
