"""Invoice documents: their kind and size, that they can be shown, and that each belongs to one invoice."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from rules.core.dated_values import value
from rules.core.rule import HOUSE, REG, Bilingual, message, rule
from rules.payments.amounts import named


def largest(on: date) -> int:
    """The maximum size of one document, in bytes."""
    return int(value("document_limit", on))


def largest_e_invoice(on: date) -> int:
    """The maximum size of one e-invoice with its attachments, in bytes."""
    return int(value("e_invoice_limit", on))


def most_pages(on: date) -> int:
    """The maximum number of pages of one document."""
    return int(value("document_pages", on))


class Obstacle(StrEnum):
    """Why a file cannot be shown."""

    KIND = "kind"
    BROKEN = "broken"
    LOCKED = "locked"
    TOO_MANY_PAGES = "too-many-pages"
    TOO_LARGE = "too-large"
    TOO_HEAVY = "too-heavy"


OBSTACLES = {
    Obstacle.KIND: message(
        "The file is no PDF, PNG, JPEG or XML e-invoice, whatever its name says. Save it as a PDF, and send that.",
        "Het bestand is geen pdf, png, jpeg of e-factuur in XML, wat zijn naam ook zegt. Bewaar het als pdf, en stuur"
        " die.",
    ),
    Obstacle.BROKEN: message(
        "The file cannot be read: it is broken, or breaks off before its end. Make it anew from the source, or scan the"
        " page, and send the whole file.",
        "Het bestand is niet te lezen: het is kapot of houdt voor het einde op. Maak het opnieuw uit de bron, of scan"
        " de bladzijde, en stuur het hele bestand.",
    ),
    Obstacle.LOCKED: message(
        "The PDF is locked with a password. Ask the supplier for one that opens.",
        "De pdf zit op slot met een wachtwoord. Vraag de leverancier om een die opengaat.",
    ),
    Obstacle.TOO_LARGE: message(
        "The picture has more than a hundred million dots. Scan the page with 300 dots per inch, and send that.",
        "De afbeelding heeft meer dan honderd miljoen beeldpunten. Scan de bladzijde met 300 punten per inch, en stuur"
        " die.",
    ),
    Obstacle.TOO_HEAVY: message(
        "Showing the file takes more time or memory than an invoice needs. Print it to a new PDF, or scan the pages,"
        " and send that.",
        "Het tonen van het bestand kost meer tijd of geheugen dan een factuur nodig heeft. Druk het af naar een nieuwe"
        " pdf, of scan de bladzijden, en stuur die.",
    ),
}
"""The objection to each obstacle that is not a number."""


@rule(
    "document.shown",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Een document bij een factuur is te tonen zonder het bestand zelf te openen.",
)
def shown(*, obstacle: Obstacle | None, most: int) -> Bilingual | None:
    """A document with an invoice can be shown without opening the file itself."""
    if obstacle is None:
        return None
    if obstacle is Obstacle.TOO_MANY_PAGES:
        return message(
            f"The PDF has more than {most} pages. Send the invoice without what is added to it, or in parts.",
            f"De pdf heeft meer dan {most} bladzijden. Stuur de factuur zonder bijlagen, of in delen.",
        )
    return OBSTACLES[obstacle]


@rule(
    "document.once",
    article="REG x.9(3)",
    source=HOUSE,
    nl="Hetzelfde document hoort bij één factuur.",
)
def once(*, earlier: Sequence[str], elsewhere: bool = False) -> Bilingual | None:
    """The same document belongs to one invoice."""
    if not earlier and not elsewhere:
        return None
    those = named(earlier, elsewhere=elsewhere)
    return message(
        f"This file is already stored with {those.en}. If that is the same invoice, reject one of the two; if not, add"
        " the document of this one.",
        f"Precies dit bestand staat al bij {those.nl}. Is het dezelfde factuur, wijs dan een van beide af; zo niet,"
        " voeg het document van deze factuur toe.",
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
