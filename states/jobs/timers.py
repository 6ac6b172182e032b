"""Every timer of the office: what is configured, when each last did its work, and when it will next."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from rules.core.dates import office_day
from rules.deadlines.escalation import escalation, later, reminders, reminds, share
from states.deadlines.catalogue import TERMS
from states.deadlines.lifecycle import LAPSED
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
    """One timer, configured or still remembered."""

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


def configured(on: date) -> Iterator[Timer]:
    """What the ladders of a day ask for, kind by kind of term."""
    for kind, line in TERMS.items():
        ladder = reminders(kind, on)
        runs_in = "working hours" if line.working_hours else "running days"
        steps = {share(part): f"at {share(part)} of its {runs_in}" for part in ladder.at}
        steps |= {later(days): after_its_last_day(days) for days in ladder.after}
        for name, when in steps.items():
            yield Timer(f"{kind}/{name}", "reminder", when, kind, name, str(line.reminds))
        if line.lapses:
            yield Timer(f"{kind}/{LAPSED}", "lapse", "after its last day", kind, LAPSED)
            continue
        # A term of the office is the employer's where it is about the employer's decision.
        owners = dict.fromkeys([line.owner, *(["employer"] if line.owner == "office" else [])])
        rungs = {rung.to: rung.days for owner in reversed(owners) for rung in escalation(owner, on)}
        for role, days in sorted(rungs.items(), key=lambda rung: rung[1]):
            yield Timer(f"{kind}/{role}", "escalation", after_its_last_day(days), kind, str(role), str(role))


def after_its_last_day(days: int) -> str:
    """When a rung of a ladder comes that stands after the end."""
    return f"{days} day{'s' if days != 1 else ''} after its last day"


def of_terms(session: Session, *, at: datetime) -> list[Timer]:
    """The timers of terms, also those of a ladder that no longer holds while terms still run by it."""
    passed = {(row.kind, row.name): row for row in session.connection().execute(PASSED, {"at": at})}
    sent = {(row.kind, row.threshold): int(row.letters) for row in session.connection().execute(SENT)}
    plan = {(each.term, each.threshold): each for each in configured(office_day(at))}
    gone = [remembered(kind, name) for kind, name in sorted(passed.keys() - plan.keys())]
    return [counted(each, passed.get((each.term, each.threshold)), sent) for each in (*plan.values(), *gone)]


def remembered(kind: str, name: str) -> Timer:
    """A threshold of terms that began under an earlier ladder."""
    what = "reminder" if reminds(name) else "lapse" if name == LAPSED else "escalation"
    told = {"reminder": TERMS[kind].reminds, "lapse": None}.get(what, name) if kind in TERMS else None
    return Timer(f"{kind}/{name}", what, "by an earlier ladder", kind, name, str(told) if told else None)


def counted(timer: Timer, row: Row[Any] | None, sent: dict[tuple[str, str], int]) -> Timer:
    """A threshold with what became of it so far."""
    assert timer.term is not None
    assert timer.threshold is not None
    letters = sent.get((timer.term, timer.threshold), 0)
    known: dict[str, Any] = {"letters": letters, "waiting": 0}
    if row is not None:
        names = ("last_at", "times", "late", "next_at", "waiting", "overdue")
        known |= {name: getattr(row, name) for name in names}
    return replace(timer, **known)


def by_schedule(session: Session) -> Iterator[tuple[Timer, dict[str, Any]]]:
    """Flows and jobs of the clock as a clock put them down, each with its schedule."""
    ran = runs.last(session)
    for each in runs.timers(session):
        row = ran.get(each.name)
        known = Timer(each.name, each.kind, "", last_at=row.finished_at if row else None, times=row.runs if row else 0)
        yield known, each.schedule
