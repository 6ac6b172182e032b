"""Invoice documents: their kind and size, and that each belongs to one invoice."""

from collections.abc import Sequence
from datetime import date

from rules.core.dated_values import value
from rules.core.rule import HOUSE, REG, Bilingual, message, rule


def largest(on: date) -> int:
    """The maximum size of one document, in bytes."""
    return int(value("document_limit", on))


def largest_e_invoice(on: date) -> int:
    """The maximum size of one e-invoice with its attachments, in bytes."""
    return int(value("e_invoice_limit", on))


@rule(
    "document.once",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Hetzelfde document hoort bij één factuur.",
)
def once(*, earlier: Sequence[str]) -> Bilingual | None:
    """The same document belongs to one invoice."""
    if not earlier:
        return None
    named = ", ".join(earlier)
    return message(
        f"This file is already stored with {named}. If that is the same invoice, reject one of the two; if not, add"
        " the document of this one.",
        f"Precies dit bestand staat al bij {named}. Is het dezelfde factuur, wijs dan een van beide af; zo niet, voeg"
        " het document van deze factuur toe.",
    )


@rule(
    "payable.advance-has-document",
    article="REG 1.2",
    source=REG,
    nl="Wat de ambtsdrager voorschoot, wordt vergoed als het bewijsstuk zelf erbij zit.",
)
def advance_has_document(*, advance: bool, documents: int) -> Bilingual | None:
    """An advance is reimbursed only after its receipt is attached as a document."""
    if not advance or documents:
        return None
    return message(
        "The receipt of this advance is named, but nobody can see it. Send it as a PDF, PNG or JPEG with add-document,"
        " and try again.",
        "Het bewijsstuk van deze declaratie is genoemd, maar niemand kan het zien. Stuur het als PDF, PNG of JPEG met"
        " add-document, en probeer het opnieuw.",
    )
