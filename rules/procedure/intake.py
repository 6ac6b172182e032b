"""Intake: the interview, an incomplete application and the receipt by an employer."""

from collections.abc import Sequence
from datetime import date

from rules.core.rule import AWB, REG, SCHEME_2024, Bilingual, message, rule
from rules.core.translations import listed


@rule(
    "step.interview-not-in-past",
    article="Awb 4:7",
    source=AWB,
    nl="Een gesprek wordt gepland voor vandaag of later.",
    verified=False,
)
def interview_not_in_past(*, interview_on: date, on: date) -> Bilingual | None:
    """An interview is planned for today or later."""
    if interview_on >= on:
        return None
    return message(
        f"The interview would be on {interview_on}; today is {on}.",
        f"Het gesprek zou op {interview_on} zijn; vandaag is het {on}.",
    )


@rule(
    "step.held-not-before-planned-stage",
    article="REG x.9(4)",
    source=REG,
    nl="Het risicogesprek volgt op de aanvraag.",
    since=SCHEME_2024,
)
def interview_after_receipt(*, held_on: date, received_on: date) -> Bilingual | None:
    """The risk interview is not held before the application was received."""
    if held_on >= received_on:
        return None
    return message(
        f"The interview ({held_on}) lies before the application ({received_on}).",
        f"Het gesprek ({held_on}) ligt voor de aanvraag ({received_on}).",
    )


@rule(
    "step.every-domain-discussed",
    article="REG x.9(4); Kamerstukken II 28 844, nr. 273",
    source=REG,
    nl="Het gesprek gaat over elk van de vier domeinen, eenmaal.",
    since=SCHEME_2024,
)
def every_domain_discussed(*, domains: Sequence[str]) -> Bilingual | None:
    """The interview covers each of the four domains once."""
    wanted = ["digital", "home", "travel", "work"]
    named = sorted(domains)
    if named == wanted:
        return None
    return message(
        f"The interview must say something on each of {', '.join(wanted)} once; it names {', '.join(named) or 'none'}.",
        f"Het gesprek moet over elk van {listed(wanted)} eenmaal iets zeggen; het noemt: {listed(named) or 'geen'}.",
    )


@rule(
    "step.completion-lapsed",
    article="Awb 4:5(1)",
    source=AWB,
    nl="Niet behandelen kan pas na een uitnodiging tot aanvullen waarvan de termijn ongebruikt voorbij is.",
)
def completion_lapsed(*, invited: bool, due_on: date | None, on: date) -> Bilingual | None:
    """An application is not processed only after the term of an invitation to complete it passed unused."""
    if not invited:
        return message(
            "The applicant was not invited to complete the application; do that first and give a term.",
            "De aanvrager is niet uitgenodigd om aan te vullen; doe dat eerst en geef een termijn.",
        )
    if due_on is None or on <= due_on:
        return message(
            f"The term to complete runs until {due_on or 'a day still open'}; wait until it has passed unused.",
            f"De termijn om aan te vullen loopt tot en met {due_on or 'een nog open dag'}; wacht tot hij ongebruikt"
            " voorbij is.",
        )
    return None


@rule(
    "step.completion-open",
    article="Awb 4:5(1)",
    source=AWB,
    nl="Aanvullen is het antwoord op een uitnodiging die nog openstaat.",
)
def completion_open(*, invited: bool) -> Bilingual | None:
    """A completion answers an invitation that is still open."""
    if invited:
        return None
    return message(
        "No invitation to complete is open; nothing is missing.",
        "Er staat geen uitnodiging tot aanvullen open; er ontbreekt niets.",
    )


@rule(
    "step.receipt-correctable",
    article="Awb 4:13",
    source=AWB,
    nl="De ontvangst door een werkgever wordt verbeterd zolang de beslistermijn loopt.",
)
def receipt_correctable(*, running: Sequence[str], organisation: str | None) -> Bilingual | None:
    """The receipt by an employer is corrected while its takeover term runs; if there are several, one is named."""
    if organisation in running or (organisation is None and len(running) == 1):
        return None
    named = ", ".join(running)
    if not running:
        return message(
            "No employer's term to take over runs: its receipt is not confirmed yet (confirm-receipt), or it has taken"
            " over.",
            "Van geen werkgever loopt de beslistermijn: de ontvangst is nog niet bevestigd (confirm-receipt), of er is"
            " al overgenomen.",
        )
    if organisation is None:
        return message(
            f"Name in organisation whose receipt is corrected; the term runs of: {named}.",
            f"Noem in organisation wiens ontvangst wordt verbeterd; de termijn loopt van: {named}.",
        )
    return message(
        f"The term of {organisation} does not run; it runs of: {named}.",
        f"De termijn van {organisation} loopt niet; zij loopt van: {named}.",
    )


@rule(
    "completion.decided-in-time",
    article="Awb 4:5(4)",
    source=AWB,
    nl="Het besluit om niet te behandelen wordt binnen vier weken bekendgemaakt.",
)
def decided_in_time(*, due_on: date | None, announced_on: date) -> Bilingual | None:
    """The decision not to process is announced within four weeks after the completion or the end of its term."""
    if due_on is None or announced_on <= due_on:
        return None
    return message(
        f"The term to decide not to process ended on {due_on}. Decide on the application as it is.",
        f"De termijn om niet te behandelen eindigde op {due_on}. Beslis op de aanvraag zoals die er ligt.",
    )
