"""Step (step.vs_bare_sql): one event against hand-written SQL that writes the same number of rows.

Both run in one process on one connection to the same server with fsync on, in turns, so that a slow moment of the
machine affects both. The events are those of whole cases, from receipt to closed, with all rules.
"""

import json
import statistics
import time
from collections import Counter
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from bench.office import now, office
from rules.core.roles import Actor, Role
from states.commands.available_actions import Action, actions
from states.commands.bank_files import take_in
from states.commands.fire import fire
from states.events.application.receipt import Receive
from states.storage.database import transaction
from states.tables.application import Application

CASES = 6
ROUNDS = 5
OFFICER = "officer-1"


def run_whole_case(engine: Engine) -> list[tuple[str, str]]:
    """Run one whole case by its proposed actions; return its events in order."""
    events: list[tuple[str, str]] = []
    reference = receive(engine)
    while (action := next_action(engine, reference)) is not None:
        run_action(engine, action)
        events.append((action.chart, action.event))
    return events


def receive(engine: Engine) -> str:
    """Receive a new case."""
    with transaction(engine) as session:
        by = Actor(OFFICER, Role.OFFICER)
        body = Receive().example(None)  # type: ignore[arg-type]
        return str(fire(session, "application", None, "receive", by=by, at=now(), body=body).row.id)


def next_action(engine: Engine, reference: str) -> Action | None:
    """The first allowed action; None once the case is closed."""
    with transaction(engine) as session:
        application = session.get_one(Application, reference)
        if application.state == "closed":
            return None
        return next(a for a in actions(session, application, at=now(), demonstration=True) if a.allowed)


def run_action(engine: Engine, action: Action) -> None:
    """Fire the event of an action in its own transaction."""
    by = Actor(str(action.person), action.role, action.organisation)
    with transaction(engine) as session:
        perform(session, action, by, now())


def perform(session: Any, action: Action, by: Actor, at: datetime) -> None:
    """Fire the event of an action."""
    if action.event == "take-in-statement":
        assert action.example is not None
        take_in(session, action.example["document"].encode(), by=by, at=at)
        return
    fire(
        session,
        action.chart,
        action.subject,
        action.event,
        by=by,
        at=at,
        body=action.example,
        version=action.version,
    )


class RowCounter:
    """Counts the rows that each event inserts and updates."""

    def __init__(self, engine: Engine) -> None:
        self.steps: list[Counter[str]] = []
        event.listen(engine, "after_cursor_execute", self.count)

    def begin(self) -> None:
        """Start counting for a new event."""
        self.steps.append(Counter())

    def count(self, _c: Any, cursor: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        """Count what one statement wrote."""
        kind = statement.lstrip()[:6].upper()
        if self.steps and "jsonb_to_recordset" in statement:  # one statement that writes to several tables
            rows = {name: len(json.loads(text)) for name, text in parameters.items() if name != "at"}
            self.steps[-1]["INSERT"] += rows["entries"] + rows["content"] + rows["items"]
            self.steps[-1]["UPDATE"] += rows["heads"] + rows["ended"]
        elif self.steps and kind in {"INSERT", "UPDATE"}:
            rows = len(parameters) if many else max(cursor.rowcount, 1)
            self.steps[-1][kind] += rows


def bare(connection: psycopg.Connection[Any], step: Counter[str], number: int) -> None:
    """The hand-written equivalent: lock the case, read it, write the same number of rows, commit."""
    payload = json.dumps({"facts": "x" * 400, "changes": {"state": "intake"}, "receipt": ["y" * 200]})
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT id, seq FROM bare_case WHERE id = %s FOR UPDATE", (number % 50,))
        cursor.execute("SELECT id, payload FROM bare_row WHERE id = %s", (number % 500,))
        for _ in range(step["INSERT"]):
            cursor.execute(
                "INSERT INTO bare_row (stream, at, payload) VALUES (%s, now(), %s)",
                (number % 50, payload),
            )
        for place in range(step["UPDATE"]):
            cursor.execute("UPDATE bare_case SET seq = seq + 1 WHERE id = %s", ((number + place) % 50,))


def main() -> list[dict[str, Any]]:
    """Measure; the figure is the median of the rounds' ratios."""
    with office() as (url, engine):
        run_whole_case(engine)  # warm-up
        rows = RowCounter(engine)
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            connection.execute("CREATE TABLE bare_case (id int PRIMARY KEY, seq int NOT NULL)")
            connection.execute("INSERT INTO bare_case SELECT n, 0 FROM generate_series(0, 49) n")
            connection.execute(
                "CREATE TABLE bare_row (id bigserial PRIMARY KEY, stream int NOT NULL, at timestamptz NOT NULL,"
                " payload jsonb NOT NULL)",
            )
            connection.execute("CREATE INDEX ON bare_row (stream)")
            connection.commit()
            ratios, own_rates, bare_rates = [], [], []
            for _ in range(ROUNDS):
                rows.steps.clear()
                spent = 0.0
                for _ in range(CASES):
                    reference = receive(engine)
                    while (action := next_action(engine, reference)) is not None:
                        rows.begin()
                        began = time.perf_counter()
                        run_action(engine, action)
                        spent += time.perf_counter() - began
                        rows.steps[-1]["done"] = 1
                steps = [step for step in rows.steps if step["done"]]
                began = time.perf_counter()
                for number, step in enumerate(steps):
                    bare(connection, step, number)
                by_hand = time.perf_counter() - began
                own_rates.append(len(steps) / spent)
                bare_rates.append(len(steps) / by_hand)
                ratios.append(own_rates[-1] / bare_rates[-1])
        written = sum(step["INSERT"] + step["UPDATE"] for step in steps) / len(steps)
    note = (
        f"{statistics.median(own_rates):.0f} events/s, {statistics.median(bare_rates):.0f} by hand, "
        f"{written:.1f} rows per event, {len(steps)} events per round, {ROUNDS} rounds"
    )
    return [{"name": "step.vs_bare_sql", "value": round(statistics.median(ratios), 3), "unit": "ratio", "note": note}]
