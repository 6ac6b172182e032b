"""Conflict of interest and four eyes (Awb 2:4): applicant, officer, approver and releaser are four people."""

from rules.dutch import dutch
from rules.findings import AWB, Words, rule, say


@rule("conflict.not-own-case", article="Awb 2:4", source=AWB, nl="Niemand behandelt de eigen aanvraag.")
def not_own_case(*, person: str, applicant: str) -> Words | None:
    """Nobody handles the own application."""
    if person != applicant:
        return None
    return say(
        "You are the applicant: someone else must do this, so that no personal interest plays a part.",
        "U bent de aanvrager: een ander moet dit doen, zodat geen persoonlijk belang meespeelt.",
    )


@rule(
    "conflict.four-eyes",
    article="Awb 2:4",
    source=AWB,
    nl="Wie dit doet, deed geen van de eerdere stappen die in andere handen moeten liggen.",
)
def four_eyes(*, person: str, earlier: dict[str, str | None], doing: str) -> Words | None:
    """Who does this did none of the earlier steps that must be in other hands."""
    for step, other in earlier.items():
        if other == person:
            return say(
                f"You {step}; to {doing} takes another person (four eyes).",
                f"U {dutch(step)}; om {dutch(doing)} is een ander nodig (vier ogen).",
            )
    return None
