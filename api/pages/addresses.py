"""Addresses of the pages: one table of names, paths, titles and the roles that each is for.

Paths are Dutch, because they stand in letters and are read out by telephone; they hold references and ids only.
"""

from dataclasses import dataclass

from rules.core.roles import Role

OFFICIAL = frozenset({Role.APPLICANT})
OFFICER = frozenset({Role.OFFICER})
COORDINATOR = frozenset({Role.COORDINATOR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
AUTHORITY = frozenset({Role.SECURITY_AUTHORITY})
PAYING = frozenset({Role.FINANCE, Role.APPROVER, Role.RELEASER})
EMPLOYER = frozenset({Role.EMPLOYER, Role.SECURITY_CONTACT})
BILLED = PAYING | EMPLOYER
OVERSEES = frozenset({Role.AUDITOR, Role.PRIVACY_OFFICER})
REPORTED = frozenset(
    {Role.COORDINATOR, Role.SECURITY_AUTHORITY, Role.ADMINISTRATOR, Role.AUDITOR, Role.MINISTRY_CONTACT}
)
TOLD = frozenset({Role.HEAD, Role.SECRETARY, Role.MINISTRY_CONTACT})
REGISTERS = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.HEAD})
EVERYONE = frozenset(Role) - {Role.ENGINE}
CASE = EVERYONE - OFFICIAL - {Role.MINISTRY_CONTACT}
WORKING = OFFICER | COORDINATOR | AUTHORITY | BILLED | {Role.ADVISER}


@dataclass(frozen=True)
class Address:
    """Address of a page: its path with ids in braces, its fixed title, and who may open it."""

    path: str
    title: str
    roles: frozenset[Role] = EVERYONE
    in_navigation: str = ""
    """Its name in the navigation; empty if it is not there."""
    elsewhere: frozenset[Role] = frozenset()
    """The roles that reach it by a link and not by the navigation, which has six places."""


ADDRESSES = {
    # For everyone
    "start": Address(
        "/start", "Start", EVERYONE - OFFICIAL, "Start", EMPLOYER | OVERSEES | ADMINISTRATOR | COORDINATOR
    ),
    # The office
    "board": Address("/overzicht", "Overzicht", COORDINATOR, "Overzicht"),
    "work": Address("/werk", "Werk", WORKING, "Werk", BILLED | AUTHORITY),
    "work-item": Address("/werk/{item}", "Werk", WORKING),
    "division": Address("/verdelen", "Verdelen", COORDINATOR, "Verdelen"),
    "staff": Address("/mensen", "Mensen", COORDINATOR, "Mensen"),
    "staff-member": Address("/mensen/{person}", "Medewerker", COORDINATOR),
    "forecast": Address("/prognose", "Prognose", COORDINATOR, "Prognose"),
    "reminders": Address("/herinneringen", "Herinneringen", COORDINATOR, "Herinneringen"),
    "progress": Address("/voortgang", "Voortgang", REPORTED),
    "adoptions": Address("/vaststellen", "Vaststellen", AUTHORITY, "Vaststellen"),
    "adoption": Address("/vaststellen/{reference}", "Vaststellen", AUTHORITY),
    "adopt": Address("/vaststellen/{reference}/doen/vaststellen", "Advies vaststellen", AUTHORITY),
    "return-domain": Address("/vaststellen/{reference}/doen/teruggeven/{domain}", "Advies teruggeven", AUTHORITY),
    # A case
    "new-case": Address("/zaken/nieuw", "Nieuwe aanvraag", OFFICER, "Nieuwe aanvraag"),
    "case": Address("/zaken/{reference}", "Zaak", CASE),
    "case-terms": Address("/zaken/{reference}/termijnen", "Termijnen", CASE),
    "case-advice": Address("/zaken/{reference}/advies", "Gesprek en advies", CASE),
    "case-letters": Address("/zaken/{reference}/brieven", "Brieven", CASE),
    "case-money": Address("/zaken/{reference}/geld", "Geld", CASE),
    "case-history": Address("/zaken/{reference}/geschiedenis", "Geschiedenis", CASE),
    "case-step": Address("/zaken/{reference}/doen/{chart}/{event}/{subject}", "Stap", CASE),
    # The official
    "mine": Address("/mijn", "Mijn zaak", OFFICIAL, "Mijn zaak"),
    "report": Address("/mijn/melden", "Mijn zaak: melding", OFFICIAL, "Melden"),
    "report-sent": Address("/mijn/melden/verstuurd", "Mijn zaak: melding verstuurd", OFFICIAL),
    "my-letters": Address("/mijn/berichten", "Mijn zaak: berichten", OFFICIAL, "Berichten"),
    "apply": Address("/mijn/aanvraag", "Mijn zaak: aanvraag", OFFICIAL),
    "apply-step": Address("/mijn/aanvraag/{step}", "Mijn zaak: aanvraag", OFFICIAL),
    "my-case": Address("/mijn/zaak/{reference}", "Mijn zaak", OFFICIAL),
    "my-advice": Address("/mijn/zaak/{reference}/advies", "Mijn zaak: advies", OFFICIAL),
    "my-step": Address("/mijn/doen/{chart}/{event}/{subject}", "Mijn zaak: stap", OFFICIAL),
    # The employer
    "employer": Address("/werkgever", "Start", EMPLOYER, "Start"),
    "takeovers": Address("/werkgever/overnames", "Overnames", EMPLOYER, "Overnames"),
    "takeover": Address("/werkgever/overnames/{takeover}", "Beveiliging overnemen", EMPLOYER),
    "takeover-step": Address("/werkgever/overnames/{takeover}/doen/{event}", "Beveiliging overnemen", EMPLOYER),
    "measures": Address("/werkgever/maatregelen", "Maatregelen", EMPLOYER, "Maatregelen"),
    "measure-step": Address("/werkgever/maatregelen/{measure}/doen/{event}", "Maatregel", EMPLOYER),
    "new-invoice": Address("/werkgever/facturen/nieuw", "Factuur invoeren", EMPLOYER, "Facturen"),
    "paid": Address("/werkgever/betaald", "Wat is betaald", EMPLOYER),
    # Who pays
    "payables": Address("/betalen/facturen", "Facturen", BILLED, "Facturen", EMPLOYER),
    "payable": Address("/betalen/facturen/{payable}", "Factuur", BILLED),
    "payable-step": Address("/betalen/facturen/{payable}/doen/{event}", "Factuur", BILLED),
    "payable-document": Address("/betalen/facturen/{payable}/documenten/{document}", "Document", BILLED),
    "payable-document-page": Address("/betalen/facturen/{payable}/documenten/{document}/blad", "Document", BILLED),
    "batches": Address("/betalen/opdrachten", "Betaalopdrachten", PAYING, "Betaalopdrachten"),
    "new-batch": Address("/betalen/opdrachten/nieuw", "Betaalbatch samenstellen", PAYING),
    "batch": Address("/betalen/opdrachten/{batch}", "Betaalopdracht", PAYING),
    "batch-file": Address("/betalen/opdrachten/{batch}/bestand", "Betaalbestand", PAYING),
    "batch-step": Address("/betalen/opdrachten/{batch}/doen/{event}", "Betaalopdracht", PAYING),
    "bank": Address("/betalen/bank", "Bank", PAYING, "Bank"),
    "bank-message": Address("/betalen/bank/{message}", "Bestand van de bank", PAYING),
    "bank-entry": Address("/betalen/bank/{message}/{position}/doen/{event}", "Regel van de bank", PAYING),
    "books": Address("/betalen/boeken", "Boeken", PAYING, "Boeken"),
    "journal": Address("/betalen/boeken/journaal", "Journaal", PAYING),
    "booking": Address("/betalen/boeken/{booking}", "Boeking", PAYING),
    "booking-step": Address("/betalen/boeken/{booking}/doen/{event}", "Boeking", PAYING),
    "periods": Address("/betalen/perioden", "Perioden", PAYING),
    "period-step": Address("/betalen/perioden/{period}/doen/{event}", "Perioden", PAYING),
    "reports": Address("/betalen/rapporten", "Rapporten", PAYING, "Rapporten"),
    "report-file": Address("/betalen/rapporten/{report}", "Rapporten", PAYING),
    # Oversight and administration
    "chains": Address("/toezicht", "Toezicht", OVERSEES, "Toezicht"),
    "chain": Address("/toezicht/ketens/{chain}", "Keten", OVERSEES),
    "decisions": Address("/toezicht/besluiten", "Besluiten", OVERSEES, "Besluiten"),
    "decisions-of-case": Address("/toezicht/besluiten/{reference}", "Besluiten", OVERSEES),
    "openings": Address("/toezicht/inzage", "Ingeziene inhoud", OVERSEES, "Inzage"),
    "organisations": Address("/beheer/organisaties", "Organisaties", ADMINISTRATOR, "Organisaties"),
    "people": Address("/beheer/mensen", "Mensen", ADMINISTRATOR, "Mensen"),
    "person": Address("/beheer/mensen/{person}", "Mens", ADMINISTRATOR),
    "values": Address("/beheer/waarden", "Waarden", ADMINISTRATOR, "Waarden"),
    "timers": Address("/beheer/timers", "Timers", ADMINISTRATOR, "Timers"),
    "step": Address("/doen/{chart}/{event}/{subject}", "Stap", REGISTERS),
    # Finding a case
    "search": Address("/zoeken", "Zoeken", CASE, "Zoeken", BILLED | COORDINATOR | ADMINISTRATOR),
    "search-results": Address("/zoeken/{search}", "Gevonden zaken", CASE),
    # Signing in
    "letter": Address("/brief/{letter}", "Brief"),
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
    return [
        (each.in_navigation, each.path)
        for each in ADDRESSES.values()
        if each.in_navigation and role in each.roles - each.elsewhere
    ]


def home_of(role: Role) -> str:
    """Return the path on which a role begins: the first place of its navigation."""
    return navigation(role)[0][1]
