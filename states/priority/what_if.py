"""What-if: an item's position without a past event of its case, or after a new signal.

Each scenario changes the history of the case, and all open work of the case is re-ordered by it.
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
    """The open work of one case, and the events that decide its urgency."""

    items: list[WorkItem]
    urgency_events: list[UrgencyEvent]
    loans: set[str]
    running: bool
    """Whether it is an application; only there can threats be signalled."""

    def facts_of(self, item: WorkItem) -> WorkFacts:
        """The facts that decide the position of one of its items."""
        return work_facts(item, self.urgency_events, self.loans)

    def others_in_pool(self, item: WorkItem) -> list[WorkItem]:
        """The other waiting work of the case in the pool of an item."""
        return [
            other for other in self.items if other.id != item.id and other.assignee is None and other.pool == item.pool
        ]


def open_case_of(session: Session, application: str) -> OpenCase:
    """Load the open work of a case and its urgency events."""
    query = select(WorkItem).where(WorkItem.application == application, col(WorkItem.done_at).is_(None))
    items = list(session.exec(query))
    running = session.get(Application, application) is not None
    events = urgency_events_of(session, application) if running else []
    return OpenCase(items, events, urgent_loans(session, items), running)


@dataclass(frozen=True)
class Scenario:
    """A changed history of a case, with a description in both languages."""

    description: Bilingual
    urgency_events: list[UrgencyEvent]
    steps: list[QueuePosition] = field(default_factory=list)
    """The hand-off steps that would be opened."""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def position_of(self, case: OpenCase, item: WorkItem) -> QueuePosition | None:
        """The position that an item of the case would have; None if it would not exist."""
        work = case.facts_of(item)
        if work.by_signal is not None:
            signal = open_steps(self.urgency_events).get(item.action)
            if signal is None:
                return None
            event = next(one for one in self.urgency_events if one.seq == signal)
            created = item.created_at if signal == work.by_signal else event.at
            work = WorkFacts(created, work.level, by_signal=signal, tie_break=work.tie_break)
        lane, moment = lane_and_start_by(work, self.urgency_events)
        return QueuePosition(lane, moment, work.created_at, item.id)

    def rank_of(self, case: OpenCase, item: WorkItem, before: Mapping[QueuePosition, int]) -> int | None:
        """The rank that an item would have, from the number of items before that point of the pool now."""
        position = self.position_of(case, item)
        if position is None:
            return None
        others = case.others_in_pool(item)
        now = sum(other.position < position for other in others) + (item.assignee is None and item.position < position)
        positions = (self.position_of(case, other) for other in others)
        then = sum(other < position for other in positions if other is not None)
        if item.pool == (Role.OFFICER, ""):
            then += sum(step < position for step in self.steps)
        return before[position] - now + then + 1


def scenarios(case: OpenCase, item: WorkItem, *, at: datetime) -> list[Scenario]:
    """The scenarios of a case: without each signal and lowering, and after a new signal."""
    if not case.running:
        return []
    return [*without_past_events(case), *with_new_signal(case, item, at)]


def without_past_events(case: OpenCase) -> Iterable[Scenario]:
    """The case without each of its past events, and without any threat."""
    threats = [one for one in case.urgency_events if one.event in {SIGNAL, JOINED}]
    for one in threats:
        left = [other for other in case.urgency_events if other is not one]
        day = office_day(one.at)
        alone = sum(office_day(other.at) == day for other in threats) == 1
        when = str(day) if alone else office_time_text(one.at)
        what = message(f"without the threat recorded on {when}", f"zonder de dreiging die op {when} is vastgelegd")
        if one.event == JOINED:
            what = message(f"without the case joined on {when}", f"zonder de zaak die op {when} is gevoegd")
        yield Scenario(what, left, facts={"without": [one.signal.id if one.signal else one.seq]})
    if len(threats) > 1:
        left = [other for other in case.urgency_events if other not in threats]
        what = message("without any threat", "zonder enige dreiging")
        ids = [one.signal.id if one.signal else one.seq for one in threats]
        yield Scenario(what, left, facts={"without": ids})
    lowered = [one for one in case.urgency_events if one.event == LOWERED]
    if lowered:
        day = office_day(lowered[-1].at)
        left = [other for other in case.urgency_events if other is not lowered[-1]]
        what = message(f"without the lowering of {day}", f"zonder de verlaging van {day}")
        yield Scenario(what, left, facts={"withoutLowering": lowered[-1].seq})


def with_new_signal(case: OpenCase, item: WorkItem, at: datetime) -> Iterable[Scenario]:
    """The case after a new signal of each higher urgency, with the hand-off steps that it asks for."""
    last = case.urgency_events[-1].seq if case.urgency_events else 0
    waiting = {other.action for other in case.items if other.action in HAND_OFF}
    for lane in range(1, item.lane):
        urgency = LANES[lane]
        signal = example_signal(urgency, at)
        if signal is None:
            continue
        new = UrgencyEvent(last + 1, at, SIGNAL, urgency, signal)
        opened = [step for step in asked_steps(new) if step not in waiting]
        moment = start_by(at, "intake", urgency)
        steps = [
            QueuePosition(RANK[urgency], moment - timedelta(microseconds=TIE_BREAK_MICROSECONDS[step]), at, "")
            for step in opened
        ]
        what = message(
            f"after a threat signal that is {urgency}",
            f"na een dreigingssignaal met de urgentie {DUTCH[urgency]}",
        )
        example = {
            "kind": str(signal.kind),
            "source": str(signal.source),
            "occurredOn": signal.occurred_on.isoformat(),
            "reportedToPolice": signal.reported,
            "row": signal.row,
        }
        yield Scenario(what, [*case.urgency_events, new], steps, {"lane": str(urgency), "such": example})


def example_signal(urgency: Urgency, at: datetime) -> Signal | None:
    """A signal to which the urgency table in force gives this urgency; None if no row does."""
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
