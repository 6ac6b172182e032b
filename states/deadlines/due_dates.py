"""Due dates of terms, and the moments of their thresholds."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from rules.business_calendar.durations import Length, Unit
from rules.business_calendar.working_hours import add_or_provisional
from rules.core.dates import office_day, start_of
from rules.deadlines.end_date import Due, due_or_provisional, extended, threshold_on
from rules.deadlines.escalation import escalation_steps, overdue_name, reminder_schedule, share_name
from rules.deadlines.suspensions import Suspension
from states.deadlines.catalogue import TERMS
from states.deadlines.term_query import intervals, thresholds
from states.tables.deadlines import Term, Threshold

MORNING = 9
"""The hour of the day at which a threshold passes."""


LAPSED = "lapsed"
"""The threshold at which a term ends automatically: the first moment after its last day."""


def legal_end(session: Session, term: Term) -> date | None:
    """The legal last day of a term, without any notice of delay; None while it is suspended."""
    return legal_due(term, intervals(session, term)).on


def legal_due(term: Term, found: list[Suspension]) -> Due:
    """The legal end of a term that is counted in days."""
    held, statutory = Length(term.amount, Unit(term.unit)), TERMS[term.kind].statutory
    return due_or_provisional(term.started_on, held, suspensions=found, statutory=statutory)


def recompute(session: Session, term: Term) -> None:
    """Recompute a term's due date and thresholds from its facts."""
    session.flush()
    found = intervals(session, term)
    if term.started_at is not None:
        moment, provisional = add_or_provisional(term.started_at, term.amount)
        why = f"House service level: {term.amount} hours of office time from the moment of its start; no law sets it."
        end = Due(office_day(moment), office_day(moment), (why,), provisional)
    elif term.extended_until is not None and term.noticed_on is not None:
        end = extended(term.noticed_on, term.extended_until, found)
    else:
        end = legal_due(term, found)
    term.due_on, term.provisional, term.reasons = end.on, end.provisional, list(end.reasons)
    present = {row.name: row for row in thresholds(session, term)}
    wanted = threshold_moments(term, found)
    for name in present.keys() | wanted.keys():
        row = present.get(name) or Threshold(term=term.id, name=name)
        if row.passed_at is None:
            row.due_at = wanted.get(name)  # None for a threshold of an earlier reminder schedule
        session.add(row)


def threshold_moments(term: Term, found: list[Suspension]) -> dict[str, datetime | None]:
    """The moment of each threshold of a term: its reminders, its escalation and its lapse."""
    line, on, found_on = TERMS[term.kind], term.due_on, term.started_on
    ladder = reminder_schedule(term.kind, found_on)
    at: dict[str, datetime | None] = {}
    for fraction in ladder.at:
        if on is None:
            at[share_name(fraction)] = None
        elif term.started_at is not None:
            at[share_name(fraction)] = add_or_provisional(term.started_at, term.amount * fraction)[0]
        else:
            at[share_name(fraction)] = start_of(threshold_on(found_on, on, fraction, found), MORNING)
    if line.lapses:  # a lapsed term has ended, and another one may follow it
        at[LAPSED] = None if on is None else start_of(on + timedelta(days=1))
        return at
    afterwards = {overdue_name(days): days for days in ladder.after}
    afterwards |= {str(rung.to): rung.days for rung in escalation_steps(term.owner, found_on)}
    for name, days in afterwards.items():
        at[name] = None if on is None else start_of(on + timedelta(days=days), MORNING)
    return at
