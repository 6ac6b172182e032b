"""Clock year: the office in 2028 with a virtual clock and the real commands, tick and outbox, in seconds.

Between two moments at which something can happen the clock jumps. A leap year, with both nights on which the clocks
change, Good Friday on 14 April, 5 May, and the bridge days of 28 April and 26 May.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from threading import Lock
from typing import Any

from late_employer import noon
from office import (
    ADMINISTRATOR,
    AUTHORITY,
    DAY,
    GOUDVEEN,
    KEY,
    OFFICER,
    ZILVERDAM,
    act,
    at_event,
    do,
    enrol,
    everyone,
    person,
    problems,
    receive,
    row,
    rows,
    sparing,
    walk,
)
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from flows import jobs
from flows.clock import Clock
from flows.deployment_file import read, schedules
from rules.core.dates import start_of
from rules.core.roles import Actor, Role
from states.charts.application import Stage
from states.jobs import runs
from states.settings import Configuration
from states.storage.database import connect, transaction
from states.tables.application import Takeover
from states.tables.deadlines import Reminder, Term, Threshold
from states.tables.letters import Digest, Outbox

BEGAN = datetime(2028, 1, 3, 9, tzinfo=UTC)
"""A Monday."""
ENDED = datetime(2029, 1, 2, 9, tzinfo=UTC)
OFF, ON = datetime(2028, 2, 20, 12, tzinfo=UTC), datetime(2028, 3, 3, 8, tzinfo=UTC)
"""Between these moments, which include the leap day, every clock is off."""
HEAD = Actor("head-1", Role.HEAD)
TOLD_DAILY = {OFFICER.person}
WEEKS = (
    (date(2028, 3, 24), 4),
    (date(2028, 4, 10), 9),
    (date(2028, 4, 27), 2),
    (date(2028, 5, 4), 2),
    (date(2028, 5, 24), 3),
    (date(2028, 10, 27), 4),
)
"""A number of mornings from a day on, on which the clock ticks even if nothing is due."""
NIGHTS = tuple(
    datetime(2028, month, day, hour, minute, tzinfo=UTC)
    for month, day in ((3, 26), (10, 29))
    for hour, minute in ((0, 0), (0, 59), (1, 0), (1, 30))
)
CASES: dict[str, str] = {}
"""The reference of each case, by its outcome."""
Step = tuple[datetime, Callable[[Engine], Any]]


def fill(engine: Engine) -> None:
    """Record the cases of the year on 3 January, each up to the stage in which the year begins."""
    with transaction(engine) as session:
        enrol(session, HEAD, at=BEGAN)
    for someone in [*everyone(), HEAD]:
        if someone.person not in TOLD_DAILY and someone.role is not Role.MINISTRY_CONTACT and someone != HEAD:
            body = {"declined": ["digest"]}
            do(engine, "person", someone.person, "choose-letters", by=ADMINISTRATOR, at=BEGAN, body=body)
    both = {"employers": [ZILVERDAM, GOUDVEEN]}
    for name, how in {"late": both, "paused": {}, "corrected": {}, "autumn": both, "gone": {}}.items():
        CASES[name] = receive(engine, at=BEGAN, **how)
        walk(engine, CASES[name], Stage.TAKEOVER, at=BEGAN, choose=sparing)
    CASES["missing"] = receive(engine, at=BEGAN)
    CASES["refused"] = receive(engine, at=BEGAN, office="municipal-councillor")
    for name in ("missing", "refused"):
        do(engine, "application", CASES[name], "start-intake", by=OFFICER, at=BEGAN)
    CASES["waiting"] = receive(engine, at=BEGAN)
    walk(engine, CASES["waiting"], at=BEGAN, choose=sparing, before=at_event("submit-advice"))


def of_employer(case: str, employer: str, event: str, on: date, by: Actor | None = None, **body: str) -> Step:
    """One event on the request to an employer, at noon."""

    def step(engine: Engine) -> None:
        asked = row(engine, Takeover, Takeover.stream == CASES[case], Takeover.organisation == employer)
        do(engine, "takeover", asked.id, event, by=by or person(Role.EMPLOYER, employer), at=noon(on), body=body)

    return noon(on), step


def of_case(case: str, event: str, on: date, by: Actor, **body: Any) -> Step:
    """One event on a case, at noon."""
    return noon(on), lambda engine: do(engine, "application", CASES[case], event, by=by, at=noon(on), body=body)


def script() -> list[Step]:
    """What people do in the year."""
    to, r = date(2028, 1, 10), "Reasons."
    steps = [
        of_employer("late", employer, "confirm-receipt", to, receivedOn=f"{to}") for employer in (ZILVERDAM, GOUDVEEN)
    ]
    steps += [
        of_employer("paused", ZILVERDAM, "confirm-receipt", date(2028, 1, 17), receivedOn="2028-01-17"),
        of_employer("corrected", ZILVERDAM, "confirm-receipt", date(2028, 1, 24), receivedOn="2028-01-24"),
        of_case(
            "corrected", "correct-fact", date(2028, 2, 1), OFFICER,
            takeoverReceivedOn="2028-01-20", organisation=ZILVERDAM, reasons=r,
        ),
        of_case(
            "paused", "suspend-term", date(2028, 2, 7), person(Role.EMPLOYER, ZILVERDAM),
            term="takeover", ground="applicant-consents", since="2028-02-07", reasons=r,
        ),
        of_case(
            "paused", "resume-term", date(2028, 2, 28), person(Role.EMPLOYER, ZILVERDAM),
            term="takeover", until="2028-02-27",
        ),
        of_employer("corrected", ZILVERDAM, "take-over", date(2028, 3, 10), takenOverOn="2028-03-10"),
        of_case("missing", "invite-completion", date(2028, 3, 15), OFFICER, days=14, missing="A consent."),
        of_employer("late", ZILVERDAM, "default", date(2028, 3, 15), OFFICER, receivedOn="2028-03-15"),
        of_employer("paused", ZILVERDAM, "take-over", date(2028, 4, 3), takenOverOn="2028-04-03"),
        (noon(date(2028, 4, 7)), lambda engine: do(
            engine, "person", OFFICER.person, "record-absence", by=OFFICER, at=noon(date(2028, 4, 7)),
            body={"since": "2028-04-10", "until": "2028-04-11"},
        )),
        (noon(date(2028, 4, 24)), lambda engine: act(
            engine, CASES["refused"], "intend-refusal", at=noon(date(2028, 4, 24)))),
        of_case("refused", "refuse", date(2028, 5, 9), AUTHORITY, reasons=r),
        *(of_employer("late", employer, "take-over", date(2028, 5, 12), takenOverOn="2028-05-12")
          for employer in (ZILVERDAM, GOUDVEEN)),
        (noon(date(2028, 5, 15)), lambda engine: act(
            engine, CASES["waiting"], "submit-advice", at=noon(date(2028, 5, 15)))),
        of_case("refused", "file-objection", date(2028, 6, 19), OFFICER, against="refusal", grounds="G"),
        *(of_employer("autumn", employer, "confirm-receipt", date(2028, 9, 11), receivedOn="2028-09-11")
          for employer in (ZILVERDAM, GOUDVEEN)),
        of_employer("gone", ZILVERDAM, "confirm-receipt", date(2028, 9, 18), receivedOn="2028-09-18"),
        of_employer("autumn", GOUDVEEN, "take-over", date(2028, 10, 20), takenOverOn="2028-10-20"),
        of_case("gone", "withdraw", date(2028, 10, 20), OFFICER),
        of_employer("autumn", ZILVERDAM, "take-over", date(2028, 11, 7), takenOverOn="2028-11-07"),
    ]  # fmt: skip
    return sorted(steps, key=lambda step: step[0])


class Post:
    """A channel that keeps every letter it carried."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._lock = Lock()

    def send(self, message: EmailMessage) -> None:
        with self._lock:
            self.taken.append(str(message["Message-ID"]))

    def carried(self, message_id: str) -> bool:
        with self._lock:
            return message_id in self.taken


Reminded = tuple[str, str, str, str, str, datetime]
"""Case, kind of term, employer, threshold, recipient, moment."""


@dataclass
class Year:
    """The result of a year."""

    reminders: list[Reminded] = field(default_factory=list)
    digests: list[tuple[str, date]] = field(default_factory=list)
    passed: list[tuple[str, str, datetime, datetime, bool]] = field(default_factory=list)
    """Term, threshold, due, passed, late."""
    lost: list[Threshold] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    """The Message-ID of every letter that was carried."""
    asked: list[str] = field(default_factory=list)
    """The Message-ID of every letter in the outbox."""
    of_reminders: list[str] = field(default_factory=list)
    """The outbox rows of the reminders, and those of their letters."""
    letters: list[str] = field(default_factory=list)
    ticks: int = 0
    problems: list[str] = field(default_factory=list)


def moments(engine: Engine) -> Iterator[tuple[datetime, Callable[[Engine], Any] | None]]:
    """The next moment at which something can happen, and what people do then, if anything."""
    steps = script()
    fixed = sorted({*NIGHTS, *(start_of(day + n * DAY, 9).astimezone(UTC) for day, n_ in WEEKS for n in range(n_)), ON})
    nearest = select(func.min(Threshold.due_at)).where(col(Threshold.passed_at).is_(None))
    at = BEGAN
    while True:
        with Session(engine) as session:
            next_due: datetime | None = session.exec(nearest).one()
        if next_due is not None and OFF < next_due < ON:
            next_due = ON
        coming = [when for when in fixed if when > at][:1] + ([next_due] if next_due else [])
        if steps and steps[0][0] <= min([*coming, ENDED]):
            yield steps.pop(0)
            continue
        assert next_due is None or next_due > at, f"What was due at {next_due} did not pass."
        at = min([*coming, ENDED])
        yield at, None
        if at >= ENDED:
            return


def run_year(engine: Engine, home: Path, count: int, *, prefect: bool) -> Year:
    """Run the year with a number of clocks and as many senders, each with its own connections.

    Without Prefect the clocks run its flows, and the letters go to the mailbox.
    """
    engines = [connect(engine.url.render_as_string(hide_password=False), key=KEY, pool_size=2) for _ in range(count)]
    configuration = Configuration(home=home)
    clocks, post, year = [Clock(each, configuration, BEGAN) for each in engines], Post(), Year()
    with ThreadPoolExecutor(count) as pool:
        for at, step in moments(engine):
            if step is not None:
                step(engine)
                continue
            year.ticks += 1
            if prefect:
                with transaction(engine) as session:
                    runs.record_runs(session, *schedules(read()), at=at, runner="prefect")
            list(pool.map(lambda clock, at=at: clock.tick(at), clocks))
            for clock in clocks:
                clock.join()
            if prefect:
                list(pool.map(lambda each, at=at: jobs.deliver(each, configuration, at, carrier=post), engines))
    for each in engines:
        each.dispose()
    sum_up(engine, year)
    files = configuration.mailbox.glob("*.eml")
    year.sent = [*post.taken, *(str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in files)]
    return year


def sum_up(engine: Engine, year: Year) -> None:
    """Read the result from the database."""
    terms = {term.id: term for term in rows(engine, Term)}
    for item in rows(engine, Reminder):
        term = terms[item.term]
        year.reminders.append((term.application, term.kind, term.organisation, item.threshold, item.recipient, item.at))
        year.of_reminders.append(item.outbox)
    for mark in rows(engine, Threshold, col(Threshold.due_at).is_not(None)):
        if mark.passed_at is not None:
            year.passed.append((mark.term, mark.name, mark.due_at, mark.passed_at, mark.late))
        elif mark.due_at < ENDED:
            year.lost.append(mark)
    year.digests = [(found.person, found.day) for found in rows(engine, Digest, col(Digest.outbox).is_not(None))]
    letters = rows(engine, Outbox)
    year.asked = [letter.message_id for letter in letters]
    year.letters = [letter.id for letter in letters if letter.letter in {"reminder", "escalation"}]
    year.problems = problems(engine)
