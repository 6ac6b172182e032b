"""Starts everything an office consists of, tends it, and stops it: the one place where all rooms meet.

The other processes are started by name, as modules; nothing of flows/ is imported.
"""

import http.client
import json
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.processes import instance
from api.processes.child_process import ChildProcess, adopt_orphans, reap, stop
from api.processes.console import Console
from api.processes.environment import child_environment, prefect_server
from api.processes.instance import Instance, OfficeError
from api.processes.signals import Signals, Stopping
from states.settings import Configuration

PREFECT = "prefect-server"
PARTS = ("dispatcher", "clock", "worker")
SLOW = 180.0
"""Seconds after which we stop waiting for the last part, and say which it is."""
GRACE = 6.0
"""Seconds that processes get to end."""
LOOK = 0.2
"""Seconds between two looks at the processes."""


def run(configuration: Configuration, teller: Console) -> None:
    """Run an office until asked to stop.

    Raises:
        OfficeError: it cannot run here; the message says what to do.
    """
    folder = configuration.folder
    folder.mkdir(parents=True, exist_ok=True)
    with instance.locked(folder):
        if not instance.is_free(configuration.host, configuration.port):
            raise OfficeError(f"Port {configuration.port} is in use. Choose another: PORT=8001 make run")
        supervisor = Supervisor(configuration, teller)
        try:
            supervisor.signals.listen()
            supervisor.start()
            supervisor.tend()
        except Stopping:
            teller.say("Stopping ...")
        finally:
            supervisor.stop()
        teller.say("Stopped; the data stay where they are.")


class Supervisor:
    """One office's processes."""

    def __init__(self, configuration: Configuration, teller: Console) -> None:
        self.signals = Signals()
        self._configuration = configuration
        self._teller = teller
        self._folder = configuration.folder
        self._children: dict[str, ChildProcess] = {}
        host = "127.0.0.1" if configuration.host in {"0.0.0.0", "::"} else configuration.host  # noqa: S104
        self._host = f"[{host}]" if ":" in host else host
        self._office = Instance(f"http://{self._host}:{configuration.port}", configuration.database_url or "", "")

    def start(self) -> None:
        """Start everything; what takes long begins first."""
        adopt_orphans()
        told = self._configuration.prefect_api_url
        port = 0 if told else instance.kept_port(self._folder / "prefect" / "port")
        self._office = Instance(self._office.api, "", told or f"http://127.0.0.1:{port}/api")
        if not told:
            around = prefect_server(child_environment(self._configuration, "", self._office.prefect))
            command = ["flows.server", "--host", "127.0.0.1", "--port", str(port)]
            self._begin(PREFECT, command, around)
        with self._teller.step("PostgreSQL"):
            database = self._database()
        self._office = Instance(self._office.api, database, self._office.prefect)
        with self._teller.step("Tables"):
            values = self._keep_values()
            self._migrate(database)
        around = child_environment(self._configuration, database, self._office.prefect)
        around["VEILIGADVIES_VALUES"] = str(values)
        self._begin("api", ["api.serve"], around)
        for part in PARTS:
            # Their imports take seconds; until the demonstration office stands they wait with their work.
            self._begin(part, [f"flows.{part}"], around, gated=True)
        self._write()
        if self._configuration.demonstration:
            with self._teller.step("Demonstration office"):
                self._load(database)
        for part in PARTS:
            self._children[part].open_gate()
        with self._teller.step("Everything together"):
            self._await_ready()
        self._welcome()

    def tend(self) -> None:
        """Start again what dies, until asked to stop."""
        while True:
            time.sleep(LOOK)
            self._look_after()

    def stop(self) -> None:
        """Stop everything: first what works, then what it works with."""
        self.signals.ignore()
        prefect = self._children.pop(PREFECT, None)
        stop(list(self._children.values()), GRACE)
        stop([prefect] if prefect else [], GRACE)
        if self._configuration.database_url is None:
            from api.processes import embedded_postgres  # noqa: PLC0415  # see _database

            embedded_postgres.stop(self._folder / "postgres")
        reap()
        instance.remove(self._folder)

    def _begin(self, name: str, command: list[str], around: dict[str, str], *, gated: bool = False) -> None:
        with self.signals.held():
            self._children[name] = ChildProcess(name, command, around, self._folder / "logs", gated=gated)
            self._children[name].start()

    def _database(self) -> str:
        if self._configuration.database_url is not None:
            return self._configuration.database_url
        # Here, so that Prefect's server, which takes longest, need not wait for our own imports.
        from api.processes import embedded_postgres  # noqa: PLC0415

        try:
            with self.signals.held():
                return embedded_postgres.start(self._folder / "postgres").url
        except embedded_postgres.EmbeddedError as error:
            raise OfficeError(str(error)) from error

    def _keep_values(self) -> Path:
        """Refuse dated values that do not fit; those that do stay for this run, whatever becomes of their files."""
        from rules.core.dated_values import FOLDER  # noqa: PLC0415  # as above
        from rules.core.errors import RulesError  # noqa: PLC0415  # as above
        from states.deadlines.validation import check_dated_values  # noqa: PLC0415  # as above

        try:
            check_dated_values()
        except RulesError as error:
            raise OfficeError(f"The dated values in {FOLDER} do not fit.\n{error}") from error
        kept = self._folder / "values"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(FOLDER, kept)
        return kept

    def _migrate(self, database: str) -> None:
        from sqlalchemy.exc import OperationalError  # noqa: PLC0415  # as above

        from migrations.upgrade import upgrade  # noqa: PLC0415  # as above

        try:
            upgrade(database)
        except OperationalError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise OfficeError(f"The database does not answer: {reason}") from error

    def _load(self, database: str) -> None:
        from sqlalchemy import event  # noqa: PLC0415  # as above

        from api.demonstration.load import load  # noqa: PLC0415  # as above
        from states.storage.database import connect  # noqa: PLC0415  # as above
        from states.storage.vault import office_key  # noqa: PLC0415  # as above

        engine = connect(database, key=office_key(self._configuration.key_file))
        # A load that is cut off goes on next time, so its commits need not each wait for the disk.
        event.listen(engine, "connect", _hasten)

        def progress(done: int, of: int, words: str) -> None:
            self._look_after()
            self._teller.update(f"Demonstration office: {100 * done // max(of, 1)} %, {words}")

        load(engine, at=datetime.now(UTC), progress=progress)
        engine.dispose()

    def _await_ready(self) -> None:
        began = time.monotonic()
        awaited: list[str] = []
        while True:
            parts = _parts(self._host, self._configuration.port)
            missing = [part["name"] for part in parts if not part["ok"]] if parts else ["api"]
            if not missing:
                return
            if missing != awaited:
                self._teller.update(f"Waiting for: {', '.join(missing)}")
                awaited = missing
            if time.monotonic() - began > SLOW:
                self._teller.say(f"Still missing: {', '.join(missing)}. See the logs in {self._folder / 'logs'}.")
                return
            time.sleep(LOOK)
            self._look_after()

    def _look_after(self) -> None:
        with self.signals.held():
            told = [self._keep_database(), *(child.tend() for child in self._children.values())]
            for words in filter(None, told):
                self._teller.say(words)
                self._write()

    def _keep_database(self) -> str | None:
        """Start the embedded database again if it died; it is no child of ours, for it starts itself apart."""
        if self._configuration.database_url is not None:
            return None
        from api.processes import embedded_postgres  # noqa: PLC0415  # see _database

        folder = self._folder / "postgres"
        if embedded_postgres.running(folder) is not None:
            return None
        try:
            embedded_postgres.start(folder)
        except embedded_postgres.EmbeddedError as error:
            raise OfficeError(str(error)) from error
        return "PostgreSQL was started again"

    def _welcome(self) -> None:
        from api.processes.welcome import welcome  # noqa: PLC0415  # as above

        self._teller.say(welcome(self._configuration, self._office))
        self._teller.say(f"ready in {self._teller.seconds():.1f} s")

    def _write(self) -> None:
        pids = {"supervisor": os.getpid()} | {child.name: child.pid for child in self._children.values()}
        self._office = Instance(self._office.api, self._office.database, self._office.prefect, pids)
        instance.write(self._folder, self._office)


def _hasten(raw: Any, _: Any) -> None:
    raw.execute("SET synchronous_commit = off")
    raw.commit()


def _parts(host: str, port: int) -> list[dict[str, Any]] | None:
    """What readiness says of each part; None where nothing answers yet."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        parts: list[dict[str, Any]] = json.loads(connection.getresponse().read())["parts"]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return None
    finally:
        connection.close()
    return parts
