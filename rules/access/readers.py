"""Readers: the roles that may read each class of fields, by their relation to the case, and from which moment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.access.content_classes import ContentClass
from rules.core.roles import Role


class Relation(StrEnum):
    """What ties a caller to a case."""

    OWN = "own"
    """It is the official's own, or that of someone whom the caller represents."""
    OWN_ORGANISATION = "own-organisation"
    """The caller acts for an employer that was asked to take over, for that employer's part."""
    HANDLES = "handles"
    """The caller is its officer or adviser, has claimed work of it, or opened it with a reason."""
    OFFICE = "office"
    """It is a case of the office, whoever handles it."""
    NOTIFIED = "notified"
    """A reminder about it was sent to the caller."""


class Moment(StrEnum):
    """From when a field may be read."""

    ALWAYS = "always"
    ADOPTED = "adopted"
    """Once the security authority has adopted what it belongs to."""
    RELEASED = "released"
    """Once it was released to the official, or where the official reported it."""


@dataclass(frozen=True)
class Grant:
    """A role that may read, in one relation to the case, from one moment."""

    role: Role
    relation: Relation
    moment: Moment = Moment.ALWAYS


def granted(relation: Relation, *roles: Role, moment: Moment = Moment.ALWAYS) -> tuple[Grant, ...]:
    """The same grant for several roles."""
    return tuple(Grant(role, relation, moment) for role in roles)


OFFICIAL = granted(Relation.OWN, Role.APPLICANT)
OFFICIAL_ONCE_ADOPTED = granted(Relation.OWN, Role.APPLICANT, moment=Moment.ADOPTED)
OFFICIAL_ONCE_RELEASED = granted(Relation.OWN, Role.APPLICANT, moment=Moment.RELEASED)
WHO_DECIDE = granted(Relation.OFFICE, Role.SECURITY_AUTHORITY, Role.COORDINATOR, Role.PRIVACY_OFFICER)
CASE_WORKERS = (*granted(Relation.HANDLES, Role.OFFICER, Role.ADVISER), *WHO_DECIDE)
"""Those who work on the case; other officers and advisers read facts until they claim work or give a reason."""
OFFICE = (*granted(Relation.OFFICE, Role.OFFICER, Role.ADVISER, Role.AUDITOR), *WHO_DECIDE)
"""The office, for facts; auditors verify facts and read no content."""
CONTACTS = granted(Relation.OWN_ORGANISATION, Role.EMPLOYER, Role.SECURITY_CONTACT)
CONTACTS_ONCE_ADOPTED = granted(Relation.OWN_ORGANISATION, Role.EMPLOYER, Role.SECURITY_CONTACT, moment=Moment.ADOPTED)
PAYERS = granted(Relation.OWN_ORGANISATION, Role.FINANCE, Role.APPROVER, Role.RELEASER)

SEES_CASE: tuple[Grant, ...] = (
    *OFFICIAL,
    *OFFICE,
    *granted(Relation.OFFICE, Role.ADMINISTRATOR),
    *CONTACTS,
    *PAYERS,
    *granted(Relation.NOTIFIED, Role.SECRETARY, Role.HEAD),
)
"""Who may know that a case exists; the ministry's contact knows of none."""

SEES_LOAN: tuple[Grant, ...] = (
    *OFFICIAL,
    *OFFICE,
    *granted(Relation.OFFICE, Role.ADMINISTRATOR),
    *CONTACTS,
    *PAYERS,
)
"""Who may know that a loan or an objection exists."""

SEES_BOOKS: tuple[Grant, ...] = (
    *CONTACTS,
    *PAYERS,
    *granted(Relation.OFFICE, Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.OFFICER),
)
"""Who may see payables, batches and books; the secretary and the head have no duty in them."""

FETCHES_ORDERS = granted(Relation.OWN_ORGANISATION, Role.FINANCE, Role.RELEASER)
"""Who may download the file of a batch to send it to the bank."""
SEES_EVERY_POOL = granted(Relation.OFFICE, Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR)
"""Who may see the work of every pool, and the hours, absences and work of its people."""
SEES_PEOPLE = granted(Relation.OFFICE, Role.ADMINISTRATOR, Role.COORDINATOR, Role.HEAD)
"""Who may see which people are registered, without their names."""
SEES_CHAINS = granted(Relation.OFFICE, Role.AUDITOR, Role.PRIVACY_OFFICER)
"""Who may verify the chains of the ledger and see who opened content; the chains of people are verified at the desk."""
SEES_LETTERS = granted(Relation.OFFICE, Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR)
"""Who may see which letters a person gets."""

READERS: Mapping[ContentClass, tuple[Grant, ...]] = {
    ContentClass.CASE: SEES_CASE,
    ContentClass.URGENCY: tuple(grant for grant in SEES_CASE if grant not in PAYERS),
    ContentClass.CALENDAR: (*OFFICIAL, *OFFICE),
    ContentClass.THREAT_FACTS: (*OFFICIAL_ONCE_RELEASED, *OFFICE),
    ContentClass.MEASURE_FACTS: (*OFFICIAL_ONCE_ADOPTED, *OFFICE, *CONTACTS_ONCE_ADOPTED),
    ContentClass.PERSON: (),  # the engine alone, to address a letter and to find people by name
    ContentClass.CONTACT: (*OFFICIAL, *CASE_WORKERS),
    ContentClass.DWELLING: (*OFFICIAL, *CASE_WORKERS),
    ContentClass.REPRESENTATIVE: (*OFFICIAL, *CASE_WORKERS),
    ContentClass.STATEMENT: (*OFFICIAL, *CASE_WORKERS),
    ContentClass.THREAT: (*OFFICIAL_ONCE_RELEASED, *CASE_WORKERS),
    ContentClass.APPOINTMENT: (*OFFICIAL, *CASE_WORKERS),
    ContentClass.INTERVIEW: (*OFFICIAL, *CASE_WORKERS),
    ContentClass.ADVICE: (*OFFICIAL_ONCE_ADOPTED, *CASE_WORKERS),
    ContentClass.REVIEW: (*OFFICIAL_ONCE_ADOPTED, *CASE_WORKERS),
    ContentClass.REASONS: (*OFFICIAL, *CASE_WORKERS),
    ContentClass.INTERNAL: CASE_WORKERS,
    ContentClass.MEASURE: (*OFFICIAL_ONCE_ADOPTED, *CASE_WORKERS, *CONTACTS_ONCE_ADOPTED),
    ContentClass.SUPPLIER: (*OFFICIAL_ONCE_ADOPTED, *CASE_WORKERS, *CONTACTS),
    ContentClass.LOAN: (*OFFICIAL, *CASE_WORKERS, *CONTACTS),
    ContentClass.OBJECTION: (*OFFICIAL, *CASE_WORKERS, *granted(Relation.OWN_ORGANISATION, Role.EMPLOYER)),
    ContentClass.PAYEE: (*CONTACTS, *PAYERS),
    ContentClass.INVOICE_LINE: CONTACTS,
    ContentClass.PAYMENT_REASONS: (*CONTACTS, *PAYERS),
}
"""Who may read the fields of each class (GDPR 5(1)(c), 25: need to know)."""


def reads(kind: ContentClass, role: Role, relations: Collection[Relation], moments: Collection[Moment] = ()) -> bool:
    """Return whether a role may read a class of fields.

    Args:
        kind: the class of the field.
        role: the role in which the caller acts.
        relations: what ties the caller to the case.
        moments: the moments that have come for this field, besides always.
    """
    return any(
        grant.role is role and grant.relation in relations and grant.moment in {Moment.ALWAYS, *moments}
        for grant in READERS[kind]
    )


def relation_by_role(role: Role, table: tuple[Grant, ...] = SEES_CASE) -> Relation | None:
    """The relation in which a role may see something of a table; None if it may not see it at all."""
    return next((grant.relation for grant in table if grant.role is role), None)


def sees(role: Role, table: tuple[Grant, ...]) -> bool:
    """Return whether a role may see anything of a table."""
    return relation_by_role(role, table) is not None
