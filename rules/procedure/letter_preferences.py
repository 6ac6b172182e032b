"""Letter preferences: the letters that a person may decline."""

from collections.abc import Sequence
from datetime import date

from rules.core.dated_values import value
from rules.core.roles import Role
from rules.core.rule import HOUSE, Bilingual, message, rule


def optional(on: date) -> tuple[str, ...]:
    """The letters that a person may decline on a day; never a letter that a law or a term requires."""
    return tuple(value("letters_optional", on))


@rule(
    "letters.optional",
    article="house rule of the advice office",
    source=HOUSE,
    nl="Alleen brieven die geen wet of termijn voorschrijft, kan iemand afzeggen.",
    verified=False,
)
def may_be_declined(*, declined: Sequence[str], on: date) -> Bilingual | None:
    """Only letters that no law and no term requires can be declined."""
    always = [letter for letter in declined if letter not in optional(on)]
    if not always:
        return None
    named, others = ", ".join(always), ", ".join(optional(on))
    return message(
        f"{named} cannot be declined; what can be is: {others}.",
        f"Dit is niet af te zeggen: {named}; afzeggen kan wel: {others}.",
    )


@rule(
    "letters.own-choice",
    article="house rule of the advice office",
    source=HOUSE,
    nl="Welke brieven iemand niet wil, kiest die zelf, of de beheerder op verzoek.",
    verified=False,
)
def own_choice(*, role: Role, person: str, reader: str) -> Bilingual | None:
    """Persons decline letters themselves, or the administrator does so at their request."""
    if person == reader or role is Role.ADMINISTRATOR:
        return None
    return message(
        "These letters go to someone else, who chooses; the administrator can do it when asked.",
        "Deze brieven gaan naar een ander, die zelf kiest; de beheerder kan het op verzoek doen.",
    )
