"""Event: what can happen to a subject of one chart, and the context in which it is validated and applied."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar

from sqlmodel import Session, select

from rules.core.roles import OF_AN_EMPLOYER, Actor
from rules.core.rule import Finding, Rule
from rules.procedure import mergers
from states.charts.statechart import Chart
from states.engine.bodies import Body
from states.engine.unit_of_work import UnitOfWork
from states.errors import NotFoundError
from states.tables.application import Application
from states.tables.base import Recorded, Subject

R = TypeVar("R", bound=Subject)
B = TypeVar("B", bound=Body)
T = TypeVar("T", bound=Recorded)


@dataclass
class EventContext(Generic[R]):
    """One event on one subject: the rows it works on, which rules were checked, and what they found."""

    unit: UnitOfWork
    row: R
    by: Actor
    findings: list[Finding] = field(default_factory=list)
    rule_trace: list[dict[str, Any]] = field(default_factory=list)
    """Every rule that was checked, with its facts and dated values; the ledger keeps it as the receipt."""
    state: str | None = None
    """The state of the subject before the event; None for an event that creates it."""
    body: Body | None = None
    """The body of the event, once it is applied."""

    @property
    def session(self) -> Session:
        """The session of the unit of work."""
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
        """Check a rule; keep the question in the trace and its finding, if any. True where it has no objection.

        Args:
            rule: a rule of ``rules/``.
            private: names of facts that are content, which the trace leaves out.
            facts: what the rule decides on.
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
        return self.get(Application, self.row.stream)

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
        """Rows of a table under conditions, in the order of their ids unless another order is given."""
        query = select(table).where(*where)
        found = list(self.session.exec(query.order_by(order if order is not None else "id")))
        for row in found:
            if (key := getattr(row, "id", None)) is not None:
                self.unit.rows[str(table.__tablename__), key] = row
        return found

    def known(self, rows: Sequence[Any]) -> tuple[list[str], bool]:
        """The ids of the rows that the actor may know, and whether there are others.

        People of an employer know the parts of their own employer; for a finding that is all that may be named.
        """
        if self.by.role not in OF_AN_EMPLOYER:
            return [row.id for row in rows], False
        own = self.unit.employers.known_as(self.by.organisation)
        known = [row.id for row in rows if row.organisation in own]
        return known, len(known) < len(rows)

    def employers(self) -> list[str]:
        """The ids of the application's employers; the first one takes remainders."""
        return self.unit.employers.of_application(self.application().id)

    def check_employer_active(self, employer: str) -> bool:
        """Check that an employer was not merged; a finding names its successor."""
        current = self.unit.employers.current(employer)
        successor = current if current != employer else None
        return self.check(mergers.employer_exists, organisation=employer, successor=successor)

    def trigger(self, chart: str, row: Subject | None, event: str, **body: Any) -> Any:
        """Carry out another event that follows from this one, as the engine; returns its subject."""
        return self.unit.follow_up(self.unit, chart, row, event, body)


EVENTS: dict[tuple[str, str], "Event[Any, Any]"] = {}


class Event(Generic[R, B]):
    """One event of one chart; every subclass that has a name is registered."""

    chart: ClassVar[Chart]
    table: ClassVar[type[Subject]]
    name: ClassVar[str]
    title: ClassVar[str]
    body: ClassVar[type[Body]] = Body
    creates: ClassVar[bool] = False
    """Whether the event creates its subject."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in vars(cls):
            EVENTS[cls.chart.name, cls.name] = cls()

    def extra_locks(self, session: Session, key: str, body: B) -> Iterable[str]:
        """Streams in which something changes, other than the subject's own."""
        return ()

    def create(self, context: EventContext[R], body: B) -> R:
        """Make the subject; only for events that create one."""
        raise NotImplementedError(f"{self.name} creates nothing")

    def validate(self, context: EventContext[R], body: B) -> None:
        """Check the rules of this event."""

    def conditions(self, context: EventContext[R], body: B) -> Mapping[str, bool]:
        """The facts on which the chart chooses between transitions."""
        return {}

    def ledger_body(self, body: B) -> Body:
        """The part of the body that the event's own entry keeps; entries of follow-up events keep the rest."""
        return body

    def apply(self, context: EventContext[R], body: B) -> None:
        """Change the subject and the rows that depend on it."""

    def example(self, context: EventContext[R]) -> Mapping[str, Any] | None:
        """A body that would be accepted now, in wire form; None where there is nothing to propose."""
        return {}
