"""What would change a place: the standing that an item would have, had something not happened, or if it did.

Each supposition is carried out on what happened to the case, and all open work of the case moves along, as it would.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from rules.core.dated_values import value, version
from rules.core.dates import office_day, office_time_text
from rules.core.roles import Role
from rules.core.rule import Bilingual, message
from rules.queue.order import LANES, QueuePosition
from rules.queue.priority import (
    JOINED,
    LOWERED,
    SIGNAL,
    Signal,
    UrgencyEvent,
    WorkFacts,
    asked_steps,
    lane_and_start_by,
    open_steps,
    start_by,
)
from rules.threats.handoff import TIE_BREAK_MICROSECONDS
from rules.threats.urgency import DUTCH, RANK, SignalKind, SignalSource, Urgency
from states.priority.case_history import urgency_events_of, urgent_loans, work_facts
from states.tables.application import Application
from states.tables.work import WorkItem
from states.work.work_by_state import HAND_OFF


@dataclass(frozen=True)
class OpenCase:
    """The open work of one case, and what happened to it."""

    items: list[WorkItem]
    happened: list[UrgencyEvent]
    loans: set[str]
    running: bool
    """Whether it is an application, in which threats can be signalled."""

    def asked(self, item: WorkItem) -> WorkFacts:
        """What the place of one of its items rests on."""
        return work_facts(item, self.happened, self.loans)

    def beside(self, item: WorkItem) -> list[WorkItem]:
        """The other work of the case that waits in the same pool."""
        return [
            other for other in self.items if other.id != item.id and other.assignee is None and other.pool == item.pool
        ]


def open_case_of(session: Session, application: str) -> OpenCase:
    """The open work of a case, and what happened to it."""
    query = select(WorkItem).where(WorkItem.application == application, col(WorkItem.done_at).is_(None))
    items = list(session.exec(query))
    running = session.get(Application, application) is not None
    happened = urgency_events_of(session, application) if running else []
    return OpenCase(items, happened, urgent_loans(session, items), running)


@dataclass(frozen=True)
class Scenario:
    """Something that did not happen, or that might: in words, and what the chain of the case would hold then."""

    what: Bilingual
    happened: list[UrgencyEvent]
    steps: list[QueuePosition] = field(default_factory=list)
    """Steps of a hand-off that would be asked for."""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def of(self, case: OpenCase, item: WorkItem) -> QueuePosition | None:
        """Where an item of the case would stand; None where nobody would have asked for it."""
        work = case.asked(item)
        if work.by_signal is not None:
            still = open_steps(self.happened).get(item.action)
            if still is None:
                return None
            asker = next(one for one in self.happened if one.seq == still)
            created = item.created_at if still == work.by_signal else asker.at
            work = WorkFacts(created, work.level, by_signal=still, tie_break=work.tie_break)
        lane, moment = lane_and_start_by(work, self.happened)
        return QueuePosition(lane, moment, work.created_at, item.id)

    def place(self, case: OpenCase, item: WorkItem, before: Mapping[QueuePosition, int]) -> int | None:
        """The place that an item would have, from how many items stand before that point of the pool now."""
        mine = self.of(case, item)
        if mine is None:
            return None
        beside = case.beside(item)
        stood = sum(other.position < mine for other in beside) + (item.assignee is None and item.position < mine)
        would = sum(there < mine for other in beside if (there := self.of(case, other)) is not None)
        if item.pool == (Role.OFFICER, ""):
            would += sum(step < mine for step in self.steps)
        return before[mine] - stood + would + 1


def scenarios(case: OpenCase, item: WorkItem, *, at: datetime) -> list[Scenario]:
    """What could have been otherwise, and what may yet come: without each signal and lowering, and after a new one."""
    if not case.running:
        return []
    return [*without_past_events(case), *with_new_signal(case, item, at)]


def without_past_events(case: OpenCase) -> Iterable[Scenario]:
    """The case without each of the things that happened, and without any threat."""
    threats = [one for one in case.happened if one.event in {SIGNAL, JOINED}]
    for one in threats:
        left = [other for other in case.happened if other is not one]
        day = office_day(one.at)
        alone = sum(office_day(other.at) == day for other in threats) == 1
        when = str(day) if alone else office_time_text(one.at)
        what = message(f"without the threat recorded on {when}", f"zonder de dreiging die op {when} is vastgelegd")
        if one.event == JOINED:
            what = message(f"without the case joined on {when}", f"zonder de zaak die op {when} is gevoegd")
        yield Scenario(what, left, facts={"without": [one.signal.id if one.signal else one.seq]})
    if len(threats) > 1:
        left = [other for other in case.happened if other not in threats]
        what = message("without any threat", "zonder enige dreiging")
        ids = [one.signal.id if one.signal else one.seq for one in threats]
        yield Scenario(what, left, facts={"without": ids})
    lowered = [one for one in case.happened if one.event == LOWERED]
    if lowered:
        day = office_day(lowered[-1].at)
        left = [other for other in case.happened if other is not lowered[-1]]
        what = message(f"without the lowering of {day}", f"zonder de verlaging van {day}")
        yield Scenario(what, left, facts={"withoutLowering": lowered[-1].seq})


def with_new_signal(case: OpenCase, item: WorkItem, at: datetime) -> Iterable[Scenario]:
    """The case after a new signal of each higher class, with the steps of the hand-off that it asks for."""
    last = case.happened[-1].seq if case.happened else 0
    waiting = {other.action for other in case.items if other.action in HAND_OFF}
    for lane in range(1, item.lane):
        urgency = LANES[lane]
        signal = example_of(urgency, at)
        if signal is None:
            continue
        new = UrgencyEvent(last + 1, at, SIGNAL, urgency, signal)
        asks = [step for step in asked_steps(new) if step not in waiting]
        moment = start_by(at, "intake", urgency)
        steps = [
            QueuePosition(RANK[urgency], moment - timedelta(microseconds=TIE_BREAK_MICROSECONDS[step]), at, "")
            for step in asks
        ]
        what = message(
            f"after a threat signal that is {urgency}",
            f"na een dreigingssignaal met de urgentie {DUTCH[urgency]}",
        )
        such = {
            "kind": str(signal.kind),
            "source": str(signal.source),
            "occurredOn": signal.occurred_on.isoformat(),
            "reportedToPolice": signal.reported,
            "row": signal.row,
        }
        yield Scenario(what, [*case.happened, new], steps, {"lane": str(urgency), "such": such})


def example_of(urgency: Urgency, at: datetime) -> Signal | None:
    """A signal that the table in force gives a class; None where it gives that class to none."""
    table, day = version("urgency_table", office_day(at)), office_day(at)
    rows = [row for row in table.value if row["urgency"] == urgency]
    if not rows:
        return None
    row = max(rows, key=lambda row: ("recent" in row["ages"], "police" in row["sources"]))
    recent = "recent" in row["ages"]
    occurred_on = day if recent else day - timedelta(days=value("recent_signal_days", day) + 1)
    source = "police" if "police" in row["sources"] else row["sources"][0]
    reported = not row.get("reported", (False,)).count(False)
    kind = SignalKind(row["kinds"][0])
    return Signal("", kind, SignalSource(source), occurred_on, reported, row["id"], table.since)
