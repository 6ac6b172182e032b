"""Harness program that runs real parts of the office in processes of their own, which can kill themselves.

It imports everything once and forks a process for every job, so that a hundred kills take seconds. It reads one
order a line from its standard input, ``{"start": {...}}`` or ``{"wait": pid}``, and answers each with one line.
A job that is to be killed counts its moments: before every statement, before and after every commit, and where the job
adds one. At the requested moment it gets SIGKILL, so that nothing of it runs any longer.
"""

import ctypes
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NoReturn

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from api.app import create
from flows import jobs
from notifications.channels import Channel, channel
from rules.core.roles import Actor, Role
from states import logging_setup
from states.commands.fire import fire
from states.payments.batch_files import batch_document
from states.queue import claiming
from states.settings import Configuration
from states.storage.database import connect, transaction
from states.storage.office_key import read_key
from states.tables.accounting import Booking
from states.tables.payments import PaymentBatch

PR_SET_PDEATHSIG = 1
WRITES = ("INSERT", "UPDATE", "DELETE")
EVIDENCE = {"noOwnContribution": True, "certificateWorks": True, "endOfOffice": "2030-03-31"}


class KillSwitch:
    """Kills this process at a moment, e.g. ``moment:7``, ``before-commit:1`` or ``after-commit:2``.

    Commits are counted only where they write something.
    """

    def __init__(self, when: str) -> None:
        self._kind, _, number = when.partition(":")
        self._number = int(number or 0)
        self._counts: dict[str, int] = {}

    def reach(self, kind: str) -> None:
        """Count one moment of a kind; kill the process if it is the requested one."""
        for name in {kind, "moment"}:
            self._counts[name] = self._counts.get(name, 0) + 1
            if (name, self._counts[name]) == (self._kind, self._number):
                os.kill(os.getpid(), signal.SIGKILL)

    @property
    def moments(self) -> int:
        """The number of moments that were counted."""
        return self._counts.get("moment", 0)

    def watch(self, engine: Engine) -> Engine:
        """Count the moments of all statements and commits of an engine."""

        @event.listens_for(Session, "after_begin")
        def begun(session: Session, _: Any, connection: Any) -> None:
            session.info["begun"] = connection.info
            connection.info["writes"] = False

        @event.listens_for(engine, "before_cursor_execute")
        def executes(connection: Any, _: Any, statement: str, *__: Any) -> None:
            if statement.lstrip().startswith(WRITES):
                connection.info["writes"] = True
            self.reach("statement")

        @event.listens_for(engine, "commit")
        def commits(connection: Any) -> None:
            if connection.info.get("writes"):
                self.reach("before-commit")

        @event.listens_for(Session, "after_commit")
        def committed(session: Session) -> None:
            if session.info.get("begun", {}).get("writes"):
                self.reach("after-commit")

        return engine


class KillableChannel:
    """A real channel with a moment before and after each letter is sent."""

    def __init__(self, real: Channel, kill_switch: KillSwitch) -> None:
        self._real = real
        self._kill_switch = kill_switch

    def send(self, message: EmailMessage) -> None:
        self._kill_switch.reach("before-send")
        self._real.send(message)
        self._kill_switch.reach("after-send")

    def carried(self, message_id: str) -> bool | None:
        return self._real.carried(message_id)


class Job:
    """One job, in a process of its own."""

    def __init__(self, order: dict[str, Any], out: IO[str]) -> None:
        self.order = order
        self.out = out
        self.kill_switch = KillSwitch(order.get("kill", ""))
        self.configuration = configured(order)
        self.at = datetime.fromisoformat(order["at"]) if "at" in order else None

    def report(self, what: Any) -> None:
        """Write a report at once, so that it is not lost when the process is killed."""
        self.out.write(json.dumps(what) + "\n")
        self.out.flush()

    def actor(self) -> Actor:
        person, role, organisation = self.order["by"]
        return Actor(person, Role(role), organisation)

    def do(self) -> None:
        if self.order["do"] == "api":
            self.api(APPS[self.order["database"], self.order["home"]])
            return
        key = read_key(self.configuration.key_file)
        engine = self.kill_switch.watch(connect(self.order["database"], key=key, pool_size=2))
        work: dict[str, Callable[[Engine], Any]] = {
            "offer": lambda engine: jobs.offer(engine, self.at, "run-of-the-test"),
            "remind": lambda engine: jobs.remind(engine, self.at),
            "batches": lambda engine: jobs.build_batches(engine, self.at),
            "bank": lambda engine: jobs.import_bank_files(engine, self.configuration, self.at),
            "books": self.books,
            "deliver": self.deliver,
            "seal": self.seal,
            "rebuild": self.rebuild,
            "file": self.file,
            "claim": self.claim,
        }
        self.report({"answer": work[self.order["do"]](engine)})
        self.report({"moments": self.kill_switch.moments})

    def api(self, app: FastAPI) -> None:
        """Serve the real API."""
        self.kill_switch.watch(app.state.engine)
        logging_setup.set_up("api")
        uvicorn.run(
            app, host="127.0.0.1", port=self.configuration.port, log_config=None, access_log=False, server_header=False
        )

    def deliver(self, engine: Engine) -> int:
        carrier = KillableChannel(channel(self.configuration), self.kill_switch)
        return jobs.deliver(engine, self.configuration, self.at, carrier=carrier)

    def seal(self, engine: Engine) -> str:
        """Seal a batch as its finance officer."""
        with transaction(engine) as session:
            sealed = fire(session, "payment-batch", self.order["batch"], "seal", by=self.actor(), at=self.at)
        return str(sealed.row.sha256)

    def rebuild(self, engine: Engine) -> list[str]:
        """Build batches, withdraw every open one, and build them again."""
        jobs.build_batches(engine, self.at)
        with transaction(engine) as session:
            open_now = session.exec(select(PaymentBatch).where(PaymentBatch.state == "open")).all()
            batches = [(row.id, row.organisation) for row in open_now]
        for key, employer in sorted(batches):
            by = Actor(f"finance-{employer.split('-')[1]}-1", Role.FINANCE, employer)
            with transaction(engine) as session:
                fire(session, "payment-batch", key, "withdraw", by=by, at=self.at)
        return jobs.build_batches(engine, self.at)

    def books(self, engine: Engine) -> int:
        """Import the bank's files and book all payments, then again with the files that come later."""
        count = self.book_all(engine)
        for file in sorted((self.configuration.bank / "later").glob("*.xml")):
            file.rename(self.configuration.bank / "in" / file.name)
        return count + self.book_all(engine)

    def book_all(self, engine: Engine) -> int:
        """Import the bank's files, complete the evidence of each booking and book it, a transaction each."""
        jobs.import_bank_files(engine, self.configuration, self.at)
        steps = {"awaiting-evidence": ("complete-evidence", EVIDENCE), "ready": ("book", {})}
        count = 0
        while True:
            with transaction(engine) as session:
                query = select(Booking).where(col(Booking.state).in_(steps)).order_by(Booking.id)
                booking = session.exec(query).first()
                if booking is None:
                    return count
                event, body = steps[booking.state]
                fire(session, "booking", booking.id, event, by=self.actor(), at=self.at, body=body)
            count += 1

    def file(self, engine: Engine) -> str:
        """The SHA-256 of a batch's file, generated again."""
        with transaction(engine) as session:
            return sha256(batch_document(session, session.get_one(PaymentBatch, self.order["batch"]))).hexdigest()

    def claim(self, engine: Engine) -> int:
        """Claim until no work is waiting; each claim is reported when it is committed."""
        count = 0
        while True:
            with transaction(engine) as session:
                item = claiming.claim(session, by=self.actor(), at=self.at)
                found = item.id if item else None
            if found is None:
                return count
            self.report({"claimed": found})
            count += 1


APPS: dict[tuple[str, str], FastAPI] = {}


def configured(order: dict[str, Any]) -> Configuration:
    """The configuration of an order."""
    return Configuration(
        DATABASE_URL=order["database"],
        home=Path(order["home"]),
        smtp_url=order.get("smtp"),
        PORT=order.get("port", 8000),
        PREFECT_API_URL=None,
    )


class Forker:
    """Starts jobs and waits for them."""

    def __init__(self) -> None:
        self._reports: dict[int, IO[str]] = {}

    def start(self, order: dict[str, Any]) -> int:
        key = (order["database"], order["home"])
        if order["do"] == "api" and key not in APPS:
            APPS[key] = create(configured(order))  # it connects to nothing yet, so its forks may share it
        out = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed by wait
        pid = os.fork()
        if pid == 0:
            self._become(order, out)
        self._reports[pid] = out
        return pid

    def wait(self, pid: int) -> dict[str, Any]:
        _, status = os.waitpid(pid, 0)
        with self._reports.pop(pid) as out:
            out.seek(0)
            reports = [json.loads(line) for line in out]
        return {"status": os.waitstatus_to_exitcode(status), "reports": reports}

    @staticmethod
    def _become(order: dict[str, Any], out: IO[str]) -> NoReturn:
        code = 1
        try:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            # Our own standard streams belong to the orders.
            log = os.open(f"{order['home']}/{order['do']}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            for stream in (1, 2):
                os.dup2(log, stream)
            Job(order, out).do()
            code = 0
        except BaseException:  # noqa: BLE001  # after any error the child must exit, not continue as the parent
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)


def main() -> None:
    """Serve orders until there are no more."""
    forker = Forker()
    for line in sys.stdin:
        order = json.loads(line)
        answer = forker.start(order["start"]) if "start" in order else forker.wait(order["wait"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
