"""Merged employers: on the day of the merger all rights and obligations pass to the successor (Wet arhi 44(1))."""

from collections.abc import Sequence

from rules.core.rule import AWB, HOUSE, Bilingual, message, rule

ARHI = "https://wetten.overheid.nl/BWBR0003718"


@rule(
    "merger.successor-fits",
    article="Wet arhi 44(1)",
    source=ARHI,
    nl="De rechtsopvolger is een andere werkgever van dezelfde soort die zelf niet is gefuseerd.",
    verified=False,
)
def successor_fits(
    *,
    merged: str,
    kind: str,
    successor: str,
    successor_kind: str,
    successor_active: bool,
) -> Bilingual | None:
    """The successor is another employer of the same kind that has not merged itself."""
    if successor == merged:
        return message(
            f"{merged} cannot be its own successor. Name the employer that takes over; register it first if it is new.",
            f"{merged} kan zichzelf niet opvolgen. Noem de werkgever die overneemt; registreer een nieuwe eerst.",
        )
    if not successor_active:
        return message(
            f"{successor} was merged into another employer itself. Name the employer that is there now.",
            f"{successor} is zelf al opgegaan in een andere werkgever. Noem de werkgever die er nu is.",
        )
    if successor_kind != kind:
        return message(
            f"{successor} is a {successor_kind}; {merged} is a {kind}. The successor is of the same kind.",
            f"{successor} is van de soort {successor_kind}, {merged} van de soort {kind}. De opvolger is van dezelfde "
            "soort.",
        )
    return None


@rule(
    "merger.no-batch-under-way",
    article="Wet arhi 44(1)",
    source=HOUSE,
    nl="Een werkgever fuseert niet zolang een betaalbatch van haar niet is aangeleverd of ingetrokken.",
    verified=False,
)
def no_batch_under_way(*, batches: Sequence[str]) -> Bilingual | None:
    """An employer does not merge while a batch of its own is neither exported nor withdrawn."""
    if not batches:
        return None
    named = ", ".join(batches)
    return message(
        f"These batches are drawn on the account of the employer that ends: {named}. Export or withdraw them first.",
        f"Deze batches komen ten laste van de rekening van de werkgever die ophoudt: {named}. Lever ze eerst aan "
        "of trek ze in.",
    )


@rule(
    "merger.employer-is-there",
    article="Awb 10:3; Wet arhi 44(1)",
    source=AWB,
    nl="Een nieuwe zaak of taak noemt een werkgever die er nog is.",
    verified=False,
)
def employer_exists(*, organisation: str, successor: str | None) -> Bilingual | None:
    """A new case or duty names an employer that still exists."""
    if successor is None:
        return None
    return message(
        f"{organisation} was merged into {successor}. Name {successor} instead.",
        f"{organisation} is opgegaan in {successor}. Noem {successor}.",
    )
