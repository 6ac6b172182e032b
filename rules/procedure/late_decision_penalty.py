"""Late decision penalty (dwangsom) of an employer that does not decide in time (Awb 4:17, 4:18)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rules.business_calendar.durations import length
from rules.core.dated_values import value
from rules.core.rule import AWB, Bilingual, message, rule


@dataclass(frozen=True)
class Step:
    """A number of days at one amount per day."""

    days: int
    euros_per_day: int


@dataclass(frozen=True)
class Penalty:
    """The penalty owed, from the first through the last day, in steps; zero days and euros if nothing is owed."""

    first_on: date
    last_on: date
    steps: tuple[Step, ...]

    @property
    def days(self) -> int:
        """The number of days."""
        return sum(step.days for step in self.steps)

    @property
    def amount(self) -> Decimal:
        """The amount in euros."""
        return Decimal(sum(step.days * step.euros_per_day for step in self.steps))


def penalty(default_due_on: date, known_on: date) -> Penalty:
    """The penalty from the day after the two weeks of default to the day before the decision was announced.

    Args:
        default_due_on: the last day of the two weeks after the notice of default.
        known_on: the day on which the decision was announced, or today if it was not.

    Source: Awb 4:17(1) to (3), https://wetten.overheid.nl/BWBR0005537; that the day of announcement itself is not
    counted is our own reading.
    """
    first_on = default_due_on + timedelta(days=1)
    left = min((known_on - first_on).days, length("term_penalty", first_on).amount)
    last_on = default_due_on + timedelta(days=max(left, 0))
    steps = []
    for step in value("penalty_steps", first_on):
        days = min(step["days"], left)
        if days > 0:
            steps.append(Step(days, step["euros_per_day"]))
            left -= days
    return Penalty(first_on, last_on, tuple(steps))


def is_complete(default_due_on: date, known_on: date | None, on: date) -> bool:
    """Whether no further day of penalty is possible: the decision was announced, or all days have passed."""
    last_on = default_due_on + timedelta(days=length("term_penalty", default_due_on).amount)
    return known_on is not None or on > last_on


@rule(
    "delay.notice-within-term",
    article="Awb 4:14(3)",
    source=AWB,
    nl="Uitstel wordt meegedeeld binnen de wettelijke termijn, en noemt een dag daarna.",
)
def notice_within_term(*, announced_on: date, until: date, legal_end: date | None) -> Bilingual | None:
    """A delay is announced within the statutory term and names a day after it."""
    if legal_end is None:
        return message(
            "The term is suspended, so its end is not known. Resume it, then give notice.",
            "De termijn is opgeschort, dus haar einde staat niet vast. Laat haar eerst weer lopen.",
        )
    if announced_on > legal_end:
        return message(
            f"The term of the law ended on {legal_end}; a notice of delay can be given until that day only.",
            f"De wettelijke termijn eindigde op {legal_end}; uitstel kan alleen tot en met die dag worden meegedeeld.",
        )
    if until <= legal_end:
        return message(
            f"The term runs until {legal_end} anyhow; name a later day.",
            f"De termijn loopt al tot en met {legal_end}; noem een latere dag.",
        )
    return None


@rule(
    "default.after-term",
    article="Awb 4:17(3)",
    source=AWB,
    nl="Een ingebrekestelling wordt pas ontvangen nadat de beslistermijn is verstreken.",
)
def default_after_term(*, received_on: date, due_on: date | None) -> Bilingual | None:
    """A notice of default is received after the term to decide has passed."""
    if due_on is None:
        return message(
            "The term is suspended, so it cannot have passed: the notice of default is premature.",
            "De termijn is opgeschort en kan dus niet verstreken zijn: de ingebrekestelling is prematuur.",
        )
    if received_on <= due_on:
        return message(
            f"The term runs until {due_on}: a notice of default received on {received_on} is premature. "
            "It can be given from the day after.",
            f"De termijn loopt tot en met {due_on}: een ingebrekestelling die op {received_on} is ontvangen, is "
            "prematuur. Zij kan vanaf de dag daarna worden gedaan.",
        )
    return None


@rule(
    "default.once",
    article="Awb 4:17(3)",
    source=AWB,
    nl="De werkgever is voor deze overname nog niet in gebreke gesteld.",
    verified=False,
)
def default_once(*, given: bool) -> Bilingual | None:
    """One notice of default starts the two weeks; a second one changes nothing."""
    if not given:
        return None
    return message(
        "A notice of default was recorded already; its two weeks run or have passed.",
        "Er is al een ingebrekestelling vastgelegd; de twee weken lopen of zijn verstreken.",
    )


@rule(
    "penalty.complete",
    article="Awb 4:18",
    source=AWB,
    nl="De dwangsom wordt vastgesteld als vaststaat over hoeveel dagen zij is verschuldigd, en één keer.",
)
def penalty_complete(*, due_on: date | None, known_on: date | None, on: date, fixed: bool) -> Bilingual | None:
    """The penalty is fixed after all its days are known, and only once."""
    if due_on is None:
        return message(
            "No penalty runs: no notice of default was recorded.",
            "Er loopt geen dwangsom: er is geen ingebrekestelling vastgelegd.",
        )
    if fixed:
        return message("The penalty was fixed already.", "De dwangsom is al vastgesteld.")
    if not is_complete(due_on, known_on, on):
        return message(
            "The penalty may still grow. Fix it once the takeover is made known, or once all its days have passed.",
            "De dwangsom kan nog oplopen. Stel haar vast als de overname bekend is of alle dagen voorbij zijn.",
        )
    if penalty(due_on, known_on or on).days == 0:
        return message(
            f"The takeover was made known within the two weeks that ended on {due_on}: no penalty is owed.",
            f"De overname is bekend binnen de twee weken tot en met {due_on}: er is geen dwangsom verschuldigd.",
        )
    return None
