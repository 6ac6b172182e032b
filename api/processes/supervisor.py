"""Starts everything an office consists of, tends it, and stops it: the one place where all rooms meet.

The other processes are started by name, as modules; nothing of flows/ is imported.
"""

import http.client
import importlib
import json
import os
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from api.processes import instance
from api.processes.child_process import ChildProcess, adopt_orphans, reap, stop
from api.processes.console import Console
from api.processes.environment import child_environment, prefect_server_environment
from api.processes.instance import Instance, OfficeError
from api.processes.signals import Signals, Stopping
from states.settings import Configuration

PREFECT = "prefect-server"
PARTS = ("dispatcher", "clock", "worker")
READY_TIMEOUT = 180.0
"""Seconds after which we stop waiting for the last part, and say which it is."""
GRACE = 6.0
"""Seconds that processes get to end."""
POLL_INTERVAL = 0.2
"""Seconds between two looks at the processes."""


def run(configuration: Configuration, console: Console) -> None:
    """Run an office until asked to stop.

    Raises:
        OfficeError: it cannot run here; the message says what to do.
    """
    folder = configuration.folder
    folder.mkdir(parents=True, exist_ok=True)
    with instance.locked(folder):
        if not instance.is_free(configuration.host, configuration.port):
            raise OfficeError(f"Port {configuration.port} is in use. Choose another: PORT=8001 make run")
        supervisor = Supervisor(configuration, console)
        try:
            supervisor.signals.listen()
            supervisor.start()
            supervisor.watch()
        except Stopping:
            console.say("Stopping ...")
        finally:
            supervisor.stop()
        console.say("Stopped; the data stay where they are.")


def preparation() -> ModuleType:
    """The preparation of an office, imported when it is needed: Prefect's server, the slowest part, starts first."""
    return importlib.import_module("api.processes.preparation")


def embedded_postgres() -> ModuleType:
    """The embedded database, imported when it is needed, and alone: the stop of an office never waits for the rest."""
    return importlib.import_module("api.processes.embedded_postgres")


class Supervisor:
    """One office's processes."""

    def __init__(self, configuration: Configuration, console: Console) -> None:
        self.signals = Signals()
        self._configuration = configuration
        self._console = console
        self._folder = configuration.folder
        self._children: dict[str, ChildProcess] = {}
        host = "127.0.0.1" if configuration.host in {"0.0.0.0", "::"} else configuration.host  # noqa: S104
        self._host = f"[{host}]" if ":" in host else host
        self._office = Instance(f"http://{self._host}:{configuration.port}", configuration.database_url or "", "")

    def start(self) -> None:
        """Start everything; what takes long begins first."""
        adopt_orphans()
        told = self._configuration.prefect_api_url
        port = 0 if told else instance.remembered_port(self._folder / "prefect" / "port")
        self._office = Instance(self._office.api, "", told or f"http://127.0.0.1:{port}/api")
        if not told:
            environment = prefect_server_environment(child_environment(self._configuration, "", self._office.prefect))
            command = ["flows.server", "--host", "127.0.0.1", "--port", str(port)]
            self._begin(PREFECT, command, environment)
        with self._console.step("PostgreSQL"):
            database = self._database()
        self._office = Instance(self._office.api, database, self._office.prefect)
        with self._console.step("Tables"):
            values: Path = preparation().keep_values(self._folder)
            preparation().migrate(database)
        environment = child_environment(self._configuration, database, self._office.prefect)
        environment["VEILIGADVIES_VALUES"] = str(values)
        self._begin("api", ["api.serve"], environment)
        for part in PARTS:
            # Their imports take seconds; until the demonstration office stands they wait with their work.
            self._begin(part, [f"flows.{part}"], environment, gated=True)
        self._write()
        if self._configuration.demonstration:
            with self._console.step("Demonstration office"):
                self._load(database)
        for part in PARTS:
            self._children[part].open_gate()
        with self._console.step("Everything together"):
            self._await_ready()
        self._welcome()

    def watch(self) -> None:
        """Start again what dies, until asked to stop."""
        while True:
            time.sleep(POLL_INTERVAL)
            self._look_after()

    def stop(self) -> None:
        """Stop everything: first what works, then what it works with."""
        self.signals.ignore()
        prefect = self._children.pop(PREFECT, None)
        stop(list(self._children.values()), GRACE)
        stop([prefect] if prefect else [], GRACE)
        if self._configuration.database_url is None:
            embedded_postgres().stop(self._folder / "postgres")
        reap()
        instance.remove(self._folder)

    def _begin(self, name: str, command: list[str], environment: dict[str, str], *, gated: bool = False) -> None:
        with self.signals.deferred():
            self._children[name] = ChildProcess(name, command, environment, self._folder / "logs", gated=gated)
            self._children[name].start()

    def _database(self) -> str:
        if self._configuration.database_url is not None:
            return self._configuration.database_url
        server = embedded_postgres()
        try:
            with self.signals.deferred():
                return str(server.start(self._folder / "postgres").url)
        except server.EmbeddedError as error:
            raise OfficeError(str(error)) from error

    def _load(self, database: str) -> None:
        def progress(done: int, of: int, words: str) -> None:
            self._look_after()
            self._console.update(f"Demonstration office: {100 * done // max(of, 1)} %, {words}")

        preparation().load_demonstration(self._configuration, database, progress)

    def _await_ready(self) -> None:
        began = time.monotonic()
        awaited: list[str] = []
        while True:
            parts = _parts(self._host, self._configuration.port)
            missing = [part["name"] for part in parts if not part["ok"]] if parts else ["api"]
            if not missing:
                return
            if missing != awaited:
                self._console.update(f"Waiting for: {', '.join(missing)}")
                awaited = missing
            if time.monotonic() - began > READY_TIMEOUT:
                self._console.say(f"Still missing: {', '.join(missing)}. See the logs in {self._folder / 'logs'}.")
                return
            time.sleep(POLL_INTERVAL)
            self._look_after()

    def _look_after(self) -> None:
        with self.signals.deferred():
            told = [self._keep_database(), *(child.restart_if_dead() for child in self._children.values())]
            for words in filter(None, told):
                self._console.say(words)
                self._write()

    def _keep_database(self) -> str | None:
        """Start the embedded database again if it died; it is no child of ours, for it starts itself apart."""
        if self._configuration.database_url is not None:
            return None
        folder = self._folder / "postgres"
        server = embedded_postgres()
        if server.running(folder) is not None:
            return None
        try:
            server.start(folder)
        except server.EmbeddedError as error:
            raise OfficeError(str(error)) from error
        return "PostgreSQL was started again"

    def _welcome(self) -> None:
        welcome = importlib.import_module("api.processes.welcome").welcome
        self._console.say(welcome(self._configuration, self._office))
        self._console.say(f"ready in {self._console.seconds():.1f} s")

    def _write(self) -> None:
        pids = {"supervisor": os.getpid()} | {child.name: child.pid for child in self._children.values()}
        self._office = Instance(self._office.api, self._office.database, self._office.prefect, pids)
        instance.write(self._folder, self._office)


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
