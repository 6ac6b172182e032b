"""Pieces of work from the ledger: when each was asked for, taken up, given back and done, and where it stood.

That a piece of work exists, when it was asked for and when it ended are columns that are written once, in the statement
that writes the entry of the event; they say where to look. Everything that changes is read from the chains: who took it
and gave it back, and the lane and start-by that it had at an instant.
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

TAKES = frozenset({"claim", "assign", "delegate", "redistribute"})
"""Movements after which a piece of work is in someone's hands; a redistribution to nobody puts it back."""
GIVES_BACK = frozenset({"release", "return"})
REORDER, FINISH = "reorder", "finish"

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
"""Other events that do the work than the one after which it is named: the same look, with another outcome."""
SAME_PASSAGE = timedelta(minutes=1)
"""An entry may be a hair later than the end of the work that it did: within a chain, time never goes back."""

ASKED = text(
    """
    SELECT w.id, w.application, w.chart, w.subject, w.action, w.role, w.organisation, w.skill, w.lane, w.start_by,
           w.created_at, w.done_at, m.domain
    FROM work_item w LEFT JOIN measure m ON w.chart = 'measure' AND m.id = w.subject
    WHERE w.created_at <= :until AND (w.done_at IS NULL OR w.done_at >= :since)
    """,
)
MOVED = text(
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
REORDERED = text(
    """
    SELECT stream, seq, at, moved FROM ledger_entry, jsonb_array_elements(facts->'items') AS moved
    WHERE event = 'reorder' AND chart = 'work' AND at >= :since
    ORDER BY at, stream, seq
    """,
)
HAPPENED = text(
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
    """One movement of a piece of work, as its chain tells it."""

    stream: str
    seq: int
    key: str
    at: datetime
    event: str
    held: bool
    reserve: bool


class Reordered(NamedTuple):
    """One piece of work that came to stand elsewhere, as the chain of its case tells it."""

    stream: str
    seq: int
    at: datetime
    told: dict[str, Any]


@dataclass
class WorkHistory:
    """The pieces of work of a period, by id, and what moved them."""

    since: datetime
    until: datetime
    work: dict[str, WorkSpan] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    """The domain of work on a measure, or of work that asks for skill in one."""
    assessments: dict[str, WorkSpan] = field(default_factory=dict)
    """The advice in each domain, as a piece of work of its own: opened, first assessed, adopted."""
    moved: list[Moved] = field(default_factory=list)
    reordered: dict[str, list[Reordered]] = field(default_factory=dict)

    def stood(self, piece: WorkSpan, at: datetime) -> WorkSpan:
        """A piece as it stood at an instant before now, whatever re-ordered it since."""
        later = next((one for one in self.reordered.get(piece.key, ()) if one.at > at), None)
        if later is None:
            return piece
        stood = later.told["from"]
        return replace(piece, lane=RANK[Urgency(stood["lane"])], start_by=datetime.fromisoformat(stood["startBy"]))


def read(session: Session, since: datetime, until: datetime) -> WorkHistory:
    """All work that was open at any moment between two instants, as it stood at the later one."""
    connection = session.connection()
    rows = connection.execute(ASKED, {"since": since, "until": until}).all()
    found = WorkHistory(since, until)
    oldest = min((row.created_at for row in rows), default=since)
    events = [*TAKES, *GIVES_BACK, FINISH]
    for row in connection.execute(MOVED, {"events": events, "oldest": oldest, "since": since, "until": until}):
        held = row.event in TAKES and not (row.event == "redistribute" and row.receiver is None)
        reserve = row.reserve == "true"
        found.moved.append(Moved(row.stream, row.seq, row.subject, row.at, row.event, held, reserve))
    reordered = defaultdict(list)
    for row in connection.execute(REORDERED, {"since": since}):
        reordered[row.moved["workItem"]].append(Reordered(row.stream, row.seq, row.at, row.moved))
    found.reordered = dict(reordered)
    doers = {action: does(action) for action in {row.action for row in rows}}
    happened = defaultdict(list)
    facts = {"events": sorted({event for names in doers.values() for event in names}), "since": since, "until": until}
    for row in connection.execute(HAPPENED, facts):
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
        piece = WorkSpan(
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
        found.work[row.id] = graced(found.stood(piece, until), level_of(row.chart, row.action))
        domain = row.domain or row.skill.partition("domain:")[2]
        if domain:
            found.domains[row.id] = domain
    _assessments(session, found)
    return found


def graced(piece: WorkSpan, level: str) -> WorkSpan:
    """A piece with the time after its start-by within which it is not late."""
    return replace(piece, grace=grace(piece.lane, level, piece.start_by))


def grace(lane: int, level: str, start_by: datetime) -> timedelta:
    """Acute work starts at once, and is late after its service level in plain hours, as the forecast counts it too."""
    if lane != ACUTE:
        return timedelta()
    return timedelta(hours=float(value(f"service_level_{level}", office_day(start_by))[str(Urgency.ACUTE)]))


def does(action: str) -> tuple[str, ...]:
    """The events that do a piece of work."""
    return (EVENT_OF.get(action, action), *ALSO_DONE_BY.get(action, ()))


def _did(stream: str, events: Iterable[str], happened: dict[tuple[str, str], list[datetime]], ended: datetime) -> bool:
    """Whether one of these events stands in the chain of the case at the end of the work."""
    return any(ended <= at <= ended + SAME_PASSAGE for event in events for at in happened.get((stream, event), ()))


def _assessments(session: Session, found: WorkHistory) -> None:
    """The advice in each domain, by the service level of the advice for the urgency that its case has now."""
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
        found.assessments[row.id] = graced(assessed, "advice")
