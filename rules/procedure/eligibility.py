"""Eligibility for a security advice and its home measures (REG 2.9, 3.9, 4.9; BESL 2.2.14, 3.2.14, 4.2.14)."""

from datetime import date, timedelta

from rules.core.dated_values import value
from rules.core.regulation import EMPLOYER_OF, PublicOffice
from rules.core.rule import BESL, REG, SCHEME_2024, Bilingual, message, rule
from rules.core.translations import dutch, listed


@rule(
    "eligibility.office-in-scope",
    article="REG 2.9(1), 3.9(1), 4.9(1)",
    source=REG,
    nl="Het ambt is een van de ambten waaraan artikel x.9 een aanspraak geeft.",
)
def office_in_scope(*, office: PublicOffice, on: date) -> Bilingual | None:
    """The office is one for which article x.9 gives a claim."""
    given = value("offices_in_scope", on)
    if office in given:
        return None
    return message(
        f"The office {office} has no claim under article x.9: it is given to {', '.join(given)}."
        " Announce the intention to refuse, and point to the costs under BESL x.3.1(1).",
        f"Het ambt {dutch(office)} heeft geen aanspraak op grond van artikel x.9: die komt toe aan {listed(given)}."
        " Kondig het voornemen tot afwijzing aan en wijs op de kosten van BESL x.3.1(1).",
    )


@rule(
    "eligibility.in-office",
    article="REG x.9(5)(a)",
    source=REG,
    nl="De aanvrager vervult het ambt, of het staat vast dat hij het gaat vervullen.",
)
def in_office(*, certain_since: date, until: date | None, on: date) -> Bilingual | None:
    """The person holds the office, or it is certain that the person will take it."""
    if on < certain_since:
        return message(
            f"It is certain only from {certain_since} that the office will be taken: no claim yet on {on}.",
            f"Pas vanaf {certain_since} staat vast dat het ambt wordt vervuld: op {on} is er nog geen aanspraak.",
        )
    if until is not None and on > until:
        return message(
            f"The office ended on {until}; after it there is no new claim.",
            f"Het ambt eindigde op {until}; daarna ontstaat geen nieuwe aanspraak.",
        )
    return None


@rule(
    "eligibility.acting",
    article="BESL 2.2.14, 3.2.14(1), 4.2.14",
    source=BESL,
    nl="Een waarnemer heeft de aanspraken zodra de ononderbroken dagen van dat ambt voorbij zijn.",
)
def acting(*, office: PublicOffice, acting_since: date | None, on: date) -> Bilingual | None:
    """An acting official has the claims after the required uninterrupted days in that office."""
    if acting_since is None:
        return None
    days = value("acting_days", on).get(str(office))
    if days is None:
        return message(
            f"No rule lets an acting {office} claim; record the appointment itself if there is one.",
            f"Geen bepaling geeft een waarnemend {dutch(office)} een aanspraak; leg de benoeming zelf vast als die er"
            " is.",
        )
    if days and on < acting_since:
        return message(
            f"The acting appointment begins on {acting_since}; an acting {office} has the claims after more than {days}"
            " uninterrupted days.",
            f"De waarneming begint op {acting_since}; een waarnemend {dutch(office)} heeft de aanspraken na meer dan"
            f" {days} ononderbroken dagen.",
        )
    if days and on - acting_since <= timedelta(days=days):
        first = acting_since + timedelta(days=days + 1)
        return message(
            f"An acting {office} has the claims after more than {days} uninterrupted days: from {first}, not on {on}.",
            f"Een waarnemend {dutch(office)} heeft de aanspraken na meer dan {days} ononderbroken dagen: vanaf {first},"
            f" niet op {on}.",
        )
    return None


@rule(
    "eligibility.employer-fits",
    article="REG 2.9(3), 3.9(3), 4.9(3)",
    source=REG,
    nl="Elke werkgever is van de soort die voor het ambt uitvoert, en alleen een burgemeester heeft er meer dan een.",
)
def employer_fits(*, office: PublicOffice, kinds: tuple[str, ...], count: int) -> Bilingual | None:
    """Every employer is of the kind that belongs to the office, and only a mayor has more than one."""
    wanted = EMPLOYER_OF[office]
    if others := sorted(set(kinds) - {wanted}):
        return message(
            f"For {office} the employer is a {wanted}; you named a {', '.join(others)}.",
            f"Voor het ambt {dutch(office)} is de werkgever een {dutch(wanted)}; u noemde: {listed(others)}.",
        )
    if count > 1 and office is not PublicOffice.MAYOR:
        return message(
            f"Only a mayor can hold the office in several municipalities (BESL 3.2.16); name one {wanted}.",
            "Alleen een burgemeester kan het ambt in meer gemeenten vervullen (BESL 3.2.16); noem er een:"
            f" de {dutch(wanted)} van het ambt.",
        )
    return None


@rule(
    "eligibility.residence",
    article="REG 2.9(2), 3.9(2)",
    source=REG,
    nl="De woning ligt in het gebied van het ambt, of er is ontheffing verleend waar het ambt die kent.",
)
def residence(*, office: PublicOffice, in_territory: bool, exemption_on: date | None, on: date) -> Bilingual | None:
    """The home lies in the territory, or an exemption was granted that the office allows."""
    wanted = value("residence", on).get(str(office), "anywhere")
    if wanted == "anywhere" or in_territory:
        return None
    if wanted == "territory":
        return message(
            f"The home must lie in the province: for {office} the regulation knows no exemption.",
            f"De woning moet in de provincie liggen: voor de {dutch(office)} kent de regeling geen ontheffing.",
        )
    if exemption_on is None or exemption_on > on:
        return message(
            "The home lies outside the territory and no exemption from residence is recorded by this day.",
            "De woning ligt buiten het gebied en op deze dag is geen ontheffing van de woonplaats vastgelegd.",
        )
    return None


@rule(
    "eligibility.suspended-keeps-claims",
    article="BESL 2.2.18(2), 3.2.18(2), 4.2.18",
    source=BESL,
    nl="Een geschorste ambtsdrager behoudt de aanspraken; schorsing bestaat waar de wet haar voor het ambt kent.",
    verified=False,
)
def suspended(*, office: PublicOffice, suspended_since: date | None, on: date) -> Bilingual | None:
    """A suspended official keeps the claims; a suspension is possible only if the law provides for one."""
    if suspended_since is None:
        return None
    known = value("suspension_keeps_claims", on)
    if office in known:
        return None
    return message(
        f"The law knows no suspension from the office {office}; only from: {', '.join(known)}. Leave"
        f" officeSuspendedSince ({suspended_since}) out, or record the end of the office.",
        f"De wet kent geen schorsing uit het ambt {dutch(office)}; alleen uit: {listed(known)}. Laat"
        f" officeSuspendedSince ({suspended_since}) weg, of leg het einde van het ambt vast.",
    )


@rule(
    "eligibility.payer-is-employer",
    article="BESL 3.2.16(b)",
    source=BESL,
    nl="Een maatregel wordt toegerekend aan een van de werkgevers van de aanvraag.",
    since=SCHEME_2024,
)
def payer_is_employer(*, payer: str, employers: list[str]) -> Bilingual | None:
    """A measure is attributed to one of the application's employers."""
    if payer in employers:
        return None
    named = ", ".join(employers)
    return message(
        f"{payer} is no employer of this application; name one of {named}, or none to share equally.",
        f"{payer} is geen werkgever bij deze aanvraag; noem een van {named}, of geen om gelijk te delen.",
    )
