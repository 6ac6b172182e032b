"""Erasure: what an event can no longer do once the content of its case was erased."""

from collections.abc import Sequence

from rules.core.rule import Bilingual, message, rule

AVG = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"


@rule(
    "content.can-be-kept",
    article="AVG 5(1)(e)",
    source=AVG,
    nl="Een dossier waarvan de inhoud is gewist, neemt geen nieuwe inhoud op.",
    verified=False,
)
def can_be_kept(*, fields: Sequence[str], erased: bool) -> Bilingual | None:
    """A case whose content was erased takes in no new content."""
    if not (erased and fields):
        return None
    named = ", ".join(fields)
    return message(
        f"The content of this case was erased, so nothing can keep these fields: {named}. Leave them out if the event"
        " can do without, as a threat can; otherwise receive a new application.",
        f"De inhoud van dit dossier is gewist, dus deze velden kunnen nergens worden bewaard: {named}. Laat ze weg als"
        " dat kan, zoals bij een dreiging; neem anders een nieuwe aanvraag in ontvangst.",
    )


@rule(
    "content.still-there",
    article="AVG 5(1)(e)",
    source=AVG,
    nl="Een stap die de inhoud van een dossier nodig heeft, kan zolang die niet is gewist.",
    verified=False,
)
def still_there(*, erased: bool) -> Bilingual | None:
    """A step that needs the content of a case is taken before that content is erased."""
    if not erased:
        return None
    return message(
        "This needs content that was erased with its case, such as the name and account of the payee. It cannot be"
        " done any more; leave that case out, or handle it outside this system and record why.",
        "Dit vraagt inhoud die met het dossier is gewist, zoals naam en rekening van de begunstigde. Het kan niet meer;"
        " laat dat dossier weg, of handel het buiten dit systeem af en leg vast waarom.",
    )
