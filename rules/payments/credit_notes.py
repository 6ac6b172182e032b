"""Credit notes and part payments: divided without losing a cent, and never more than was billed."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from rules.core.rule import HOUSE, REG, Bilingual, message, rule
from rules.core.translations import dutch
from rules.payments.amounts import CENT, named, split

ZERO = Decimal("0.00")


class Sums(NamedTuple):
    """Net and VAT of a line or of several."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        """Net and VAT together."""
        return self.net + self.vat


def share(amount: Decimal, rooms: Sequence[Decimal]) -> list[Decimal]:
    """Divide an amount equally over payers, each up to its room; the remainder goes to the next payer.

    Args:
        amount: euros, not negative and not more than the rooms together.
        rooms: what was billed to each payer and not credited yet.
    """
    parts = [min(part, room) for part, room in zip(split(amount, len(rooms)), rooms, strict=True)]
    left = amount - sum(parts, ZERO)
    for place, room in enumerate(rooms):
        more = min(left, room - parts[place])
        parts[place] += more
        left -= more
    return parts


def portion(lines: Sequence[Sums], amount: Decimal) -> list[Sums]:
    """Divide an amount over lines by their cost; VAT follows its line, and the cents go to the first with room.

    Args:
        lines: what each line costs.
        amount: euros, from zero to what all lines cost together.
    """
    total = sum((line.gross for line in lines), ZERO)
    parts = [(line.gross * amount / total).quantize(CENT, rounding=ROUND_DOWN) for line in lines]
    left = amount - sum(parts, ZERO)
    for place, line in enumerate(lines):
        more = min(left, line.gross - parts[place])
        parts[place] += more
        left -= more
    return [part_of(line, part) for line, part in zip(lines, parts, strict=True)]


def part_of(line: Sums, gross: Decimal) -> Sums:
    """A part of a line, with its share of the VAT to the cent."""
    if not line.gross:
        return Sums(ZERO, ZERO)
    vat = (line.vat * gross / line.gross).quantize(CENT, rounding=ROUND_HALF_UP)
    return Sums(gross - vat, vat)


@rule(
    "credit.of-a-standing-invoice",
    article="Wet OB 1968 art. 35a(2)",
    source="https://wetten.overheid.nl/BWBR0002629",
    nl="Een creditnota hoort bij een factuur die staat, van dezelfde leverancier.",
)
def invoice_not_rejected(*, invoice: str, parts: int, same_account: bool) -> Bilingual | None:
    """A credit note belongs to an invoice of the same supplier that was not rejected."""
    if not parts:
        return message(
            f"This application has no valid part of the invoice {invoice}: it was rejected, waits to be matched, or is"
            " not here. Name the invoice that is credited; if it was rejected, do not enter the credit note.",
            f"Van factuur {invoice} staat in deze aanvraag geen deel: zij is afgewezen, wacht op koppeling, of is hier"
            " niet. Noem de factuur die wordt gecrediteerd; is die afgewezen, neem de creditnota dan niet op.",
        )
    if not same_account:
        return message(
            f"The account of the credit note is not the one of the invoice {invoice}. Name the account to which that"
            " invoice is paid; money comes back from that supplier alone.",
            f"De rekening van de creditnota is niet die van factuur {invoice}. Noem de rekening waarop die factuur is"
            " betaald; geld komt alleen van die leverancier terug.",
        )
    return None


@rule(
    "credit.not-more-than-billed",
    article="REG x.9(3)",
    source=REG,
    nl="Per maatregel en tarief wordt nooit meer gecrediteerd dan in rekening is gebracht.",
    verified=False,
)
def not_more_than_billed(
    *, what: str, vat_rate: Decimal, net: Decimal, vat: Decimal, room_net: Decimal, room_vat: Decimal
) -> Bilingual | None:
    """Per measure and rate, no more is credited than was billed."""
    if net <= room_net and vat <= room_vat:
        return None
    return message(
        f"For {what} at {vat_rate} % there is {room_net} net and {room_vat} VAT left to credit; the credit note says"
        f" {net} and {vat}. Correct the line, or ask the supplier which invoice the rest is for.",
        f"Voor {dutch(what)} tegen {vat_rate} % is nog {room_net} netto en {room_vat} btw te crediteren; de creditnota"
        f" noemt {net} en {vat}. Verbeter de regel, of vraag de leverancier bij welke factuur de rest hoort.",
    )


@rule(
    "credit.holds-its-invoice",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Een factuur waarop een creditnota rust, wordt niet afgewezen zolang die er is.",
)
def invoice_without_credits(
    *,
    credits: Sequence[str],  # noqa: A002  # the accounting term
    elsewhere: bool = False,
) -> Bilingual | None:
    """An invoice with a credit note is not rejected while the credit note exists."""
    if not credits and not elsewhere:
        return None
    those = named(credits, elsewhere=elsewhere)
    return message(
        f"The credit note {those.en} belongs to this invoice: reject it first, or keep both.",
        f"Op deze factuur rust creditnota {those.nl}: wijs die eerst af, of laat beide staan.",
    )


@rule(
    "credit.nothing-settled",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Een goedgekeurde creditnota wordt afgewezen zolang er niets mee is verrekend of teruggevorderd.",
)
def nothing_settled(*, settled: Sequence[str], elsewhere: bool = False) -> Bilingual | None:
    """An approved credit note is rejected only if nothing was settled with it or reclaimed."""
    if not settled and not elsewhere:
        return None
    those = named(settled, elsewhere=elsewhere)
    return message(
        f"Of this credit note {those.en} was already settled or asked back, so it cannot be rejected. Ask the supplier"
        " for an invoice for the excess, and enter that.",
        f"Van deze creditnota is {those.nl} al verrekend of teruggevorderd, dus zij blijft staan. Vraag de leverancier"
        " om een factuur voor wat er te veel af ging, en neem die op.",
    )


@rule(
    "credit.not-invoiced-again",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Een creditnota wordt niet afgewezen als wat zij vrijgaf opnieuw is gefactureerd.",
)
def not_invoiced_again(*, measure: str, again: bool) -> Bilingual | None:
    """A credit note is not rejected after its measure was invoiced again."""
    if not again:
        return None
    return message(
        f"An invoice for {measure} replaced the credited one; both would count. Reject that one first, or keep the"
        " credit note.",
        f"Voor {measure} kwam een factuur binnen in plaats van de gecrediteerde; dan zouden beide staan. Wijs die"
        " eerst af, of laat de creditnota staan.",
    )


@rule(
    "credit.repaid-by-the-bank",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Teruggevorderd geld is terug als een bijschrijving van precies dat bedrag op het afschrift staat, en één keer.",
)
def repayment_on_statement(*, amount: Decimal, booked: Decimal | None, used_by: str | None) -> Bilingual | None:
    """Reclaimed money is repaid when a statement shows a receipt of exactly that amount, used once."""
    if booked is None:
        return message(
            "There is no such line on a statement of this employer. Take in the statement first, and name the message"
            " and the position of its line.",
            "Die regel staat op geen afschrift van deze werkgever. Neem eerst het afschrift op, en noem het bericht en"
            " de plaats van de regel.",
        )
    if booked != amount:
        return message(
            f"The line of the statement is {booked} EUR; asked back was {amount} EUR. Name the line of that amount.",
            f"De regel van het afschrift is {booked} EUR; teruggevorderd is {amount} EUR. Noem de regel met dat"
            " bedrag.",
        )
    if used_by is not None:
        return message(
            f"That line of the statement counts already, for {used_by}. Name another one.",
            f"Die regel van het afschrift telt al mee, voor {used_by}. Noem een andere.",
        )
    return None


@rule(
    "payable.part-is-less",
    article="BESL 3.2.16(b)",
    source=HOUSE,
    nl="Een deelbetaling is meer dan niets en minder dan de post.",
)
def part_is_less(*, amount: Decimal, gross: Decimal) -> Bilingual | None:
    """A part payment is more than zero and less than the payable."""
    if 0 < amount < gross:
        return None
    return message(
        f"A part of {amount} EUR of {gross} EUR is none. Name an amount of more than 0.00 and less than {gross}.",
        f"Een deel van {amount} EUR van {gross} EUR is geen deel. Noem een bedrag van meer dan 0,00 en minder dan"
        f" {gross}.",
    )


@rule(
    "payable.parts-of-a-supplier",
    article="Awb 4:87",
    source="https://wetten.overheid.nl/BWBR0005537",
    nl="Alleen de factuur van een leverancier wordt in delen betaald; wie iets voorschoot, krijgt het in één keer.",
    verified=False,
)
def parts_of_a_supplier(*, kind: str) -> Bilingual | None:
    """Only a supplier's invoice is paid in parts; an advance is reimbursed in one payment."""
    if kind == "supplier-invoice":
        return None
    return message(
        f"This is of the kind {kind}, which is paid at once within its term (Awb 4:87): approve it as it is.",
        f"Dit is een {dutch(kind)}: die wordt binnen de termijn in één keer betaald (Awb 4:87). Keur haar goed zoals"
        " zij is.",
    )
