"""Dated values: every number, list and letter that law or the office may change, with its dates and source.

The files ``rules/values/*.toml`` hold one table per value with a list of versions::

    [reserve_every]
    unit = "non-acute claims"
    versions = [
        {value = 5, from = 2024-01-01, source = "house rule", verified = false},
    ]

A version holds from ``from`` up to and including ``until`` (open where it is missing).
"""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from rules.core.errors import RulesError, UnknownValueError

FOLDER = Path(os.environ.get("VEILIGADVIES_VALUES") or Path(__file__).parents[1] / "values")
"""The folder of the values, read once per process; a running office keeps the values that were valid at its start."""


@dataclass(frozen=True)
class Version:
    """One version of a dated value; ``until`` is the last day on which it holds, or None."""

    name: str
    value: Any
    since: date
    until: date | None
    source: str
    verified: bool

    def covers(self, on: date) -> bool:
        """Whether this version holds on a day."""
        return self.since <= on and (self.until is None or on <= self.until)

    @cached_property
    def mark(self) -> str:
        """A hash of everything in this version; equal versions have equal hashes."""
        fields = (self.name, self.value, self.since, self.until, self.source, self.verified)
        return sha256(repr(fields).encode()).hexdigest()[:16]


READ: ContextVar[list[Version] | None] = ContextVar("READ", default=None)
AS_ON: ContextVar[date | None] = ContextVar("AS_ON", default=None)


@contextmanager
def reading() -> Iterator[list[Version]]:
    """Collect the versions that are read inside this block, each once: they belong in the receipt of a decision."""
    read: list[Version] = []
    token = READ.set(read)
    try:
        yield read
    finally:
        READ.reset(token)


@contextmanager
def under(on: date) -> Iterator[None]:
    """Read every value as of this day, whatever day is requested: what the rules of another date would say."""
    token = AS_ON.set(on)
    try:
        yield
    finally:
        AS_ON.reset(token)


@cache
def versions() -> dict[str, tuple[Version, ...]]:
    """Every dated value by name, its versions in order of their dates.

    Raises:
        RulesError: a file is no TOML, two files define one name, or two versions of a value overlap.
    """
    found: dict[str, tuple[Version, ...]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        try:
            tables = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise RulesError(f"{path.name} is no TOML: {error}.") from error
        for name, table in tables.items():
            if name in found:
                raise RulesError(f"The value {name} is defined twice; the second time in {path.name}.")
            rows = sorted(table["versions"], key=lambda row: row["from"])
            found[name] = tuple(
                Version(name, row["value"], row["from"], row.get("until"), row["source"], row["verified"])
                for row in rows
            )
            for earlier, later in zip(found[name], found[name][1:], strict=False):
                if earlier.until is None or earlier.until >= later.since:
                    raise RulesError(f"The versions of {name} overlap on {later.since}: end the earlier one before it.")
    return found


def version(name: str, on: date) -> Version:
    """The version of a value that holds on a day.

    Raises:
        UnknownValueError: no version covers the day; the message says what to add, and where.
    """
    on = AS_ON.get() or on
    for candidate in versions().get(name, ()):
        if candidate.covers(on):
            if (read := READ.get()) is not None and candidate not in read:
                read.append(candidate)
            return candidate
    raise UnknownValueError(name, on)


def value(name: str, on: date) -> Any:
    """The value that holds on a day; see :func:`version`."""
    return version(name, on).value
