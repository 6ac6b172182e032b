"""Timers of the office: what is configured, when each last ran, and when it runs next."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from rules.core.dates import office_day
from rules.deadlines.escalation import escalation_steps, is_reminder, overdue_name, reminder_schedule, share_name
from states.deadlines.catalogue import TERMS
from states.deadlines.due_dates import LAPSED
from states.jobs import runs

PASSED = text(
    """
    SELECT t.kind, h.name, max(h.passed_at) AS last_at, count(h.passed_at) AS times,
           count(*) FILTER (WHERE h.late) AS late,
           min(h.due_at) FILTER (WHERE h.passed_at IS NULL) AS next_at,
           count(h.due_at) FILTER (WHERE h.passed_at IS NULL) AS waiting,
           count(h.due_at) FILTER (WHERE h.passed_at IS NULL AND h.due_at <= :at) AS overdue
    FROM threshold h JOIN term t ON t.id = h.term GROUP BY t.kind, h.name
    """,
)
SENT = text(
    "SELECT t.kind, r.threshold, count(*) AS letters FROM reminder r JOIN term t ON t.id = r.term"
    " GROUP BY t.kind, r.threshold",
)


@dataclass(frozen=True)
class Timer:
    """One timer, configured or from an earlier reminder schedule."""

    name: str
    kind: str
    """reminder, escalation, lapse, flow or tick."""
    when: str
    term: str | None = None
    threshold: str | None = None
    tells: str | None = None
    last_at: datetime | None = None
    times: int = 0
    late: int = 0
    letters: int | None = None
    next_at: datetime | None = None
    waiting: int | None = None
    overdue: int = 0


def configured_timers(on: date) -> Iterator[Timer]:
    """The timers that the reminder schedules of a day define, by kind of term."""
    for kind, line in TERMS.items():
        schedule = reminder_schedule(kind, on)
        runs_in = "working hours" if line.working_hours else "running days"
        steps = {share_name(part): f"at {share_name(part)} of its {runs_in}" for part in schedule.at}
        steps |= {overdue_name(days): after_its_last_day(days) for days in schedule.after}
        for name, when in steps.items():
            yield Timer(f"{kind}/{name}", "reminder", when, kind, name, str(line.reminds))
        if line.lapses:
            yield Timer(f"{kind}/{LAPSED}", "lapse", "after its last day", kind, LAPSED)
            continue
        # A term of the office belongs to the employer where it is about the employer's decision.
        owners = dict.fromkeys([line.owner, *(["employer"] if line.owner == "office" else [])])
        escalations = {step.to: step.days for owner in reversed(owners) for step in escalation_steps(owner, on)}
        for role, days in sorted(escalations.items(), key=lambda item: item[1]):
            yield Timer(f"{kind}/{role}", "escalation", after_its_last_day(days), kind, str(role), str(role))


def after_its_last_day(days: int) -> str:
    """When a step after the last day of a term is due, in words."""
    return f"{days} day{'s' if days != 1 else ''} after its last day"


def term_timers(session: Session, *, at: datetime) -> list[Timer]:
    """The timers of terms, including those of an earlier schedule by which terms still run."""
    passed = {(row.kind, row.name): row for row in session.connection().execute(PASSED, {"at": at})}
    sent = {(row.kind, row.threshold): int(row.letters) for row in session.connection().execute(SENT)}
    current = {(each.term, each.threshold): each for each in configured_timers(office_day(at))}
    former = [former_timer(kind, name) for kind, name in sorted(passed.keys() - current.keys())]
    return [with_history(each, passed.get((each.term, each.threshold)), sent) for each in (*current.values(), *former)]


def former_timer(kind: str, name: str) -> Timer:
    """A threshold of terms that started under an earlier reminder schedule."""
    what = "reminder" if is_reminder(name) else "lapse" if name == LAPSED else "escalation"
    recipient = {"reminder": TERMS[kind].reminds, "lapse": None}.get(what, name) if kind in TERMS else None
    return Timer(f"{kind}/{name}", what, "by an earlier ladder", kind, name, str(recipient) if recipient else None)


def with_history(timer: Timer, row: Row[Any] | None, sent: dict[tuple[str, str], int]) -> Timer:
    """A timer with its past and next runs."""
    assert timer.term is not None
    assert timer.threshold is not None
    letters = sent.get((timer.term, timer.threshold), 0)
    known: dict[str, Any] = {"letters": letters, "waiting": 0}
    if row is not None:
        names = ("last_at", "times", "late", "next_at", "waiting", "overdue")
        known |= {name: getattr(row, name) for name in names}
    return replace(timer, **known)


def scheduled_timers(session: Session) -> Iterator[tuple[Timer, dict[str, Any]]]:
    """The flows and clock jobs, each with its recorded schedule."""
    ran = runs.last_runs(session)
    for each in runs.recorded_timers(session):
        row = ran.get(each.name)
        known = Timer(each.name, each.kind, "", last_at=row.finished_at if row else None, times=row.runs if row else 0)
        yield known, each.schedule
