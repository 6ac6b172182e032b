"""Amounts: euros with two decimals, VAT that adds up, and splits that lose no cent."""

from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from stdnum import iban as iban_number

from rules.findings import BESL, HOUSE, rule
from rules.values import value

CENT = Decimal("0.01")


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


@rule("payable.line-adds-up", article="Wet OB 1968 art. 35a", source="https://wetten.overheid.nl/BWBR0002629")
def line_adds_up(*, net: Decimal, vat_rate: Decimal, vat: Decimal, gross: Decimal, on: date) -> str | None:
    """Net and VAT of a line give its gross, and the VAT is its rate of the net, to the cent."""
    rates = [Decimal(rate) for rate in value("vat_rates", on)]
    if vat_rate not in rates:
        return f"{vat_rate} is no VAT rate on {on}; known are {', '.join(map(str, rates))} percent."
    expected = (net * vat_rate / 100).quantize(CENT, rounding=ROUND_HALF_UP)
    if abs(expected - vat) > CENT:
        return f"{vat_rate} % VAT of {net} is {expected}, not {vat}. Correct the line as the invoice states it."
    if net + vat != gross:
        return f"{net} net and {vat} VAT make {net + vat}, not {gross}."
    return None


@rule(
    "payable.iban-valid",
    article="Regulation (EU) 260/2012, annex",
    source="https://eur-lex.europa.eu/eli/reg/2012/260/oj",
)
def iban_valid(*, iban: str) -> str | None:
    """The payee's account is a valid IBAN."""
    if valid_iban(iban):
        return None
    return "The account is not a valid IBAN: its check digits or length are wrong. Copy it again from the invoice."


@rule("payable.after-takeover", article="REG x.9(3)", source="https://wetten.overheid.nl/BWBR0041573")
def after_takeover(*, measure: str, state: str) -> str | None:
    """An invoice line is for a measure that the employer took over and that is not settled or ended."""
    if state in {"taken-over", "ordered", "provided"}:
        return None
    return f"The measure {measure} is {state}: only a measure that was taken over and is not settled can be invoiced."


@rule(
    "payable.not-before-takeover",
    article="REG x.9(1), (3)",
    source="https://wetten.overheid.nl/BWBR0041573",
    verified=False,
)
def not_before_takeover(*, dated: date, taken_over_on: date | None) -> str | None:
    """The invoice is not older than the takeover: what was bought before it is not provided under the advice."""
    if taken_over_on is not None and dated >= taken_over_on:
        return None
    return f"The invoice of {dated} is from before the takeover ({taken_over_on or 'not yet taken over'})."


@rule("payable.within-office", article="REG x.9(5)(a)", source="https://wetten.overheid.nl/BWBR0041573")
def within_office(*, provided_on: date | None, until: date | None) -> str | None:
    """What is paid was provided while the office lasted."""
    if until is not None and provided_on is not None and provided_on > until:
        return f"The measure was provided on {provided_on}, after the office ended on {until}."
    return None


@rule("payable.amount-not-zero", article="BESL 3.2.16(b)", source=BESL)
def amount_not_zero(*, gross: Decimal) -> str | None:
    """Every part of an invoice is an amount that can be paid."""
    if gross > 0:
        return None
    return f"The amount to pay is {gross} EUR; a payable is more than zero."


@rule("batch.not-in-the-past", article="SEPA rulebook, requested execution date", source=HOUSE)
def execution_not_in_past(*, execution_on: date, on: date) -> str | None:
    """A batch is executed today or later, on a day on which banks work."""
    if execution_on < on:
        return f"The execution date {execution_on} lies in the past; today is {on}."
    if execution_on.weekday() >= 5:  # noqa: PLR2004  # Saturday and Sunday
        return f"{execution_on} is a weekend day; banks execute on TARGET days. Take the Monday after."
    return None


@rule("batch.not-empty", article="SEPA rulebook", source=HOUSE)
def batch_not_empty(*, count: int) -> str | None:
    """A batch holds at least one approved payable."""
    return None if count else "No approved payable of this employer waits for a batch. Approve one first."


@rule("payable.not-a-duplicate", article="REG x.9(3)", source=HOUSE)
def not_a_duplicate(*, number: str, earlier: list[str]) -> str | None:
    """One invoice of one supplier is taken in once."""
    if not earlier:
        return None
    return f"Invoice {number} of this account came in before, as {', '.join(earlier)}. Reject that one if it was wrong."


@rule("payable.four-eyes-in-batch", article="Awb 2:4", source=HOUSE)
def releaser_apart(*, person: str, hands: dict[str, list[str]]) -> str | None:
    """Whoever releases a batch built, sealed, checked and approved nothing in it, and applied for none of it."""
    for what, people in hands.items():
        if person in people:
            return f"You {what}; another person must release this batch (four eyes)."
    return None


@rule("batch.file-leaves-once-exported", article="Awb 2:4", source=HOUSE)
def file_leaves(*, state: str) -> str | None:
    """The payment file leaves once the batch was released by another person and exported."""
    if state in {"exported", "settled"}:
        return None
    return f"The batch is {state}; its file can be had once it is sealed, released and exported."
