"""Separation of duties: which steps of a case must be in different hands, and who may decide on an own case."""

from collections.abc import Mapping
from datetime import date

from rules.core.dated_values import value
from rules.core.regulation import Capacity, PublicOffice
from rules.core.rule import AWB, HOUSE, SCHEME_2024, Bilingual, message, rule
from rules.core.translations import PastAct, dutch, listed

PREPARED = (PastAct.ENTERED_INVOICE, PastAct.MATCHED_INVOICE, PastAct.CHECKED_INVOICE)
CASE = (PastAct.APPLIED, PastAct.HANDLED_APPLICATION)

SEPARATED: Mapping[tuple[str, str], tuple[PastAct, ...]] = {
    # chart, event: what nobody did who carries it out
    ("application", "adopt-advice"): (PastAct.WROTE_ADVICE,),
    ("application", "refuse"): (PastAct.HANDLED_APPLICATION, PastAct.PROPOSED_REFUSAL),
    # Entering an invoice, matching and checking it is one preparation; the decision to pay lies with others.
    ("payable", "match"): (PastAct.APPLIED,),
    ("payable", "check"): CASE,
    ("payable", "approve"): (*CASE, *PREPARED),
    ("payable", "reject"): (*CASE, PastAct.CHECKED_INVOICE),
    ("payable", "approve-second"): (*CASE, *PREPARED, PastAct.APPROVED_INVOICE),
    ("payment-batch", "release"): (
        PastAct.BUILT_BATCH,
        PastAct.SEALED_BATCH,
        PastAct.ENTERED_BATCH_INVOICE,
        PastAct.MATCHED_BATCH_INVOICE,
        PastAct.CHECKED_BATCH_INVOICE,
        PastAct.APPROVED_BATCH_INVOICE,
        PastAct.HANDLED_BATCH_APPLICATION,
        PastAct.APPLIED_IN_BATCH,
    ),
    ("objection", "hear"): (PastAct.TOOK_DECISION, PastAct.PREPARED_DECISION),
    ("objection", "decide"): (PastAct.TOOK_DECISION,),
}
"""For each event that must be in other hands than earlier steps: those steps.

The rules below refuse the event to the people who took one of them, and the queue does not hand its work to them. The
scheme asks it of applicant, officer, approver and releaser (Awb 2:4), the law of objections (Awb 7:5, 10:3); the rest
is the separation of duties that accountants ask for: prepare, check, approve, release.
"""


@rule("conflict.not-own-case", article="Awb 2:4", source=AWB, nl="Niemand behandelt de eigen aanvraag.")
def not_own_case(*, person: str, applicant: str, representative: str | None = None) -> Bilingual | None:
    """Nobody handles the own application, nor that of someone whom they represent."""
    if person == applicant:
        return message(
            "You are the applicant: someone else must do this, so that no personal interest plays a part.",
            "U bent de aanvrager: een ander moet dit doen, zodat geen persoonlijk belang meespeelt.",
        )
    if person == representative:
        return message(
            "You represent the applicant: someone else must do this, so that no personal interest plays a part.",
            "U vertegenwoordigt de aanvrager: een ander moet dit doen, zodat geen persoonlijk belang meespeelt.",
        )
    return None


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


@rule(
    "payable.four-eyes-in-batch",
    article="Awb 2:4",
    source=HOUSE,
    nl="Wie een batch vrijgeeft, had er eerder niets mee te doen: van opnemen en koppelen tot vastleggen en aanvragen.",
)
def releaser_apart(*, person: str, hands: dict[str, list[str]]) -> Bilingual | None:
    """Whoever releases a batch took no earlier step in it, from entering an invoice to sealing, nor applied for any."""
    for step, people in hands.items():
        if person in people:
            return message(
                f"You {step}; another person must release this batch (four eyes).",
                f"U {dutch(step)}; een ander moet deze batch vrijgeven (vier ogen).",
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
