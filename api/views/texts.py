"""Texts of a case as the API returns them: each with its author, its moment and the step that it belongs to."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from pydantic import Field
from pydantic.alias_generators import to_camel

from api.access.content import Reader
from api.views.base import View
from rules.access.content_classes import ContentClass
from rules.access.readers import Moment
from states.reporting.case_file import Passage, Progress
from states.storage.content import EntryContent


class TextView(View):
    """Text of one entry: who wrote it, when and in which step."""

    seq: int
    at: datetime
    person: str
    role: str
    event: str
    field: str
    text: str


class ReasonView(TextView):
    """Reasons of a decision or a step, with the subject and the domain that they are about."""

    chart: str
    subject: str
    domain: str | None = None


class SignalView(View):
    """Threat signal: what it is, who told it, and its words for those who may read them."""

    id: str
    kind: str
    source: str
    occurred_on: date
    recorded_at: datetime
    reported_to_police: bool
    urgency: str
    released: bool
    details: str | None = None


class ContactView(View):
    """How to reach someone, as last stated."""

    at: datetime
    name: str
    email: str
    phone: str | None = None


class DwellingView(View):
    """Home of the official from a moment on, with its household."""

    at: datetime
    home_address: str
    household: str | None = None


class InterviewView(View):
    """Risk interview: its days, its place and every version of its notes, the newest last."""

    planned_on: date | None = None
    held_on: date | None = None
    place: str | None = None
    notes: list[TextView] = Field(default=[])


class MeasureTextView(View):
    """What a measure is, as the adviser proposed it."""

    id: str
    text: str


class DomainTextView(View):
    """Texts on one domain in one version of the advice: every draft of the finding, and what was returned."""

    domain: str
    findings: list[TextView] = Field(default=[])
    measures: list[MeasureTextView] = Field(default=[])
    remarks: list[TextView] = Field(default=[])


class VersionTextView(View):
    """Texts of one version of the advice, by domain."""

    version: int
    adopted: bool
    domains: list[DomainTextView]


def text_view(passage: Passage) -> TextView:
    """Return the view of one text."""
    return TextView(**vars(passage), field=to_camel(passage.path))


def texts_of(entries: Iterable[EntryContent], field: str) -> list[TextView]:
    """Return the texts of one field in the entries of a subject, in their order."""
    return [
        TextView(
            **{name: getattr(entry, name) for name in ("seq", "at", "person", "role", "event")},
            field=to_camel(field),
            text=entry.content[field],
        )
        for entry in entries
        if field in entry.content
    ]


def of_class(found: list[Passage], *kinds: ContentClass) -> list[Passage]:
    """Return the texts of some classes."""
    return [passage for passage in found if passage.kind in kinds]


def reasons(found: list[Passage]) -> list[ReasonView]:
    """Return the reasons of every decision and step, in order."""
    return [
        ReasonView(**vars(passage), field=to_camel(passage.path))
        for passage in of_class(found, ContentClass.REASONS, ContentClass.INTERNAL)
    ]


def contact(found: list[Passage], kind: ContentClass) -> ContactView | None:
    """Return how to reach the official or the representative, as last stated; None for those who may not read it."""
    entries = by_entry(of_class(found, kind))
    return ContactView(**entries[-1]) if entries else None


def dwellings(found: list[Passage]) -> list[DwellingView]:
    """Return every home that was stated, the newest last."""
    return [DwellingView(**entry) for entry in by_entry(of_class(found, ContentClass.DWELLING))]


def by_entry(found: list[Passage]) -> list[dict[str, Any]]:
    """Return the fields of each entry together, with its moment."""
    entries: dict[int, dict[str, Any]] = {}
    for passage in found:
        entries.setdefault(passage.seq, {"at": passage.at})[passage.path] = passage.text
    return list(entries.values())


def versions(found: list[Passage], adopted: set[int]) -> list[VersionTextView]:
    """Return the texts of every version of the advice, by domain."""
    advice: dict[int, dict[str, DomainTextView]] = {}
    for passage in of_class(found, ContentClass.ADVICE, ContentClass.REVIEW, ContentClass.MEASURE):
        proposed = passage.kind is ContentClass.MEASURE and passage.event == "propose"
        if passage.domain is None or (passage.kind is ContentClass.MEASURE and not proposed):
            continue
        domain = advice.setdefault(passage.version, {}).setdefault(
            passage.domain, DomainTextView(domain=passage.domain)
        )
        if proposed:
            domain.measures.append(MeasureTextView(id=passage.subject, text=passage.text))
        elif passage.kind is ContentClass.ADVICE:
            domain.findings.append(text_view(passage))
        else:
            domain.remarks.append(text_view(passage))
    return [
        VersionTextView(
            version=number, adopted=number in adopted, domains=[advice[number][name] for name in sorted(advice[number])]
        )
        for number in sorted(advice)
    ]


def signals(
    found: list[Passage], rows: Iterable[Mapping[str, Any]], reader: Reader, progress: Progress
) -> list[SignalView]:
    """Return the threat signals that the caller may know of, each with its own words."""
    details = {passage.signal: passage.text for passage in of_class(found, ContentClass.THREAT)}
    return [
        SignalView(**row, released=row["id"] in progress.released, details=details.get(row["id"]))
        for row in sorted(rows, key=lambda row: (str(row["recorded_at"]), row["id"]))
        if reader.may_read(ContentClass.THREAT_FACTS, {Moment.RELEASED} if row["id"] in progress.released else set())
    ]
