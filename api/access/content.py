"""Content of a case: applies the table of readers to texts, to the facts of entries and to columns."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from api.access.relations import relations_of
from api.http.dependencies import RequestContext
from rules.access.content_classes import ContentClass
from rules.access.readers import READERS, Moment, Relation, reads
from rules.core.roles import Actor
from states.reporting import case_file
from states.reporting.case_file import Passage, Progress, VisibleFacts
from states.storage.content import EntryContent, content_of_subjects
from states.tables.application import Application
from states.tables.ledger import LedgerEntry

OF_COLUMNS: Mapping[str, ContentClass] = {
    "urgency": ContentClass.URGENCY,
    "interview_on": ContentClass.CALENDAR,
    "interview_held_on": ContentClass.CALENDAR,
    "threat_analysis": ContentClass.THREAT_FACTS,
    "home_assessment": ContentClass.THREAT_FACTS,
}
"""The class of each column of an application that not everyone who may see the case may read."""
ALL_MOMENTS = frozenset(Moment)
OF_PAYABLES = (ContentClass.PAYEE, ContentClass.INVOICE_LINE, ContentClass.PAYMENT_REASONS)
OF_MEASURES = (ContentClass.MEASURE, ContentClass.SUPPLIER, ContentClass.REASONS)
OF_LOANS = (ContentClass.LOAN, ContentClass.CONTACT)
OF_OBJECTIONS = (ContentClass.OBJECTION,)


@dataclass(frozen=True)
class Reader:
    """The caller as a reader of one subject: the role, and what ties the caller to it."""

    by: Actor
    relations: frozenset[Relation]

    def may_read(self, kind: ContentClass, moments: Collection[Moment] = ALL_MOMENTS) -> bool:
        """Return whether the caller may read a class; without moments, once all of them have come."""
        return reads(kind, self.by.role, self.relations, moments)

    def hidden_columns(self) -> set[str]:
        """Return the columns of an application that the caller may not read."""
        return {name for name, kind in OF_COLUMNS.items() if not self.may_read(kind)}

    def passages(
        self, context: RequestContext, case: Application, progress: Progress, *, until: datetime | None = None
    ) -> list[Passage]:
        """Return the texts of a case that the caller may read, in the order of their entries."""
        if not any(self.may_read(kind) for kind in ContentClass if kind.is_content):
            return []
        found = case_file.passages(context.session, case.stream, progress, until=until)
        return [passage for passage in found if self.may_read(passage.kind, passage.moments)]

    def texts_of(self, entry: EntryContent) -> dict[str, Any]:
        """Return the texts of an entry that the caller may read, by path, once their moments have come."""
        kinds = {path: case_file.class_of_field(entry.chart, entry.event, path) for path in entry.content}
        return {path: entry.content[path] for path, kind in kinds.items() if self.may_read(kind)}

    def visible_entry(self, entry: LedgerEntry, progress: Progress) -> VisibleFacts | None:
        """Return what the caller may see of an entry; None where the official may not know of it yet."""
        shown = case_file.visible_facts(entry, progress, self.may_read)
        return None if Relation.OWN in self.relations and not shown.whole else shown


def readers_of(context: RequestContext, rows: Sequence[Any]) -> dict[str, Reader]:
    """Return the caller as a reader of each of some subjects that the caller may know of, by its id."""
    return {key: Reader(context.by, found) for key, found in relations_of(context, rows).items()}


def reader_of(context: RequestContext, row: Any) -> Reader:
    """Return the caller as a reader of a subject that the caller may know of."""
    return readers_of(context, [row])[row.id]


def entries_of(
    context: RequestContext,
    rows: Sequence[Any],
    kinds: Collection[ContentClass],
    readers: Mapping[str, Reader] | None = None,
) -> dict[str, list[EntryContent]]:
    """Return the entries of each of some subjects with the texts that the caller may read, by its id.

    Args:
        context: the request.
        rows: subjects that the caller may know of.
        kinds: the classes of content that such subjects have.
        readers: the caller as a reader of each, if that was asked already.
    """
    if not any(has_grant(context.by, kind) for kind in kinds):
        return {row.id: [] for row in rows}
    readers = readers or readers_of(context, rows)
    return {
        key: [replace(entry, content=readers[key].texts_of(entry)) for entry in entries]
        for key, entries in content_of_subjects(context.session, {row.id: row.stream for row in rows}).items()
    }


def narrowed(
    context: RequestContext, case: Application, entries: Iterable[LedgerEntry]
) -> Iterator[tuple[LedgerEntry, VisibleFacts]]:
    """Return the entries of a case that the caller may see, each with what the caller may see of it."""
    reader, progress = reader_of(context, case), case_file.progress_of(context.session, case.stream)
    for entry in entries:
        shown = reader.visible_entry(entry, progress)
        if shown is not None:
            yield entry, shown


def has_grant(by: Actor, kind: ContentClass) -> bool:
    """Return whether the caller's role may read a class in some case."""
    return any(grant.role is by.role for grant in READERS[kind])


def reads_account(by: Actor, organisation: str | None) -> bool:
    """Return whether the caller may know the bank account that an employer pays to."""
    return has_grant(by, ContentClass.PAYEE) and by.organisation == organisation
