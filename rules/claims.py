"""Who may take work from the queue now: someone who is there, and whose hands are not full."""

from datetime import date

from rules.findings import HOUSE, Words, rule, say


@rule(
    "work.present",
    article="house rule of the work list",
    source=HOUSE,
    nl="Wie als afwezig te boek staat, pakt geen werk op.",
    verified=False,
)
def present(*, absent_until: date | None) -> Words | None:
    """Whoever is recorded as absent takes no work."""
    if absent_until is None:
        return None
    return say(
        f"You are recorded as absent through {absent_until}; end the absence first, then take work.",
        f"U staat tot en met {absent_until} als afwezig te boek; beëindig eerst de afwezigheid en pak dan werk op.",
    )


@rule(
    "work.limit-in-hand",
    article="house rule of the work list",
    source=HOUSE,
    nl="Wie het toegestane werk in handen heeft, pakt alleen acuut werk op.",
    verified=False,
)
def limit_in_hand(*, in_hand: int, limit: int, acute: bool) -> Words | None:
    """Whoever holds as much as is allowed takes acute work only."""
    if acute or in_hand < limit:
        return None
    return say(
        f"You hold {in_hand} items and may hold {limit}: finish one or give one back. Acute work still comes to you.",
        f"U hebt {in_hand} stuks werk in handen en mag er {limit} hebben: maak er een af of geef er een terug. "
        "Acuut werk krijgt u nog wel.",
    )
