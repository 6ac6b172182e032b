"""The tax class of a booking, its designation letter, its VAT and its evidence (BESL x.3.8; LB art. 31, 31a)."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rules.core.dated_values import value
from rules.core.regulation import LegalBasis
from rules.core.rule import BESL, HOUSE, Bilingual, message, rule


class TaxClass(StrEnum):
    """How a payment stands in the wage tax."""

    EXEMPT_BY_DESIGNATION = "exempt-by-designation"
    OUTSIDE_SCHEME_WAGE = "outside-scheme-wage"
    OUTSIDE_SCHEME_FREE_SPACE = "outside-scheme-free-space"
    NOT_WAGE = "not-wage"


class Outside(StrEnum):
    """What becomes of a cost outside the adopted advice, as the employer chooses."""

    WAGE = "wage"
    FREE_SPACE = "free-space"


class Addressee(StrEnum):
    """To whom an invoice is addressed."""

    EMPLOYER = "employer"
    OFFICIAL = "official"


def designation(
    employer_kind: str,
    basis: LegalBasis,
    on: date,
    *,
    attributable: bool = False,
) -> tuple[TaxClass, str]:
    """The class and the article for (employer kind, legal basis) on a day.

    Args:
        employer_kind: province, municipality or water-board.
        basis: what the measure rests on.
        on: the day of provision or, before it, of the invoice.
        attributable: whether the cost of a car is owed to extraordinary security measures (LB art. 31(4)).

    Raises:
        UnknownValueError: no table covers the day.
    """
    name = f"{basis}-attributable" if attributable and basis is LegalBasis.CAR else str(basis)
    row = value("designation", on)[name]
    article = row["articles"].get(employer_kind) or row["articles"]["any"]
    return TaxClass(row["class"]), str(article)


def outside(choice: Outside, on: date) -> tuple[TaxClass, str]:
    """The class and the article of a cost outside the adopted advice."""
    row = value("outside_advice", on)[str(choice)]
    return TaxClass(row["class"]), str(row["article"])


def compensable(employer_kind: str, addressee: Addressee, on: date) -> bool:
    """Whether VAT comes back from the compensation fund: by employer kind, and only what the employer is billed for."""
    return addressee is Addressee.EMPLOYER and bool(value("vat_compensable", on)[employer_kind])


def evidence_needed(tax_class: TaxClass, traits: Collection[str], on: date) -> list[str]:
    """The items of the file that a booking of this class needs.

    Args:
        tax_class: how the payment stands in the wage tax.
        traits: the legal bases and forms of the measures it is for; some ask for an item more.
        on: the day of weighing.
    """
    lists: dict[str, list[str]] = value("evidence", on)[str(tax_class)]
    return [item for name, items in lists.items() if name == "always" or name in traits for item in items]


@rule(
    "tax.no-own-contribution",
    article="LB art. 31a(2)(h); KG:204:2022:34",
    source=BESL,
    nl="Er is geen eigen bijdrage betaald; met een eigen bijdrage vervalt de vrijstelling.",
)
def no_own_contribution(*, own_contribution: Decimal) -> Bilingual | None:
    """No own contribution was paid; with one the exemption is lost."""
    if not own_contribution:
        return None
    return message(
        f"An own contribution of {own_contribution} EUR is recorded: the provision is not exempt. Pay it back to the"
        " official, reject this invoice and take it in again without it; or take its lines in as outside the advice.",
        f"Er staat een eigen bijdrage van {own_contribution} EUR: de verstrekking is niet vrijgesteld. Betaal die terug"
        " aan de ambtsdrager, wijs deze factuur af en neem haar opnieuw op zonder; of neem de regels op als buiten het"
        " advies.",
    )


@rule(
    "tax.car-attributable",
    article="LB art. 31(4)(a)",
    source="https://wetten.overheid.nl/BWBR0002471",
    nl="Alleen van een auto wordt gezegd welk deel aan buitengewone beveiligingsmaatregelen is toe te rekenen.",
)
def car_attributable(*, measure: str, legal_basis: LegalBasis, attributable: bool) -> Bilingual | None:
    """Only of a car is it said what part is attributable to extraordinary security measures."""
    if not attributable or legal_basis is LegalBasis.CAR:
        return None
    return message(
        f"The measure {measure} rests on {legal_basis}, not on a car: leave attributable out; its own designation"
        " says whether it is exempt.",
        f"De maatregel {measure} rust op {legal_basis}, niet op een auto: laat attributable weg; de eigen aanwijzing"
        " zegt of hij is vrijgesteld.",
    )


@rule(
    "tax.evidence-complete",
    article="LB art. 31(1)(f); BESL x.3.8",
    source=HOUSE,
    nl="Elk onderdeel van de bewijslijst is er voordat wordt geboekt.",
    verified=False,
)
def evidence_complete(*, missing: tuple[str, ...]) -> Bilingual | None:
    """Every item of the evidence list is there before the booking is made."""
    if not missing:
        return None
    named = ", ".join(missing)
    return message(
        f"The booking waits for its evidence: {named}. Give it with complete-evidence.",
        f"De boeking wacht op bewijs: {named}. Vul het aan met complete-evidence.",
    )
