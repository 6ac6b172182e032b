"""Documents with an invoice: of which kind, how large, and once."""

from collections.abc import Sequence
from datetime import date

from rules.findings import HOUSE, Words, rule, say
from rules.values import value


def largest(on: date) -> int:
    """The most bytes that one document has."""
    return int(value("document_limit", on))


def largest_e_invoice(on: date) -> int:
    """The most bytes that one e-invoice has, with what is attached to it."""
    return int(value("e_invoice_limit", on))


@rule(
    "document.once",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Hetzelfde document hoort bij één factuur.",
)
def once(*, earlier: Sequence[str]) -> Words | None:
    """The same document belongs to one invoice."""
    if not earlier:
        return None
    named = ", ".join(earlier)
    return say(
        f"This very file stands with {named} already. If that is the same invoice, reject one of the two; if not, add"
        " the document of this one.",
        f"Precies dit bestand staat al bij {named}. Is het dezelfde factuur, wijs dan een van beide af; zo niet, voeg"
        " het document van deze factuur toe.",
    )
