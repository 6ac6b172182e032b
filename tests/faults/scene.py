"""Scene of the tests of faults: a filled office, jobs that run in processes of their own, and checks of its tables."""

import json
import random
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from office import (
    FINANCE,
    KEY,
    LAAGLAND,
    RELEASER,
    START,
    ZILVERDAM,
    at_event,
    do,
    furnish,
    proposal,
    receive,
    sparing,
    walk,
)
from sqlalchemy import Engine
from sqlmodel import Session, select

from rules.core.roles import Actor
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.storage.database import connect, transaction
from states.storage.verification import verify
from states.tables.base import METADATA
from states.tables.payments import BatchLine, PaymentBatch

ROOT = Path(__file__).parents[2]
SENT = START + timedelta(hours=2)
"""When the batch was sent to the bank."""
LATER = START + timedelta(days=45)
"""When the takeover terms that began at START have passed their warnings."""
RUNS = 10
KILLED = -9


def received(engine: Engine, employer: str = ZILVERDAM) -> str:
    """Receive an application with one employer; returns its reference."""
    return receive(engine, employers=[employer], office="mayor" if employer == ZILVERDAM else "provincial-executive")


def walked(engine: Engine, event: str, employer: str = ZILVERDAM) -> str:
    """Receive an application and advance it until an event is next; returns its reference."""
    reference = received(engine, employer)
    walk(engine, reference, before=at_event(event), choose=sparing)
    return reference


def fill(engine: Engine) -> dict[str, Any]:
    """Give every flow something to do; returns the files and ids that the tests need.

    Letters are in the outbox, work waits to be offered and claimed, two terms wait for their warnings, two
    employers have approved invoices, one batch waits to be sealed and one for the bank's statement.
    """
    furnish(engine)
    statement = proposal(engine, walked(engine, "take-in-statement"), "take-in-statement", at=START).example
    with transaction(engine) as session:
        order = batch_document(session, session.exec(select(PaymentBatch)).one())
    batch = proposal(engine, walked(engine, "seal"), "seal", at=START).subject
    for employer in (ZILVERDAM, LAAGLAND, ZILVERDAM):
        walked(engine, "build", employer)
    for employer in (ZILVERDAM, LAAGLAND):
        walked(engine, "take-over", employer)
    for _ in range(6):
        received(engine)
    assert statement is not None
    report = demonstration_bank.report(order, told_on=START.date(), status="ACSP")
    return {"statement": statement["document"], "report": report.decode(), "batch": batch}


def fill_sent(engine: Engine) -> dict[str, Any]:
    """Send three payments to the bank in one batch; the bank books them, and later returns one of them."""
    furnish(engine)
    for _ in range(3):
        walked(engine, "build")
    batch = do(engine, "payment-batch", None, "build", by=FINANCE, at=SENT, body={"employer": ZILVERDAM}).row
    for event, by in (("seal", FINANCE), ("release", RELEASER), ("export", FINANCE)):
        do(engine, "payment-batch", batch.id, event, by=by, at=SENT)
    with transaction(engine) as session:
        order = batch_document(session, session.get_one(PaymentBatch, batch.id))
        first = session.exec(select(BatchLine).order_by(BatchLine.end_to_end)).first()
    assert first is not None
    day = SENT.date()
    statement = demonstration_bank.answer(order, booked_on=day)
    back = demonstration_bank.returned(order, first.end_to_end, booked_on=day + timedelta(days=1))
    return {"statement": statement.decode(), "return": back.decode()}


class JobRunner:
    """The harness: starts jobs in processes of their own and waits for their end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("harness.py"))],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "NO_PROXY": "*"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lock = threading.Lock()

    def _ask(self, order: dict[str, Any]) -> Any:
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def start(self, do: str, copy: "OfficeCopy", **order: Any) -> int:
        """Start a job; returns its process id."""
        if "at" in order:
            order["at"] = order["at"].isoformat()
        if isinstance(order.get("by"), Actor):
            by = order["by"]
            order["by"] = [by.person, str(by.role), by.organisation]
        found: int = self._ask({"start": {"do": do, "database": copy.database, "home": str(copy.home), **order}})
        return found

    def wait(self, pid: int) -> dict[str, Any]:
        """How a job ended, and what it reported."""
        found: dict[str, Any] = self._ask({"wait": pid})
        return found

    def run(self, do: str, copy: "OfficeCopy", **order: Any) -> dict[str, Any]:
        """Run a job to its end."""
        return self.wait(self.start(do, copy, **order))

    def run_successfully(self, do: str, copy: "OfficeCopy", **order: Any) -> Any:
        """Run a job that must succeed; returns its answer."""
        ended = self.run(do, copy, **order)
        assert ended["status"] == 0, (copy.home / f"{do}.log").read_text()
        return next(item["answer"] for item in ended["reports"] if "answer" in item)

    def moments(self, do: str, copy: "OfficeCopy", **order: Any) -> int:
        """Run a job that must succeed; returns at how many moments it can be killed."""
        ended = self.run(do, copy, **order)
        assert ended["status"] == 0, (copy.home / f"{do}.log").read_text()
        return int(ended["reports"][-1]["moments"])

    def close(self) -> None:
        self._process.communicate()


class OfficeCopy:
    """A copy of the filled office: a database and a data folder."""

    def __init__(self, database: str, home: Path, facts: Mapping[str, Any]) -> None:
        self.database = database
        self.home = home
        self.facts = facts
        key = home / "keys" / "office.key"
        key.parent.mkdir(parents=True, exist_ok=True)
        key.touch(mode=0o600)
        key.write_bytes(KEY)
        self.engine = connect(database, key=KEY, pool_size=2)

    def put(self, kind: str, folder: str = "in") -> Path:
        """Write the bank's ``statement`` or its ``report`` on the same order to the watched folder, or another one."""
        file = self.home / "bank" / folder / f"{kind}.xml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.facts[kind], "utf-8")
        return file

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def problems(self) -> list[str]:
        """The problems found by verifying every chain."""
        with Session(self.engine) as session:
            return verify(session).problems

    def summary(self) -> dict[str, Any]:
        """All that happened in this office, without random ids and times; equal for every run of the same work."""
        tables = sorted(set(METADATA.tables) - {"flow_run", "idempotency_key"})
        counts = ", ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)
        found: dict[str, Any] = dict(zip(tables, self.rows(f"SELECT {counts}")[0], strict=True))
        return found | {name: self.rows(query) for name, query in SUMMARY_QUERIES.items()}


SUMMARY_QUERIES = {
    "events": "SELECT chart, event, before, after, count(*) FROM ledger_entry GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    "letters": "SELECT letter, state, failures, count(*) FROM outbox GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "work": "SELECT action, role, lane, done_at IS NULL, dispatched_at IS NULL, assignee, count(*) FROM work_item"
    " GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6",
    "reminded": "SELECT threshold, count(*) FROM reminder GROUP BY 1 ORDER BY 1",
    "batches": "SELECT organisation, state, count, total FROM payment_batch ORDER BY 1, 2, 3, 4",
    "lines": "SELECT amount, counts, count(*) FROM batch_line GROUP BY 1, 2 ORDER BY 1, 2",
    "payables": "SELECT organisation, state, gross, count(*) FROM payable GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "bank": "SELECT organisation, kind, entries, count(*) FROM bank_message GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "journal": "SELECT organisation, booked_on, part, side, debit, credit, mirrors IS NULL, count(*) FROM journal_line"
    " GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7",
    "bank statuses": "SELECT bank_status, count(*) FROM batch_line GROUP BY 1 ORDER BY 1",
}
ONCE = {
    "a reminder": "SELECT application, term, threshold, recipient FROM reminder",
    "a bank file": "SELECT sha256 FROM bank_message",
    "a payable in a counting batch": "SELECT payable FROM batch_line WHERE counts",
    "open work": "SELECT subject, action FROM work_item WHERE done_at IS NULL",
    "a letter of a reminder": "SELECT outbox FROM reminder",
}


INCONSISTENT = {
    "a batch and its lines": "SELECT b.id FROM payment_batch b LEFT JOIN batch_line l ON l.batch = b.id GROUP BY b.id"
    " HAVING b.count <> count(l.payable) OR b.total <> coalesce(sum(l.amount), 0)",
    "a line and its payable": "SELECT l.payable FROM batch_line l JOIN payable p ON p.id = l.payable"
    " WHERE l.amount <> p.gross",
    "the state of a payable and its lines": "SELECT p.id FROM payable p WHERE (p.state IN ('batched', 'paid'))"
    " <> EXISTS (SELECT FROM batch_line l WHERE l.payable = p.id AND l.counts)",
}


def expect_every_euro_once(copy: OfficeCopy) -> None:
    """Assert that batches hold the amounts of their payables, each payable once."""
    for what, query in INCONSISTENT.items():
        assert copy.rows(query) == [], what
    expect_nothing_twice(copy)


def expect_nothing_twice(copy: OfficeCopy) -> None:
    """Assert that nothing in ``ONCE`` exists twice."""
    for what, query in ONCE.items():
        rows = copy.rows(query)
        assert len(rows) == len(set(rows)), what


def moments_of(count: int, seed: str) -> list[int]:
    """The moments to kill a job at, at most ``RUNS``, spread over all; the first and last are among them."""
    chance = random.Random(seed)  # the same in every run of the tests
    if count <= RUNS:
        return list(range(1, count + 1))
    return sorted([1, count, *chance.sample(range(2, count), RUNS - 2)])
