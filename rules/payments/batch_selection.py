"""Batch selection: which payables a batch takes, and why others are left out."""

from datetime import date
from decimal import Decimal

from rules.core.dated_values import value
from rules.core.rule import HOUSE, Bilingual, message, rule
from rules.core.translations import dutch

WAITS_FOR = {
    "to-match": ("waits to be matched to its measures", "wacht op koppeling aan de maatregelen"),
    "first-approved": ("waits for a second approver", "wacht op een tweede goedkeurder"),
    "received": ("was received and waits to be checked", "is ontvangen en wacht op controle"),
    "checked": ("was checked and waits for approval by another person", "is gecontroleerd en wacht op goedkeuring"),
    "returned": (
        "came back from the bank and waits to be approved again",
        "kwam terug van de bank en wacht op goedkeuring",
    ),
}
"""What a payable waits for before a batch can take it."""


@rule(
    "batch.takes-what-was-approved",
    article="Awb 2:4",
    source=HOUSE,
    nl="Een batch neemt alleen goedgekeurde posten mee.",
)
def approved(*, payable: str, state: str) -> Bilingual | None:
    """A batch takes approved payables only."""
    if state == "approved":
        return None
    en, nl = WAITS_FOR.get(state, (f"is {state}", f"staat op {dutch(state)}"))
    return message(
        f"{payable} {en}; once it is approved it goes along.", f"{payable} {nl}; na goedkeuring gaat hij mee."
    )


@rule(
    "batch.takes-what-can-be-written",
    article="EPC217-08, the Latin character set of SEPA",
    source="https://www.europeanpaymentscouncil.eu/document-library/guidance-documents",
    nl="De naam en de rekening van de ontvanger kunnen in een betaalbestand staan.",
)
def payee_writable(*, payable: str, field: str | None) -> Bilingual | None:
    """The payee's name and account can be written to a payment file; ``field`` is the one that cannot."""
    if field is None:
        return None
    dutch = {"name": "naam", "IBAN": "rekening"}[field]
    return message(
        f"The {field} of the payee of {payable} cannot be written in a payment file. Reject it and take the invoice in"
        f" again, with the {field} in Latin letters as the bank shows it on the account.",
        f"De {dutch} van de ontvanger van {payable} kan niet in een betaalbestand staan. Wijs de post af en neem de"
        f" factuur opnieuw op, met de {dutch} in Latijnse letters zoals de bank hem bij de rekening toont.",
    )


@rule(
    "batch.takes-what-sepa-carries",
    article="EPC125-05, AT-T002",
    source="https://www.europeanpaymentscouncil.eu/what-we-do/epc-payment-schemes/sepa-credit-transfer",
    nl="Een betaling is niet groter dan een SEPA-overboeking kan zijn.",
    verified=False,
)
def within_largest(*, payable: str, amount: Decimal, on: date) -> Bilingual | None:
    """A payment is no larger than the limit of a SEPA credit transfer."""
    largest = Decimal(value("sepa_largest_payment", on))
    if amount <= largest:
        return None
    return message(
        f"{payable} is {amount} EUR; one SEPA transfer carries at most {largest}. Ask for invoices in parts.",
        f"{payable} is {amount} EUR; een SEPA-overboeking is hoogstens {largest}. Vraag om facturen in delen.",
    )


@rule(
    "batch.takes-what-fits",
    article="the bank's conditions for batches",
    source=HOUSE,
    nl="Een batch is niet groter dan de bank aanneemt; wat niet past, wacht op de volgende.",
    verified=False,
)
def within_batch_size(*, payable: str, place: int, on: date) -> Bilingual | None:
    """A batch is no larger than the bank accepts; ``place`` is the payable's place among those selected."""
    most = int(value("batch_most_payments", on))
    if place <= most:
        return None
    return message(
        f"{payable} is number {place}, and the bank takes {most} in one batch; it goes along in the next one.",
        f"{payable} is nummer {place}, en de bank neemt er {most} in een batch; hij gaat mee in de volgende.",
    )
