"""Dated values as a page: what the rules reckon with on a day, each with its source; read only."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.pages import wording
from api.pages.visit import Visit
from api.routes import decisions
from rules.core.dated_values import versions
from rules.core.dates import office_day

MOST = 80
"""Characters of a value that are shown at once; a longer one opens."""


@dataclass(frozen=True)
class ValueRow:
    """Dated value: its name, what it counts, the value on the day, from when until when, and its source."""

    name: str
    value: str
    long: bool
    since: str
    until: str
    source: str
    verified: bool
    versions: int


@dataclass(frozen=True)
class ValuesPage:
    """Dated values of a day that hold what was asked for."""

    on: str
    given_on: str
    asked: str
    rows: list[ValueRow]
    all: int
    wrong_day: bool


def in_words(value: Any) -> str:
    """Return a value as people read it."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {in_words(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(in_words(each) for each in value)
    return wording.day(value) if isinstance(value, date) else str(value)


def values_page(visit: Visit, asked: str, on: str) -> ValuesPage:
    """Return the values of a day, by default today, whose name, value or source holds a word."""
    day, wrong = office_day(visit.at), False
    if on:
        wrong = True
        with suppress(ValueError):
            day, wrong = date.fromisoformat(on), False
    found = decisions.rules(visit, day.isoformat()).values
    known, sought = versions(), asked.strip().lower()
    rows = [
        ValueRow(
            name=each.name.replace("_", " "),
            value=in_words(each.value),
            long=len(in_words(each.value)) > MOST,
            since=wording.day(each.since),
            until=wording.day(each.until) or "nu",
            source=each.source,
            verified=each.verified,
            versions=len(known.get(each.name, ())),
        )
        for each in found
    ]
    shown = [row for row in rows if sought in f"{row.name} {row.value} {row.source}".lower()]
    return ValuesPage(wording.day(day), on, asked, shown, len(rows), wrong)
