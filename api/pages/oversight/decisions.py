"""Decisions of a case as a page: who decided what, by which rules, with which facts and values, and on another day."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from api.access.names import names_of_employers, names_of_staff
from api.pages import wording
from api.pages.addresses import path
from api.pages.oversight.chains import who_of
from api.pages.visit import Visit
from api.routes import applications, decisions
from api.routes.decisions import DecisionView, OtherDayView, RuleAskedView
from rules.core import translations

DAY, CODE = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"[a-z][a-z-]+")
SHOWN = 25
"""Decisions of one page."""


@dataclass(frozen=True)
class Case:
    """Case in the list: its reference, its step and where its decisions are."""

    reference: str
    stage: str
    changed: str
    address: str


@dataclass(frozen=True)
class CasesPage:
    """Cases that changed, newest first, and whether the asked one was not found."""

    rows: list[Case]
    asked: str
    following: str | None
    unknown: bool


@dataclass(frozen=True)
class OtherDay:
    """Outcome on another day: the same or not, and what differs."""

    day: str
    same: bool
    words: list[str]


@dataclass(frozen=True)
class RuleAsked:
    """Rule that was checked: what it requires, whether that held, and on which facts and values."""

    words: str
    rule: str
    article: str
    source: str
    held: bool
    objection: str
    facts: list[tuple[str, str]]
    values: list[tuple[str, str]]
    same: bool
    differences: list[str]
    other: OtherDay | None


@dataclass(frozen=True)
class Decision:
    """Decision: its number, what, when, by whom, whether it was refused, and the rules."""

    number: int
    what: str
    at: str
    who: str
    refused: bool
    rules: list[RuleAsked]


@dataclass(frozen=True)
class DecisionsPage:
    """Decisions of a case, in order, and on which other day their rules were checked."""

    reference: str
    rows: list[Decision]
    other_day: str
    given_day: str
    following: str | None
    chain: str


def cases_page(visit: Visit, asked: str, cursor: str | None) -> CasesPage:
    """Return the cases, or that one of which the reference was asked."""
    found = applications.search_page(visit, applications.Search(reference=asked or None, cursor=cursor, limit=SHOWN))
    rows = [
        Case(
            each.reference,
            wording.capital(wording.state("application", each.stage)),
            wording.moment(each.changed_at),
            path("decisions-of-case", reference=each.reference),
        )
        for each in found.items
    ]
    return CasesPage(rows, asked, found.next, unknown=bool(asked) and not rows)


def decisions_page(visit: Visit, reference: str, day: str, cursor: str | None) -> DecisionsPage:
    """Return the decisions of a case, and what the rules of another day would say, if one is asked.

    Raises:
        NotFoundError: there is no such case.
        UnfitValueError: the day does not exist.
    """
    found = decisions.decisions(visit, reference, day or None, cursor, SHOWN)
    named = names_in(visit, found.items)
    return DecisionsPage(
        reference=reference,
        rows=[decision_of(each, named) for each in found.items],
        other_day=wording.day(day),
        given_day=day,
        following=found.next,
        chain=path("chain", chain=reference),
    )


def names_in(visit: Visit, found: list[DecisionView]) -> dict[str, str]:
    """Return the names of the people and employers that decisions and their facts name by an id."""
    ids = {each.person for each in found}
    ids.update(text for each in found for rule in each.rules for text in texts_in(rule.facts.values()))
    return {**names_of_employers(visit.session, ids), **names_of_staff(visit.session, ids)}


def texts_in(facts: Iterable[Any]) -> Iterator[str]:
    """Yield the texts of facts, also those in lists."""
    for fact in facts:
        if isinstance(fact, str):
            yield fact
        elif isinstance(fact, list):
            yield from texts_in(fact)


def decision_of(found: DecisionView, named: dict[str, str]) -> Decision:
    """Return a decision in words."""
    return Decision(
        number=found.seq,
        what=wording.event(found.chart, found.event),
        at=wording.moment(found.at),
        who=who_of(found.person, found.role, named),
        refused=found.decided == "refused",
        rules=[rule_of(rule, named) for rule in found.rules],
    )


def rule_of(found: RuleAskedView, named: dict[str, str]) -> RuleAsked:
    """Return a checked rule in words."""
    return RuleAsked(
        words=found.words.nl or found.rule,
        rule=found.rule,
        article=found.article or "",
        source=found.source or "",
        held=found.held,
        objection=found.objection.nl if found.objection is not None else "",
        facts=[(name.replace("_", " "), fact_in_words(fact, named)) for name, fact in found.facts.items()],
        values=[
            (each.name.replace("_", " "), f"sinds {wording.day(each.since)}" if each.since else "later veranderd")
            for each in found.values
        ],
        same=found.same,
        differences=[each.nl for each in found.differences],
        other=other_day(found.under) if found.under is not None else None,
    )


def fact_in_words(fact: Any, named: dict[str, str]) -> str:
    """Return a fact as people read it."""
    if isinstance(fact, bool):
        return "ja" if fact else "nee"
    if fact is None or fact in ([], {}):
        return "geen"
    if isinstance(fact, list):
        return ", ".join(fact_in_words(each, named) for each in fact)
    if isinstance(fact, dict):
        return "; ".join(f"{name}: {fact_in_words(each, named)}" for name, each in fact.items())
    return text_in_words(fact, named) if isinstance(fact, str) else str(fact)


def text_in_words(fact: str, named: dict[str, str]) -> str:
    """Return a name for an id, a day as people write it, the Dutch term of a code, and any other text as it is."""
    if fact in named:
        return named[fact]
    if DAY.fullmatch(fact):
        return wording.day(fact)
    if CODE.fullmatch(fact):
        return wording.kind(fact)
    phrase = translations.dutch(fact)
    return fact if phrase == f"'{fact}'" else phrase


def other_day(found: OtherDayView) -> OtherDay:
    """Return the outcome on another day in words."""
    values = [f"{each.name.replace('_', ' ')}: {each.value}" for each in found.values]
    return OtherDay(wording.day(found.on), found.same, [*(each.nl for each in found.differences), *values])
