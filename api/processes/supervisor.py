"""Supervisor: starts all processes of an office and its database, restarts what dies, and stops everything.

The processes are started by module name; nothing of flows/ is imported.
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
from api.processes.environment import child_environment, new_secret, prefect_server_environment
from api.processes.instance import Instance, OfficeError
from api.processes.signals import Signals, Stopping
from states.settings import Configuration
from states.storage.private_files import OWNER_ONLY, TRAVERSABLE, private_folder

PREFECT = "prefect-server"
PARTS = ("dispatcher", "clock", "worker")
READY_TIMEOUT = 180.0
"""Seconds to wait until every part is ready; after that the supervisor prints what is missing and continues."""
GRACE = 6.0
"""Seconds that processes get to end before they are killed."""
POLL_INTERVAL = 0.2
"""Seconds between two checks of the processes."""


def run(configuration: Configuration, console: Console) -> None:
    """Run an office until a signal stops it.

    Raises:
        OfficeError: it cannot run here; the message says what to do.
    """
    folder = configuration.folder
    make_private(configuration, console)
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
        console.say("Stopped; all data are kept.")


def make_private(configuration: Configuration, console: Console) -> None:
    """Make the office's folders for its own user only; says which were open to others.

    Raises:
        OfficeError: one of them belongs to another user.
    """
    home = configuration.folder
    # As root, the embedded database runs as another user, who has to pass through the data folder.
    allowed = TRAVERSABLE if os.geteuid() == 0 else OWNER_ONLY
    for folder, mode in {home: allowed, configuration.bank: OWNER_ONLY, configuration.mailbox: OWNER_ONLY}.items():
        try:
            if private_folder(folder, mode):
                console.say(f"{folder} was open to other users of this machine; now only the office can open it.")
        except OSError as error:
            raise OfficeError(f"{folder} cannot be made private ({error.strerror}); give it to this user.") from error


def preparation() -> ModuleType:
    """Import the preparation of an office late, so that Prefect's server, the slowest part, starts first."""
    return importlib.import_module("api.processes.preparation")


def embedded_postgres() -> ModuleType:
    """Import the embedded database late and separately, so that a stop does not wait for other imports."""
    return importlib.import_module("api.processes.embedded_postgres")


class Supervisor:
    """Supervisor of one office."""

    def __init__(self, configuration: Configuration, console: Console) -> None:
        self.signals = Signals()
        self._configuration = configuration
        self._console = console
        self._folder = configuration.folder
        self._children: dict[str, ChildProcess] = {}
        self._secret = ""
        host = "127.0.0.1" if configuration.host in {"0.0.0.0", "::"} else configuration.host  # noqa: S104
        self._host = f"[{host}]" if ":" in host else host
        self._office = Instance(f"http://{self._host}:{configuration.port}", configuration.database_url or "", "")

    def start(self) -> None:
        """Start everything, the slowest part first."""
        adopt_orphans()
        external_prefect = self._configuration.prefect_api_url
        port = 0 if external_prefect else instance.remembered_port(self._folder / "prefect" / "port")
        self._office = Instance(self._office.api, "", external_prefect or f"http://127.0.0.1:{port}/api")
        if not external_prefect:
            self._secret = new_secret(self._folder)
            environment = prefect_server_environment(self._environment(""))
            command = ["flows.server", "--host", "127.0.0.1", "--port", str(port)]
            self._start_child(PREFECT, command, environment)
        with self._console.step("PostgreSQL"):
            database = self._start_database()
        self._office = Instance(self._office.api, database, self._office.prefect)
        with self._console.step("Tables"):
            values: Path = preparation().snapshot_values(self._folder)
            preparation().migrate(self._configuration, database)
            preparation().provide_key(self._configuration, database)
        environment = self._environment(database)
        environment["VEILIGADVIES_VALUES"] = str(values)
        self._start_child("api", ["api.serve"], environment)
        for part in PARTS:
            # Their imports take seconds, so they start now but wait with their work for the demonstration office.
            self._start_child(part, [f"flows.{part}"], environment, gated=True)
        self._write_instance()
        if self._configuration.demonstration:
            with self._console.step("Demonstration office"):
                self._load_demonstration(database)
        for part in PARTS:
            self._children[part].open_gate()
        with self._console.step("Everything together"):
            self._await_ready()
        self._print_welcome()

    def watch(self) -> None:
        """Restart what dies, until a signal stops the office."""
        while True:
            time.sleep(POLL_INTERVAL)
            self._restart_dead()

    def stop(self) -> None:
        """Stop everything: first the workers, then Prefect and the database that they use."""
        self.signals.ignore()
        prefect = self._children.pop(PREFECT, None)
        stop(list(self._children.values()), GRACE)
        stop([prefect] if prefect else [], GRACE)
        if self._configuration.database_url is None:
            embedded_postgres().stop(self._folder / "postgres")
        reap()
        instance.remove(self._folder)

    def _environment(self, database: str) -> dict[str, str]:
        return child_environment(self._configuration, database, self._office.prefect, self._secret)

    def _start_child(self, name: str, command: list[str], environment: dict[str, str], *, gated: bool = False) -> None:
        with self.signals.deferred():
            self._children[name] = ChildProcess(name, command, environment, self._folder / "logs", gated=gated)
            self._children[name].start()

    def _start_database(self) -> str:
        if self._configuration.database_url is not None:
            return self._configuration.database_url
        server = embedded_postgres()
        try:
            with self.signals.deferred():
                return str(server.start(self._folder / "postgres").url)
        except server.EmbeddedError as error:
            raise OfficeError(str(error)) from error

    def _load_demonstration(self, database: str) -> None:
        def progress(done: int, of: int, text: str) -> None:
            self._restart_dead()
            self._console.update(f"Demonstration office: {100 * done // max(of, 1)} %, {text}")

        preparation().load_demonstration(self._configuration, database, progress)

    def _await_ready(self) -> None:
        began = time.monotonic()
        awaited: list[str] = []
        while True:
            parts = _readiness(self._host, self._configuration.port)
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
            self._restart_dead()

    def _restart_dead(self) -> None:
        with self.signals.deferred():
            messages = [self._restart_database(), *(child.restart_if_dead() for child in self._children.values())]
            for message in filter(None, messages):
                self._console.say(message)
                self._write_instance()

    def _restart_database(self) -> str | None:
        """Restart the embedded database if it died; it detaches itself, so it is not a child of the supervisor."""
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

    def _print_welcome(self) -> None:
        welcome = importlib.import_module("api.processes.welcome").welcome
        self._console.say(welcome(self._configuration, self._office))
        self._console.say(f"ready in {self._console.seconds():.1f} s")

    def _write_instance(self) -> None:
        pids = {"supervisor": os.getpid()} | {child.name: child.pid for child in self._children.values()}
        self._office = Instance(self._office.api, self._office.database, self._office.prefect, pids)
        instance.write(self._folder, self._office)


def _readiness(host: str, port: int) -> list[dict[str, Any]] | None:
    """Return the readiness of each part as the API reports it; None while the API does not answer."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        parts: list[dict[str, Any]] = json.loads(connection.getresponse().read())["parts"]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return None
    finally:
        connection.close()
    return parts
