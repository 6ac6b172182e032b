"""Wording of values on pages: days, moments, amounts and the Dutch names of codes."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from notifications.catalogue import catalogue
from rules.core.names import dutch, names

OFFICE_TIME = ZoneInfo("Europe/Amsterdam")
MONTHS = (
    "januari februari maart april mei juni juli augustus september oktober november december".split()  # noqa: SIM905  # reads as a list
)


def day(given: date | datetime | str | None) -> str:
    """Return a day such as 23 november 2026; a moment gives its day in the office."""
    if not given:
        return ""
    if isinstance(given, str):
        given = datetime.fromisoformat(given) if "T" in given else date.fromisoformat(given)
    if isinstance(given, datetime):
        given = given.astimezone(OFFICE_TIME).date()
    return f"{given.day} {MONTHS[given.month - 1]} {given.year}"


def moment(given: datetime | str | None) -> str:
    """Return a moment such as 23 november 2026, 14:03 in office time."""
    if not given:
        return ""
    if isinstance(given, str):
        given = datetime.fromisoformat(given)
    return f"{day(given)}, {given.astimezone(OFFICE_TIME):%H:%M}"


def euros(given: Decimal | str | None) -> str:
    """Return an amount such as € 1.234,50."""
    if given is None or given == "":
        return ""
    return "€ " + f"{Decimal(given):,.2f}".translate(str.maketrans(",.", ".,"))


def state(chart: str, code: str) -> str:
    """Return the Dutch name of a state."""
    return dutch("states", f"{chart}/{code}")


def event(chart: str, code: str) -> str:
    """Return the Dutch name of an event, with a capital."""
    return OTHER_EVENTS.get(f"{chart}/{code}") or capital(dutch("events", f"{chart}/{code}"))


OTHER_EVENTS = {
    "term/pass-threshold": "Moment in een termijn bereikt",
    "work/alarm": "Alarm: niemand kan het werk oppakken",
    "work/answer-proposal": "Antwoord op voorstel voor acuut werk",
    "work/assign": "Werk toegewezen",
    "work/claim": "Werk opgepakt",
    "work/delegate": "Werk doorgegeven",
    "work/finish": "Werk afgerond",
    "work/redistribute": "Werk verdeeld",
    "work/release": "Werk teruggegeven",
    "work/reorder": "Volgorde van het werk veranderd",
    "work/return": "Werk terug in de lijst",
}
"""Entries of the ledger that no event of a chart makes."""


def work(chart: str, action: str) -> str:
    """Return what a work item asks for, with a capital."""
    if action in OTHER_WORK:
        return OTHER_WORK[action]
    known = names()["events"]
    of = next((one for one in (chart, "application", "payable", "objection") if f"{one}/{action}" in known), None)
    return event(of, action) if of is not None else capital(kind(action))


OTHER_WORK = {
    "assess-bank-entry": "Bankregel beoordelen",
    "assess-bank-report": "Bericht van de bank beoordelen",
    "find-bank-statement": "Ontbrekend bankafschrift zoeken",
    "settle-with-estate": "Afwikkelen met de nabestaanden",
    "pursue-employer": "De werkgever aanspreken",
    "extend-calendar": "De kalender aanvullen",
    "build-batch": "Betaalopdracht maken",
    "security-contact": "De contactpersoon beveiliging bellen",
}
"""Work that no event of that name completes."""


def role(code: str) -> str:
    """Return the Dutch name of a role."""
    return dutch("roles", code).partition(" (")[0].partition(":")[0]


def office(code: str) -> str:
    """Return the Dutch name of a public office."""
    return dutch("offices", code).partition(" (")[0]


def term(code: str) -> str:
    """Return the Dutch name of a term."""
    return dutch("terms", code)


def letter(code: str) -> str:
    """Return the Dutch title of a letter."""
    found = catalogue().letters.get(code)
    return found.title["nl"] if found is not None else code.replace("-", " ")


def delivery(code: str) -> str:
    """Return how far a letter is."""
    return {
        "pending": "wacht op verzending",
        "sent": "verzonden",
        "failed": "niet verzonden",
        "sending": "wordt verzonden",
        "outcome-unknown": "onbekend of hij aankwam",
        "held-back": "niet verzonden: de ontvanger is overleden",
    }.get(code, code.replace("-", " "))


def kind(code: str) -> str:
    """Return the Dutch name of a member of any other list."""
    sections = names()
    for section in ("kinds", "offices", "roles"):
        if code in sections[section]:
            return str(sections[section][code]["nl"])
    return code.replace("-", " ")


def capital(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


FILTERS = {
    "day": day,
    "moment": moment,
    "euros": euros,
    "role": role,
    "office": office,
    "term": term,
    "kind": kind,
    "capital": capital,
}
"""The filters of templates."""
