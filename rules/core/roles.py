"""Roles in which people and machines act."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role as tokens and duties name it, in kebab-case."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    ADVISER = "adviser"
    SECURITY_AUTHORITY = "security-authority"
    COORDINATOR = "coordinator"
    HEAD = "head"
    EMPLOYER = "employer"
    APPROVER = "approver"
    FINANCE = "finance"
    RELEASER = "releaser"
    SECURITY_CONTACT = "security-contact"
    SECRETARY = "secretary"
    MINISTRY_CONTACT = "ministry-contact"
    AUDITOR = "auditor"
    PRIVACY_OFFICER = "privacy-officer"
    ADMINISTRATOR = "administrator"
    ENGINE = "engine"


OF_AN_EMPLOYER = frozenset(
    {Role.EMPLOYER, Role.APPROVER, Role.FINANCE, Role.RELEASER, Role.SECURITY_CONTACT, Role.SECRETARY},
)
"""Roles that act for exactly one employer."""


@dataclass(frozen=True)
class Actor:
    """The acting person (by handle, never by name), the role, and the employer if the role requires one."""

    person: str
    role: Role
    organisation: str | None = None

    @property
    def pool(self) -> tuple[str, str]:
        """The pool of this actor: the role, and the employer if the role acts for one, else empty."""
        return str(self.role), self.organisation or ""


ENGINE = Actor("engine", Role.ENGINE)
"""The engine itself: events that follow from other events, and the clock."""
