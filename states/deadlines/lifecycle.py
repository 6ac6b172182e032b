"""Lifecycle of terms: started, ended, revived, suspended and lapsed as the catalogue says."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from rules.business_calendar.durations import Length
from states.deadlines.catalogue import TERMS, Start
from states.deadlines.due_dates import recompute
from states.deadlines.term_query import another_has_passed, latest, running_of, suspensions, thresholds
from states.engine.unit_of_work import Transition, UnitOfWork
from states.tables.base import new_id
from states.tables.deadlines import Term, TermSuspension

FOLLOW_UP_WITH_EMPLOYER = "pursue-employer"
"""The coordinator's work item while an employer's term has passed."""
FOLLOWED_UP = frozenset(kind for kind, line in TERMS.items() if line.owner == "employer")
"""The kinds of terms that the coordinator follows up with the employer."""
TERM_EVENTS = frozenset(pair for line in TERMS.values() for pair in (*line.starts, *line.ends, *line.revives))
"""The events that affect any term."""


def apply_to_deadlines(unit: UnitOfWork) -> None:
    """Lapse what passed before today, then end, revive and start terms by the transitions of this unit of work."""
    for transition in unit.transitions:
        pair = (transition.chart, transition.event)
        if pair not in TERM_EVENTS:
            continue
        lapse_passed(unit.session, ended_subject(transition), unit.on)
        for kind, line in TERMS.items():
            if pair in line.ends:
                end(unit, transition, kind)
            if pair in line.revives:
                revive(unit, transition, kind)
            if pair in line.starts and line.applies(Start(transition.row, transition.body, unit.on)):
                start(unit, transition, kind)


def ended_subject(transition: Transition) -> str:
    """The subject whose term ends; for an objection, that of the contested decision."""
    return str(getattr(transition.body, "decision_subject", None) or transition.row.id)


def start(unit: UnitOfWork, transition: Transition, kind: str) -> Term:
    """Start a term of the length in force on its first day. A running one continues."""
    line = TERMS[kind]
    if (found := running_of(unit.session, transition.row.id, kind)) is not None:
        return found
    what = Start(transition.row, transition.body, unit.on)
    started_on = line.started_on(what)
    return begin(
        unit.session,
        kind,
        application=transition.row.stream,
        subject=transition.row.id,
        organisation=getattr(transition.row, "organisation", None) or "",
        started_on=started_on,
        held=line.given(what._replace(on=started_on)),
        started_at=unit.at if line.working_hours else None,
    )


def begin(
    session: Session,
    kind: str,
    *,
    application: str,
    subject: str,
    organisation: str,
    started_on: date,
    held: Length,
    started_at: datetime | None = None,
) -> Term:
    """Store a term with its thresholds."""
    line = TERMS[kind]
    row = Term(
        id=new_id("term"),
        application=application,
        subject=subject,
        kind=kind,
        article=line.article,
        # An employer decides on objections to its own decisions.
        owner="employer" if organisation and line.owner == "office" else line.owner,
        organisation=organisation,
        started_on=started_on,
        started_at=started_at,
        amount=held.amount,
        unit=str(held.unit),
        suspendable=line.suspendable,
        reasons=[],
    )
    session.add(row)
    recompute(session, row)
    return row


def end(unit: UnitOfWork, transition: Transition, kind: str) -> None:
    """End the running term of a kind on the subject, with its suspensions and thresholds."""
    line, session = TERMS[kind], unit.session
    row = running_of(session, ended_subject(transition), kind)
    if row is None:
        return
    row.ended_on, row.ended_by = unit.on, transition.event
    for suspension in suspensions(session, row):
        if suspension.until is None:
            # A suspension that was to begin later is closed before it begins.
            suspension.until = max(unit.on, suspension.since - timedelta(days=1))
    disable_thresholds(session, row)
    if kind in FOLLOWED_UP and not another_has_passed(session, row, unit.on):
        unit.buffer.completed_work.append((row.subject, FOLLOW_UP_WITH_EMPLOYER))
    last_on = unit.on - timedelta(days=1)
    if (transition.chart, transition.event) in line.follows_on and last_on > row.started_on:
        follow_up(session, row, last_on)


def revive(unit: UnitOfWork, transition: Transition, kind: str) -> None:
    """Reopen the newest term of a kind if it has ended."""
    row = latest(unit.session, transition.row.id, kind)
    if row is not None and row.ended_on is not None:
        row.ended_on = row.ended_by = None
        recompute(unit.session, row)


def lapse_passed(session: Session, subject: str, on: date) -> None:
    """Lapse every term on a subject that passed before today, and then those that follow from them."""
    query = select(Term).where(Term.subject == subject, col(Term.ended_on).is_(None), col(Term.due_on) < on)
    while passed := [row for row in session.exec(query) if TERMS[row.kind].lapses]:
        for row in passed:
            lapse(session, row)
        session.flush()


def lapse(session: Session, row: Term) -> None:
    """Lapse a term, and start the one that follows from it."""
    assert row.due_on is not None
    row.ended_on, row.ended_by = row.due_on, "lapse"
    disable_thresholds(session, row)
    if TERMS[row.kind].followed_by:
        follow_up(session, row, row.due_on)


def follow_up(session: Session, row: Term, last_on: date) -> None:
    """Start the term that follows from another one's last day."""
    kind = TERMS[row.kind].followed_by
    if running_of(session, row.subject, kind) is None:
        begin(
            session,
            kind,
            application=row.application,
            subject=row.subject,
            organisation=row.organisation,
            started_on=last_on,
            held=TERMS[kind].given(Start(None, None, last_on)),
        )


def disable_thresholds(session: Session, row: Term) -> None:
    """Disable the open thresholds of an ended term."""
    for threshold in thresholds(session, row):
        if threshold.passed_at is None:
            threshold.due_at = None


def suspend(
    session: Session,
    term: Term,
    *,
    since: date,
    until: date | None,
    ground: str,
    article: str,
    attributed_to: str,
) -> None:
    """Suspend a term for an interval, and recompute it."""
    row = TermSuspension(
        id=new_id("suspension"),
        term=term.id,
        since=since,
        until=until,
        ground=ground,
        article=article,
        attributed_to=attributed_to,
    )
    session.add(row)
    recompute(session, term)


def resume(session: Session, term: Term, interval: TermSuspension, last_on: date) -> None:
    """Resume a suspended term on the day after ``last_on``, and recompute it."""
    interval.until = last_on
    recompute(session, term)
