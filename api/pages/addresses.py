"""Addresses of the pages: one table of names, paths, titles and the roles that each is for.

Paths are Dutch, because they stand in letters and are read out by telephone; they hold references and ids only.
"""

from dataclasses import dataclass

from rules.core.roles import OF_AN_EMPLOYER, Role

OFFICE = frozenset({Role.OFFICER, Role.ADVISER, Role.COORDINATOR, Role.SECURITY_AUTHORITY})
PAYING = frozenset({Role.FINANCE, Role.APPROVER, Role.RELEASER})
EMPLOYER = frozenset({Role.EMPLOYER, Role.SECURITY_CONTACT})
OVERSIGHT = frozenset({Role.AUDITOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR})
TOLD = frozenset({Role.HEAD, Role.SECRETARY, Role.MINISTRY_CONTACT})
OFFICIAL = frozenset({Role.APPLICANT})
EVERYONE = frozenset(Role) - {Role.ENGINE}
CASE = EVERYONE - {Role.MINISTRY_CONTACT}
WORKING = frozenset({Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR, *OF_AN_EMPLOYER}) - {
    Role.SECRETARY
}


@dataclass(frozen=True)
class Address:
    """Address of a page: its path with ids in braces, its fixed title, and who may open it."""

    path: str
    title: str
    roles: frozenset[Role] = EVERYONE
    in_navigation: str = ""
    """Its name in the navigation; empty if it is not there."""


ADDRESSES = {
    "start": Address("/start", "Start", EVERYONE - OFFICIAL, "Start"),
    "work": Address("/werk", "Werk", WORKING, "Werk"),
    "work-item": Address("/werk/{item}", "Werk", WORKING),
    "search": Address("/zoeken", "Zoeken", CASE - OFFICIAL, "Zoeken"),
    "new-case": Address("/zaken/nieuw", "Nieuwe aanvraag", frozenset({Role.OFFICER}), "Nieuwe aanvraag"),
    "case": Address("/zaken/{reference}", "Zaak", CASE),
    "case-terms": Address("/zaken/{reference}/termijnen", "Termijnen", CASE),
    "case-advice": Address("/zaken/{reference}/advies", "Gesprek en advies", CASE),
    "case-letters": Address("/zaken/{reference}/brieven", "Brieven", CASE),
    "case-money": Address("/zaken/{reference}/geld", "Geld", CASE),
    "case-history": Address("/zaken/{reference}/geschiedenis", "Geschiedenis", CASE),
    "case-step": Address("/zaken/{reference}/doen/{chart}/{event}/{subject}", "Stap", CASE),
    "sign-in": Address("/aanmelden", "Aanmelden"),
    "role": Address("/rol", "Kies een rol"),
    "sign-out": Address("/afmelden", "Afgemeld"),
    "about": Address("/over", "Over Veiligadvies"),
}
"""Every page by its name."""


def path(name: str, **ids: str) -> str:
    """Return the path of a page, with its ids filled in."""
    return ADDRESSES[name].path.format(**ids)


def navigation(role: Role) -> list[tuple[str, str]]:
    """Return the name and the path of each page in the navigation of a role."""
    return [(each.in_navigation, each.path) for each in ADDRESSES.values() if each.in_navigation and role in each.roles]
