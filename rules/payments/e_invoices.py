"""E-invoices by EN 16931 (Peppol BIS Billing 3.0, NLCIUS): whether their amounts add up, term by term."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from rules.core import date_rules
from rules.core.rule import HOUSE, Bilingual, Finding, message, rule
from rules.core.translations import DatedFact
from rules.payments import amounts, invoices
from rules.payments.amounts import CENT

PEPPOL = "https://docs.peppol.eu/poacc/billing/3.0/rules/ubl-tc434/"
ZERO = Decimal(0)


class Rate(NamedTuple):
    """One line of the VAT breakdown: the rate in percent, the taxable amount, and the VAT (BG-23)."""

    rate: Decimal
    base: Decimal
    vat: Decimal


class Item(NamedTuple):
    """One line: description, net amount and rate (BG-25); or an allowance or charge on the whole (BG-20, 21)."""

    text: str
    net: Decimal
    rate: Decimal


@dataclass(frozen=True)
class EInvoice:
    """The contents of an e-invoice or electronic credit note; amounts are in its currency, None if absent."""

    credit: bool
    number: str
    dated: date
    due_on: date | None
    currency: str
    seller: str
    payee: str
    iban: str | None
    buyer: str
    order: str | None
    preceding: str | None
    lines_net: Decimal
    allowances_net: Decimal
    charges_net: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal
    prepaid: Decimal
    rounding: Decimal
    due: Decimal
    rates: tuple[Rate, ...]
    lines: tuple[Item, ...]
    allowances: tuple[Item, ...]
    charges: tuple[Item, ...]


TERMS = {
    "BT-106": ("the sum of the lines", "de som van de regels"),
    "BT-107": ("the sum of the allowances", "de som van de kortingen"),
    "BT-108": ("the sum of the charges", "de som van de toeslagen"),
    "BT-109": ("the total without VAT", "het totaal zonder btw"),
    "BT-110": ("the total VAT", "de totale btw"),
    "BT-112": ("the total with VAT", "het totaal met btw"),
    "BT-115": ("the amount due", "het te betalen bedrag"),
    "BT-116": ("the amount of a rate", "het bedrag van een tarief"),
    "BT-117": ("the VAT of a rate", "de btw van een tarief"),
}
"""The names of the terms that hold a sum."""


@rule(
    "e-invoice.adds-up",
    article="EN 16931-1, BR-CO-10 to BR-CO-17, BR-S-08",
    source=PEPPOL,
    nl="Elke som op een e-factuur is de som van haar delen.",
)
def adds_up(
    *, term: str, by: str, rate: Decimal | None, stated: Decimal, computed: Decimal, off: Decimal
) -> Bilingual | None:
    """Every sum on an e-invoice is the sum of its parts."""
    if abs(stated - computed) <= off:
        return None
    name, naam = TERMS[term]
    at, tegen = ("", "") if rate is None else (f" at {rate} %", f" tegen {rate} %")
    return message(
        f"{term}, {name}{at}, is {stated}; by {by} its parts make {computed}. Ask the supplier for an invoice that"
        " adds up.",
        f"{term}, {naam}{tegen}, is {stated}; volgens {by} zijn de delen samen {computed}. Vraag de leverancier om een"
        " factuur die klopt.",
    )


@rule(
    "e-invoice.says-where-to-pay",
    article="EN 16931-1, BR-50, BR-61",
    source=PEPPOL,
    nl="Een e-factuur noemt de rekening waarop wordt betaald (BT-84).",
)
def names_account(*, named: bool) -> Bilingual | None:
    """An e-invoice names the account to pay to (BT-84)."""
    if named:
        return None
    return message(
        "BT-84, the account, is not there. Ask the supplier for it in writing, at an address that you know already.",
        "BT-84, de rekening, ontbreekt. Vraag die schriftelijk aan de leverancier, op een adres dat u al kent.",
    )


@rule(
    "e-invoice.to-this-employer",
    article="REG x.9(3); EN 16931-1, BT-44",
    source=HOUSE,
    nl="Een e-factuur staat op naam van de werkgever voor wie zij wordt gelezen (BT-44).",
)
def addressed_to_employer(*, same: bool) -> Bilingual | None:
    """An e-invoice is addressed to the employer for which it is imported (BT-44)."""
    if same:
        return None
    return message(
        "BT-44, the buyer, is not the employer for which you act. Hold the name against your own; if it is another"
        " one, send the invoice back.",
        "BT-44, de koper, is niet de werkgever voor wie u handelt. Vergelijk de naam met de eigen naam; is het een"
        " ander, stuur de factuur dan terug.",
    )


@rule(
    "e-invoice.number-fits",
    article="EN 16931-1, BT-1",
    source=HOUSE,
    nl="Het nummer van een factuur bestaat uit letters, cijfers, . _ / - en enkele spaties (BT-1).",
)
def number_fits(*, fits: bool) -> Bilingual | None:
    """The number of an invoice is made of letters, digits, . _ / - and single spaces (BT-1)."""
    if fits:
        return None
    return message(
        "BT-1, the number, holds another character or more than 40, or words. Enter it by hand: leave out what"
        " is no letter, digit, point, dash, slash, underscore or single space.",
        "BT-1, het nummer, bevat een ander teken of meer dan 40, of woorden. Voer het met de hand in: laat weg"
        " wat geen letter, cijfer, punt, streep, schuine streep, laag streepje of enkele spatie is.",
    )


@rule(
    "e-invoice.nothing-paid-yet",
    article="EN 16931-1, BT-113",
    source=HOUSE,
    nl="Op een e-factuur staat niets als vooruitbetaald (BT-113).",
)
def nothing_prepaid(*, prepaid: Decimal) -> Bilingual | None:
    """An e-invoice has no prepaid amount (BT-113)."""
    if not prepaid:
        return None
    return message(
        f"BT-113 says that {prepaid} was paid already; the lines are taken in whole. Look up that payment before you"
        " take the invoice in.",
        f"BT-113 zegt dat {prepaid} al is betaald; de regels worden geheel opgenomen. Zoek die betaling op voordat u de"
        " factuur opneemt.",
    )


class Problem(NamedTuple):
    """One problem of an e-invoice: the term, and the rule of the standard, if there is one."""

    term: str
    standard: str | None
    finding: Finding


def problems(found: EInvoice, *, on: date, same_buyer: bool, number_ok: bool) -> list[Problem]:
    """All problems of an e-invoice, in the order of the terms.

    Args:
        found: the e-invoice.
        on: today.
        same_buyer: whether its buyer is the employer that imports it.
        number_ok: whether its number can be stored unchanged.
    """
    asked = [
        ("BT-1", None, number_fits(fits=number_ok)),
        ("BT-2", None, date_rules.not_in_future(what=DatedFact.INVOICE, day=found.dated, on=on)),
        ("BT-5", None, invoices.in_euros(currency=found.currency)),
        ("BT-44", None, addressed_to_employer(same=same_buyer)),
        ("BT-84", None, amounts.iban_valid(iban=found.iban) if found.iban else names_account(named=found.credit)),
        *((term, by, finding) for term, by, finding in sums(found)),
        ("BT-113", None, nothing_prepaid(prepaid=found.prepaid)),
    ]
    return [Problem(term, by, finding) for term, by, finding in asked if finding is not None]


def sums(found: EInvoice) -> Iterator[tuple[str, str, Finding | None]]:
    """Every sum compared with its parts: the term, the rule of the standard, and the finding."""

    def ask(term: str, by: str, stated: Decimal, computed: Decimal) -> tuple[str, str, Finding | None]:
        return term, by, adds_up(term=term, by=by, rate=None, stated=stated, computed=computed, off=ZERO)

    yield ask("BT-106", "BR-CO-10", found.lines_net, total(found.lines))
    yield ask("BT-107", "BR-CO-11", found.allowances_net, total(found.allowances))
    yield ask("BT-108", "BR-CO-12", found.charges_net, total(found.charges))
    yield ask("BT-109", "BR-CO-13", found.net, total(found.lines) - total(found.allowances) + total(found.charges))
    yield ask("BT-110", "BR-CO-14", found.vat, sum((rate.vat for rate in found.rates), ZERO))
    yield ask("BT-112", "BR-CO-15", found.gross, found.net + found.vat)
    yield ask("BT-115", "BR-CO-16", found.due, found.gross - found.prepaid + found.rounding)
    known = {rate.rate for rate in found.rates}
    missing = sorted({item.rate for item in (*found.lines, *found.allowances, *found.charges)} - known)
    for rate in (*found.rates, *(Rate(gone, ZERO, ZERO) for gone in missing)):
        base = (
            of_rate(found.lines, rate.rate) - of_rate(found.allowances, rate.rate) + of_rate(found.charges, rate.rate)
        )
        facts = {"term": "BT-116", "by": "BR-S-08", "rate": rate.rate, "off": ZERO}
        yield "BT-116", "BR-S-08", adds_up(stated=rate.base, computed=base, **facts)
        vat = (rate.base * rate.rate / 100).quantize(CENT, rounding=ROUND_HALF_UP)
        off = max(CENT, CENT * sum(item.rate == rate.rate for item in found.lines) / 2)
        facts = {"term": "BT-117", "by": "BR-CO-17", "rate": rate.rate, "off": off}
        yield "BT-117", "BR-CO-17", adds_up(stated=rate.vat, computed=vat, **facts)


def total(items: Sequence[Item]) -> Decimal:
    """The total of several lines, allowances or charges."""
    return sum((item.net for item in items), ZERO)


def of_rate(items: Sequence[Item], rate: Decimal) -> Decimal:
    """The total of the items of one rate."""
    return total([item for item in items if item.rate == rate])
