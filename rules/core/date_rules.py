"""Date rules: what is recorded is not dated in the future, nor before what it follows from."""

from datetime import date

from rules.core.rule import AWB, Bilingual, message, rule
from rules.core.translations import DatedFact, EarlierFact, dutch


@rule(
    "step.not-in-future",
    article="Awb 3:2",
    source=AWB,
    nl="Wat als gebeurd wordt vastgelegd, gebeurde niet na vandaag.",
)
def not_in_future(*, what: DatedFact, day: date, on: date) -> Bilingual | None:
    """What is recorded as having happened did not happen after today."""
    if day <= on:
        return None
    return message(
        f"{what} is dated {day}, after today ({on}). Record it once it has happened.",
        f"{dutch(what)} is gedateerd op {day}, na vandaag ({on}). Leg dit vast zodra het is gebeurd.",
    )


@rule(
    "step.not-before",
    article="Awb 3:2",
    source=AWB,
    nl="Wat uit iets anders volgt, gaat daar niet aan vooraf.",
)
def not_before(*, what: DatedFact, day: date, earlier: EarlierFact, earliest: date | None) -> Bilingual | None:
    """One thing does not precede the other thing that it follows from."""
    if earliest is None or day >= earliest:
        return None
    return message(
        f"{what} ({day}) lies before {earlier} ({earliest}).",
        f"{dutch(what)} ({day}) ligt voor {dutch(earlier)} ({earliest}).",
    )
