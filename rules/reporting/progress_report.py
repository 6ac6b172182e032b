"""Progress report: the public figures of some quarters, without the numbers that must be hidden.

Every number belongs to one quarter: a whole, its parts, or a median of one of them. What is hidden in a quarter depends
on that quarter alone, so overlapping reports agree on it, and together reveal no more than each.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from math import floor
from typing import Any, NamedTuple, TypeVar

from rules.core.regulation import Province, PublicOffice
from rules.reporting.disclosure_control import Limits, hidden, is_hidden, is_sensitive, summed
from rules.reporting.percentiles import percentiles
from rules.reporting.periods import Quarter, quarter_of

UNKNOWN = "unknown"
"""The province of an employer without a recorded one."""
ALL = "all"
WAITS = ("interview", "adoption", "takeover")
"""The waits: from receipt to interview and to adoption, and from adoption to the employer's takeover."""


D = TypeVar("D", bound=tuple[Any, ...])


class Case(NamedTuple):
    """One application with the facts of a report: no name, no address, no threat."""

    received_on: date
    office: str
    province: str
    employer: str
    """The first of its employers, which represents the case."""
    urgent: bool
    """Whether it was ever urgent or acute."""
    waits: Mapping[str, int] = {}
    """Calendar days, by kind of wait."""


class Decided(NamedTuple):
    """One application that ended or was decided on."""

    on: date
    how: str
    employer: str


class TermEnded(NamedTuple):
    """One term that was met or missed."""

    on: date
    owner: str
    employer: str
    kept: bool


class Table(NamedTuple):
    """A whole and its parts; None for what is hidden."""

    of: str
    """What is counted: received, decided, or the terms of an owner."""
    by: str
    whole: int | None
    parts: Mapping[str, int | None]


class Wait(NamedTuple):
    """The waits of one part, in whole calendar days; None for what is hidden."""

    of: str
    by: str
    part: str
    p10: int | None
    median: int | None
    p90: int | None


class QuarterReport(NamedTuple):
    """All figures of one quarter."""

    quarter: Quarter
    tables: tuple[Table, ...]
    waits: tuple[Wait, ...]


DECISIONS = ("advice", "no-measures", "refused", "not-processed", "ended-otherwise")
"""How an application was decided on or ended."""
OWNERS = ("office", "security-authority", "employer")
"""The owners whose terms are counted; an applicant's term is a right, and not using it is not lateness."""
URGENT, OTHER = "urgent", "not-urgent"
KEPT, MISSED = "kept", "missed"


def report(
    quarters: Iterable[Quarter],
    cases: Iterable[Case],
    decided: Iterable[Decided],
    terms: Iterable[TermEnded],
    held: Limits,
) -> list[QuarterReport]:
    """The public figures of some quarters.

    Args:
        quarters: whole ones.
        cases: each counts in the quarter in which it was received.
        decided: each counts in the quarter in which it was decided on.
        terms: each counts in the quarter in which it ended.
        held: the conditions for publishing a number.
    """
    received, ended, kept = _by_quarter(cases), _by_quarter(decided), _by_quarter(terms)
    return [
        QuarterReport(
            quarter,
            (
                *_received(quarter, received[quarter], held),
                table(
                    "decided",
                    "how",
                    {how: [one for one in ended[quarter] if one.how == how] for how in DECISIONS},
                    held,
                ),
                *(_terms(owner, kept[quarter], held) for owner in OWNERS),
            ),
            tuple(_waits(quarter, received[quarter], held)),
        )
        for quarter in quarters
    ]


def total(found: Sequence[QuarterReport], of: str, by: str, part: str) -> int | None:
    """The sum of a part or a whole over all quarters; None unless each of them is shown."""
    numbers = []
    for one in found:
        here = next(each for each in one.tables if (each.of, each.by) == (of, by))
        numbers.append(here.whole if part == ALL else here.parts[part])
    return None if None in numbers else sum(number or 0 for number in numbers)


def table(of: str, by: str, parts: Mapping[str, Sequence[Case | Decided | TermEnded]], held: Limits) -> Table:
    """A whole and its parts, without the numbers that must be hidden."""
    behind = {name: Counter(one.employer for one in part) for name, part in parts.items()}
    whole = summed(behind.values())
    if is_hidden(whole, held):
        return Table(of, by, None, dict.fromkeys(parts))
    gone = hidden(behind, held)
    return Table(of, by, whole.total(), {name: None if name in gone else len(part) for name, part in parts.items()})


def _by_quarter(items: Iterable[D]) -> defaultdict[Quarter, list[D]]:
    """Items grouped by the quarter of their day, which is the first field of each."""
    found: defaultdict[Quarter, list[D]] = defaultdict(list)
    for item in items:
        found[quarter_of(item[0])].append(item)
    return found


def breakdowns(quarter: Quarter) -> dict[str, tuple[tuple[str, ...], Callable[[Case], str]]]:
    """The breakdowns of a quarter: by name, the parts and the function that gives the part of a case."""
    return {
        "month": (quarter.months, lambda case: f"{case.received_on:%Y-%m}"),
        "office": (tuple(PublicOffice), lambda case: case.office),
        "province": ((*Province, UNKNOWN), lambda case: case.province),
        "urgency": ((URGENT, OTHER), lambda case: URGENT if case.urgent else OTHER),
    }


def _divided(quarter: Quarter, cases: Sequence[Case]) -> dict[str, dict[str, list[Case]]]:
    return {
        by: {part: [case for case in cases if part_of(case) == part] for part in parts}
        for by, (parts, part_of) in breakdowns(quarter).items()
    }


def _received(quarter: Quarter, cases: Sequence[Case], held: Limits) -> list[Table]:
    return [table("received", by, parts, held) for by, parts in _divided(quarter, cases).items()]


def _terms(owner: str, ended: Sequence[TermEnded], held: Limits) -> Table:
    mine = [term for term in ended if term.owner == owner]
    parts = {KEPT: [term for term in mine if term.kept], MISSED: [term for term in mine if not term.kept]}
    return table(f"terms-{owner}", "outcome", parts, held)


def _waits(quarter: Quarter, cases: Sequence[Case], held: Limits) -> Iterable[Wait]:
    """The waits of the cases of a quarter: of all, and of each part whose number is shown."""
    tables = {each.by: each for each in _received(quarter, cases, held)}
    yield from _marks(ALL, ALL, cases, held, shown=tables["month"].whole is not None)
    for by, parts in _divided(quarter, cases).items():
        if by != "month":
            for part, inside in parts.items():
                yield from _marks(by, part, inside, held, shown=tables[by].parts[part] is not None)


def _marks(by: str, part: str, cases: Sequence[Case], held: Limits, *, shown: bool) -> Iterable[Wait]:
    for what in WAITS:
        waited = [case for case in cases if what in case.waits]
        behind = Counter(case.employer for case in waited)
        known = shown and len(waited) >= held.median and not is_sensitive(behind, held)
        found = percentiles(case.waits[what] for case in waited)
        tails = known and len(waited) >= held.tails
        p10, median, p90 = (
            _whole(mark) if seen else None
            for mark, seen in ((found.p10, tails), (found.median, known), (found.p90, tails))
        )
        yield Wait(what, by, part, p10, median, p90)


def _whole(days: float | None) -> int | None:
    """Whole days, a half upwards."""
    return None if days is None else floor(days + 0.5)
