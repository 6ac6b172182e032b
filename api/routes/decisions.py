"""Decisions of a case, for a judge: which rules were checked, with which facts and values, and what they found.

Every event stores a receipt. Here its rules are checked again, with the values of that day or of another day.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from api.access import cases, references
from api.access.content import narrowed
from api.http.dependencies import RequestContextDep
from api.http.pagination import EntryCursor, Limit, Page, next_link
from api.http.parameters import Reference
from api.views import base
from rules.core import dated_values as values
from rules.core.dates import office_day
from rules.core.decision_replay import Rerun, rerun, version_of
from rules.core.rule import REGISTRY, Bilingual
from states.engine.bodies import PlainLine
from states.errors import UnfitValueError
from states.storage.refused_attempts import REFUSED
from states.tables.ledger import LedgerEntry

router = APIRouter()
DAY = re.compile(r"\d{4}-\d\d-\d\d")
DayText = Annotated[
    PlainLine | None,
    Query(max_length=40, description="A calendar day, such as 2026-11-23", json_schema_extra={"format": "date"}),
]


class WordsView(base.View):
    """Text in two languages."""

    en: str
    nl: str

    @classmethod
    def of(cls, words: Bilingual) -> "WordsView":
        """Return the view of a text of a rule."""
        return cls(en=words.en, nl=words.nl)


class ValueRead(base.View):
    """Dated value that a rule read; ``from`` is null if that version was changed since."""

    name: str
    since: date | None = Field(alias="from")
    mark: str


class ValueView(base.View):
    """Version of a dated value."""

    name: str
    value: Any
    since: date = Field(alias="from")
    until: date | None
    source: str
    verified: bool
    mark: str


class OtherDayView(base.View):
    """Outcome of the same facts under the rules of another day."""

    on: date
    same: bool
    differences: list[WordsView]
    values: list[ValueView]
    """Versions of values that the decision was not based on."""


class RuleAskedView(base.View):
    """Checked rule: what it requires, whether that held, and the facts and values it used."""

    rule: str
    article: str | None
    source: str | None
    since: date | None
    until: date | None
    verified: bool | None
    facts: dict[str, Any]
    values: list[ValueRead]
    held: bool
    words: WordsView
    """What the rule requires."""
    objection: WordsView | None
    """Why the rule refused, if it did."""
    same: bool
    """Whether the rule gives the same result when it is checked again now."""
    differences: list[WordsView]
    under: OtherDayView | None = None


class DecisionView(base.View):
    """Event that was carried out, or refused by the rules."""

    seq: int
    at: datetime
    event: str
    chart: str
    subject: str
    person: str
    role: str
    organisation: str | None
    decided: Literal["done", "refused"]
    rules: list[RuleAskedView]


class Decisions(Page[DecisionView]):
    """Page of the decisions of one case, in order."""


@router.get(
    "/v1/applications/{reference}/decisions",
    tags=["applications"],
    operation_id="get-decisions",
    summary="List the decisions of a case with their rules",
    responses=next_link("get-decisions", "reference"),
)
def decisions(
    context: RequestContextDep,
    reference: Reference,
    under: DayText = None,
    cursor: EntryCursor = None,
    limit: Limit = 100,
) -> Decisions:
    """List every decision of one case with its rules, facts and values, checked again.

    With ``under``, each rule is also checked with the rules and values of that day.
    """
    row = cases.require_application(context.session, context.by, reference)
    day = day_of("under", under)
    entries, following = cases.entries_page(context, row.stream, cursor, limit)
    items = [decision(entry, seen.receipt, day) for entry, seen in narrowed(context, row, entries)]
    return references.shown(context, Decisions(items=items, next=following))


def decision(entry: LedgerEntry, receipt: list[Any], under: date | None) -> DecisionView:
    """Return a ledger entry as a decision, with what the caller may see of its receipt."""
    refused = entry.event == REFUSED
    return DecisionView(
        **entry.model_dump(include={"seq", "at", "chart", "subject", "person", "role", "organisation"}),
        event=entry.facts["event"] if refused else entry.event,
        decided="refused" if refused else "done",
        rules=[rule_view(line, under) for line in receipt],
    )


def rule_view(line: Mapping[str, Any], under: date | None) -> RuleAskedView:
    """Return one line of a receipt, with the result of checking the rule again."""
    rule, again = REGISTRY.get(line["rule"]), rerun(line)
    finding = again.finding if line["objects"] else None
    return RuleAskedView(
        rule=line["rule"],
        article=rule and rule.article,
        source=rule and rule.source,
        since=rule and rule.since,
        until=rule and rule.until,
        verified=rule and rule.verified,
        facts=line["facts"],
        values=[value_read(name, mark) for name, mark in sorted(line.get("values", {}).items())],
        held=not line["objects"],
        words=WordsView(en=rule.summary if rule else "", nl=rule.summary_nl if rule else ""),
        objection=WordsView(en=finding.message, nl=finding.message_nl) if finding else None,
        same=again.same,
        differences=[WordsView.of(words) for words in again.differences],
        under=other_day_view(under, rerun(line, under)) if under else None,
    )


def value_read(name: str, mark: str) -> ValueRead:
    """Return a value as a receipt names it, with the first day of that version."""
    version = version_of(name, mark)
    return ValueRead(name=name, since=version.since if version else None, mark=mark)


def other_day_view(on: date, again: Rerun) -> OtherDayView:
    """Return the result of checking a rule with the rules and values of another day."""
    return OtherDayView(
        on=on,
        same=again.same,
        differences=[WordsView.of(words) for words in again.differences],
        values=[value_view(version) for version in again.others],
    )


def value_view(version: values.Version) -> ValueView:
    """Return the view of a version of a dated value."""
    return ValueView(
        name=version.name,
        value=version.value,
        since=version.since,
        until=version.until,
        source=version.source,
        verified=version.verified,
        mark=version.mark,
    )


class RuleView(base.View):
    """Rule: what it requires, and the article it is based on."""

    id: str
    summary: str
    summary_nl: str
    article: str
    source: str
    since: date
    until: date | None
    verified: bool


class Rules(base.View):
    """Rules and dated values that are in force on a day."""

    on: date
    rules: list[RuleView]
    values: list[ValueView]


@router.get("/v1/rules", tags=["rules"], operation_id="list-rules", summary="List the rules and values of a day")
def rules(context: RequestContextDep, on: DayText = None) -> Rules:
    """List the rules and dated values that are in force on a day (by default today), with their sources."""
    day = day_of("on", on) or office_day(context.at)
    in_force = [rule for rule in REGISTRY.values() if rule.in_force(day)]
    found = [item for versions in values.versions().values() for item in versions if item.covers(day)]
    return Rules(
        on=day,
        rules=[RuleView.model_validate(rule) for rule in sorted(in_force, key=lambda rule: rule.id)],
        values=[value_view(version) for version in sorted(found, key=lambda version: version.name)],
    )


def day_of(name: str, given: str | None) -> date | None:
    """Parse a calendar day from a query.

    Raises:
        UnfitValueError: it is not a calendar day.
    """
    if given is None:
        return None
    with suppress(ValueError):
        if DAY.fullmatch(given):
            return date.fromisoformat(given)
    raise UnfitValueError([(name, "Give a calendar day that exists, such as 2026-11-23.")])
