"""Founding of an office: whether its first people, as the ledger records them, are those of the demonstration."""

from sqlmodel import Session, select

from states.tables.ledger import LedgerEntry

FIRST_PEOPLE = "register-first"
"""The event by which an office gets its first people."""


def is_demonstration(session: Session) -> bool:
    """Whether this is the demonstration office. It is founded as such, and no setting makes another office into one."""
    query = select(LedgerEntry.facts).where(LedgerEntry.event == FIRST_PEOPLE)
    return any(facts.get("demonstration") for facts in session.exec(query))
