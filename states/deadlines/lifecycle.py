"""Terms of a case: starting and ending them by their table, and computing their days."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from rules.business_calendar.durations import Length, Unit
from rules.business_calendar.working_hours import add_or_provisional
from rules.core.dates import office_day, start_of
from rules.deadlines.end_date import Due, due_or_provisional, extended, threshold_on
from rules.deadlines.escalation import escalation, later, reminders, share
from rules.deadlines.suspensions import Suspension
from states.deadlines.catalogue import TERMS, Start
from states.engine.unit_of_work import Transition, UnitOfWork
from states.tables.base import new_id
from states.tables.deadlines import Term, TermSuspension, Threshold

MORNING = 9
"""The hour at which a threshold passes on its day."""
LAPSED = "lapsed"
"""The threshold at which a term ends by itself: the first moment after its last day."""
PURSUE = "pursue-employer"
"""The work of the coordinator while a term of an employer has passed."""
PURSUED = frozenset(kind for kind, line in TERMS.items() if line.owner == "employer")
"""The kinds of terms for which the coordinator goes after the employer."""
MATTERS = frozenset(pair for line in TERMS.values() for pair in (*line.starts, *line.ends, *line.revives))
"""The events that concern any term at all."""


def apply_to_deadlines(unit: UnitOfWork) -> None:
    """Let lapse what passed before today, then end, revive and start the terms of what happened in this passage."""
    for transition in unit.transitions:
        pair = (transition.chart, transition.event)
        if pair not in MATTERS:
            continue
        lapse_passed(unit.session, concerned(transition), unit.on)
        for kind, line in TERMS.items():
            if pair in line.ends:
                end(unit, transition, kind)
            if pair in line.revives:
                revive(unit, transition, kind)
            if pair in line.starts and line.applies(Start(transition.row, transition.body, unit.on)):
                start(unit, transition, kind)


def subject_of(transition: Transition) -> str:
    """The id of what was touched."""
    return str(transition.row.id)


def concerned(transition: Transition) -> str:
    """The subject whose term is ended: that of the decision, where someone objects to one."""
    return str(getattr(transition.body, "decision_subject", None) or subject_of(transition))


def start(unit: UnitOfWork, transition: Transition, kind: str) -> Term:
    """Begin a term; its length is the one in force on the day it starts. One that runs already goes on."""
    line = TERMS[kind]
    if (found := running_of(unit.session, subject_of(transition), kind)) is not None:
        return found
    what = Start(transition.row, transition.body, unit.on)
    started_on = line.started_on(what)
    return begin(
        unit.session,
        kind,
        application=transition.row.stream,
        subject=subject_of(transition),
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
    """Put a term in the table, with its thresholds."""
    line = TERMS[kind]
    row = Term(
        id=new_id("term"),
        application=application,
        subject=subject,
        kind=kind,
        article=line.article,
        # An objection to an employer's decision is decided by that employer.
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
    """End the running term of a kind on what was touched, with its suspensions and thresholds."""
    line, session = TERMS[kind], unit.session
    row = running_of(session, concerned(transition), kind)
    if row is None:
        return
    row.ended_on, row.ended_by = unit.on, transition.event
    for suspension in suspensions(session, row):
        if suspension.until is None:
            # One that was to begin later never came to run.
            suspension.until = max(unit.on, suspension.since - timedelta(days=1))
    close(session, row)
    if kind in PURSUED and not passed_beside(session, row, unit.on):
        unit.buffer.completed_work.append((row.subject, PURSUE))
    last_on = unit.on - timedelta(days=1)
    if (transition.chart, transition.event) in line.follows_on and last_on > row.started_on:
        follow_up(session, row, last_on)


def passed_beside(session: Session, row: Term, on: date) -> bool:
    """Whether another term of the employer on the same subject has passed and still runs."""
    query = select(Term.id).where(
        Term.subject == row.subject,
        Term.id != row.id,
        Term.owner == row.owner,
        col(Term.ended_on).is_(None),
        col(Term.due_on) < on,
    )
    return session.exec(query.limit(1)).first() is not None


def revive(unit: UnitOfWork, transition: Transition, kind: str) -> None:
    """Let the newest term of a kind run again, if it had ended."""
    row = latest(unit.session, subject_of(transition), kind)
    if row is not None and row.ended_on is not None:
        row.ended_on = row.ended_by = None
        recompute(unit.session, row)


def lapse_passed(session: Session, subject: str, on: date) -> None:
    """Let every term on a subject lapse that passed before today, and so on with those that follow from it."""
    query = select(Term).where(Term.subject == subject, col(Term.ended_on).is_(None), col(Term.due_on) < on)
    while passed := [row for row in session.exec(query) if TERMS[row.kind].lapses]:
        for row in passed:
            lapse(session, row)
        session.flush()


def lapse(session: Session, row: Term) -> None:
    """End a term that passed, and start the one that follows from it."""
    assert row.due_on is not None
    row.ended_on, row.ended_by = row.due_on, "lapse"
    close(session, row)
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


def close(session: Session, row: Term) -> None:
    """Let no threshold of an ended term pass any more."""
    for threshold in thresholds(session, row):
        if threshold.passed_at is None:
            threshold.due_at = None


def suspensions(session: Session, term: Term) -> list[TermSuspension]:
    """The suspensions of a term, in order."""
    query = select(TermSuspension).where(TermSuspension.term == term.id)
    return list(session.exec(query.order_by(col(TermSuspension.since), col(TermSuspension.id))))


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
    """Let a term stand still for an interval, and compute it anew."""
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
    """Let a suspended term go on the day after ``last_on``, and compute it anew."""
    interval.until = last_on
    recompute(session, term)


def intervals(session: Session, term: Term) -> list[Suspension]:
    """The suspensions of a term, as the rules know them."""
    return [
        Suspension(row.since, row.until, row.ground, row.article, row.attributed_to)
        for row in suspensions(session, term)
    ]


def thresholds(session: Session, term: Term) -> list[Threshold]:
    """The thresholds of a term."""
    return list(session.exec(select(Threshold).where(Threshold.term == term.id)))


def legal_end(session: Session, term: Term) -> date | None:
    """The last day of a term as the law has it, whatever a notice of delay says; None while it stands still."""
    return counted(term, intervals(session, term)).on


def counted(term: Term, found: list[Suspension]) -> Due:
    """When a term in days ends by the law alone."""
    held, statutory = Length(term.amount, Unit(term.unit)), TERMS[term.kind].statutory
    return due_or_provisional(term.started_on, held, suspensions=found, statutory=statutory)


def recompute(session: Session, term: Term) -> None:
    """Compute a term's due date and thresholds anew from its facts."""
    session.flush()
    found = intervals(session, term)
    if term.started_at is not None:
        moment, provisional = add_or_provisional(term.started_at, term.amount)
        why = f"House service level: {term.amount} hours of office time from the moment of its start; no law sets it."
        end = Due(office_day(moment), office_day(moment), (why,), provisional)
    elif term.extended_until is not None and term.noticed_on is not None:
        end = extended(term.noticed_on, term.extended_until, found)
    else:
        end = counted(term, found)
    term.due_on, term.provisional, term.reasons = end.on, end.provisional, list(end.reasons)
    present = {row.name: row for row in thresholds(session, term)}
    wanted = moments(term, found)
    for name in present.keys() | wanted.keys():
        row = present.get(name) or Threshold(term=term.id, name=name)
        if row.passed_at is None:
            row.due_at = wanted.get(name)  # None for one of a ladder that held on another first day
        session.add(row)


def moments(term: Term, found: list[Suspension]) -> dict[str, datetime | None]:
    """When each threshold of a term passes: the reminders, the escalation of one that passed, and its lapse."""
    line, on, found_on = TERMS[term.kind], term.due_on, term.started_on
    ladder = reminders(term.kind, found_on)
    at: dict[str, datetime | None] = {}
    for fraction in ladder.at:
        if on is None:
            at[share(fraction)] = None
        elif term.started_at is not None:
            at[share(fraction)] = add_or_provisional(term.started_at, term.amount * fraction)[0]
        else:
            at[share(fraction)] = start_of(threshold_on(found_on, on, fraction, found), MORNING)
    if line.lapses:  # what lapses has ended, and another term may follow it
        at[LAPSED] = None if on is None else start_of(on + timedelta(days=1))
        return at
    afterwards = {later(days): days for days in ladder.after}
    afterwards |= {str(rung.to): rung.days for rung in escalation(term.owner, found_on)}
    for name, days in afterwards.items():
        at[name] = None if on is None else start_of(on + timedelta(days=days), MORNING)
    return at


def running_of(session: Session, subject: str, kind: str) -> Term | None:
    """The running term of a kind on a subject."""
    query = select(Term).where(Term.subject == subject, Term.kind == kind, col(Term.ended_on).is_(None))
    return session.exec(query).first()


def running(session: Session, application: str, kind: str, organisation: str | None = None) -> Term | None:
    """The running term of a kind in an application, for one employer where one is named."""
    query = select(Term).where(Term.application == application, Term.kind == kind, col(Term.ended_on).is_(None))
    if organisation:
        query = query.where(Term.organisation == organisation)
    return session.exec(query.order_by(col(Term.started_on), col(Term.id))).first()


def employers_with(session: Session, application: str, kind: str) -> list[str]:
    """The employers whose term of a kind runs in an application."""
    query = select(Term.organisation).where(Term.application == application, Term.kind == kind)
    return sorted(session.exec(query.where(col(Term.ended_on).is_(None))))


def latest(session: Session, subject: str, kind: str) -> Term | None:
    """The newest term of a kind on a subject, running or ended."""
    query = select(Term).where(Term.subject == subject, Term.kind == kind)
    newest = (col(Term.ended_on).is_not(None), col(Term.started_on).desc(), col(Term.id))
    return session.exec(query.order_by(*newest)).first()
