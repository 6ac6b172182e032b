"""Timing: each timer of the office in Dutch, with when it last ran and when it runs next."""

from dataclasses import dataclass

from api.pages import wording
from api.pages.visit import Visit
from api.routes import timers
from api.routes.timers import TimerView

KINDS = {
    "reminder": "herinnering",
    "escalation": "melding hogerop",
    "lapse": "verval",
    "flow": "stroom",
    "tick": "taak van de klok",
}


@dataclass(frozen=True)
class TimerRow:
    """Timer: what it is, when it comes, who is told, and its past and next time."""

    name: str
    kind: str
    when: str
    tells: str
    last: str
    times: int
    late: int
    next: str
    waiting: str
    overdue: int


def when_of(timer: TimerView) -> str:
    """Return when a timer comes, in Dutch."""
    threshold = timer.threshold or ""
    if threshold.endswith("%"):
        return f"op {threshold[:-1]} % van de termijn"
    if threshold.startswith("+"):
        return after(int(threshold[1:-1]))
    if timer.term is None:
        return every(timer.when)
    days, _, rest = timer.when.partition(" day")
    return after(int(days)) if rest and days.isdigit() else "na de laatste dag"


def after(days: int) -> str:
    """Return a number of days after a term."""
    return f"{days} {'dag' if days == 1 else 'dagen'} na de laatste dag"


def every(schedule: str) -> str:
    """Return how often something runs; a line of cron is shown as it is."""
    if schedule.startswith("every "):
        return f"elke {schedule.removeprefix('every ').removesuffix(' s')} seconden"
    return schedule


def row_of(timer: TimerView) -> TimerRow:
    """Return a timer as a row."""
    return TimerRow(
        name=wording.capital(wording.term(timer.term)) if timer.term else timer.name,
        kind=KINDS.get(timer.kind, timer.kind),
        when=when_of(timer),
        tells=wording.role(timer.tells) if timer.tells else "",
        last=wording.moment(timer.last_at),
        times=timer.times,
        late=timer.late,
        next=wording.moment(timer.next_at),
        waiting="" if timer.waiting is None else str(timer.waiting),
        overdue=timer.overdue,
    )


@dataclass(frozen=True)
class TimerRows:
    """Timers of terms, and those of flows and jobs; what is overdue first, then what comes first."""

    terms: list[TimerRow]
    jobs: list[TimerRow]


def timer_rows(visit: Visit) -> TimerRows:
    """Return every timer."""
    found = timers.timers(visit).items
    order = sorted(found, key=lambda each: (-each.overdue, each.next_at is None, each.next_at or visit.at, each.name))
    return TimerRows([row_of(each) for each in order if each.term], [row_of(each) for each in order if not each.term])
