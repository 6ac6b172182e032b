"""Urgency from threat signals, by a dated decision table that never uses the content of a threat.

The class is a handling attribute. The official threat level is set by police, OM and NCTV, never here
(Circulaire bewaking en beveiliging 2026, section 2.4).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from rules.core.dated_values import Version, value, version
from rules.core.decision_table import Row, every_case, malformed_rows, matching_rows
from rules.core.errors import RulesError
from rules.core.rule import CIRCULAR, LETTER_2024, Bilingual, message, rule


class Urgency(StrEnum):
    """The urgency class of a case."""

    ACUTE = "acute"
    URGENT = "urgent"
    ELEVATED = "elevated"
    ROUTINE = "routine"


class SignalKind(StrEnum):
    """The kind of a threat signal."""

    ACUTE_DANGER = "acute-danger"
    DEATH_THREAT = "death-threat"
    PHYSICAL_VIOLENCE = "physical-violence"
    STALKING = "stalking"
    INTIMIDATION = "intimidation"
    ONLINE_HARASSMENT = "online-harassment"
    PROPERTY_DAMAGE = "property-damage"
    SUBVERSION = "subversion"


class SignalSource(StrEnum):
    """The source of a threat signal."""

    POLICE = "police"
    EMPLOYER = "employer"
    APPLICANT = "applicant"
    ADVISER = "adviser"
    THIRD_PARTY = "third-party"


RANK = {Urgency.ACUTE: 1, Urgency.URGENT: 2, Urgency.ELEVATED: 3, Urgency.ROUTINE: 4}
"""The lane of each class; a lower lane goes first."""
DUTCH = {
    Urgency.ACUTE: "acuut",
    Urgency.URGENT: "spoed",
    Urgency.ELEVATED: "verhoogd",
    Urgency.ROUTINE: "regulier",
}
"""The Dutch name of each class (docs/reference.md)."""


AGES = ("recent", "old")
COLUMNS: Mapping[str, Collection[object]] = {
    "kinds": tuple(SignalKind),
    "sources": tuple(SignalSource),
    "ages": AGES,
    "reported": (True, False),
}
"""The possible signals: kind, source, age, and whether it was reported to the police."""


class Classification(NamedTuple):
    """The class of a signal, and the row of the dated table that gives it."""

    urgency: Urgency
    row: str
    since: date


def age_band(occurred_on: date, on: date) -> str:
    """``recent`` within the dated number of days, else ``old``."""
    return "recent" if (on - occurred_on).days <= value("recent_signal_days", on) else "old"


def check_table(found: Version) -> None:
    """Check that a version of ``urgency_table`` decides every signal exactly once.

    Raises:
        RulesError: it has a gap, an overlap or an unknown word; the message names the first problem.
    """
    if problem := next(problems(found.value), None):
        raise RulesError(f"The urgency table from {found.since} does not decide every signal once: {problem}")


def problems(table: Sequence[Row]) -> Iterator[str]:
    """Gaps, overlaps and unknown words of a table; empty if it decides every signal exactly once."""
    yield from malformed_rows(table, COLUMNS, optional={"reported"})
    yield from (
        f"{row['id']} names the urgency {row['urgency']}." for row in table if row["urgency"] not in set(Urgency)
    )
    ids = [row["id"] for row in table]
    yield from (f"Two rows are called {row}." for row in sorted(set(ids)) if ids.count(row) > 1)
    for case, rows in every_case(table, COLUMNS):
        if len(rows) != 1:
            known = "" if case["reported"] else "not "
            signal = f"{case['ages']} {case['kinds']} told by {case['sources']}, {known}reported to the police"
            named = f"{len(rows)} rows fit: " + ", ".join(row["id"] for row in rows)
            yield f"{signal}: {named if rows else 'no row fits'}."


def classify(kind: SignalKind, source: SignalSource, occurred_on: date, on: date, *, reported: bool) -> Classification:
    """The class of one signal by the table in force on ``on``; exactly one row matches (:func:`check_table`)."""
    table = version("urgency_table", on)
    case = {"kinds": kind, "sources": source, "ages": age_band(occurred_on, on), "reported": reported}
    (row,) = matching_rows(table.value, case)
    return Classification(Urgency(row["urgency"]), row["id"], table.since)


def highest(classes: Iterable[Urgency]) -> Urgency:
    """The most urgent of some classes; routine for none."""
    return min(classes, key=RANK.__getitem__, default=Urgency.ROUTINE)


@rule(
    "urgency.signal-not-in-future",
    article="Circulaire 2026, 2.4.1",
    source=CIRCULAR,
    nl="Een dreiging die wordt gemeld, heeft plaatsgevonden.",
)
def signal_not_in_future(*, occurred_on: date, on: date) -> Bilingual | None:
    """A signalled threat did not happen after today."""
    if occurred_on <= on:
        return None
    return message(
        f"The signal is dated {occurred_on}, after today ({on}). Give the day on which it happened.",
        f"Het signaal is van {occurred_on}, na vandaag ({on}). Geef de dag waarop het gebeurde.",
    )


@rule(
    "urgency.class-by-table",
    article="Kamerstukken II 28 844, nr. 273; Circulaire 2026, 2.4.1",
    source=LETTER_2024,
    nl="De urgentie van een signaal volgt uit de ene regel van de geldende tabel waaronder het valt.",
    verified=False,
)
def class_by_table(
    *,
    kind: SignalKind,
    source: SignalSource,
    occurred_on: date,
    reported: bool,
    on: date,
    row: str,
    urgency: Urgency,
) -> Bilingual | None:
    """The urgency of a signal is the one that the table in force gives."""
    found = classify(kind, source, occurred_on, on, reported=reported)
    if (found.row, found.urgency) == (row, urgency):
        return None
    return message(
        f"By row {found.row} of the table from {found.since} this signal is {found.urgency}, not {urgency} by {row}.",
        f"Volgens regel {found.row} van de tabel vanaf {found.since} is dit signaal {DUTCH[found.urgency]}, "
        f"niet {DUTCH[urgency]} volgens {row}.",
    )


@rule(
    "urgency.only-a-person-lowers",
    article="Kamerstukken II 28 844, nr. 273",
    source=LETTER_2024,
    nl="Verlagen geeft een lagere urgentie dan de huidige, en alleen een mens doet dat.",
    verified=False,
)
def only_lowers(*, present: Urgency, wanted: Urgency) -> Bilingual | None:
    """Lowering the urgency sets a lower class than the present one."""
    if RANK[wanted] > RANK[present]:
        return None
    return message(
        f"The urgency is {present}; {wanted} is not lower. A higher class comes from a threat signal only.",
        f"De urgentie is {DUTCH[present]}; {DUTCH[wanted]} is niet lager. Een hogere urgentie komt alleen van een "
        "dreigingssignaal.",
    )
