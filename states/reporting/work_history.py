"""Work history from the ledger: when each work item was created, claimed, released and done, and its order.

The existence, creation and end of a work item are columns that are written once, in the statement of the event's
entry; they say where to look. Everything that changes is read from the chains: who claimed and released it, and the
lane and start-by that it had at a moment.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, String, bindparam, text
from sqlmodel import Session

from rules.core.dated_values import value
from rules.core.dates import office_day
from rules.core.roles import Role
from rules.queue.order import ACUTE
from rules.queue.priority import start_by
from rules.reporting.work_spans import Movement, WorkSpan
from rules.threats.urgency import RANK, Urgency
from states.work.work_by_state import BY_HAND, EVENT_OF, level_of

ASSIGNMENTS = frozenset({"claim", "assign", "delegate", "redistribute"})
"""Movements that assign a work item; a redistribution to nobody releases it."""
GIVES_BACK = frozenset({"release", "return"})
FINISH = "finish"

ALSO_DONE_BY: dict[str, tuple[str, ...]] = {
    "adopt-advice": ("return-advice",),
    "refuse": ("abandon-refusal",),
    "take-over": ("decline-second-home",),
    "approve": ("reject", "reject-with-invoice"),
    "check": ("reject", "reject-with-invoice"),
    "build-batch": ("batch",),
    "hear": ("waive-hearing",),
    "grant": ("decline",),
    "take-back": ("lose",),
    "keep-apart": ("join",),
    "keep-after-office": ("let-go",),
    "order": ("mark-not-possible",),
    "provide": ("mark-not-possible",),
    "receive-invoice": ("settle-without-invoice",),
}
"""Other events that complete the work item named after an event: the same inspection with another outcome."""
CLOCK_TOLERANCE = timedelta(minutes=1)
"""A ledger entry may be slightly later than the end of its work, because time in a chain never goes back."""

ASKED = text(
    """
    SELECT w.id, w.application, w.chart, w.subject, w.action, w.role, w.organisation, w.skill, w.lane, w.start_by,
           w.created_at, w.done_at, m.domain
    FROM work_item w LEFT JOIN measure m ON w.chart = 'measure' AND m.id = w.subject
    WHERE w.created_at <= :until AND (w.done_at IS NULL OR w.done_at >= :since)
    """,
)
MOVEMENT_QUERY = text(
    """
    SELECT e.stream, e.seq, e.subject, e.at, e.event,
           CASE WHEN e.event = 'redistribute' THEN e.facts->>'to' END AS receiver,
           CASE WHEN e.event = 'claim' AND e.at >= :since THEN e.facts->>'reserve' END AS reserve
    FROM ledger_entry e JOIN work_item w ON w.id = e.subject
    WHERE e.event = ANY(:events) AND e.chart = 'work' AND e.at >= :oldest AND e.at <= :until
      AND w.created_at <= :until AND (w.done_at IS NULL OR w.done_at >= :since)
    ORDER BY e.at, e.stream, e.seq
    """,
).bindparams(bindparam("events", type_=ARRAY(String)))
REORDER_QUERY = text(
    """
    SELECT stream, seq, at, moved FROM ledger_entry, jsonb_array_elements(facts->'items') AS moved
    WHERE event = 'reorder' AND chart = 'work' AND at >= :since
    ORDER BY at, stream, seq
    """,
)
EVENT_QUERY = text(
    """
    SELECT stream, event, at FROM ledger_entry
    WHERE event = ANY(:events) AND chart <> 'work' AND at >= :since AND at <= :until
    """,
).bindparams(bindparam("events", type_=ARRAY(String)))
ASSESSED = text(
    """
    SELECT d.id, d.stream, d.domain, a.urgency, e.asked, e.begun, e.ended, e.dropped
    FROM (
        SELECT subject, min(at) FILTER (WHERE event = 'open') AS asked,
               min(at) FILTER (WHERE event IN ('draft', 'set-aside')) AS begun,
               max(at) FILTER (WHERE event IN ('adopt', 'lapse')) AS ended,
               bool_or(event = 'lapse') AS dropped
        FROM ledger_entry
        WHERE chart = 'domain-advice' AND event IN ('open', 'draft', 'set-aside', 'adopt', 'lapse')
          AND at <= :until
        GROUP BY subject
    ) e JOIN domain_advice d ON d.id = e.subject JOIN application a ON a.id = d.stream
    WHERE e.ended IS NULL OR e.ended >= :since
    """,
)


class Moved(NamedTuple):
    """One movement of a work item, from its chain."""

    stream: str
    seq: int
    key: str
    at: datetime
    event: str
    held: bool
    reserve: bool


class Reordered(NamedTuple):
    """One work item that got another place in the order, from the chain of its case."""

    stream: str
    seq: int
    at: datetime
    move: dict[str, Any]


@dataclass
class WorkHistory:
    """The work items of a period by id, and their movements."""

    since: datetime
    until: datetime
    work: dict[str, WorkSpan] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    """The domain of work on a measure, or of work that requires skill in one."""
    assessments: dict[str, WorkSpan] = field(default_factory=dict)
    """The advice in each domain as a work item of its own: opened, first assessed, adopted."""
    moved: list[Moved] = field(default_factory=list)
    reordered: dict[str, list[Reordered]] = field(default_factory=dict)

    def as_at(self, span: WorkSpan, at: datetime) -> WorkSpan:
        """A work item with the lane and start-by that it had at an earlier moment."""
        later = next((one for one in self.reordered.get(span.key, ()) if one.at > at), None)
        if later is None:
            return span
        earlier = later.move["from"]
        return replace(span, lane=RANK[Urgency(earlier["lane"])], start_by=datetime.fromisoformat(earlier["startBy"]))


def read(session: Session, since: datetime, until: datetime) -> WorkHistory:
    """All work that was open at any time between two moments, with the order of the later one."""
    connection = session.connection()
    rows = connection.execute(ASKED, {"since": since, "until": until}).all()
    found = WorkHistory(since, until)
    oldest = min((row.created_at for row in rows), default=since)
    events = [*ASSIGNMENTS, *GIVES_BACK, FINISH]
    for row in connection.execute(MOVEMENT_QUERY, {"events": events, "oldest": oldest, "since": since, "until": until}):
        held = row.event in ASSIGNMENTS and not (row.event == "redistribute" and row.receiver is None)
        reserve = row.reserve == "true"
        found.moved.append(Moved(row.stream, row.seq, row.subject, row.at, row.event, held, reserve))
    reordered = defaultdict(list)
    for row in connection.execute(REORDER_QUERY, {"since": since}):
        reordered[row.moved["workItem"]].append(Reordered(row.stream, row.seq, row.at, row.moved))
    found.reordered = dict(reordered)
    doers = {action: completing_events(action) for action in {row.action for row in rows}}
    happened = defaultdict(list)
    facts = {"events": sorted({event for names in doers.values() for event in names}), "since": since, "until": until}
    for row in connection.execute(EVENT_QUERY, facts):
        happened[row.stream, row.event].append(row.at)
    movements, finished = defaultdict(list), set()
    for one in found.moved:
        if one.event == FINISH:
            finished.add(one.key)
        else:
            movements[one.key].append(Movement(one.at, one.held))
    for row in rows:
        ended = row.done_at if row.done_at is not None and row.done_at <= until else None
        done = ended is not None and (
            row.id in finished or row.action in BY_HAND or _did(row.application, doers[row.action], happened, ended)
        )
        span = WorkSpan(
            row.id,
            row.application,
            row.role,
            row.organisation,
            row.lane,
            row.start_by,
            row.created_at,
            ended,
            done,
            tuple(movements[row.id]),
        )
        found.work[row.id] = with_grace(found.as_at(span, until), level_of(row.chart, row.action))
        domain = row.domain or row.skill.partition("domain:")[2]
        if domain:
            found.domains[row.id] = domain
    _assessments(session, found)
    return found


def with_grace(span: WorkSpan, level: str) -> WorkSpan:
    """A work item with the time after its start-by within which it is not late."""
    return replace(span, grace=grace(span.lane, level, span.start_by))


def grace(lane: int, level: str, start_by: datetime) -> timedelta:
    """Acute work must start at once, and is late after its service level in plain hours, as in the forecast."""
    if lane != ACUTE:
        return timedelta()
    return timedelta(hours=float(value(f"service_level_{level}", office_day(start_by))[str(Urgency.ACUTE)]))


def completing_events(action: str) -> tuple[str, ...]:
    """The events that complete a work item."""
    return (EVENT_OF.get(action, action), *ALSO_DONE_BY.get(action, ()))


def _did(stream: str, events: Iterable[str], happened: dict[tuple[str, str], list[datetime]], ended: datetime) -> bool:
    """Whether the chain of the case has one of these events at the end of the work."""
    return any(ended <= at <= ended + CLOCK_TOLERANCE for event in events for at in happened.get((stream, event), ()))


def _assessments(session: Session, found: WorkHistory) -> None:
    """The advice in each domain, with the service level for the present urgency of its case."""
    facts = {"since": found.since, "until": found.until}
    for row in session.connection().execute(ASSESSED, facts):
        urgency = Urgency(row.urgency)
        found.domains[row.id] = row.domain
        assessed = WorkSpan(
            row.id,
            row.stream,
            Role.ADVISER,
            "",
            RANK[urgency],
            start_by(row.asked, "advice", urgency),
            row.asked,
            row.ended,
            not row.dropped,
            (Movement(row.begun, held=True),) if row.begun else (),
        )
        found.assessments[row.id] = with_grace(assessed, "advice")
