"""Supervised office: started from the command line as a user starts it; the tests kill its processes."""

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
START_TIMEOUT = 200.0
IGNORED_SETTINGS = ("DATABASE_URL", "PREFECT_API_URL", "VEILIGADVIES_DEMONSTRATION", "VEILIGADVIES_SMTP_URL")
"""Settings of the user who runs the tests, which this office must not use."""


def until(true: Callable[[], Any], seconds: float, what: Any = "") -> None:
    """Wait until a condition holds; fail with a message after some seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what() if callable(what) else what
        time.sleep(0.1)


class Supervised:
    """One office and its data folder."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.output = folder / "output.log"
        self.port = free_port()
        environment = {key: value for key, value in os.environ.items() if key not in IGNORED_SETTINGS}
        self.environment = environment | {"VEILIGADVIES_HOME": str(self.home), "PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it reports that it is ready."""
        before = self.output_text().count("ready in")
        with self.output.open("ab") as out:
            process = subprocess.Popen(
                [COMMAND, "run"], env=self.environment, cwd=ROOT, stdout=out, stderr=out, start_new_session=True
            )
        self._process = process
        until(
            lambda: self.output_text().count("ready in") > before or process.poll() is not None,
            START_TIMEOUT,
            self.output_text,
        )
        assert process.poll() is None, self.output_text()
        assert "Still missing" not in self.output_text()

    def output_text(self) -> str:
        """The output of the supervisor."""
        return self.output.read_text("utf-8") if self.output.exists() else ""

    def log(self, name: str) -> str:
        """The end of a process's log."""
        return (self.home / "logs" / f"{name}.log").read_text("utf-8")[-4000:]

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a subcommand of ``veiligadvies`` in the environment of this office."""
        command = [COMMAND, *arguments]
        return subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)

    def pid(self, name: str) -> int:
        """The present process id of a part."""
        return int(json.loads((self.home / "run.json").read_text())["pids"][name])

    def kill(self, name: str) -> int:
        """Kill the process of a part; returns the id of the process that replaces it."""
        before = self.pid(name)
        os.kill(before, signal.SIGKILL)
        until(lambda: self.pid(name) != before, 40, self.output_text)
        return self.pid(name)

    def ready(self) -> bool:
        """Whether every part is ready."""
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

    def checkpoint(self) -> None:
        """Make the database write everything to its files."""
        with psycopg.connect(self.database(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def recent_runner(self, flow: str) -> str:
        """The process that completed a flow or heartbeat within the last four seconds; empty for none."""
        query = f"SELECT runner FROM flow_run WHERE flow = '{flow}' AND finished_at > now() - interval '4 seconds'"
        return next((str(runner) for (runner,) in self.rows(query)), "")

    def remaining_without_database(self) -> list[str]:
        """The command lines of its processes that still run, except the database's."""
        return [words for words in self.remaining_processes() if "postgres" not in words]

    def remaining_processes(self) -> list[str]:
        """The command lines of its processes that still run."""
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

    def kill_supervisor(self) -> None:
        """Kill the supervisor alone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to stop; returns its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)

    def clear(self) -> None:
        """Stop all remaining processes, whether or not the test passed."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if (self.home / "postgres").exists():
            embedded_postgres.stop(self.home / "postgres")
