"""Refusal of an application: its ground, the applicant's view and the deciding body."""

from collections.abc import Sequence
from datetime import date

from rules.core.dated_values import value
from rules.core.rule import AWB, SCHEME_2024, Bilingual, message, rule
from rules.core.translations import dutch


@rule(
    "step.view-asked",
    article="Awb 4:7, 4:8",
    source=AWB,
    nl="Een afwijzing wacht op de zienswijze van de aanvrager, of op het verstrijken van de termijn ervoor.",
)
def view_asked(*, due_on: date | None, viewed: bool, on: date) -> Bilingual | None:
    """A refusal follows the applicant's view, or the end of the term to give it."""
    if viewed or (due_on is not None and on > due_on):
        return None
    return message(
        f"The applicant may give a view until {due_on or 'a day still open'}; record it, or wait until the day after.",
        f"De aanvrager mag een zienswijze geven tot en met {due_on or 'een nog open dag'}; leg die vast, of wacht tot"
        " de dag erna.",
    )


@rule(
    "step.refusal-has-ground",
    article="Awb 3:46",
    source=AWB,
    nl="Een afwijzing rust op een regel die zich tegen de aanvraag keert.",
)
def refusal_has_ground(*, grounds: Sequence[str], named: str) -> Bilingual | None:
    """A refusal needs a rule that objects to the application."""
    if named in grounds:
        return None
    if not grounds:
        return message(
            "No rule finds against this application: it cannot be refused on its merits. Continue the intake.",
            "Geen regel keert zich tegen deze aanvraag: zij kan niet inhoudelijk worden afgewezen. Ga door met de"
            " intake.",
        )
    these = ", ".join(grounds)
    return message(
        f"The rule {named} does not find against this application; these do: {these}.",
        f"De regel {named} keert zich niet tegen deze aanvraag; deze wel: {these}.",
    )


@rule(
    "step.refusal-decided-by",
    article="Awb 1:3, 10:3",
    source=AWB,
    nl="Over een afwijzing beslist het orgaan dat daarvoor is aangewezen; een intakemedewerker stelt haar alleen voor.",
    since=SCHEME_2024,
    verified=False,
)
def refusal_decided_by(*, role: str, on: date) -> Bilingual | None:
    """A refusal is decided by the body that the dated value names; an officer only proposes."""
    decides = value("refusal_decided_by", on)
    if role == decides:
        return None
    return message(
        f"On {on} a refusal is decided by the {decides}, not by a {role}.",
        f"Op {on} beslist de {dutch(decides)} over een afwijzing, niet een {dutch(role)}.",
    )
