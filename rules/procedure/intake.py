"""Intake: the interview, an incomplete application and the receipt by an employer."""

from collections.abc import Sequence
from datetime import date, timedelta

from rules.core.dated_values import value
from rules.core.errors import RulesError
from rules.core.rule import AWB, HOUSE, REG, SCHEME_2024, Bilingual, message, rule
from rules.core.translations import listed


def check_most(name: str, most: object) -> int:
    """Check a dated value that says how many at the most, so that something stays possible.

    Raises:
        RulesError: it is not a whole number of at least 1.
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise RulesError(f"{name} is {most!r}: give a whole number of at least 1, so that an interview can be planned.")
    return most


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
    "step.interview-within-horizon",
    article="Awb 4:13(2)",
    source=AWB,
    nl="Een gesprek wordt niet verder vooruit gepland dan de gedateerde termijn.",
    verified=False,
)
def interview_within_horizon(*, interview_on: date, on: date) -> Bilingual | None:
    """An interview is planned within the dated number of days from today."""
    latest = on + timedelta(days=value("interview_horizon", on))
    if interview_on <= latest:
        return None
    return message(
        f"The interview would be on {interview_on}; plan it on {latest} or earlier.",
        f"Het gesprek zou op {interview_on} zijn; plan het op {latest} of eerder.",
    )


@rule(
    "step.interview-on-open-day",
    article="house rule of the advice office",
    source=HOUSE,
    nl="Een gesprek is op een werkdag van het bureau; op een andere dag met redenen.",
    verified=False,
)
def interview_on_open_day(*, interview_on: date, closed: bool, reasoned: bool) -> Bilingual | None:
    """An interview is on a working day of the office, or on another day with reasons."""
    if reasoned or not closed:
        return None
    return message(
        f"The office is closed on {interview_on}; choose a working day, or say in reasonsForDay why it is this day.",
        f"Op {interview_on} is het bureau gesloten; kies een werkdag, of zeg in reasonsForDay waarom het deze dag is.",
    )


@rule(
    "step.adviser-there",
    article="house rule of the advice office",
    source=HOUSE,
    nl="De adviseur van een gesprek is er op de dag ervan.",
    verified=False,
)
def adviser_there(
    *, person: str, interview_on: date, absent_until: date | None, works: bool, reasoned: bool
) -> Bilingual | None:
    """The adviser of an interview is there on its day: not absent, and on a day off only with reasons."""
    if absent_until is not None:
        return message(
            f"{person} is recorded as absent on {interview_on}, through {absent_until}; choose another adviser or day.",
            f"{person} staat op {interview_on} als afwezig te boek, tot en met {absent_until}; kies een andere adviseur"
            " of een andere dag.",
        )
    if works or reasoned:
        return None
    return message(
        f"{person} does not work on {interview_on}; choose another adviser or day, or say in reasonsForDay why it is"
        " this day.",
        f"{person} werkt niet op {interview_on}; kies een andere adviseur of een andere dag, of zeg in reasonsForDay"
        " waarom het deze dag is.",
    )


@rule(
    "step.adviser-free",
    article="house rule of the advice office",
    source=HOUSE,
    nl="Een adviseur heeft op een dag niet meer gesprekken dan de gedateerde waarde toestaat.",
    verified=False,
)
def adviser_free(*, person: str, interview_on: date, planned: int) -> Bilingual | None:
    """An adviser has no more interviews on one day than the dated value allows."""
    most = value("interviews_per_day", interview_on)
    if planned < most:
        return None
    return message(
        f"{person} has {planned} interviews on {interview_on} already, and may have {most}; choose another adviser or"
        " day.",
        f"{person} heeft op {interview_on} al {planned} gesprekken, en mag er {most} hebben; kies een andere adviseur"
        " of een andere dag.",
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
