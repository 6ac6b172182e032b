"""What an event is, and the step in which one is judged and carried out."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar

from sqlmodel import Session, col, select

from rules.core.dates import office_day
from rules.core.roles import Actor
from rules.core.rule import Finding, Rule
from rules.procedure import mergers
from states.charts.statechart import Chart
from states.engine import parties
from states.engine.bodies import Body
from states.errors import NotFoundError
from states.storage.ledger import Chain, lock, open_stream
from states.storage.vault import Vault
from states.storage.write_buffer import WriteBuffer
from states.tables.application import Application
from states.tables.base import Recorded, Versioned
from states.tables.ledger import LedgerEntry, Stream, StreamKind
from states.tables.loans import Loan, Objection

R = TypeVar("R", bound=Versioned)
B = TypeVar("B", bound=Body)
T = TypeVar("T", bound=Recorded)


@dataclass
class Transition:
    """A subject that this passage through the door changed."""

    chart: str
    row: Versioned
    event: str
    before: str | None
    after: str | None
    body: Body


@dataclass
class UnitOfWork:
    """One passage through the door: one outer event and all that follows from it, in one transaction."""

    session: Session
    by: Actor
    at: datetime
    streams: dict[str, Chain] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    changes: list[dict[str, tuple[Recorded, set[str]]]] = field(default_factory=list)
    """For each event at hand, the innermost last: which columns of which rows it changed."""
    rows: dict[tuple[str, Any], Any] = field(default_factory=dict)
    """The rows that were read: the session itself forgets what nobody holds."""
    recorded_values: dict[tuple[str, str], Any] = field(default_factory=dict)
    """The value of each changed column when it was last noted."""
    buffer: WriteBuffer = field(init=False)
    follower: Callable[..., Any] | None = None
    """How the door lets one event follow from another; set by the door."""

    def __post_init__(self) -> None:
        self.buffer = WriteBuffer(self.session)

    @property
    def on(self) -> date:
        """The Dutch calendar day of recording."""
        return office_day(self.at)

    def application_of(self, row: Any) -> Application | None:
        """The application that a subject belongs to, if any."""
        if isinstance(row, Application) or not parties.has_application(row):
            return row if isinstance(row, Application) else None
        return self.get(Application, row.stream)

    def official_of(self, row: Any) -> str | None:
        """The official whom a subject is about, if any."""
        if isinstance(row, (Loan, Objection)):
            return row.person
        application = self.application_of(row)
        return application.applicant if application is not None else None

    def get(self, table: type[T], key: Any) -> T | None:
        """A row by its key, read once."""
        place = (str(table.__tablename__), key)
        found: T | None = self.rows.get(place) or self.session.get(table, key)
        if found is not None:
            self.rows[place] = found
        return found

    def open_stream(self, stream: str, kind: StreamKind) -> None:
        """Begin a chain for a subject that comes into being, held by this passage."""
        self.streams[stream] = open_stream(self.session, stream, kind, self.at)

    def lock_stream(self, stream: str) -> None:
        """Lock one more chain; only for an event whose own subject comes into being, so that nobody waits for it."""
        self.streams |= lock(self.session, [stream])

    def acting_employer_of(self, row: Any) -> str:
        """The employer that does the work on a subject: its own, or the application's first."""
        return next(iter(parties.organisations(self.session, row)), "")

    @property
    def vault(self) -> Vault:
        """The vault of this session."""
        return Vault.of(self.session)


@dataclass
class EventContext(Generic[R]):
    """One event on one subject: what the rules were asked, what they found, and the rows to work on."""

    unit: UnitOfWork
    row: R
    by: Actor
    findings: list[Finding] = field(default_factory=list)
    rule_trace: list[dict[str, Any]] = field(default_factory=list)
    state: str | None = None
    """The state in which the event found its subject; None for one that creates it."""
    body: Body | None = None
    """The body of the event, once it is carried out."""

    @property
    def session(self) -> Session:
        """The session of the passage."""
        return self.unit.session

    @property
    def at(self) -> datetime:
        """When this is recorded."""
        return self.unit.at

    @property
    def on(self) -> date:
        """The Dutch calendar day of recording."""
        return self.unit.on

    def check(self, rule: Rule, *, private: Collection[str] = (), **facts: Any) -> bool:
        """Ask a rule; keep the question for the receipt and the finding, if any. True where it has no objection.

        Args:
            rule: a rule of ``rules/``.
            private: names of facts that are content, and so stay out of the receipt.
            facts: what the rule is asked about.
        """
        judgement = rule.judge(**facts)
        self.rule_trace.append(
            {
                "rule": rule.id,
                "facts": {name: value for name, value in facts.items() if name not in private},
                "values": {read.name: read.mark for read in judgement.values},
                "objects": judgement.finding is not None,
            },
        )
        if judgement.finding is not None:
            self.findings.append(judgement.finding)
        return judgement.finding is None

    def application(self) -> Application:
        """The application that the subject belongs to."""
        if isinstance(self.row, Application):
            return self.row
        return self.get(Application, self.row.stream)  # type: ignore[attr-defined]  # every subject below has it

    def get(self, table: type[T], key: Any) -> T:
        """A row that must exist.

        Raises:
            NotFoundError: it does not.
        """
        row = self.unit.get(table, key)
        if row is None:
            raise NotFoundError(str(table.__tablename__), str(key))
        return row

    def rows(self, table: type[T], *where: Any, order: Any = None) -> list[T]:
        """Rows of a table under conditions, in order of their key unless said otherwise."""
        query = select(table).where(*where)
        found = list(self.session.exec(query.order_by(order if order is not None else table.id)))  # type: ignore[attr-defined]
        for row in found:
            if (key := getattr(row, "id", None)) is not None:
                self.unit.rows[str(table.__tablename__), key] = row
        return found

    def content_of(self, row: Any) -> dict[str, Any]:
        """The content of a subject, as its entries tell it; empty once erased."""
        stream = self.session.get_one(Stream, row.stream)
        return self.unit.vault.content(self.session, stream, row.id)

    def actors_of(self, *events: str) -> set[str]:
        """Who carried out any of these events on the subject so far, by its ledger."""
        query = select(LedgerEntry.person).where(
            LedgerEntry.stream == self.row.stream,  # type: ignore[attr-defined]  # every subject has one
            LedgerEntry.subject == self.row.id,  # type: ignore[attr-defined]
            col(LedgerEntry.event).in_(events),
        )
        return set(self.session.exec(query))

    def employers(self) -> list[str]:
        """The ids of the application's employers; the first takes remainders."""
        return parties.employers_of(self.session, self.application().id)

    def check_employer_active(self, employer: str) -> bool:
        """Ask whether an employer is still there; a finding names its successor."""
        merged = parties.successors(self.session).get(employer)
        successor = parties.current(self.session, employer) if merged else None
        return self.check(mergers.employer_is_there, organisation=employer, successor=successor)

    def trigger(self, chart: str, row: Versioned | None, event: str, **body: Any) -> Any:
        """Let the engine carry out another event in the same passage; answers its subject."""
        assert self.unit.follower is not None
        return self.unit.follower(self.unit, chart, row, event, body)


EVENTS: dict[tuple[str, str], "Event[Any, Any]"] = {}


class Event(Generic[R, B]):
    """One event of one chart; subclasses that name themselves are registered."""

    chart: ClassVar[Chart]
    table: ClassVar[type[Versioned]]
    name: ClassVar[str]
    title: ClassVar[str]
    body: ClassVar[type[Body]] = Body
    creates: ClassVar[bool] = False
    """Whether the event brings its subject into being."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in vars(cls):
            EVENTS[cls.chart.name, cls.name] = cls()

    def extra_locks(self, session: Session, key: str, body: B) -> Iterable[str]:
        """Streams beside the subject's own in which something will change."""
        return ()

    def create(self, context: EventContext[R], body: B) -> R:
        """Make the subject of an event that creates one."""
        raise NotImplementedError(f"{self.name} creates nothing")

    def validate(self, context: EventContext[R], body: B) -> None:
        """Ask the rules of this event."""

    def conditions(self, context: EventContext[R], body: B) -> Mapping[str, bool]:
        """What the chart's conditions need to know."""
        return {}

    def ledger_body(self, body: B) -> Body:
        """What of the body its own entry in the ledger holds; the rest stands in entries of what follows from it."""
        return body

    def apply(self, context: EventContext[R], body: B) -> None:
        """Change the subject and what hangs on it."""

    def example(self, context: EventContext[R]) -> Mapping[str, Any] | None:
        """A body that would be accepted now, in wire form; None where there is nothing to propose."""
        return {}
