"""Priority of work: its lane from the events of the case, its start-by time from the service level.

All functions are pure: an explanation is computed from the facts that it names, and a stored explanation is checked
by the same functions. docs/queue.md describes the order.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from rules.business_calendar.working_hours import add_or_provisional
from rules.core.dated_values import value
from rules.core.dates import office_day, utc_text
from rules.threats.handoff import TIE_BREAK_MICROSECONDS, HandOffStep, steps_of
from rules.threats.urgency import RANK, SignalKind, SignalSource, Urgency, classify, highest

SIGNAL, JOINED, LOWERED, HANDED_OVER = "record-threat", "take-in-joined", "lower-urgency", "record-hand-off"
"""The events of a case that determine its urgency, and the one that records a step of a hand-off."""


class Signal(NamedTuple):
    """A threat signal: kind, source and day, never its content."""

    id: str
    kind: SignalKind
    source: SignalSource
    occurred_on: date
    reported: bool
    row: str | None
    table_since: date | None


class UrgencyEvent(NamedTuple):
    """One event of a case that determines its urgency."""

    seq: int
    """Its place in the case's chain."""
    at: datetime
    event: str
    urgency: Urgency
    """The class of the signal, of the joined case, or the one to which a person lowered it."""
    signal: Signal | None = None
    step: str | None = None
    """The recorded step of the hand-off."""


class WorkFacts(NamedTuple):
    """The facts of one work item, besides its case, that determine its position."""

    created_at: datetime
    level: str
    """The service level of its stage."""
    urgent_loan: bool = False
    """Whether it is work on a loan that was requested as urgent."""
    by_signal: int | None = None
    """For a step of a hand-off: the place in the chain of the signal that requires it."""
    tie_break: int = 0
    """By how many microseconds a hand-off step precedes other work of the same moment."""


def start_by(at: datetime, service_level: str, urgency: Urgency) -> datetime:
    """The latest time to start work: the service level of its stage for this urgency, in working hours.

    Acute work starts at once, at night and in weekends too.
    """
    if urgency is Urgency.ACUTE:
        return at
    hours = value(f"service_level_{service_level}", office_day(at))[str(urgency)]
    return add_or_provisional(at, hours)[0]


def urgency_after(events: Iterable[UrgencyEvent]) -> Urgency:
    """The urgency of a case after some events: a signal can raise it, and only a person lowers it."""
    urgency = Urgency.ROUTINE
    for item in events:
        if item.event == LOWERED:
            urgency = item.urgency
        elif item.event in {SIGNAL, JOINED}:
            urgency = highest((urgency, item.urgency))
    return urgency


def lane_and_start_by(work: WorkFacts, events: Sequence[UrgencyEvent]) -> tuple[int, datetime]:
    """The lane and start-by time of a work item after the events of its case, in the order of its chain.

    Work that enters its lane after it was created is due no earlier than the moment it enters: so no work that moves
    overtakes work that was overdue before, and the bound on waiting holds (docs/queue.md).

    Raises:
        LookupError: the signal that requires it is not among the events.
    """
    if work.by_signal is not None:
        return _position_of_hand_off(work, work.by_signal, events)
    since = None
    before = [item for item in events if item.at <= work.created_at]
    urgency = _urgency_of_work(work, before)
    for count in range(len(before) + 1, len(events) + 1):
        now = _urgency_of_work(work, events[:count])
        if now is not urgency:
            urgency, since = now, events[count - 1].at
    moment = start_by(work.created_at, work.level, urgency)
    return RANK[urgency], moment if since is None else max(moment, since)


def _urgency_of_work(work: WorkFacts, events: Iterable[UrgencyEvent]) -> Urgency:
    """The urgency of a work item after the events of its case."""
    urgency = urgency_after(events)
    return highest((urgency, Urgency.URGENT)) if work.urgent_loan else urgency


def _position_of_hand_off(work: WorkFacts, by_signal: int, events: Sequence[UrgencyEvent]) -> tuple[int, datetime]:
    """A hand-off step takes the lane of its signal until the urgency of the case changes."""
    (place,) = [place for place, item in enumerate(events) if item.seq == by_signal] or [-1]
    if place < 0:
        raise LookupError(f"no signal with place {by_signal} in the chain")
    signal = events[place]
    lane = RANK[signal.urgency]
    until = start_by(signal.at, work.level, signal.urgency) - timedelta(microseconds=work.tie_break)
    for last in range(place + 1, len(events)):
        if events[last].event == HANDED_OVER:
            continue
        urgency = urgency_after(events[: last + 1])
        if RANK[urgency] != lane:
            lane = RANK[urgency]
            until = max(events[last].at, start_by(work.created_at, work.level, urgency)) + tie_break_offset(
                work.tie_break, lane
            )
    return lane, until


def tie_break_offset(tie_break: int, lane: int) -> timedelta:
    """The offset of a hand-off step from the moment at which it enters a lane.

    All steps keep their order. Acute ones come before the other work of that moment; those that became less urgent
    come after it, so that nothing gets before work that has waited.
    """
    if not tie_break:
        return timedelta()
    return timedelta(
        microseconds=-tie_break if lane == RANK[Urgency.ACUTE] else len(TIE_BREAK_MICROSECONDS) + 1 - tie_break
    )


def open_steps(events: Iterable[UrgencyEvent]) -> dict[str, int]:
    """The hand-off steps that are open after some events, and the signal that requires each."""
    found: dict[str, int] = {}
    for item in events:
        if item.event == HANDED_OVER:
            found.pop(item.step or "", None)
        if item.signal is not None:
            found |= {str(step): item.seq for step in asked_steps(item) if step not in found}
    return found


def asked_steps(item: UrgencyEvent) -> list[HandOffStep]:
    """The hand-off steps that a signal requires by the table of its day, in their order."""
    assert item.signal is not None
    signal = item.signal
    return steps_of(item.urgency, signal.kind, signal.source, office_day(item.at), reported=signal.reported)


def still_effective(events: Sequence[UrgencyEvent]) -> list[bool]:
    """Which events still determine the urgency: the last lowering, and the signals after it."""
    last = max((place for place, item in enumerate(events) if item.event == LOWERED), default=0)
    return [place >= last for place in range(len(events))]


def to_json(item: UrgencyEvent, *, effective: bool) -> dict[str, Any]:
    """An event in the form that an explanation stores."""
    found = {
        "event": item.event,
        "seq": item.seq,
        "at": utc_text(item.at),
        "urgency": str(item.urgency),
        "counts": effective,
    }
    if item.signal is not None:
        found |= {
            "signal": item.signal.id,
            "kind": str(item.signal.kind),
            "source": str(item.signal.source),
            "occurredOn": item.signal.occurred_on.isoformat(),
            "reported": item.signal.reported,
            "row": item.signal.row,
            "tableSince": item.signal.table_since.isoformat() if item.signal.table_since else None,
        }
    return found


def from_json(line: Mapping[str, Any]) -> UrgencyEvent:
    """An event from the form that an explanation stores."""
    signal = None
    if line["event"] == SIGNAL:
        since = line["tableSince"]
        signal = Signal(
            line["signal"],
            SignalKind(line["kind"]),
            SignalSource(line["source"]),
            date.fromisoformat(line["occurredOn"]),
            line["reported"],
            line["row"],
            date.fromisoformat(since) if since else None,
        )
    at = datetime.fromisoformat(line["at"])
    return UrgencyEvent(line["seq"], at, line["event"], Urgency(line["urgency"]), signal)


def check(explanation: Mapping[str, Any]) -> list[str]:
    """Statements in an explanation that do not follow from its facts; empty if all do.

    The class of every signal is looked up again in the table of its day, the lane is computed from the events, and the
    start-by time from the service level of its day.
    """
    factors = {factor["factor"]: factor for factor in explanation["factors"]}
    lane, until = factors["lane"], factors["startBy"]
    events = [from_json(line) for line in lane["fact"]]
    wrong = [text for item in events if (text := _wrong_class(item))]
    if [item.seq for item in events] != sorted({item.seq for item in events}):
        wrong.append("what happened to the case is not in the order of its chain")
    if [line["counts"] for line in lane["fact"]] != still_effective(events):
        wrong.append("another part of what happened bears on the urgency")
    fact = until["fact"]
    work = WorkFacts(
        datetime.fromisoformat(fact["createdAt"]),
        fact["level"],
        fact["urgentLoan"],
        fact["bySignal"],
        fact["hairs"],
    )
    try:
        rank, moment = lane_and_start_by(work, events)
    except LookupError as error:
        return [*wrong, str(error)]
    said = Urgency(lane["value"])
    if (RANK[said], said) != (rank, Urgency(explanation["lane"])):
        wrong.append(f"the lane is {said}, and lane {rank} follows from the facts")
    if datetime.fromisoformat(until["value"]) != moment:
        wrong.append(f"the start-by is {until['value']}, and {utc_text(moment)} follows from the facts")
    return wrong


def _wrong_class(item: UrgencyEvent) -> str | None:
    """The problem if the class of a signal is not the one in its table, else None."""
    signal = item.signal
    if signal is None or signal.row is None:  # it was recorded before the row was stored
        return None
    day = office_day(item.at)
    found = classify(signal.kind, signal.source, signal.occurred_on, day, reported=signal.reported)
    if (found.urgency, found.row, found.since) == (item.urgency, signal.row, signal.table_since):
        return None
    return f"signal {signal.id} is {item.urgency} by {signal.row}, and the table says {found.urgency} by {found.row}"
