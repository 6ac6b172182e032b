"""Urgency from threat signals: a dated decision table; the content of a threat is never looked at.

The class is a handling attribute. The official threat level is set by police, OM and NCTV, never here
(Circulaire bewaking en beveiliging 2026, section 2.4).
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from rules.findings import CIRCULAR, LETTER_2024, rule
from rules.values import value


class Urgency(StrEnum):
    """How soon a case must be handled."""

    ACUTE = "acute"
    URGENT = "urgent"
    ELEVATED = "elevated"
    ROUTINE = "routine"


class SignalKind(StrEnum):
    """What kind of threat is signalled."""

    ACUTE_DANGER = "acute-danger"
    DEATH_THREAT = "death-threat"
    PHYSICAL_VIOLENCE = "physical-violence"
    STALKING = "stalking"
    INTIMIDATION = "intimidation"
    ONLINE_HARASSMENT = "online-harassment"
    PROPERTY_DAMAGE = "property-damage"
    SUBVERSION = "subversion"


class SignalSource(StrEnum):
    """Who signals it."""

    POLICE = "police"
    EMPLOYER = "employer"
    APPLICANT = "applicant"
    ADVISER = "adviser"
    THIRD_PARTY = "third-party"


RANK = {Urgency.ACUTE: 1, Urgency.URGENT: 2, Urgency.ELEVATED: 3, Urgency.ROUTINE: 4}
"""The lane of each class; the lower, the sooner."""


def age_band(occurred_on: date, on: date) -> str:
    """``recent`` within the dated number of days, else ``old``."""
    return "recent" if (on - occurred_on).days <= value("recent_signal_days", on) else "old"


def of_signal(kind: SignalKind, source: SignalSource, occurred_on: date, on: date) -> Urgency:
    """The class of one signal by the table in force on ``on``.

    Raises:
        RulesError: the table has a gap (tests prove that it has none).
    """
    band = age_band(occurred_on, on)
    for row in value("urgency_table", on):
        if kind in row["kinds"] and source in row["sources"] and band in row["ages"]:
            return Urgency(row["urgency"])
    raise LookupError(f"The urgency table has no row for {kind}, {source}, {band}.")


def highest(classes: Iterable[Urgency]) -> Urgency:
    """The most urgent of some classes; routine for none."""
    return min(classes, key=RANK.__getitem__, default=Urgency.ROUTINE)


@rule("urgency.signal-not-in-future", article="Circulaire 2026, 2.4.1", source=CIRCULAR)
def signal_not_in_future(*, occurred_on: date, on: date) -> str | None:
    """A threat that is signalled has happened."""
    if occurred_on > on:
        return f"The signal is dated {occurred_on}, after today ({on}). Give the day on which it happened."
    return None


@rule(
    "urgency.only-a-person-lowers",
    article="Kamerstukken II 28 844, nr. 273",
    source=LETTER_2024,
    verified=False,
)
def only_lowers(*, present: Urgency, wanted: Urgency) -> str | None:
    """Lowering sets a lower class than the present one."""
    if RANK[wanted] > RANK[present]:
        return None
    return f"The urgency is {present}; {wanted} is not lower. A higher class comes from a threat signal only."
