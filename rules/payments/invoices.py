"""Invoices as a whole: sums per rate and in total, currency, addressee, and earlier copies."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from rules.core.rule import HOUSE, REG, SCHEME_2024, Bilingual, message, rule
from rules.core.translations import dutch
from rules.payments.amounts import CENT, named

OB = "https://wetten.overheid.nl/BWBR0002629"


def spelling(number: str) -> str:
    """An invoice number in the form used to compare: letters and digits only, in capitals, without leading zeros."""
    bare = re.sub(r"[^A-Z0-9]", "", number.upper())
    return re.sub(r"^([A-Z]*)0+(?=[0-9])", r"\1", bare)


@rule(
    "payable.rate-adds-up",
    article="Wet OB 1968 art. 35a(1)(i), (j)",
    source=OB,
    nl="De btw van alle regels van een tarief samen is het tarief over hun netto, op een halve cent per regel na.",
    verified=False,
)
def rate_adds_up(*, vat_rate: Decimal, net: Decimal, vat: Decimal, lines: int) -> Bilingual | None:
    """The VAT of all lines of a rate is that rate of their net, within half a cent per line."""
    expected = (net * vat_rate / 100).quantize(CENT, rounding=ROUND_HALF_UP)
    if abs(expected - vat) <= max(CENT, CENT * lines / 2):
        return None
    return message(
        f"{vat_rate} % VAT of {net} over {lines} lines is {expected}, not {vat}. Take the VAT per rate that the"
        " invoice states, and divide it over its lines.",
        f"{vat_rate} % btw over {net} op {lines} regels is {expected}, niet {vat}. Neem de btw per tarief van de"
        " factuur, en verdeel die over de regels.",
    )


@rule(
    "payable.as-stated",
    article="Wet OB 1968 art. 35a(1)",
    source=OB,
    nl="De regels zijn samen wat de factuur per tarief en in totaal noemt.",
)
def as_stated(
    *, vat_rate: Decimal | None, stated_net: Decimal, stated_vat: Decimal, net: Decimal, vat: Decimal
) -> Bilingual | None:
    """The lines add up to what the invoice states per rate and in total."""
    if (stated_net, stated_vat) == (net, vat):
        return None
    where, waar = ("in total", "in totaal") if vat_rate is None else (f"at {vat_rate} %", f"tegen {vat_rate} %")
    return message(
        f"The invoice states {where} {stated_net} net and {stated_vat} VAT; its lines make {net} and {vat}. Correct"
        " the line that differs, or add the one that is missing.",
        f"De factuur noemt {waar} {stated_net} netto en {stated_vat} btw; de regels zijn samen {net} en {vat}."
        " Verbeter de regel die afwijkt, of voeg toe wat ontbreekt.",
    )


@rule(
    "payable.total-as-stated",
    article="Wet OB 1968 art. 35a(1)",
    source=OB,
    nl="Netto en btw zijn samen het totaal dat de factuur noemt.",
)
def total_as_stated(*, stated: Decimal, net: Decimal, vat: Decimal) -> Bilingual | None:
    """Net and VAT add up to the total that the invoice states."""
    if stated == net + vat:
        return None
    return message(
        f"The invoice states {stated} to pay; {net} net and {vat} VAT make {net + vat}. Correct what was misread, or"
        " send the invoice back to its supplier.",
        f"De factuur noemt {stated} te betalen; {net} netto en {vat} btw zijn {net + vat}. Verbeter wat verkeerd is"
        " gelezen, of stuur de factuur terug naar de leverancier.",
    )


@rule(
    "payable.in-euros",
    article="Regulation (EU) 260/2012, art. 1",
    source="https://eur-lex.europa.eu/eli/reg/2012/260/oj",
    nl="Een factuur is in euro.",
)
def in_euros(*, currency: str) -> Bilingual | None:
    """An invoice is in euros."""
    if currency == "EUR":
        return None
    return message(
        f"The invoice is in {currency}; only euros (EUR) are paid. Ask the supplier for an invoice in EUR.",
        f"De factuur is in {currency}; alleen euro's (EUR) worden betaald. Vraag de leverancier om een factuur in EUR.",
    )


@rule(
    "payable.addressee-right",
    article="REG x.9(3)",
    source=REG,
    nl="Een factuur staat op naam van een werkgever van deze zaak.",
    verified=False,
)
def addressee_right(*, addressed_to: str | None, employers: Sequence[str]) -> Bilingual | None:
    """An invoice is addressed to an employer of this case."""
    if addressed_to is None or addressed_to in employers:
        return None
    named = ", ".join(employers)
    return message(
        f"The invoice is addressed to {addressed_to}, which is no employer of this application ({named}). Send it"
        " back to its supplier, or take it in with the application that it is for.",
        f"De factuur staat op naam van {addressed_to}, geen werkgever van deze aanvraag ({named}). Stuur haar terug"
        " naar de leverancier, of neem haar op bij de aanvraag waarvoor zij is.",
    )


@rule(
    "payable.no-lookalike",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Wat op een eerdere factuur lijkt, komt alleen binnen met de reden waarom het een andere is.",
)
def no_lookalike(*, number: str, earlier: Sequence[str], explained: bool, elsewhere: bool = False) -> Bilingual | None:
    """An invoice that resembles an earlier one is entered only with the reason why it is another one."""
    if explained or not (earlier or elsewhere):
        return None
    those = named(earlier, elsewhere=elsewhere)
    return message(
        f"Invoice {number} looks like {those.en}: the same number in another spelling, or the same amounts for the same"
        " on the same day. If it is another invoice, say in apart why; if not, leave it.",
        f"Factuur {number} lijkt op {those.nl}: hetzelfde nummer anders gespeld, of dezelfde bedragen voor hetzelfde op"
        " dezelfde dag. Is het een andere factuur, zeg dan in apart waarom; zo niet, neem haar niet op.",
    )


@rule(
    "payable.measure-stands",
    article="REG x.9(3), (5)(a)",
    source=REG,
    nl="Wat wordt betaald, is voor een maatregel die is verstrekt of nog wordt verstrekt.",
    verified=False,
)
def measure_still_payable(*, measure: str, state: str, provided: bool) -> Bilingual | None:
    """An invoice is paid only for a measure that was provided or will be."""
    if provided or state in {"taken-over", "ordered"}:
        return None
    return message(
        f"The measure {measure} is {state} and was never provided. Reject the invoice; what the employer pays all the"
        " same is taken in as outside the advice.",
        f"De maatregel {measure} staat op {dutch(state)} en is nooit verstrekt. Wijs de factuur af; wat de werkgever"
        " toch betaalt, wordt opgenomen als buiten het advies.",
    )


@rule(
    "payable.matched-as-billed",
    article="REG x.9(3)",
    source=HOUSE,
    nl="De regels na het koppelen zijn per tarief samen wat de leverancier in rekening bracht.",
)
def matched_as_billed(
    *, vat_rate: Decimal, billed_net: Decimal, billed_vat: Decimal, net: Decimal, vat: Decimal
) -> Bilingual | None:
    """The matched lines add up, per rate, to what the supplier billed."""
    if (billed_net, billed_vat) == (net, vat):
        return None
    return message(
        f"At {vat_rate} % the supplier billed {billed_net} net and {billed_vat} VAT; the lines matched make {net} and"
        f" {vat}. Divide the invoice's own lines over its measures, and leave nothing out.",
        f"Tegen {vat_rate} % bracht de leverancier {billed_net} netto en {billed_vat} btw in rekening; de gekoppelde"
        f" regels zijn samen {net} en {vat}. Verdeel de regels van de factuur over de maatregelen, en laat niets weg.",
    )


@rule(
    "step.nothing-left-to-invoice",
    article="REG x.9(3)",
    source=REG,
    nl="Een factuur gaat over ten minste een maatregel die er nog op wacht.",
    since=SCHEME_2024,
)
def something_to_invoice(*, measures: Sequence[str]) -> Bilingual | None:
    """An invoice is for at least one measure that is not invoiced yet."""
    if measures:
        return None
    return message(
        "Every measure that was taken over has its last invoice already, or is settled.",
        "Elke overgenomen maatregel heeft de laatste factuur al, of is afgerekend.",
    )


@rule(
    "step.not-invoiced",
    article="REG x.9(3)",
    source=REG,
    nl="Een maatregel waarvoor een factuur kwam, wordt afgerekend door die te betalen.",
    since=SCHEME_2024,
)
def not_invoiced(*, invoices: int) -> Bilingual | None:
    """A measure with an invoice is settled by paying the invoice."""
    if not invoices:
        return None
    return message(
        "An invoice for this measure came in; it is settled by its payment.",
        "Voor deze maatregel kwam een factuur binnen; de betaling daarvan rekent haar af.",
    )


@rule(
    "step.advance-has-receipt",
    article="REG 1.2",
    source=REG,
    nl="Vergoeding van wat de ambtsdrager voorschoot vraagt een bewijsstuk.",
)
def advance_has_receipt(*, advance: bool, receipt: bool) -> Bilingual | None:
    """Reimbursing an advance needs a receipt."""
    if not advance or receipt:
        return None
    return message(
        "An advance is reimbursed against a receipt; give its reference.",
        "Wat is voorgeschoten wordt vergoed tegen een bewijsstuk; geef het kenmerk ervan.",
    )
