"""Mutation of every version of every dated value, one place at a time, to see whether a test notices: ``make mutants``.

The tests are collected once. A change is put in the place of the value that is read, and the tests that read it are run
until one fails. What no test notices is printed, and the process ends with 1.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from time import perf_counter
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from rules.core import dated_values
from rules.core.dated_values import Version
from rules.core.errors import RulesError

DAY = timedelta(days=1)
TESTS = [
    "tests/rules",
    "--ignore=tests/rules/deadlines/test_end_dates_by_walking.py",  # slow, and about the calendar alone
    "--ignore=tests/rules/core/test_rule_registration.py",  # reads its own values
    "-p",
    "no:cacheprovider",
    "-qq",
]


def changes(held: Any) -> Iterator[tuple[str, Any]]:  # noqa: C901, PLR0912  # an arm for each type
    """Each change of a value in one place, with a description of the place."""
    match held:
        case bool():
            yield f"{held} turned", not held
        case int() | float():
            yield f"{held} plus one", held + 1
        case str():
            yield f"{held!r} another word", f"{held}x"
        case date():
            yield f"{held} a day later", held + DAY
        case time():
            yield f"{held} an hour later", (datetime.combine(date.min, held) + timedelta(hours=1)).time()
        case list():
            if held:
                yield "without its last", held[:-1]
            more = next(changes(held[-1]))[1] if held else "x"
            if more not in held:
                yield "with one more", [*held, more]
            for place, item in enumerate(held):
                for words, changed in changes(item):
                    yield f"[{place}] {words}", [*held[:place], changed, *held[place + 1 :]]
        case dict():
            for name, item in held.items():
                yield f"without {name}", {key: other for key, other in held.items() if key != name}
                for words, changed in changes(item):
                    yield f"{name}: {words}", {**held, name: changed}
        case _:
            raise TypeError(held)


def other_versions(held: Version) -> Iterator[tuple[str, Version]]:
    """Each version that differs from this one in one place: its value, its first day or its last."""
    for words, changed in changes(held.value):
        yield words, replace(held, value=changed)
    for days in (-1, 1):
        yield f"from moved by {days} day", replace(held, since=held.since + days * DAY)
        if held.until is not None:
            yield f"until moved by {days} day", replace(held, until=held.until + days * DAY)
    if held.until is None:
        yield "with an end", replace(held, until=date(2040, 1, 1))


class Watched(dict[str, tuple[Version, ...]]):
    """The versions of every value, which records the names that are read."""

    def __init__(self, known: dict[str, tuple[Version, ...]]) -> None:
        super().__init__(known)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> tuple[Version, ...]:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401  # get itself notes nothing

    def items(self) -> Any:
        self.read |= self.keys()
        return super().items()


def forget() -> None:
    """Empty every cache of the rules."""
    rooms = [vars(module) for name, module in list(sys.modules.items()) if name.startswith("rules.")]
    for found in (each for room in rooms for each in list(room.values())):
        if hasattr(found, "cache_clear"):
            found.cache_clear()


class Mutation:
    """Runs in place of pytest's own loop."""

    def __init__(self, known: Watched) -> None:
        self.known = known
        self.tried = 0
        self.survivors: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Record which test reads which value, then try every change on those tests, the quickest first."""
        readers = self.readers(session.items)
        for name, held in sorted(self.known.items()):
            for place, version in enumerate(held):
                for words, changed in other_versions(version):
                    self.tried += 1
                    self.known[name] = (*held[:place], changed, *held[place + 1 :])
                    if not refused(name, self.known[name]) and not any(map(fails, readers[name])):
                        self.survivors.append(f"{name} from {version.since}: {words}")
            self.known[name] = held
        return True

    def readers(self, items: list[pytest.Item]) -> dict[str, list[pytest.Item]]:
        """The tests that read a value, without Hypothesis tests, which search for the smallest failing example."""
        durations: dict[str, list[tuple[float, int, pytest.Item]]] = defaultdict(list)
        for place, item in enumerate(items):
            if hasattr(item.obj, "hypothesis"):  # type: ignore[attr-defined]
                continue
            self.known.read.clear()
            begun = perf_counter()
            if fails(item):
                raise RuntimeError(f"{item.nodeid} fails by itself.")
            for name in self.known.read:
                durations[name].append((perf_counter() - begun, place, item))
        return defaultdict(list, {name: [item for _, _, item in sorted(found)] for name, found in durations.items()})


def fails(item: pytest.Item) -> bool:
    """Whether a test fails, with empty caches."""
    forget()
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def refused(name: str, held: tuple[Version, ...]) -> bool:
    """Whether nothing would start with these versions."""
    from rules.validation import CHECKS  # noqa: PLC0415  # after the values are watched

    if any(earlier.until is None or earlier.until >= later.since for earlier, later in pairwise(held)):
        return True
    if name not in CHECKS:
        return False
    try:
        for version in held:
            CHECKS[name](version)
    except (KeyError, TypeError, RulesError):
        return True
    return False


def main() -> int:
    """Try every change and print those that no test noticed."""
    known = Watched(dated_values.versions())
    dated_values.versions = lambda: known  # before anything else imports it by name
    found = Mutation(known)
    code = pytest.main(TESTS, plugins=[found])
    print(*found.survivors, sep="\n")
    print(f"{found.tried - len(found.survivors)} of {found.tried} changes of dated values are noticed.")
    return int(code) or bool(found.survivors)


if __name__ == "__main__":
    sys.exit(main())
