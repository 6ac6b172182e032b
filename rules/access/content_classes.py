"""Content classes: what a text in the vault is about, which decides who reads it and how long it is kept."""

from enum import StrEnum


class Retention(StrEnum):
    """Retention class: the data key, and so the life, that content shares."""

    SAFETY = "safety"
    """What could lead someone to a person or a home; it goes first."""
    PROCEDURE = "procedure"
    """What was asked, decided and why; it is kept as long as the decision can be asked about."""
    MONEY = "money"
    """What the books need; it is kept as long as the books (AWR 52, seven years)."""


class ContentClass(StrEnum):
    """Class of a field: facts are of the case or of the threat; content is of one of the other classes."""

    CASE = "case"
    """Facts that everyone who may see the case may see."""
    URGENCY = "urgency"
    """How urgent a case is, and how many signals made it so."""
    CALENDAR = "calendar"
    """The days of the interview, which tell where the official is."""
    THREAT_FACTS = "threat-facts"
    """Facts about a threat: its kind, its source, its day."""
    MEASURE_FACTS = "measure-facts"
    """Facts that tell what kind of measure it is: its domain."""
    PERSON = "person"
    """Name and e-mail address of a person who takes part, in that person's own stream."""
    CONTACT = "contact"
    """Name and how to reach the official."""
    DWELLING = "dwelling"
    """Home address and household of the official."""
    REPRESENTATIVE = "representative"
    """Name and e-mail address of who represents the official."""
    STATEMENT = "statement"
    """What the official stated: remarks, new facts, additions, a view."""
    THREAT = "threat"
    """Words about a threat."""
    APPOINTMENT = "appointment"
    """The place of an appointment with the official."""
    INTERVIEW = "interview"
    """Notes of the risk interview."""
    ADVICE = "advice"
    """Findings of the advice; a draft until it is adopted."""
    REVIEW = "review"
    """Remarks of the security authority on a draft of the advice."""
    REASONS = "reasons"
    """Reasons of a decision or a step, which the official is told."""
    INTERNAL = "internal"
    """Reasons of a step inside the office, which may tell of other people."""
    MEASURE = "measure"
    """What a measure is, and remarks on providing it."""
    SUPPLIER = "supplier"
    """Who supplies a measure."""
    LOAN = "loan"
    """What is lent, why, and remarks on it."""
    OBJECTION = "objection"
    """Grounds of an objection, the report of its hearing, the reasons of its decision."""
    PAYEE = "payee"
    """Who is paid, on which account, and why someone other than the supplier."""
    INVOICE_LINE = "invoice-line"
    """Text that a supplier wrote on a line; it may name the measure or the place."""
    PAYMENT_REASONS = "payment-reasons"
    """Reasons of a decision on a payment or in the books, or for a cost outside the advice."""

    @property
    def is_content(self) -> bool:
        """Whether it lies in the vault, and not in the ledger."""
        return self not in FACTS

    @property
    def retention(self) -> Retention:
        """The retention class."""
        return RETENTION[self]


FACTS = frozenset(
    {
        ContentClass.CASE,
        ContentClass.URGENCY,
        ContentClass.CALENDAR,
        ContentClass.THREAT_FACTS,
        ContentClass.MEASURE_FACTS,
    },
)
"""The classes of facts; every other class is content."""

RETENTION: dict[ContentClass, Retention] = dict.fromkeys(ContentClass, Retention.SAFETY) | {
    ContentClass.CASE: Retention.PROCEDURE,
    ContentClass.URGENCY: Retention.PROCEDURE,
    ContentClass.PERSON: Retention.PROCEDURE,
    ContentClass.REPRESENTATIVE: Retention.PROCEDURE,
    ContentClass.REASONS: Retention.PROCEDURE,
    ContentClass.INTERNAL: Retention.PROCEDURE,
    ContentClass.OBJECTION: Retention.PROCEDURE,
    ContentClass.LOAN: Retention.PROCEDURE,
    ContentClass.SUPPLIER: Retention.MONEY,
    ContentClass.PAYEE: Retention.MONEY,
    ContentClass.INVOICE_LINE: Retention.MONEY,
    ContentClass.PAYMENT_REASONS: Retention.MONEY,
}
"""The retention class of each class; what could lead to a person or a home unless said otherwise."""
