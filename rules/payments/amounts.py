"""Amounts: euros with two decimals, VAT that adds up, and splits that lose no cent."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from stdnum import iban as iban_number

from rules.core.dated_values import value
from rules.core.rule import BESL, HOUSE, REG, Bilingual, message, rule
from rules.core.translations import dutch

CENT = Decimal("0.01")


def signed(amount: Decimal, sign: int) -> Decimal:
    """An amount times a sign of 1 or -1; zero never has a sign, as in the database."""
    return sign * amount + 0


def split(amount: Decimal, parts: int) -> tuple[Decimal, ...]:
    """Divide an amount in equal parts; the first takes the remainder (BESL 3.2.16(b)).

    Args:
        amount: euros with at most two decimals, positive or negative.
        parts: how many payers, at least one.
    """
    share = (amount / parts).quantize(CENT, rounding=ROUND_DOWN)
    return (amount - share * (parts - 1), *([share] * (parts - 1)))


def valid_iban(text: str) -> bool:
    """Whether the text is an IBAN whose check digits and country format are right."""
    return bool(iban_number.is_valid(text))


def named(known: Sequence[str], *, elsewhere: bool) -> Bilingual:
    """The ids that the reader may know, in a sentence, and that there are others, which stay unnamed."""
    en, nl = ("a part of another employer", "een deel van een andere werkgever") if elsewhere else ("", "")
    return Bilingual(", ".join(filter(None, [*known, en])), ", ".join(filter(None, [*known, nl])))


@rule(
    "payable.line-adds-up",
    article="Wet OB 1968 art. 35a",
    source="https://wetten.overheid.nl/BWBR0002629",
    nl="Netto en btw van een regel zijn samen het bruto, en de btw is het tarief over het netto, op de cent.",
)
def line_adds_up(*, net: Decimal, vat_rate: Decimal, vat: Decimal, gross: Decimal, on: date) -> Bilingual | None:
    """Net and VAT of a line give its gross, and the VAT is its rate of the net, to the cent."""
    rates = [Decimal(rate) for rate in value("vat_rates", on)]
    if vat_rate not in rates:
        known = ", ".join(f"{rate.normalize():f}" for rate in rates)
        given = f"{vat_rate.normalize():f}"
        return message(
            f"{given} % is not a Dutch rate on {on}; known are {known} %. Ask the supplier for a corrected invoice.",
            f"{given} % is op {on} geen Nederlands btw-tarief; bekend zijn {known} %. Vraag de leverancier om een"
            " verbeterde factuur.",
        )
    expected = (net * vat_rate / 100).quantize(CENT, rounding=ROUND_HALF_UP)
    if abs(expected - vat) > CENT:
        return message(
            f"{vat_rate} % VAT of {net} is {expected}, not {vat}. Correct the line as the invoice states it.",
            f"{vat_rate} % btw over {net} is {expected}, niet {vat}. Verbeter de regel zoals de factuur hem noemt.",
        )
    if net + vat != gross:
        return message(
            f"{net} net and {vat} VAT make {net + vat}, not {gross}. Correct the line as the invoice states it.",
            f"{net} netto en {vat} btw zijn {net + vat}, niet {gross}. Verbeter de regel zoals de factuur hem noemt.",
        )
    return None


@rule(
    "payable.iban-valid",
    article="Regulation (EU) 260/2012, annex",
    source="https://eur-lex.europa.eu/eli/reg/2012/260/oj",
    nl="De rekening van de ontvanger is een geldig IBAN.",
)
def iban_valid(*, iban: str) -> Bilingual | None:
    """The payee's account is a valid IBAN."""
    if valid_iban(iban):
        return None
    return message(
        "The account is not a valid IBAN: its check digits or length are wrong. Copy it again from the invoice.",
        "De rekening is geen geldig IBAN: controlecijfers of lengte kloppen niet. Neem hem over van de factuur.",
    )


@rule(
    "payable.after-takeover",
    article="REG x.9(3)",
    source=REG,
    nl="Een factuurregel is voor een maatregel die is overgenomen en nog niet is afgerekend of geëindigd.",
)
def after_takeover(*, measure: str, state: str) -> Bilingual | None:
    """An invoice line is for a measure that the employer took over and that is not settled or ended."""
    if state in {"taken-over", "ordered", "provided"}:
        return None
    return message(
        f"The measure {measure} is {state}: only a measure that was taken over and is not settled can be invoiced."
        " Take the line in as outside the advice, or wait for the takeover.",
        f"De maatregel {measure} staat op {dutch(state)}: alleen wat is overgenomen en nog niet is afgerekend, kan"
        " worden gefactureerd. Neem de regel op als buiten het advies, of wacht op de overname.",
    )


@rule(
    "payable.not-before-takeover",
    article="REG x.9(1), (3)",
    source=REG,
    nl="De factuur is niet ouder dan de overname: wat eerder is gekocht, is niet onder het advies verstrekt.",
    verified=False,
)
def not_before_takeover(*, dated: date, taken_over_on: date | None) -> Bilingual | None:
    """The invoice is not older than the takeover: what was bought before it is not provided under the advice."""
    if taken_over_on is not None and dated >= taken_over_on:
        return None
    return message(
        f"The invoice of {dated} is from before the takeover ({taken_over_on or 'not yet taken over'})."
        " What was bought before it is outside the advice: take its lines in as such, or wait for the takeover.",
        f"De factuur van {dated} is van vóór de overname ({taken_over_on or 'nog niet overgenomen'})."
        " Wat eerder is gekocht, valt buiten het advies: neem de regels zo op, of wacht op de overname.",
    )


@rule(
    "payable.within-office",
    article="REG x.9(5)(a)",
    source=REG,
    nl="Wat wordt betaald, is verstrekt terwijl het ambt duurde.",
)
def within_office(*, provided_on: date | None, until: date | None) -> Bilingual | None:
    """A paid measure was provided before the office ended."""
    if until is not None and provided_on is not None and provided_on > until:
        return message(
            f"The measure was provided on {provided_on}, after the office ended on {until}."
            " Reject the invoice; what the employer pays all the same is taken in as outside the advice.",
            f"De maatregel is verstrekt op {provided_on}, na het einde van het ambt op {until}."
            " Wijs de factuur af; wat de werkgever toch betaalt, wordt opgenomen als buiten het advies.",
        )
    return None


@rule(
    "payable.amount-not-zero",
    article="BESL 3.2.16(b)",
    source=BESL,
    nl="Elk deel van een factuur is een bedrag dat betaald kan worden.",
)
def amount_not_zero(*, gross: Decimal) -> Bilingual | None:
    """Every part of an invoice is an amount that can be paid."""
    if gross > 0:
        return None
    return message(
        f"The amount to pay is {gross} EUR; a payable is more than zero. Leave out lines of nothing, and take"
        " amounts too small to share together on one invoice.",
        f"Het te betalen bedrag is {gross} EUR; een post is meer dan nul. Laat regels zonder bedrag weg, en neem"
        " bedragen die te klein zijn om te delen samen op één factuur.",
    )


@rule(
    "payable.not-a-duplicate",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Eén factuur van één leverancier komt één keer binnen.",
)
def not_a_duplicate(*, number: str, earlier: Sequence[str], elsewhere: bool = False) -> Bilingual | None:
    """An invoice of a supplier is entered only once."""
    if not earlier and not elsewhere:
        return None
    those = named(earlier, elsewhere=elsewhere)
    return message(
        f"Invoice {number} of this account came in before, as {those.en}. Reject that one if it was wrong.",
        f"Factuur {number} van deze rekening kwam al binnen, als {those.nl}. Wijs die af als zij niet klopte.",
    )


@rule(
    "payable.replaces-a-rejected-part",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Een nieuw deel van een factuur komt in de plaats van een afgewezen deel, en één keer.",
)
def replaces_rejected(
    *, replaced: str, state: str, earlier: Sequence[str], elsewhere: bool = False
) -> Bilingual | None:
    """A new part of an invoice replaces a rejected part, and only once."""
    if state != "rejected":
        return message(
            f"The part {replaced} is {state}: only a rejected part is replaced. Reject it first if it is wrong.",
            f"Het deel {replaced} staat op {dutch(state)}: alleen een afgewezen deel wordt vervangen. Wijs het eerst"
            " af.",
        )
    if earlier or elsewhere:
        those = named(earlier, elsewhere=elsewhere)
        return message(
            f"The part {replaced} was replaced already, by {those.en}. Reject that one if it is wrong.",
            f"Het deel {replaced} is al vervangen, door {those.nl}. Wijs dat af als het niet klopt.",
        )
    return None


@rule(
    "batch.not-empty",
    article="SEPA rulebook",
    source=HOUSE,
    nl="Een batch bevat ten minste één goedgekeurde post.",
)
def batch_not_empty(*, count: int, left_out: int = 0) -> Bilingual | None:
    """A batch holds at least one approved payable; ``left_out`` is how many others are not ready."""
    if count:
        return None
    if left_out:
        return message(
            f"None of the {left_out} payables of this employer that wait can go along. Look what a batch would hold"
            " (GET /v1/payment-batches/actions/propose), and what each of them waits for.",
            f"Geen van de {left_out} wachtende posten van deze werkgever kan mee. Bekijk wat een batch zou bevatten"
            " (GET /v1/payment-batches/actions/propose), en waarop elk wacht.",
        )
    return message(
        "No approved payable of this employer waits for a batch. Approve one first.",
        "Geen goedgekeurde post van deze werkgever wacht op een batch. Keur er eerst een goed.",
    )


@rule(
    "batch.file-leaves-once-exported",
    article="Awb 2:4",
    source=HOUSE,
    nl="Het betaalbestand gaat de deur uit als de batch door een ander is vrijgegeven en is geëxporteerd.",
)
def file_available(*, state: str) -> Bilingual | None:
    """The payment file is available after another person released the batch and it was exported."""
    if state in {"exported", "settled", "rejected"}:
        return None
    return message(
        f"The batch is {state}; its file can be had once it is sealed, released and exported.",
        f"De batch staat op {dutch(state)}; het bestand is er zodra hij is vastgelegd, vrijgegeven en geëxporteerd.",
    )
