"""Unit of work: one outer event and everything that follows from it, in one transaction.

It owns what the event changes until that is written: locked chains, rows that were read, columns that changed,
transitions of subjects, and the write buffer. Nothing of it is kept outside this object.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import InitVar, dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import event, inspect
from sqlmodel import Session

from rules.access.content_classes import Retention
from rules.core.dates import office_day
from rules.core.roles import ENGINE, Actor
from states.engine.bodies import Body
from states.engine.employers import EmployerDirectory
from states.engine.parties import has_application
from states.storage.database import vault_of
from states.storage.ledger import Chain, lock, open_stream
from states.storage.vault import DataKeys, Vault
from states.storage.write_buffer import WriteBuffer
from states.tables.application import Application
from states.tables.base import Recorded, Subject
from states.tables.ledger import StreamKind
from states.tables.loans import Loan, Objection

T = TypeVar("T", bound=Recorded)

UNSET = object()
"""Sentinel: column not read yet."""


@dataclass
class Transition:
    """A subject that an event of this unit of work changed."""

    chart: str
    row: Subject
    event: str
    before: str | None
    after: str | None
    body: Body


class FollowUp(Protocol):
    """Carries out one event that follows from another, in the same unit of work; returns its subject."""

    def __call__(
        self,
        unit: "UnitOfWork",
        chart: str,
        row: Subject | None,
        event: str,
        body: Mapping[str, Any] | Body | None = None,
        *,
        by: Actor = ENGINE,
    ) -> Any:
        """Carry the event out, by the engine unless another actor is given."""


def no_follow_up(*_: Any, **__: Any) -> Any:
    """Follow-up of a unit of work that only asks what is possible.

    Raises:
        AssertionError: always; validating an event must not trigger another one.
    """
    raise AssertionError("An event was triggered where nothing may be carried out.")


@dataclass
class UnitOfWork:
    """One outer event and everything that follows from it, in one transaction."""

    session: Session
    by: Actor
    at: datetime
    follow_up: FollowUp = no_follow_up
    directory: InitVar[EmployerDirectory | None] = None
    """One that is shared with others who only ask; None for one of its own."""
    known_keys: dict[str, DataKeys] = field(default_factory=dict)
    """The data keys of streams that are not locked; shared with others who only ask."""
    streams: dict[str, Chain] = field(default_factory=dict)
    """The locked chains by stream."""
    transitions: list[Transition] = field(default_factory=list)
    rows: dict[tuple[str, Any], Any] = field(default_factory=dict)
    """Strong references to rows by table and key; SQLAlchemy's identity map is weak."""
    buffer: WriteBuffer = field(init=False)
    employers: EmployerDirectory = field(init=False)
    _changes: list[dict[str, tuple[Recorded, set[str]]]] = field(default_factory=list)
    """Columns that each running event changed, by row; the innermost event last."""
    _recorded_values: dict[tuple[str, str], Any] = field(default_factory=dict)
    """The value of each changed column when its change was collected."""

    def __post_init__(self, directory: EmployerDirectory | None) -> None:
        self.buffer = WriteBuffer(self.session)
        self.employers = directory or EmployerDirectory(self.session)

    @property
    def on(self) -> date:
        """The Dutch calendar day of recording."""
        return office_day(self.at)

    @property
    def vault(self) -> Vault:
        """The vault of this session."""
        return vault_of(self.session)

    def is_erased(self, stream: str, retention: Retention) -> bool:
        """Whether the content of a stream of one class was erased: its data key is destroyed."""
        if stream in self.streams:
            return self.streams[stream].keys.is_erased(retention)
        if stream not in self.known_keys:
            self.known_keys[stream] = self.vault.keys_of(self.session, stream)
        return self.known_keys[stream].is_erased(retention)

    def application_of(self, row: Any) -> Application | None:
        """The application that a subject belongs to, if any."""
        if isinstance(row, Application) or not has_application(row):
            return row if isinstance(row, Application) else None
        return self.get(Application, row.stream)

    def official_of(self, row: Any) -> str | None:
        """The official whom a subject is about, if any."""
        if isinstance(row, (Loan, Objection)):
            return row.person
        application = self.application_of(row)
        return application.applicant if application is not None else None

    def acting_employer_of(self, row: Any) -> str:
        """The employer that does the work on a subject: its own, or the application's first; empty for none."""
        return next(iter(self.employers.concerned_by(row)), "")

    def get(self, table: type[T], key: Any) -> T | None:
        """A row by its key, read once."""
        place = (str(table.__tablename__), key)
        found: T | None = self.rows.get(place) or self.session.get(table, key)
        if found is not None:
            self.rows[place] = found
        return found

    def open_stream(self, stream: str, kind: StreamKind) -> None:
        """Start the chain of a new subject; this unit of work holds its lock."""
        self.streams[stream] = open_stream(self.session, stream, kind, self.at)

    def lock_stream(self, stream: str) -> None:
        """Lock one more chain; only for an event that creates its subject, so that nobody can wait for it."""
        self.streams |= lock(self.session, [stream])

    @contextmanager
    def tracking(self) -> Iterator[None]:
        """Collect changes before each flush, after which SQLAlchemy no longer knows what changed."""
        event.listen(self.session, "before_flush", self._before_flush)
        try:
            yield
        finally:
            event.remove(self.session, "before_flush", self._before_flush)

    def begin_changes(self) -> None:
        """Let changes count for a new event, until :meth:`end_changes`; earlier ones belong to the event before it."""
        self.collect_changes()
        self._changes.append({})

    def end_changes(self) -> dict[str, dict[str, Any]]:
        """The changed columns of every recorded row since the matching :meth:`begin_changes`, by ``table:key``."""
        self.collect_changes()
        return {
            key: {column: getattr(row, column) for column in sorted(columns)}
            for key, (row, columns) in self._changes.pop().items()
        }

    def collect_changes(self) -> None:
        """Note which columns of which recorded rows changed since the last look, for the innermost event."""
        if not self._changes:
            return
        changes = self._changes[-1]
        for row in (*self.session.new, *self.session.dirty):
            if not isinstance(row, Recorded):
                continue
            state: Any = inspect(row)
            key = key_of(row)
            columns = type(row).model_fields if state.transient or state.pending else state.committed_state
            for column in columns:
                value = getattr(row, column)
                if column in row.unrecorded or self._recorded_values.get((key, column), UNSET) == value:
                    continue
                if column in state.committed_state and state.committed_state[column] == value:
                    continue
                self._recorded_values[key, column] = value
                changes.setdefault(key, (row, set()))[1].add(column)

    def _before_flush(self, *_: Any) -> None:
        self.collect_changes()


def key_of(row: Recorded) -> str:
    """``table:key`` of a recorded row; the parts of a composite key are joined by ``/``."""
    mapper: Any = inspect(type(row))
    parts = [str(getattr(row, column.key)) for column in mapper.primary_key]
    return f"{row.__tablename__}:{'/'.join(parts)}"
