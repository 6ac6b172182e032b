"""Case file: the texts and facts of a case by class, and from when the official may read each of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session, col, select

from rules.access.content_classes import ContentClass
from rules.access.readers import Moment
from rules.core.roles import Role
from states.engine.bodies import class_of, content_fields, model_within
from states.events.catalogue import EVENTS
from states.priority.reorder_log import REORDER
from states.storage.content import EntryContent, content_of_stream
from states.storage.refused_attempts import REFUSED
from states.tables.application import Measure
from states.tables.ledger import LedgerEntry

MARKS = ("open", "advise", "adopt-advice", "record-threat", "release-threat")
"""The events that say to which version of the advice a text belongs, and when the official may read it."""
OF_THE_ENGINE = {REORDER: ContentClass.THREAT_FACTS}
"""The class of all facts of an entry that no event of a chart writes; those of other entries are of the case."""
MayRead = Callable[[ContentClass, frozenset[Moment]], bool]


@dataclass
class Progress:
    """What the ledger of a case says about versions of the advice and about threat signals."""

    version_from: dict[int, int] = field(default_factory=dict)
    """The version of the advice from an entry on, by its number."""
    adopted: set[int] = field(default_factory=set)
    """The versions that were adopted."""
    advised: set[str] = field(default_factory=set)
    """The measures that were adopted with one."""
    signal_of: dict[int, str] = field(default_factory=dict)
    """The threat signal that an entry recorded, by its number."""
    released: set[str] = field(default_factory=set)
    """The signals that the official reported, or that were released to the official."""

    def version_at(self, seq: int) -> int:
        """The version of the advice when an entry was recorded."""
        return max((version for first, version in self.version_from.items() if first <= seq), default=1)

    def moments(self, chart: str, subject: str, seq: int) -> frozenset[Moment]:
        """The moments that have come for what an entry says."""
        signal = self.signal_of.get(seq)
        adopted = subject in self.advised if chart == "measure" else self.version_at(seq) in self.adopted
        released = {signal} <= self.released if signal else set(self.signal_of.values()) <= self.released
        return frozenset(moment for moment, come in ((Moment.ADOPTED, adopted), (Moment.RELEASED, released)) if come)


def progress_of(session: Session, stream: str, *, until: datetime | None = None) -> Progress:
    """Read the progress of a case from its ledger, up to and including an instant where one is given."""
    query = select(LedgerEntry).where(LedgerEntry.stream == stream, col(LedgerEntry.event).in_(MARKS))
    if until is not None:
        query = query.where(LedgerEntry.at <= until)
    found = Progress()
    for entry in session.exec(query.order_by(col(LedgerEntry.seq))):
        match entry.chart, entry.event:
            case "domain-advice", "open":
                found.version_from.setdefault(entry.seq, entry.facts["advice_version"])
            case "application", "adopt-advice":
                found.adopted.add(found.version_at(entry.seq))
            case "measure", "advise":
                found.advised.add(entry.subject)
            case "application", "record-threat":
                signal = next(key.partition(":")[2] for key in entry.changes if key.startswith("threat_signal:"))
                found.signal_of[entry.seq] = signal
                if entry.role == Role.APPLICANT:
                    found.released.add(signal)
            case "application", "release-threat":
                found.released.add(entry.facts["signal"])
    return found


def advised_among(session: Session, rows: Sequence[Measure]) -> set[str]:
    """Those of some measures that an adopted advice held."""
    query = select(LedgerEntry.subject).where(
        col(LedgerEntry.stream).in_({row.stream for row in rows}),
        col(LedgerEntry.subject).in_([row.id for row in rows]),
        LedgerEntry.event == "advise",
    )
    return set(session.exec(query))


@dataclass(frozen=True)
class Passage:
    """One text of one entry."""

    seq: int
    at: datetime
    person: str
    role: str
    chart: str
    subject: str
    event: str
    path: str
    """The dotted path of the field in the body of the event."""
    kind: ContentClass
    text: str
    domain: str | None
    """The domain of the advice, if the entry names one."""
    version: int
    """The version of the advice when it was recorded."""
    signal: str | None
    """The threat signal that it tells of."""
    moments: frozenset[Moment]
    """The moments that have come for it."""


def passages(session: Session, stream: str, progress: Progress, *, until: datetime | None = None) -> list[Passage]:
    """Every text of a case in the order of its entries; empty once its content was erased.

    Args:
        session: the database session.
        stream: the id of the case's stream.
        progress: what its ledger says up to the same instant.
        until: only what was recorded up to and including this instant.
    """
    return [each for entry in content_of_stream(session, stream, until=until) for each in passages_of(entry, progress)]


def passages_of(entry: EntryContent, progress: Progress) -> Iterator[Passage]:
    """The texts of one entry."""
    for path, text in entry.content.items():
        yield Passage(
            seq=entry.seq,
            at=entry.at,
            person=entry.person,
            role=entry.role,
            chart=entry.chart,
            subject=entry.subject,
            event=entry.event,
            path=path,
            kind=class_of_field(entry.chart, entry.event, path),
            text=str(text),
            domain=entry.facts.get("domain"),
            version=progress.version_at(entry.seq),
            signal=progress.signal_of.get(entry.seq),
            moments=progress.moments(entry.chart, entry.subject, entry.seq),
        )


def class_of_field(chart: str, event: str, path: str) -> ContentClass:
    """The class of a field of an entry; a field that its event no longer has is for those who work on the case."""
    try:
        return class_of(EVENTS[chart, event].body, path)
    except KeyError:
        return ContentClass.INTERNAL


@dataclass(frozen=True)
class VisibleFacts:
    """What a reader may see of the facts and the receipt of an entry."""

    facts: Mapping[str, Any]
    receipt: list[Any]
    whole: bool
    """Whether nothing was left out."""


def visible_facts(entry: LedgerEntry, progress: Progress, may_read: MayRead) -> VisibleFacts:
    """The facts of an entry that a reader may see, and its receipt, which repeats facts, only if that is all of them.

    Args:
        entry: the entry.
        progress: what the ledger of its case says.
        may_read: whether the reader may read a class, with the moments that have come.
    """
    moments = progress.moments(entry.chart, entry.subject, entry.seq)
    definition = EVENTS.get((entry.chart, entry.facts["event"] if entry.event == REFUSED else entry.event))
    if definition is None:
        if may_read(OF_THE_ENGINE.get(entry.event, ContentClass.CASE), moments):
            return VisibleFacts(entry.facts, entry.receipt, whole=True)
        return VisibleFacts({}, [], whole=False)
    hidden = {kind for kind in classes_of_facts(definition.body) if not may_read(kind, moments)}
    if not hidden:
        return VisibleFacts(entry.facts, entry.receipt, whole=True)
    return VisibleFacts(facts_without(definition.body, entry.facts, hidden), [], whole=False)


def classes_of_facts(schema: type[BaseModel]) -> set[ContentClass]:
    """The classes of the facts of a body, also of the bodies within it."""
    found: set[ContentClass] = set()
    for name in schema.model_fields.keys() - content_fields(schema):
        inner = model_within(schema, name)
        found |= {class_of(schema, name)} if inner is None else classes_of_facts(inner)
    return found


def facts_without(schema: type[BaseModel], facts: Mapping[str, Any], hidden: set[ContentClass]) -> dict[str, Any]:
    """The facts of a body without those of some classes, also in the bodies within it."""
    found: dict[str, Any] = {}
    for name, fact in facts.items():
        inner = model_within(schema, name) if name in schema.model_fields else None
        if inner is not None and isinstance(fact, list):
            found[name] = [facts_without(inner, each, hidden) for each in fact]
        elif inner is not None and isinstance(fact, Mapping):
            found[name] = facts_without(inner, fact, hidden)
        elif name not in schema.model_fields or class_of(schema, name) not in hidden:
            found[name] = fact
    return found
