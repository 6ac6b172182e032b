"""Grants of duties: who grants a role, which ones take two people, and how an office gets its first people."""

from datetime import date

from rules.core.dated_values import value
from rules.core.roles import Role
from rules.core.rule import AWB, HOUSE, Bilingual, message, rule
from rules.core.translations import dutch


def takes_two(role: Role, on: date) -> bool:
    """Whether a role is granted only when another person than the proposer confirms it."""
    return role in value("granted_by_two", on)


@rule(
    "grant.to-people",
    article="Awb 10:3",
    source=HOUSE,
    nl="De rol van het systeem zelf wordt aan niemand toegekend.",
    verified=False,
)
def grantable(*, role: Role) -> Bilingual | None:
    """The role of the engine itself is granted to nobody."""
    if role is not Role.ENGINE:
        return None
    return message(
        "The role engine belongs to the engine alone; no person holds it. Grant the role in which the person acts.",
        "De rol van het systeem is van het systeem alleen; geen mens heeft haar. Ken de rol toe waarin iemand handelt.",
    )


@rule(
    "grant.not-to-oneself",
    article="Awb 2:4, 10:3",
    source=AWB,
    nl="Niemand kent zichzelf een taak toe of bevestigt haar voor zichzelf.",
    verified=False,
)
def not_to_oneself(*, person: str, receiver: str) -> Bilingual | None:
    """Nobody grants a role to themself, or confirms one for themself."""
    if person != receiver:
        return None
    return message(
        "This would be your own role: someone else must propose it and someone else must confirm it.",
        "Dit zou uw eigen taak zijn: een ander moet haar voorstellen en een ander moet haar bevestigen.",
    )


@rule(
    "grant.by-two",
    article="Awb 10:3",
    source=HOUSE,
    nl="Een taak die ver reikt, wordt bevestigd door een ander dan wie haar voorstelde.",
    verified=False,
)
def by_two(*, role: Role, person: str, proposed_by: str) -> Bilingual | None:
    """A role that reaches far is confirmed by another person than the one who proposed it."""
    if person != proposed_by:
        return None
    return message(
        f"You proposed the role {role}; another administrator, or the head of the office, must confirm it.",
        f"U stelde de rol '{dutch(role)}' voor; een andere beheerder of het hoofd van het bureau moet haar bevestigen.",
    )


@rule(
    "grant.proposed",
    article="Awb 10:3",
    source=HOUSE,
    nl="Over een taak wordt beslist als zij is voorgesteld en daarover nog niet is beslist.",
    verified=False,
)
def awaits_decision(*, role: Role, proposed: bool) -> Bilingual | None:
    """Only a role that was proposed, and not decided on yet, is confirmed or declined."""
    if proposed:
        return None
    return message(
        f"Nobody proposed the role {role} for this person, or it was decided already. Propose it first.",
        f"Niemand stelde voor deze persoon de rol '{dutch(role)}' voor, of daarover is al beslist. Stel haar eerst"
        " voor.",
    )


@rule(
    "grant.once",
    article="Awb 10:3",
    source=HOUSE,
    nl="Een taak die iemand heeft, of die is voorgesteld, wordt niet nog eens toegekend.",
    verified=False,
)
def once(*, role: Role, held: bool, proposed: bool) -> Bilingual | None:
    """A role that the person holds, or that is proposed, is not granted again."""
    if held:
        return message(
            f"This person holds the role {role} already.",
            f"Deze persoon heeft de rol '{dutch(role)}' al.",
        )
    if proposed:
        return message(
            f"The role {role} is proposed already; it waits for another person to confirm it.",
            f"De rol '{dutch(role)}' is al voorgesteld; zij wacht op de bevestiging door een ander.",
        )
    return None


@rule(
    "grant.first-people",
    article="Awb 10:3",
    source=HOUSE,
    nl="Alleen een bureau zonder beheerder krijgt zijn eerste mensen van wie het bureau installeert.",
    verified=False,
)
def first_people(*, administrators: int) -> Bilingual | None:
    """Only an office without an administrator gets its first people from whoever installs it."""
    if not administrators:
        return None
    return message(
        "This office has an administrator already: that person registers the others.",
        "Dit bureau heeft al een beheerder: die registreert de anderen.",
    )
