"""What the tests of faults share: an office with something to do in every corner, and a way to look at all of it."""

import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.commands.available_actions import Action, actions
from states.commands.bank_files import take_in
from states.commands.fire import fire
from states.formats import demonstration_bank
from states.payments.batch_files import batch_document
from states.storage.database import connect, transaction
from states.storage.verification import verify
from states.tables.application import Application
from states.tables.base import METADATA
from states.tables.payments import BatchLine, PaymentBatch

KEY = bytes(range(32))
ROOT = Path(__file__).parents[2]
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday morning on which the tests' office opens."""
SENT = START + timedelta(hours=2)
"""When a batch of that morning went to the bank."""
LATER = START + timedelta(days=45)
"""When a term to take over that began on that day has passed its warnings."""
RUNS = 10
KILLED = -9

EMPLOYERS = {
    "gemeente-zilverdam": ("municipality", "NL91ABNA0417164300"),
    "provincie-laagland": ("province", "NL69INGB0123456789"),
}
ADMINISTRATOR = Actor("administrator-1", Role.ADMINISTRATOR)


def person(role: Role, organisation: str | None = None, number: int = 1) -> Actor:
    place = f"-{organisation.split('-')[1]}" if organisation else ""
    return Actor(f"{role}{place}-{number}", role, organisation)


OFFICER, OTHER_OFFICER = person(Role.OFFICER), person(Role.OFFICER, number=2)
EVERYONE = (
    *(person(role) for role in (Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR)),
    OTHER_OFFICER,
    ADMINISTRATOR,
    *(person(role, employer) for employer in EMPLOYERS for role in sorted(OF_AN_EMPLOYER)),
)
FINANCE = person(Role.FINANCE, "gemeente-zilverdam")


def furnish(engine: Engine, at: datetime = START) -> None:
    """Register employers and people."""
    with transaction(engine) as session:
        for key, (kind, iban) in EMPLOYERS.items():
            body = {
                "id": key,
                "kind": kind,
                "name": key.replace("-", " ").title(),
                "debtorIban": iban,
                "ledgerAccount": "4380",
                "costCentre": "BESTUUR",
                "bankAccount": "1010",
                "riskInventory": "RIE-2025",
            }
            fire(session, "organisation", None, "register", by=ADMINISTRATOR, at=at, body=body)
        for who in EVERYONE:
            duty = {"role": str(who.role), "organisation": who.organisation}
            body = {"id": who.person, "name": who.person, "email": f"{who.person}@office.example", "duties": [duty]}
            fire(session, "person", None, "register", by=ADMINISTRATOR, at=at, body=body)


def application(employer: str = "gemeente-zilverdam") -> dict[str, Any]:
    return {
        "office": "mayor" if employer.startswith("gemeente") else "provincial-executive",
        "employers": [employer],
        "name": "A. Voorbeeld",
        "email": "a.voorbeeld@zilverdam.example",
        "homeAddress": "Voorbeeldlaan 1, 1234 AB Zilverdam",
        "household": "Two adults, one child",
        "certainSince": "2024-06-01",
    }


def receive(engine: Engine, at: datetime, employer: str = "gemeente-zilverdam") -> str:
    with transaction(engine) as session:
        body = application(employer)
        return str(fire(session, "application", None, "receive", by=OFFICER, at=at, body=body).row.id)


def sparing(name: str, example: Mapping[str, Any]) -> Mapping[str, Any]:
    """The example of an action, with a measure in the digital domain alone: the shortest way to the end."""
    if name == "assess-domain" and example["domain"] != "digital":
        return {**example, "needed": False, "measures": []}
    return example


def walk(engine: Engine, reference: str, at: datetime, stop: Callable[[Action], bool] = lambda _: False) -> Action:
    """Take the first allowed action, minute after minute, up to the one at which to stop; answers that one."""
    for _ in range(80):
        at += timedelta(minutes=1)
        with transaction(engine) as session:
            case = session.get_one(Application, reference)
            action = next(item for item in actions(session, case, at=at, demonstration=True) if item.allowed)
            if stop(action):
                return action
            by = Actor(str(action.person), action.role, action.organisation)
            body = sparing(action.event, action.example or {})
            if action.event == "take-in-statement":
                take_in(session, body["document"].encode(), by=by, at=at)
            else:
                fire(session, action.chart, action.subject, action.event, by=by, at=at, body=body)
    raise AssertionError(reference)


def up_to(event: str) -> Callable[[Action], bool]:
    return lambda action: action.event == event


def fill(engine: Engine) -> dict[str, Any]:
    """Give every flow something to do; answers what it needs from outside.

    Letters lie in the outbox, work waits to be offered and claimed, two terms wait for their warnings, two
    employers have approved invoices, one batch waits to be sealed and one for the bank's statement.
    """
    furnish(engine)
    statement = walk(engine, receive(engine, START), START, up_to("take-in-statement")).example
    with transaction(engine) as session:
        order = batch_document(session, session.exec(select(PaymentBatch)).one())
    batch = walk(engine, receive(engine, START), START, up_to("seal")).subject
    for employer in (*EMPLOYERS, "gemeente-zilverdam"):
        walk(engine, receive(engine, START, employer), START, up_to("build"))
    for employer in EMPLOYERS:
        walk(engine, receive(engine, START, employer), START, up_to("take-over"))
    for _ in range(6):
        receive(engine, START)
    assert statement is not None
    report = demonstration_bank.report(order, told_on=START.date(), status="ACSP")
    return {"statement": statement["document"], "report": report.decode(), "batch": batch}


def fill_sent(engine: Engine) -> dict[str, Any]:
    """Three payments that went to the bank in one batch; the bank books them, and later one of them comes back."""
    furnish(engine)
    for _ in range(3):
        walk(engine, receive(engine, START), START, up_to("build"))
    releaser = person(Role.RELEASER, "gemeente-zilverdam")
    with transaction(engine) as session:
        body = {"employer": "gemeente-zilverdam"}
        batch = fire(session, "payment-batch", None, "build", by=FINANCE, at=SENT, body=body).row
        for event, by in (("seal", FINANCE), ("release", releaser), ("export", FINANCE)):
            fire(session, "payment-batch", batch.id, event, by=by, at=SENT)
        order = batch_document(session, session.get_one(PaymentBatch, batch.id))
        first = session.exec(select(BatchLine).order_by(BatchLine.end_to_end)).first()
    assert first is not None
    day = SENT.date()
    statement = demonstration_bank.answer(order, booked_on=day)
    back = demonstration_bank.returned(order, first.end_to_end, booked_on=day + timedelta(days=1))
    return {"statement": statement.decode(), "return": back.decode()}


class Held:
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

    def start(self, do: str, place: "Place", **order: Any) -> int:
        """Start a job; answers its process."""
        if "at" in order:
            order["at"] = order["at"].isoformat()
        if isinstance(order.get("by"), Actor):
            by = order["by"]
            order["by"] = [by.person, str(by.role), by.organisation]
        found: int = self._ask({"start": {"do": do, "database": place.database, "home": str(place.home), **order}})
        return found

    def wait(self, pid: int) -> dict[str, Any]:
        """How a job ended, and what it told."""
        found: dict[str, Any] = self._ask({"wait": pid})
        return found

    def run(self, do: str, place: "Place", **order: Any) -> dict[str, Any]:
        """Run a job to its end."""
        return self.wait(self.start(do, place, **order))

    def well(self, do: str, place: "Place", **order: Any) -> Any:
        """Run a job that must end well; answers what it answered."""
        ended = self.run(do, place, **order)
        assert ended["status"] == 0, (place.home / f"{do}.log").read_text()
        return next(item["answer"] for item in ended["told"] if "answer" in item)

    def moments(self, do: str, place: "Place", **order: Any) -> int:
        """Run a job that must end well; answers how many moments it had to die in."""
        ended = self.run(do, place, **order)
        assert ended["status"] == 0, (place.home / f"{do}.log").read_text()
        return int(ended["told"][-1]["moments"])

    def close(self) -> None:
        self._process.communicate()


class Place:
    """One office of a test: a database and a data folder."""

    def __init__(self, database: str, home: Path, facts: Mapping[str, Any]) -> None:
        self.database = database
        self.home = home
        self.facts = facts
        key = home / "keys" / "office.key"
        key.parent.mkdir(parents=True, exist_ok=True)
        key.write_bytes(KEY)
        self.engine = connect(database, key=KEY, pool_size=2)

    def put(self, kind: str, folder: str = "in") -> Path:
        """Lay the bank's ``statement`` or its ``report`` on the same order in the watched folder, or beside it."""
        file = self.home / "bank" / folder / f"{kind}.xml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.facts[kind], "utf-8")
        return file

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def problems(self) -> list[str]:
        """What verifying every chain finds wrong."""
        with Session(self.engine) as session:
            return verify(session).problems

    def looks(self) -> dict[str, Any]:
        """All that happened here, without what differs by chance; the same for every run of the same work."""
        tables = sorted(set(METADATA.tables) - {"flow_run", "idempotency_key"})
        counts = ", ".join(f'(SELECT count(*) FROM "{table}")' for table in tables)
        found: dict[str, Any] = dict(zip(tables, self.rows(f"SELECT {counts}")[0], strict=True))
        return found | {name: self.rows(query) for name, query in LOOKS.items()}


LOOKS = {
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
    "told": "SELECT bank_status, count(*) FROM batch_line GROUP BY 1 ORDER BY 1",
}
ONCE = {
    "a reminder": "SELECT application, term, threshold, recipient FROM reminder",
    "a bank file": "SELECT sha256 FROM bank_message",
    "a payable in a counting batch": "SELECT payable FROM batch_line WHERE counts",
    "open work": "SELECT subject, action FROM work_item WHERE done_at IS NULL",
    "a letter of a reminder": "SELECT outbox FROM reminder",
}


UNEVEN = {
    "a batch and its lines": "SELECT b.id FROM payment_batch b LEFT JOIN batch_line l ON l.batch = b.id GROUP BY b.id"
    " HAVING b.count <> count(l.payable) OR b.total <> coalesce(sum(l.amount), 0)",
    "a line and its payable": "SELECT l.payable FROM batch_line l JOIN payable p ON p.id = l.payable"
    " WHERE l.amount <> p.gross",
    "where a payable stands and its lines": "SELECT p.id FROM payable p WHERE (p.state IN ('batched', 'paid'))"
    " <> EXISTS (SELECT FROM batch_line l WHERE l.payable = p.id AND l.counts)",
}


def every_euro_once(place: Place) -> None:
    """Assert that batches hold what their payables come to, each of them once."""
    for what, query in UNEVEN.items():
        assert place.rows(query) == [], what
    nothing_twice(place)


def nothing_twice(place: Place) -> None:
    """Assert that what must be once is there once."""
    for what, query in ONCE.items():
        rows = place.rows(query)
        assert len(rows) == len(set(rows)), what


def moments_of(count: int, seed: str) -> list[int]:
    """Moments to die at, as many as there are runs, spread over all there are; the first and last among them."""
    chance = random.Random(seed)  # the same in every run of the tests
    if count <= RUNS:
        return list(range(1, count + 1))
    return sorted([1, count, *chance.sample(range(2, count), RUNS - 2)])
