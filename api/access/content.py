"""Content of a case: which roles may read it; it is empty for other roles and after erasure."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from rules.core.roles import Actor, Role
from states.storage.database import vault_of
from states.tables.application import Application, Measure
from states.tables.ledger import Stream
from states.tables.loans import Loan, Objection
from states.tables.payments import Payable

READS_CONTENT = frozenset(
    {Role.APPLICANT, Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR, Role.PRIVACY_OFFICER},
)
"""Roles that need to know the content of a case; auditors verify facts only."""
READS_MEASURES = READS_CONTENT | {Role.EMPLOYER, Role.SECURITY_CONTACT}
"""Roles that need to know what a measure is; finance sees only amounts and supplier."""
READS_OBJECTIONS = READS_CONTENT | {Role.EMPLOYER}
"""Roles that need to know the grounds of an objection; an employer reads those against its own decision."""
READS_INVOICE_LINES = frozenset({Role.SECURITY_CONTACT, Role.EMPLOYER})
"""Roles of an employer that read the text that a supplier wrote on the lines of an e-invoice."""
READS_PAYEE = frozenset({Role.EMPLOYER, Role.SECURITY_CONTACT, Role.FINANCE, Role.APPROVER, Role.RELEASER})
PAYS = frozenset({Role.FINANCE, Role.APPROVER, Role.RELEASER})
"""Roles that see what is to be paid in a case, but neither for what nor where."""


def of_application(session: Session, by: Actor, row: Application) -> Mapping[str, Any]:
    """Return the content of an application."""
    return content_of(session, by, row, READS_CONTENT)


def of_measure(session: Session, by: Actor, row: Measure) -> Mapping[str, Any]:
    """Return the content of a measure: what it is."""
    return content_of(session, by, row, READS_MEASURES)


def of_payable(session: Session, by: Actor, row: Payable) -> Mapping[str, Any]:
    """Return the content of a payable: the payee and the text of its lines."""
    return content_of(session, by, row, READS_PAYEE)


def of_loan(session: Session, by: Actor, row: Loan) -> Mapping[str, Any]:
    """Return the content of a loan: what is lent, and why."""
    return content_of(session, by, row, READS_MEASURES)


def of_objection(session: Session, by: Actor, row: Objection) -> Mapping[str, Any]:
    """Return the content of an objection: its grounds and the reasons of the decision."""
    return content_of(session, by, row, READS_OBJECTIONS)


def content_of(session: Session, by: Actor, row: Any, readers: frozenset[Role]) -> Mapping[str, Any]:
    """Return the content of a subject; empty for callers who are not readers, and after erasure."""
    if by.role not in readers:
        return {}
    return vault_of(session).content(session, session.get_one(Stream, row.stream), row.id)


def searches_by_name(by: Actor) -> bool:
    """Return whether the caller may search applications by the official's name."""
    return by.role in READS_CONTENT


def reads_measures(by: Actor) -> bool:
    """Return whether the caller may know what a measure is."""
    return by.role in READS_MEASURES


def reads_domain_of_measure(by: Actor) -> bool:
    """Return whether the caller may know the domain of a measure, which reveals something of what it is."""
    return reads_measures(by) or by.role is Role.AUDITOR


def reads_advice(by: Actor) -> bool:
    """Return whether the caller may see the advice by domain; a domain reveals something of what a measure is."""
    return by.role not in PAYS


def reads_invoice_lines(by: Actor) -> bool:
    """Return whether the caller may read the text that a supplier wrote on the lines of an e-invoice."""
    return by.role in READS_INVOICE_LINES


def reads_account(by: Actor, organisation: str | None) -> bool:
    """Return whether the caller may know the bank account that an employer pays to."""
    return by.role in READS_PAYEE and by.organisation == organisation


def visible_facts(by: Actor, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a ledger entry that the caller may see; roles that pay do not see a domain."""
    return facts if reads_advice(by) else {name: fact for name, fact in facts.items() if name != "domain"}
