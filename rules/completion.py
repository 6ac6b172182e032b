"""Deciding not to process an application that was not completed, or not enough (Awb 4:5)."""

from datetime import date

from rules.core.rule import AWB, Words, rule, say


@rule(
    "completion.decided-in-time",
    article="Awb 4:5(4)",
    source=AWB,
    nl="Het besluit om niet te behandelen wordt binnen vier weken bekendgemaakt.",
)
def decided_in_time(*, due_on: date | None, announced_on: date) -> Words | None:
    """Not processing is made known within four weeks after the completion, or after its term passed unused."""
    if due_on is None or announced_on <= due_on:
        return None
    return say(
        f"The term to decide not to process ended on {due_on}. Decide on the application as it is.",
        f"De termijn om niet te behandelen eindigde op {due_on}. Beslis op de aanvraag zoals die er ligt.",
    )
