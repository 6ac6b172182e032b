"""Late employers for tests: requests to take over, their terms, notices of default and payments."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from office import EMPLOYER, GOUDVEEN, OFFICER, ZILVERDAM, act, do, iban, person, receive, row, walk
from sqlalchemy import Engine
from sqlmodel import Session

from rules.core.roles import Role
from states.charts.application import Stage
from states.deadlines.term_query import latest
from states.jobs.reminders import pass_due
from states.storage.database import transaction
from states.tables.application import Takeover
from states.tables.deadlines import Term

RECEIVED = date(2026, 6, 1)
"""A Monday; eight weeks later is Monday 27 July."""
DUE = date(2026, 7, 27)
TO = {"payee": "A. Voorbeeld", "iban": iban(77)}


def noon(day: date) -> datetime:
    """Noon in UTC of a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def asked(engine: Engine, organisation: str = ZILVERDAM) -> Takeover:
    """The one request to an employer."""
    found: Takeover = row(engine, Takeover, Takeover.organisation == organisation)
    return found


def term(engine: Engine, kind: str, organisation: str = ZILVERDAM) -> Term | None:
    """The newest term of a kind on the request to an employer."""
    with Session(engine, expire_on_commit=False) as session:
        return latest(session, asked(engine, organisation).id, kind)


def fill_received(engine: Engine) -> None:
    """An application whose two employers received the request on 1 June 2026."""
    start = datetime(2026, 6, 1, 9, tzinfo=UTC)
    reference = receive(engine, at=start, employers=[ZILVERDAM, GOUDVEEN])
    walk(engine, reference, Stage.TAKEOVER, at=start)
    for organisation in (ZILVERDAM, GOUDVEEN):
        by, at = person(Role.EMPLOYER, organisation), start + timedelta(hours=1)
        body = {"receivedOn": "2026-06-01"}
        do(engine, "takeover", asked(engine, organisation).id, "confirm-receipt", by=by, at=at, body=body)


def change(
    engine: Engine, event: str, body: dict[str, Any], *, on: date, by: Any = EMPLOYER, chart: str = "takeover"
) -> Any:
    """An event on the request, or on the application, at noon of a day."""
    request = asked(engine)
    subject = request.id if chart == "takeover" else request.stream
    return do(engine, chart, subject, event, by=by, at=noon(on), body=body)


def default(engine: Engine, on: date) -> None:
    """The office records a notice of default that was received on that day."""
    change(engine, "default", {"receivedOn": on.isoformat()}, on=on, by=OFFICER)


def take_over(engine: Engine, on: date, organisation: str = ZILVERDAM) -> None:
    """The employer takes over, and says so, on a day."""
    request = asked(engine, organisation)
    act(engine, request.stream, "take-over", at=noon(on), which=lambda action: action.subject == request.id)


def tick(engine: Engine, day: date) -> int:
    """Let the clock tick at noon and do all that is due; return how many thresholds it passed."""
    passed = 0
    while True:
        with transaction(engine) as session:
            now = pass_due(session, at=noon(day), limit=1000)
        passed += now
        if not now:
            return passed


def approve(engine: Engine, on: date) -> None:
    """Check and approve what is owed in addition to the invoices."""
    for event in ("check", "approve"):
        act(engine, asked(engine).stream, event, at=noon(on))


def pay(engine: Engine, on: date) -> None:
    """Send the approved payables to the bank, which pays them on a day."""
    for event in ("build", "seal", "release", "export", "take-in-statement"):
        act(engine, asked(engine).stream, event, at=noon(on))
