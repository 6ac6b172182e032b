"""The roles in which people and machines act."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role as it stands in tokens and duties; kebab-case on the wire."""

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
    """Who acts: a person (by handle, never by name), in a role, for an employer where the role asks for one."""

    person: str
    role: Role
    organisation: str | None = None

    @property
    def pool(self) -> tuple[str, str]:
        """Whose work is theirs: the role, and the employer where the role acts for one, else empty."""
        return str(self.role), self.organisation or ""


ENGINE = Actor("engine", Role.ENGINE)
"""The engine itself: steps that follow from other steps, and the clock."""
