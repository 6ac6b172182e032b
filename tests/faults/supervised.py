"""A real office, started from the command line as a user starts it, whose processes a test kills."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
from scene import ROOT

from api.processes import embedded_postgres
from api.processes.instance import free_port

COMMAND = str(Path(sys.executable).with_name("veiligadvies"))
PATIENCE = 200.0
GIVEN = ("DATABASE_URL", "PREFECT_API_URL", "VEILIGADVIES_DEMONSTRATION", "VEILIGADVIES_SMTP_URL")
"""Settings of the person who runs the tests: this office has everything of its own."""


def until(true: Callable[[], Any], seconds: float, what: Any = "") -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what() if callable(what) else what
        time.sleep(0.1)


class Supervised:
    """One office and its data folder."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.output = folder / "said.log"
        self.port = free_port()
        around = {key: value for key, value in os.environ.items() if key not in GIVEN}
        self.around = around | {"VEILIGADVIES_HOME": str(self.home), "PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        before = self.said().count("ready in")
        with self.output.open("ab") as out:
            self._process = subprocess.Popen(
                [COMMAND, "run"], env=self.around, cwd=ROOT, stdout=out, stderr=out, start_new_session=True
            )
        until(lambda: self.said().count("ready in") > before or self._process.poll() is not None, PATIENCE, self.said)  # type: ignore[union-attr]
        assert self._process.poll() is None, self.said()
        assert "Still missing" not in self.said()

    def said(self) -> str:
        """What the supervisor said."""
        return self.output.read_text("utf-8") if self.output.exists() else ""

    def log(self, name: str) -> str:
        """The end of what a process wrote."""
        return (self.home / "logs" / f"{name}.log").read_text("utf-8")[-4000:]

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of ours."""
        command = [COMMAND, *arguments]
        return subprocess.run(command, env=self.around, cwd=ROOT, capture_output=True, text=True, check=False)

    def pid(self, name: str) -> int:
        """The process that is known under a name now."""
        return int(json.loads((self.home / "run.json").read_text())["pids"][name])

    def kill(self, name: str) -> int:
        """Kill a process; answers the one that comes in its place."""
        before = self.pid(name)
        os.kill(before, signal.SIGKILL)
        until(lambda: self.pid(name) != before, 40, self.said)
        return self.pid(name)

    def ready(self) -> bool:
        """Whether every part is there."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready", trust_env=False, timeout=10).is_success
        except httpx.TransportError:
            return False

    def database(self) -> str:
        """The address of its database."""
        return str(json.loads((self.home / "run.json").read_text())["database"])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database(), autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def write_down(self) -> None:
        """Let the database write everything to its files."""
        with psycopg.connect(self.database(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def runner(self, flow: str) -> str:
        """Who ran a flow last, or showed a sign of life, after this moment."""
        query = f"SELECT runner FROM flow_run WHERE flow = '{flow}' AND finished_at > now() - interval '4 seconds'"
        return next((str(runner) for (runner,) in self.rows(query)), "")

    def left(self) -> list[str]:
        """What still runs of it, besides its database."""
        return [words for words in self.all_left() if "postgres" not in words]

    def all_left(self) -> list[str]:
        """What still runs of it."""
        found = []
        for process in psutil.process_iter(["pid"]):
            try:
                words = process.cmdline()
                ours = process.environ().get("VEILIGADVIES_HOME") == str(self.home) or str(self.home) in " ".join(words)
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(words))
            except psutil.Error:
                continue
        return found

    def die(self) -> None:
        """Kill the supervisor alone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to stop; answers how it ended."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)

    def clear(self) -> None:
        """End whatever is left, however the test went."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if (self.home / "postgres").exists():
            embedded_postgres.stop(self.home / "postgres")
