"""Disclosure control: what a published table hides so that nobody can be recognised or computed from the rest.

A table is a whole and its parts. A part is hidden if it counts few cases or few employers, or if one employer makes
up most of it. A reader could subtract the shown parts from the whole, so more parts are hidden until the hidden sum
would not be hidden itself, and leaves each hidden part a wide enough range of possible values.

docs/statistics.md explains why this suffices, and a test proves it on every report that it generates.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from rules.core.dated_values import value

Cases = Mapping[str, int]
"""The number of cases behind a number, by employer."""


class Limits(NamedTuple):
    """The conditions for publishing a number."""

    cases: int
    employers: int
    dominance: float
    """The largest share of one employer."""
    median: int
    """The fewest cases behind a median."""
    tails: int
    """The fewest cases behind the 10 % and 90 % marks."""


def limits(on: date) -> Limits:
    """The limits in force on a day."""
    return Limits(**value("disclosure", on))


def is_sensitive(cases: Cases, held: Limits) -> bool:
    """Whether a number reveals too much about too few; zero reveals nothing about anybody."""
    total = sum(cases.values())
    if total == 0:
        return False
    few = total < held.cases or sum(count > 0 for count in cases.values()) < held.employers
    return few or max(cases.values()) > held.dominance * total


def summed(parts: Iterable[Cases]) -> Counter[str]:
    """The sum of the cases of several numbers."""
    whole: Counter[str] = Counter()
    for part in parts:
        whole.update(part)
    return whole


def is_hidden(whole: Cases, held: Limits) -> bool:
    """Whether a whole is hidden, and everything of it; that there was nothing is hidden too: else one that is
    hidden would be known to be more than nothing.
    """
    return not any(whole.values()) or is_sensitive(whole, held)


def hidden(parts: Mapping[str, Cases], held: Limits) -> frozenset[str]:
    """Which parts of a whole that is shown are hidden.

    These are the sensitive parts, and the smallest others, until their sum may be known and each of them can have at
    least ``held.cases`` values besides the true one. If the parts with cases do not suffice, all parts are hidden,
    the empty ones too.
    """
    gone = [name for name, part in parts.items() if is_sensitive(part, held)]
    if not gone:
        return frozenset()
    filled = (name for name, part in parts.items() if any(part.values()) and name not in gone)
    others = sorted(filled, key=lambda name: (sum(parts[name].values()), name))
    while not _suffices([parts[name] for name in gone], held):
        if not others:
            return frozenset(parts)
        gone.append(others.pop(0))
    return frozenset(gone)


def _suffices(gone: list[Cases], held: Limits) -> bool:
    """Whether the hidden parts stay unknown to a reader who knows their sum, and that none of them is zero."""
    whole = summed(gone)
    return whole.total() - len(gone) >= held.cases and not is_sensitive(whole, held)
