"""What people and the reserve did to the order and to the days, from the ledger, each with its effect."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from rules.business_calendar.elapsed import working_hours
from rules.core.dates import office_day
from rules.deadlines.end_date import extended
from rules.deadlines.suspensions import Suspension
from rules.reporting.percentiles import Percentiles, percentiles
from rules.reporting.work_spans import WorkSpan, skipped
from states.deadlines import lifecycle
from states.reporting.work_history import Moved, WorkHistory
from states.tables.deadlines import Term

EACH = 25
"""The newest so many of each kind are told and measured one by one."""

DECIDED = text(
    """
    SELECT stream, seq, at, chart, subject, event, role, organisation, facts->>'term' AS term,
           facts->>'since' AS since, facts->>'organisation' AS named, facts->>'urgency' AS urgency
    FROM ledger_entry
    WHERE event IN ('lower-urgency', 'suspend-term', 'suspend', 'give-notice', 'put-off') AND chart <> 'work'
      AND at >= :since AND at <= :until
    ORDER BY at, stream, seq
    """,
)


class Override(NamedTuple):
    """One override: where it stands in the ledger, and what it did."""

    stream: str
    seq: int
    at: datetime
    subject: str
    effect: dict[str, Any]


class Overrides(NamedTuple):
    """All overrides of one kind in a period."""

    kind: str
    number: int
    """How many there were; those that are told may be fewer."""
    each: tuple[Override, ...]
    effects: dict[str, Percentiles]
    """How the effects of those that are told lie, by name."""


def of_order(pieces: WorkHistory, kept: Iterable[str]) -> list[Overrides]:
    """Claims that the reserve gave and hand-overs by people: how many pieces they passed over."""
    mine = set(kept)
    pools = defaultdict(list)
    for piece in pieces.work.values():
        pools[piece.role, piece.organisation].append(piece)
    kinds: dict[str, list[Moved]] = {name: [] for name in ("reserve", "assign", "delegate", "redistribute")}
    for one in pieces.moved:
        kind = "reserve" if one.reserve else one.event
        if kind in kinds and one.at >= pieces.since and one.key in mine:
            kinds[kind].append(one)
    return [gathered(kind, len(found), _passed_over(pieces, pools, found)) for kind, found in kinds.items()]


def _passed_over(
    pieces: WorkHistory, pools: dict[tuple[str, str], list[WorkSpan]], found: Sequence[Moved]
) -> Iterable[Override]:
    for one in found[-EACH:]:
        piece = pieces.stood(pieces.work[one.key], one.at)
        pool = pools[piece.role, piece.organisation]
        there = [pieces.stood(other, one.at) for other in pool if other.is_open(one.at)]
        effect = {
            "placesSkipped": skipped(piece, there, one.at) if one.held else None,
            "hoursAfterStartBy": round(working_hours(piece.start_by, one.at), 2),
        }
        yield Override(one.stream, one.seq, one.at, one.key, effect)


def of_days(session: Session, pieces: WorkHistory, applications: set[str] | None) -> list[Overrides]:
    """Lowered urgency, suspensions and extensions: what they did to the order, and to the days of a term.

    Args:
        session: where to look.
        pieces: the work of the period, with what was re-ordered.
        applications: those to look at; None for all.
    """
    found = defaultdict(list)
    rows = session.connection().execute(DECIDED, {"since": pieces.since, "until": pieces.until})
    for row in rows:
        if applications is None or row.stream in applications:
            found[KINDS[row.event]].append(row)
    on = office_day(pieces.until)
    lowered = _lowered(pieces, found["lowered-urgency"])
    return [
        gathered("lowered-urgency", len(found["lowered-urgency"]), lowered),
        gathered("suspension", len(found["suspension"]), _moved_days(session, found["suspension"], on)),
        gathered("extension", len(found["extension"]), _moved_days(session, found["extension"], on)),
    ]


KINDS = {
    "lower-urgency": "lowered-urgency",
    "suspend-term": "suspension",
    "suspend": "suspension",
    "give-notice": "extension",
    "put-off": "extension",
}


def gathered(kind: str, number: int, each: Iterable[Override]) -> Overrides:
    """The overrides of a kind with how their effects lie; what has no number, such as a lane, is only told."""
    told = tuple(each)
    numbers = defaultdict(list)
    for one in told:
        for name, effect in one.effect.items():
            if isinstance(effect, (int, float)):
                numbers[name].append(float(effect))
    return Overrides(kind, number, told, {name: percentiles(values) for name, values in sorted(numbers.items())})


def _lowered(pieces: WorkHistory, rows: Sequence[Any]) -> Iterable[Override]:
    """Which work moved with a lowering, as the entry of the re-ordering beside it tells."""
    moved = defaultdict(list)
    for items in pieces.reordered.values():
        for one in items:
            moved[one.stream, one.at].append(one.told)
    for row in rows[-EACH:]:
        told = moved[row.stream, row.at]
        places = [one["place"] for one in told if one["place"]["from"] and one["place"]["to"]]
        later = [
            working_hours(*(datetime.fromisoformat(one[end]["startBy"]) for end in ("from", "to"))) for one in told
        ]
        effect = {
            "itemsMoved": len(told),
            "placesBack": max((one["to"] - one["from"] for one in places), default=None),
            "hoursLater": round(max(later, default=0.0), 2),
            "fromLane": told[0]["from"]["lane"] if told else None,
            "toLane": row.urgency,
        }
        yield Override(row.stream, row.seq, row.at, row.subject, effect)


def _moved_days(session: Session, rows: Sequence[Any], on: date) -> Iterable[Override]:
    """By how many days a suspension or an extension moved the last day of its term."""
    for row in rows[-EACH:]:
        term = _term_of(session, row)
        days = None if term is None else _days(session, term, row)
        effect: dict[str, Any] = {"term": term.kind if term else row.term, "days": days}
        if term is not None and term.due_on is None:
            effect["runningDays"] = max(0, (on - date.fromisoformat(row.since)).days + 1)
        yield Override(row.stream, row.seq, row.at, row.subject, effect)


def _term_of(session: Session, row: Any) -> Term | None:
    """The term that an entry suspended or extended: the newest that began by then."""
    query = select(Term).where(Term.application == row.stream, col(Term.started_on) <= office_day(row.at))
    if row.event == "suspend-term":
        employer = row.named or row.organisation
        query = query.where(Term.kind == row.term)
        query = query.where(Term.organisation == employer) if employer else query
    elif row.event == "give-notice":
        query = query.where(Term.kind == "takeover", Term.subject == row.subject)
    else:
        kinds = ("objection-put-off",) if row.event == "put-off" else ("objection-decision", "objection-put-off")
        query = select(Term).where(Term.subject == row.subject, col(Term.kind).in_(kinds))
    return session.exec(query.order_by(col(Term.started_on).desc(), col(Term.id)).limit(1)).first()


def _days(session: Session, term: Term, row: Any) -> int | None:
    """The days between the last day as it is, and as it would be without this; None while the term stands still."""
    found = lifecycle.intervals(session, term)
    if row.event == "put-off":
        return None if term.due_on is None else (term.due_on - term.started_on).days
    if row.event == "give-notice":
        legal = lifecycle.counted(term, found).on
        return None if term.due_on is None or legal is None else (term.due_on - legal).days
    since = date.fromisoformat(row.since)
    without = _due(term, [one for one in found if one.since != since])
    return None if term.due_on is None or without is None else (term.due_on - without).days


def _due(term: Term, found: list[Suspension]) -> date | None:
    if term.extended_until is not None and term.noticed_on is not None:
        return extended(term.noticed_on, term.extended_until, found).on
    return lifecycle.counted(term, found).on
