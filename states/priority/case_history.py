"""What bears on the place of work: what happened to its case, from the ledger, and what the item itself is."""

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

HAPPENED = text(
    """
    SELECT seq, at, event, facts, CASE WHEN event = :signal THEN changes END AS changes
    FROM ledger_entry WHERE stream = :stream AND event = ANY(:events) ORDER BY seq
    """,
).bindparams(bindparam("events", type_=ARRAY(String)))


EVENTS = (SIGNAL, JOINED, LOWERED, HANDED_OVER)


def urgency_events_of(session: Session, stream: str) -> list[UrgencyEvent]:
    """What happened to a case that its urgency follows from, in the order of its chain; nothing for other streams."""
    rows = session.connection().execute(HAPPENED, {"stream": stream, "signal": SIGNAL, "events": list(EVENTS)})
    return [urgency_event(row.seq, row.at, row.event, row.facts, row.changes or {}) for row in rows]


def urgency_events_now(buffer: WriteBuffer, stream: str) -> list[UrgencyEvent]:
    """What happens to a case in this very passage, and is not written yet."""
    return [
        urgency_event(entry["seq"], entry["at"], entry["event"], entry["facts"], entry["changes"])
        for entry in buffer.entries
        if entry["stream"] == stream and entry["event"] in EVENTS
    ]


def urgency_event(seq: int, at: datetime, event: str, facts: dict[str, Any], changes: dict[str, Any]) -> UrgencyEvent:
    """What happened, from its entry in the ledger."""
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
    """The loans among the subjects of some items that were asked for as urgent."""
    subjects = {item.subject for item in items if item.chart == "loan"}
    if not subjects:
        return set()
    return set(session.exec(select(Loan.id).where(col(Loan.id).in_(subjects), col(Loan.urgent))))


def work_facts(item: WorkItem, happenings: Sequence[UrgencyEvent], loans: set[str]) -> WorkFacts:
    """What the place of an item rests on beside its case."""
    by_signal = open_steps(happenings).get(item.action) if item.action in TIE_BREAK_MICROSECONDS else None
    hairs = 0 if by_signal is None else TIE_BREAK_MICROSECONDS[item.action]
    return WorkFacts(item.created_at, level_of(item.chart, item.action), item.subject in loans, by_signal, hairs)


def basis(item: WorkItem, work: WorkFacts, happenings: Sequence[UrgencyEvent]) -> dict[str, Any]:
    """The facts from which the place of an item is computed again; see :func:`rules.queue.priority.check`."""
    bearing = [item for item in happenings if item.event != HANDED_OVER]
    named = version(f"service_level_{work.level}", office_day(item.created_at))
    return {
        "signals": [to_json(one, bears=bears) for one, bears in zip(bearing, still_effective(bearing), strict=True)],
        "startBy": {
            "createdAt": utc_text(item.created_at),
            "chart": item.chart,
            "action": item.action,
            "level": work.level,
            "levelSince": named.since.isoformat(),
            "levelSource": named.source,
            "workingHours": {name: str(hours) for name, hours in named.value.items()},
            "urgentLoan": work.urgent_loan,
            "bySignal": work.by_signal,
            "hairs": work.tie_break,
        },
    }
