"""Bodies of invoices and credit notes, the parts of each payer, and contradictions within a line."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from rules.access.content_classes import ContentClass
from rules.core.wording import wording
from rules.payments.tax import Addressee, Outside
from states.engine.bodies import Amount, Body, Code, Day, Handle, Iban, InvoiceNumber, Reference, Text
from states.engine.patterns import CURRENCY
from states.payments.payees import Payee
from states.tables.payments import PayableKind


class Part(Body):
    """One payer's part of one line: for one measure, or for something outside the adopted advice."""

    measure: Handle | None = None
    outside: Outside | None = None
    """Instead of a measure: the cost is wage of the official, or the employer takes it in its free space."""
    reasons: Annotated[Text, ContentClass.PAYMENT_REASONS] | None = None
    """Why a cost outside the advice is paid."""
    text: Annotated[Text, ContentClass.INVOICE_LINE] | None = None
    """The supplier's text; it may name the measure or the place, so few people may read it."""
    certificate_works: bool = False
    """Outside the advice: works on the house that the certificate requires of its owner (REG x.9(5)(b))."""
    attributable: bool = False
    """For a car: this cost is due to extraordinary security measures (LB art. 31(4)(a))."""
    period_from: Day | None = None
    """For a recurring measure: the first and the last day of the line."""
    period_until: Day | None = None
    net: Amount
    vat_rate: Amount
    """Percent: 0, 9 or 21."""
    vat: Amount
    gross: Amount


class InvoiceLine(Part):
    """One line of an invoice, before it is split over the payers."""

    final: bool = True
    """Whether this is the last invoice for the measure; for a recurring one, the line that reaches its end."""


class RateTotal(Body):
    """The stated totals of a document for one rate of VAT."""

    vat_rate: Amount
    net: Amount
    vat: Amount


class Totals(Body):
    """The stated totals of a document and per rate of VAT; the lines must add up to them."""

    net: Amount
    vat: Amount
    gross: Amount
    rates: tuple[RateTotal, ...] = ()


class Billed(Body):
    """What invoices and credit notes have in common."""

    number: InvoiceNumber
    dated: Day
    received_on: Day | None = None
    currency: Annotated[str, Field(pattern=CURRENCY)] = "EUR"
    totals: Totals | None = None
    """The totals that the document states."""
    payee: Payee
    """The name exactly as on the account."""
    iban: Iban
    apart: Annotated[Text, ContentClass.PAYEE] | None = None
    """Why it is a different invoice, if it resembles an earlier one."""


class Invoice(Billed):
    """A supplier's invoice, or an official's advance with its receipt (REG 1.2)."""

    kind: Literal[PayableKind.SUPPLIER_INVOICE, PayableKind.ADVANCE] = PayableKind.SUPPLIER_INVOICE
    addressee: Addressee | None = None
    """Whose name it bears; left out, a supplier's invoice has the employer's, an advance the official's."""
    addressed_to: Handle | None = None
    """The employer whose name it bears."""
    to_match: bool = False
    """Whether the employer's security contact still has to match its lines with measures."""
    replaces: Handle | None = None
    """The rejected part of one employer that this invoice replaces, while the other parts stay valid."""
    own_contribution: Amount = Decimal(0)
    receipt: Code | None = None
    """The receipt's reference; required for an advance."""
    lines: Annotated[list[InvoiceLine], Field(min_length=1, max_length=60)]


class UnmatchedLine(Body):
    """A line as the supplier billed it, before it is matched with a measure."""

    text: Annotated[Text, ContentClass.INVOICE_LINE] | None = None
    net: Amount
    vat_rate: Amount
    vat: Amount
    gross: Amount


class NewPayable(Body):
    """One payer's part of an invoice."""

    application: Reference
    invoice: Handle
    organisation: Handle
    kind: PayableKind
    number: InvoiceNumber
    dated: Day
    received_on: Day
    payee: Payee
    iban: Iban
    own_contribution: Amount = Decimal(0)
    addressee: Addressee | None = None
    addressed_to: Handle | None = None
    replaces: Handle | None = None
    credits: Handle | None = None
    offered: tuple[UnmatchedLine, ...] = ()
    lines: tuple[Part, ...] = ()
    awarded: Amount = Decimal(0)
    """Euros of a penalty or interest, which has no measure and no lines."""


class Matching(Body):
    """The measures of the invoice's lines; one line can be divided over several."""

    lines: Annotated[list[InvoiceLine], Field(min_length=1, max_length=60)]


class CreditLine(Body):
    """The amount taken off one measure or one cost outside the advice; not negative."""

    measure: Handle | None = None
    outside: Outside | None = None
    net: Amount
    vat_rate: Amount
    vat: Amount
    gross: Amount


class CreditNote(Billed):
    """A supplier's credit note: a negative invoice that reduces an earlier one."""

    invoice: Handle
    """The reduced invoice, as its payables name it."""
    lines: Annotated[list[CreditLine], Field(min_length=1, max_length=60)]


def premature_fields(line: InvoiceLine) -> list[tuple[str, str]]:
    """Fields of an unmatched line that are given too early, as (field, what would be right)."""
    early = {"measure", "outside", "reasons", "periodFrom", "periodUntil", "certificateWorks", "attributable"}
    given = line.model_dump(by_alias=True, exclude_defaults=True).keys() & early
    return [
        (name, "The security contact says this when matching: leave it out, or leave out toMatch.") for name in given
    ]


def contradictions(line: InvoiceLine) -> list[tuple[str, str]]:
    """Contradictions within a line, as (field, what would be right)."""
    found = []
    if line.measure is None and line.outside is None:
        words = 'Name the measure that the line is for, or say in outside "wage" or "free-space" what it is instead.'
        found.append(("measure", words))
    if line.measure is not None and line.outside is not None:
        words = wording(
            "The line is for {measure} and outside the advice ({outside}) at once: leave one out.",
            measure=line.measure,
            outside=line.outside,
        )
        found.append(("outside", words))
    if line.outside is not None and line.reasons is None:
        found.append(("reasons", "Say why something outside the advice is paid."))
    if line.outside is None and line.certificate_works:
        words = "Works for the certificate are for the owner of the house: name outside, or leave it out."
        found.append(("certificateWorks", words))
    if line.measure is None and line.attributable:
        found.append(("attributable", "This belongs to a line for a car: name its measure, or leave it out."))
    since, until = line.period_from, line.period_until
    if (since is None) != (until is None):
        name = "periodFrom" if since is None else "periodUntil"
        found.append((name, f"A period has two ends: {since or 'no first day'} to {until or 'no last day'}."))
    if since and until and until < since:
        found.append(("periodUntil", f"The period would end on {until}, before it begins on {since}."))
    if line.measure is None and (since or until):
        found.append(("periodFrom", "A period belongs to a line for a recurring measure: leave it out."))
    return found
