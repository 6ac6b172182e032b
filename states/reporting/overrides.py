"""Overrides of the order and of terms by people and by the reserve, from the ledger, with their effects."""

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
from states.deadlines import due_dates, term_query
from states.reporting.work_history import Moved, WorkHistory
from states.tables.deadlines import Term

LISTED_PER_KIND = 25
"""The number of newest overrides of each kind that are listed and measured individually."""

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
    """One override: its ledger entry and its effects."""

    stream: str
    seq: int
    at: datetime
    subject: str
    effect: dict[str, Any]


class Overrides(NamedTuple):
    """All overrides of one kind in a period."""

    kind: str
    number: int
    """Their number, which may be larger than the number of listed ones."""
    each: tuple[Override, ...]
    effects: dict[str, Percentiles]
    """The distribution of the effects of the listed ones, by name."""


def of_order(history: WorkHistory, kept: Iterable[str]) -> list[Overrides]:
    """Claims given by the reserve, and assignments by people, with the number of work items that they passed over."""
    mine = set(kept)
    pools = defaultdict(list)
    for span in history.work.values():
        pools[span.role, span.organisation].append(span)
    kinds: dict[str, list[Moved]] = {name: [] for name in ("reserve", "assign", "delegate", "redistribute")}
    for one in history.moved:
        kind = "reserve" if one.reserve else one.event
        if kind in kinds and one.at >= history.since and one.key in mine:
            kinds[kind].append(one)
    return [with_effects(kind, len(found), _passed_over(history, pools, found)) for kind, found in kinds.items()]


def _passed_over(
    history: WorkHistory, pools: dict[tuple[str, str], list[WorkSpan]], found: Sequence[Moved]
) -> Iterable[Override]:
    for one in found[-LISTED_PER_KIND:]:
        span = history.as_at(history.work[one.key], one.at)
        pool = pools[span.role, span.organisation]
        there = [history.as_at(other, one.at) for other in pool if other.is_open(one.at)]
        effect = {
            "placesSkipped": skipped(span, there, one.at) if one.held else None,
            "hoursAfterStartBy": round(working_hours(span.start_by, one.at), 2),
        }
        yield Override(one.stream, one.seq, one.at, one.key, effect)


def of_days(session: Session, history: WorkHistory, applications: set[str] | None) -> list[Overrides]:
    """Lowered urgency, suspensions and extensions, with their effects on the order and on the days of a term.

    Args:
        session: an open session.
        history: the work of the period, with its re-ordering.
        applications: the cases to include; None for all.
    """
    found = defaultdict(list)
    rows = session.connection().execute(DECIDED, {"since": history.since, "until": history.until})
    for row in rows:
        if applications is None or row.stream in applications:
            found[KINDS[row.event]].append(row)
    on = office_day(history.until)
    lowered = _lowered(history, found["lowered-urgency"])
    return [
        with_effects("lowered-urgency", len(found["lowered-urgency"]), lowered),
        with_effects("suspension", len(found["suspension"]), _moved_days(session, found["suspension"], on)),
        with_effects("extension", len(found["extension"]), _moved_days(session, found["extension"], on)),
    ]


KINDS = {
    "lower-urgency": "lowered-urgency",
    "suspend-term": "suspension",
    "suspend": "suspension",
    "give-notice": "extension",
    "put-off": "extension",
}


def with_effects(kind: str, number: int, each: Iterable[Override]) -> Overrides:
    """The overrides of a kind with the distribution of their effects; values without a number are listed only."""
    listed = tuple(each)
    numbers = defaultdict(list)
    for one in listed:
        for name, effect in one.effect.items():
            if isinstance(effect, (int, float)):
                numbers[name].append(float(effect))
    return Overrides(kind, number, listed, {name: percentiles(values) for name, values in sorted(numbers.items())})


def _lowered(history: WorkHistory, rows: Sequence[Any]) -> Iterable[Override]:
    """The work items that a lowering moved, by the re-ordering entry next to it."""
    moved = defaultdict(list)
    for items in history.reordered.values():
        for one in items:
            moved[one.stream, one.at].append(one.move)
    for row in rows[-LISTED_PER_KIND:]:
        moves = moved[row.stream, row.at]
        places = [one["place"] for one in moves if one["place"]["from"] and one["place"]["to"]]
        later = [
            working_hours(*(datetime.fromisoformat(one[end]["startBy"]) for end in ("from", "to"))) for one in moves
        ]
        effect = {
            "itemsMoved": len(moves),
            "placesBack": max((one["to"] - one["from"] for one in places), default=None),
            "hoursLater": round(max(later, default=0.0), 2),
            "fromLane": moves[0]["from"]["lane"] if moves else None,
            "toLane": row.urgency,
        }
        yield Override(row.stream, row.seq, row.at, row.subject, effect)


def _moved_days(session: Session, rows: Sequence[Any], on: date) -> Iterable[Override]:
    """The number of days by which a suspension or extension moved the last day of its term."""
    for row in rows[-LISTED_PER_KIND:]:
        term = _term_of(session, row)
        days = None if term is None else _days(session, term, row)
        effect: dict[str, Any] = {"term": term.kind if term else row.term, "days": days}
        if term is not None and term.due_on is None:
            effect["runningDays"] = max(0, (on - date.fromisoformat(row.since)).days + 1)
        yield Override(row.stream, row.seq, row.at, row.subject, effect)


def _term_of(session: Session, row: Any) -> Term | None:
    """The term that an entry suspended or extended: the newest that had started by then."""
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
    """The days between the present last day and the one without this override; None while the term is suspended."""
    found = term_query.intervals(session, term)
    if row.event == "put-off":
        return None if term.due_on is None else (term.due_on - term.started_on).days
    if row.event == "give-notice":
        legal = due_dates.legal_due(term, found).on
        return None if term.due_on is None or legal is None else (term.due_on - legal).days
    since = date.fromisoformat(row.since)
    without = _due(term, [one for one in found if one.since != since])
    return None if term.due_on is None or without is None else (term.due_on - without).days


def _due(term: Term, found: list[Suspension]) -> date | None:
    if term.extended_until is not None and term.noticed_on is not None:
        return extended(term.noticed_on, term.extended_until, found).on
    return due_dates.legal_due(term, found).on
