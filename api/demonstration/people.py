"""People of the demonstration office, and its employers and suppliers, all fictional."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from rules.core.roles import OF_AN_EMPLOYER, Role


class Employer(NamedTuple):
    """Fictional employer, with the fields of the event that registers it."""

    id: str
    kind: str
    name: str
    debtor_iban: str
    """Has the bank code TEST, which no bank uses."""
    ledger_account: str
    cost_centre: str
    bank_account: str
    risk_inventory: str | None
    province: str

    @property
    def place(self) -> str:
        """Return the last part of its id, which is part of the handles and addresses of its people."""
        return self.id.split("-", 1)[1]

    def body(self) -> dict[str, Any]:
        """Return the body of its registration."""
        return self._asdict()


ZILVERDAM, LINDEWAARD, OOSTERVEEN = "gemeente-zilverdam", "gemeente-lindewaard", "gemeente-oosterveen"
NOORDERLAND, DE_VLIET = "provincie-noorderland", "waterschap-de-vliet"

EMPLOYERS = (
    Employer(
        ZILVERDAM,
        "municipality",
        "Gemeente Zilverdam",
        "NL05TEST0417164300",
        "4380",
        "BESTUUR",
        "1010",
        "RIE-2025",
        "utrecht",
    ),
    Employer(
        LINDEWAARD,
        "municipality",
        "Gemeente Lindewaard",
        "NL78TEST0417165411",
        "43810",
        "KABINET",
        "1100",
        "RIE-24-02",
        "gelderland",
    ),
    Employer(
        OOSTERVEEN,
        "municipality",
        "Gemeente Oosterveen",
        "NL54TEST0417166522",
        "4380",
        "B-EN-W",
        "1010",
        None,
        "drenthe",
    ),
    Employer(
        NOORDERLAND,
        "province",
        "Provincie Noorderland",
        "NL30TEST0417167633",
        "61420",
        "GS",
        "1105",
        "RIE-2024",
        "groningen",
    ),
    Employer(
        DE_VLIET,
        "water-board",
        "Waterschap De Vliet",
        "NL06TEST0417168744",
        "4711",
        "BESTUUR",
        "1000",
        "RIE-2025-W",
        "zuid-holland",
    ),
)
"""Oosterveen has no risk inventory yet: its bookings wait for one."""


class Member(NamedTuple):
    """Member of the cast; each holds one duty."""

    id: str
    name: str
    role: Role
    organisation: str | None = None

    def body(self) -> dict[str, Any]:
        """Return the body of the registration."""
        place = self.organisation.split("-", 1)[1] if self.organisation else "veiligadvies"
        return {
            "id": self.id,
            "name": self.name,
            "email": f"{self.id}@{place}.example",
            "duties": [{"role": self.role, "organisation": self.organisation}],
        }


FIRST = (
    Member("head-1", "O. Verzinsel", Role.HEAD),
    Member("administrator-1", "Y. Bedacht", Role.ADMINISTRATOR),
)
"""Who the office begins with; the administrator comes last, because an office with one has no first people any more."""
OFFICE = (
    Member("officer-1", "R. Voorbeeld", Role.OFFICER),
    Member("officer-2", "S. Verzonnen", Role.OFFICER),
    Member("adviser-1", "T. Denkbeeld", Role.ADVISER),
    Member("adviser-2", "U. Fictie", Role.ADVISER),
    Member("security-authority-1", "V. Nergens", Role.SECURITY_AUTHORITY),
    Member("coordinator-1", "W. Schijnbaar", Role.COORDINATOR),
    Member("ministry-contact-1", "Q. Departement", Role.MINISTRY_CONTACT),
    Member("privacy-officer-1", "X. Onbestaand", Role.PRIVACY_OFFICER),
    Member("applicant-1", "A. Voorbeeld", Role.APPLICANT),
)
AUDITOR = Member("auditor-1", "Z. Nazien", Role.AUDITOR)
"""Registered last: once the auditor is registered, the demonstration office is complete."""


def of_employers() -> Iterator[Member]:
    """Yield one person for each duty of each employer, so that one reminder to an employer is one letter."""
    for employer in EMPLOYERS:
        for role in sorted(OF_AN_EMPLOYER):
            name = f"{role.value.replace('-', ' ').title()} {employer.place.title()}"
            yield Member(f"{role}-{employer.place}-1", name, role, employer.id)


CAST = (*FIRST, *OFFICE, *of_employers(), AUDITOR)

SUPPLIERS = (
    ("Beveiliging Voorbeeld BV", "NL79TEST0417169855"),
    ("Slotenmaker De Fictie", "NL55TEST0417170966"),
    ("Digitaal Denkbeeldig BV", "NL31TEST0417172077"),
)
"""Suppliers that send invoices: the name of the account holder, and the account."""
