"""Conflict of interest and four eyes (Awb 2:4): applicant, officer, approver and releaser are four people."""

from datetime import date

from rules.core.dated_values import value
from rules.core.regulation import Capacity, PublicOffice
from rules.core.rule import AWB, SCHEME_2024, Bilingual, message, rule
from rules.core.translations import dutch, listed

# Whose hands must differ in one payment. The scheme asks it of applicant, officer, approver and releaser (Awb 2:4); the
# rest is the separation of duties that accountants ask for: prepare, check, approve, release. Whoever enters an invoice
# may match it to its measures and check it, since that is one preparation; whoever decides to pay did none of it.
APPLIED, HANDLED = "applied for this", "handled this application"
ENTERED, MATCHED, CHECKED = "entered this invoice", "matched this invoice", "checked this invoice"
APPROVED, AGAIN = "approved this invoice", "approved this invoice a second time"
APART: dict[str, tuple[str, ...]] = {
    # step: the earlier steps that none of its people did
    "match": (APPLIED,),
    "check": (APPLIED, HANDLED),
    "approve": (APPLIED, HANDLED, ENTERED, MATCHED, CHECKED),
    "reject": (APPLIED, HANDLED, CHECKED),
    "approve-second": (APPLIED, HANDLED, ENTERED, MATCHED, CHECKED, APPROVED),
    "release": (APPLIED, HANDLED, ENTERED, MATCHED, CHECKED, APPROVED, AGAIN),
}
"""For each step of a payment, the earlier ones that must lie in other hands."""


@rule("conflict.not-own-case", article="Awb 2:4", source=AWB, nl="Niemand behandelt de eigen aanvraag.")
def not_own_case(*, person: str, applicant: str) -> Bilingual | None:
    """Nobody handles the own application."""
    if person != applicant:
        return None
    return message(
        "You are the applicant: someone else must do this, so that no personal interest plays a part.",
        "U bent de aanvrager: een ander moet dit doen, zodat geen persoonlijk belang meespeelt.",
    )


@rule(
    "conflict.four-eyes",
    article="Awb 2:4",
    source=AWB,
    nl="Wie dit doet, deed geen van de eerdere stappen die in andere handen moeten liggen.",
)
def four_eyes(*, person: str, earlier: dict[str, str | None], doing: str) -> Bilingual | None:
    """Who does this did none of the earlier steps that must be in other hands."""
    for step, other in earlier.items():
        if other == person:
            return message(
                f"You {step}; to {doing} takes another person (four eyes).",
                f"U {dutch(step)}; om {dutch(doing)} is een ander nodig (vier ogen).",
            )
    return None


def capacities(office: PublicOffice, on: date) -> list[Capacity]:
    """The capacities in which an employer's decision on the case of one of its officials may be taken."""
    return [Capacity(name) for name in value("own_case_decided_by", on).get(str(office), ())]


@rule(
    "conflict.who-decides",
    article="Awb 2:4, 10:3",
    source=AWB,
    nl="Over de zaak van een ambtsdrager beslist de werkgever bij monde van wie daarin geen eigen belang heeft.",
    since=SCHEME_2024,
    verified=False,
)
def who_decides(*, office: PublicOffice, decided_as: Capacity, on: date) -> Bilingual | None:
    """On an official's own case the employer decides through someone who has no interest in it."""
    may = capacities(office, on)
    if decided_as in may:
        return None
    return message(
        f"The takeover in the case of a {office} is not decided as {decided_as}; it is decided as one of:"
        f" {', '.join(may) or 'none that is known'}.",
        f"Over de overname in de zaak van een {dutch(office)} wordt niet beslist als {dutch(decided_as)}; dat gebeurt"
        f" als een van: {listed(may) or 'geen die bekend is'}.",
    )
