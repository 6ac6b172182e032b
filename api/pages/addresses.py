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
    navigation_of: frozenset[Role] | None = None
    """The roles in whose navigation it is; None for all that may open it."""


ADDRESSES = {
    "start": Address("/start", "Start", EVERYONE - OFFICIAL, "Start", EVERYONE - EMPLOYER),
    "work": Address("/werk", "Werk", WORKING, "Werk", WORKING - EMPLOYER),
    "work-item": Address("/werk/{item}", "Werk", WORKING),
    "search": Address("/zoeken", "Zoeken", CASE - OFFICIAL, "Zoeken", CASE - EMPLOYER),
    "new-case": Address("/zaken/nieuw", "Nieuwe aanvraag", frozenset({Role.OFFICER}), "Nieuwe aanvraag"),
    "case": Address("/zaken/{reference}", "Zaak", CASE),
    "case-terms": Address("/zaken/{reference}/termijnen", "Termijnen", CASE),
    "case-advice": Address("/zaken/{reference}/advies", "Gesprek en advies", CASE),
    "case-letters": Address("/zaken/{reference}/brieven", "Brieven", CASE),
    "case-money": Address("/zaken/{reference}/geld", "Geld", CASE),
    "case-history": Address("/zaken/{reference}/geschiedenis", "Geschiedenis", CASE),
    "case-step": Address("/zaken/{reference}/doen/{chart}/{event}/{subject}", "Stap", CASE),
    "mine": Address("/mijn", "Mijn zaak", OFFICIAL, "Mijn zaak"),
    "report": Address("/mijn/melden", "Mijn zaak: melding", OFFICIAL, "Melden"),
    "report-sent": Address("/mijn/melden/verstuurd", "Mijn zaak: melding verstuurd", OFFICIAL),
    "my-letters": Address("/mijn/berichten", "Mijn zaak: berichten", OFFICIAL, "Berichten"),
    "apply": Address("/mijn/aanvraag", "Mijn zaak: aanvraag", OFFICIAL),
    "apply-step": Address("/mijn/aanvraag/{step}", "Mijn zaak: aanvraag", OFFICIAL),
    "my-case": Address("/mijn/zaak/{reference}", "Mijn zaak", OFFICIAL),
    "my-advice": Address("/mijn/zaak/{reference}/advies", "Mijn zaak: advies", OFFICIAL),
    "my-step": Address("/mijn/doen/{chart}/{event}/{subject}", "Mijn zaak: stap", OFFICIAL),
    "employer": Address("/werkgever", "Start", EMPLOYER, "Start"),
    "takeovers": Address("/werkgever/overnames", "Overnames", EMPLOYER, "Overnames"),
    "takeover": Address("/werkgever/overnames/{takeover}", "Beveiliging overnemen", EMPLOYER),
    "takeover-step": Address("/werkgever/overnames/{takeover}/doen/{event}", "Beveiliging overnemen", EMPLOYER),
    "measures": Address("/werkgever/maatregelen", "Maatregelen", EMPLOYER, "Maatregelen"),
    "measure-step": Address("/werkgever/maatregelen/{measure}/doen/{event}", "Maatregel", EMPLOYER),
    "new-invoice": Address("/werkgever/facturen/nieuw", "Factuur invoeren", EMPLOYER, "Facturen"),
    "paid": Address("/werkgever/betaald", "Wat is betaald", EMPLOYER),
    "sign-in": Address("/aanmelden", "Aanmelden"),
    "role": Address("/rol", "Kies een rol"),
    "sign-out": Address("/afmelden", "Afgemeld"),
    "about": Address("/over", "Over Veiligadvies"),
}
"""Every page by its name."""


def path(name: str, **ids: str) -> str:
    """Return the path of a page, with its ids filled in."""
    return ADDRESSES[name].path.format(**ids)


def home_of(role: Role) -> str:
    """Return the path on which a role begins."""
    return path("mine" if role in OFFICIAL else "employer" if role in EMPLOYER else "start")


def navigation(role: Role) -> list[tuple[str, str]]:
    """Return the name and the path of each page in the navigation of a role."""
    return [
        (each.in_navigation, each.path)
        for each in ADDRESSES.values()
        if each.in_navigation and role in each.roles & (each.navigation_of or each.roles)
    ]
