"""Case history: the inputs to an item's queue position, from the events of its case and from the item itself."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session, col, select

from rules.core.dated_values import version
from rules.core.dates import office_day, utc_text
from rules.queue.priority import (
    HANDED_OVER,
    JOINED,
    LOWERED,
    SIGNAL,
    Signal,
    UrgencyEvent,
    WorkFacts,
    open_steps,
    still_effective,
    to_json,
)
from rules.threats.handoff import TIE_BREAK_MICROSECONDS
from rules.threats.urgency import SignalKind, SignalSource, Urgency
from states.storage.write_buffer import WriteBuffer
from states.tables.loans import Loan
from states.tables.work import WorkItem
from states.work.work_by_state import level_of

URGENCY_ENTRIES = text(
    """
    SELECT seq, at, event, facts, CASE WHEN event = :signal THEN changes END AS changes
    FROM ledger_entry WHERE stream = :stream AND event = ANY(:events) ORDER BY seq
    """,
).bindparams(bindparam("events", type_=ARRAY(String)))
URGENCY_EVENTS = (SIGNAL, JOINED, LOWERED, HANDED_OVER)
"""The events of a case that decide the urgency of its work."""


def urgency_events_of(session: Session, stream: str) -> list[UrgencyEvent]:
    """The events that decide the urgency of a case, in the order of its chain; empty for other streams."""
    rows = session.connection().execute(
        URGENCY_ENTRIES, {"stream": stream, "signal": SIGNAL, "events": list(URGENCY_EVENTS)}
    )
    return [urgency_event(row.seq, row.at, row.event, row.facts, row.changes or {}) for row in rows]


def unwritten_urgency_events(buffer: WriteBuffer, stream: str) -> list[UrgencyEvent]:
    """The urgency events of a case that are in the write buffer."""
    return [
        urgency_event(entry["seq"], entry["at"], entry["event"], entry["facts"], entry["changes"])
        for entry in buffer.entries
        if entry["stream"] == stream and entry["event"] in URGENCY_EVENTS
    ]


def urgency_event(seq: int, at: datetime, event: str, facts: dict[str, Any], changes: dict[str, Any]) -> UrgencyEvent:
    """An urgency event from its ledger entry."""
    if event == HANDED_OVER:
        return UrgencyEvent(seq, at, event, Urgency.ROUTINE, step=facts["step"])
    if event != SIGNAL:
        return UrgencyEvent(seq, at, event, Urgency(facts["urgency"]))
    ((key, row),) = [item for item in changes.items() if item[0].startswith("threat_signal:")]
    since = row.get("table_since")
    signal = Signal(
        key.partition(":")[2],
        SignalKind(row["kind"]),
        SignalSource(row["source"]),
        date.fromisoformat(row["occurred_on"]),
        row["reported_to_police"],
        row.get("table_row"),
        date.fromisoformat(since) if since else None,
    )
    return UrgencyEvent(seq, datetime.fromisoformat(row["recorded_at"]), event, Urgency(row["urgency"]), signal)


def urgent_loans(session: Session, items: Iterable[WorkItem]) -> set[str]:
    """The urgent loans among the subjects of some items."""
    subjects = {item.subject for item in items if item.chart == "loan"}
    if not subjects:
        return set()
    return set(session.exec(select(Loan.id).where(col(Loan.id).in_(subjects), col(Loan.urgent))))


def work_facts(item: WorkItem, events: Sequence[UrgencyEvent], loans: set[str]) -> WorkFacts:
    """The facts of an item, besides the history of its case, that decide its position."""
    by_signal = open_steps(events).get(item.action) if item.action in TIE_BREAK_MICROSECONDS else None
    tie_break = 0 if by_signal is None else TIE_BREAK_MICROSECONDS[item.action]
    return WorkFacts(item.created_at, level_of(item.chart, item.action), item.subject in loans, by_signal, tie_break)


def replay_facts(item: WorkItem, work: WorkFacts, events: Sequence[UrgencyEvent]) -> dict[str, Any]:
    """The facts from which :func:`rules.queue.priority.check` computes the position of an item again."""
    relevant = [event for event in events if event.event != HANDED_OVER]
    level = version(f"service_level_{work.level}", office_day(item.created_at))
    return {
        "signals": [
            to_json(one, effective=still) for one, still in zip(relevant, still_effective(relevant), strict=True)
        ],
        "startBy": {
            "createdAt": utc_text(item.created_at),
            "chart": item.chart,
            "action": item.action,
            "level": work.level,
            "levelSince": level.since.isoformat(),
            "levelSource": level.source,
            "workingHours": {name: str(hours) for name, hours in level.value.items()},
            "urgentLoan": work.urgent_loan,
            "bySignal": work.by_signal,
            "hairs": work.tie_break,
        },
    }
