"""Tax on a booking: its class, designation letter, VAT and evidence (BESL x.3.8; LB art. 31, 31a)."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rules.core.dated_values import value
from rules.core.regulation import LegalBasis
from rules.core.rule import BESL, HOUSE, Bilingual, message, rule


class TaxClass(StrEnum):
    """The treatment of a payment in the wage tax."""

    EXEMPT_BY_DESIGNATION = "exempt-by-designation"
    OUTSIDE_SCHEME_WAGE = "outside-scheme-wage"
    OUTSIDE_SCHEME_FREE_SPACE = "outside-scheme-free-space"
    NOT_WAGE = "not-wage"


class Outside(StrEnum):
    """The employer's choice for a cost outside the adopted advice."""

    WAGE = "wage"
    FREE_SPACE = "free-space"


class Addressee(StrEnum):
    """The addressee of an invoice."""

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
        basis: the legal basis of the measure.
        on: the day of provision or, before it, of the invoice.
        attributable: whether the cost of a car is due to extraordinary security measures (LB art. 31(4)).

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
    """Whether the compensation fund returns VAT: by employer kind, and only if the employer is billed."""
    return addressee is Addressee.EMPLOYER and bool(value("vat_compensable", on)[employer_kind])


def evidence_needed(tax_class: TaxClass, traits: Collection[str], on: date) -> list[str]:
    """The evidence items that a booking of this class needs.

    Args:
        tax_class: the treatment of the payment in the wage tax.
        traits: the legal bases and forms of its measures; some require an extra item.
        on: the day on which the evidence is assessed.
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
    """No own contribution was paid; a contribution would end the exemption."""
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
    """Only for a car is it recorded whether its cost is due to extraordinary security measures."""
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
    """Every item of the evidence list is present before the booking is made."""
    if not missing:
        return None
    named = ", ".join(missing)
    return message(
        f"The booking waits for its evidence: {named}. Give it with complete-evidence.",
        f"De boeking wacht op bewijs: {named}. Vul het aan met complete-evidence.",
    )
