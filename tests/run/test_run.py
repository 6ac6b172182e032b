"""Run: `veiligadvies run` as a user starts and stops it; the Prefect server is shared, because it starts slowly."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from api.processes import embedded_postgres, instance
from api.processes.environment import child_environment
from states.settings import Configuration
from states.storage.database import connect, transaction
from states.storage.ledger import open_stream
from states.tables.ledger import StreamKind

COMMAND = [str(Path(sys.executable).parent / "veiligadvies")]


@pytest.fixture
def environment(home: Path, prefect_server: str) -> dict[str, str]:
    found = child_environment(Configuration(home=home), "", prefect_server)
    del found["DATABASE_URL"]
    return found | {"PORT": str(instance.free_port()), "VEILIGADVIES_DEMONSTRATION": "false"}


class Run:
    """One `veiligadvies run` and its output."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "run"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""

    def until(self, words: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if words in line:
                return
        raise AssertionError(self.output)

    def stop(self, number: signal.Signals, seconds: float = 15.0) -> None:
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=seconds)
        self.output += rest


@pytest.fixture
def begin(environment: dict[str, str], home: Path) -> Iterator[Callable[[], Run]]:
    begun: list[Run] = []

    def make() -> Run:
        begun.append(Run(environment))
        return begun[-1]

    yield make
    for run in begun:
        with run.process as process:
            process.kill()
    embedded_postgres.stop(home / "postgres")


def remaining_processes(home: Path) -> list[str]:
    """The command lines of an office's processes that still run."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline", "status"]):
        try:
            ours = process.environ().get("VEILIGADVIES_HOME") == str(home) or str(home) in process.cmdline()
        except psutil.Error:
            continue
        if ours and process.status() != psutil.STATUS_ZOMBIE:
            found.append(" ".join(process.cmdline()))
    return found


def ready(environment: dict[str, str]) -> dict[str, Any]:
    answer = httpx.get(f"http://127.0.0.1:{environment['PORT']}/health/ready", trust_env=False)
    found: dict[str, Any] = answer.json()
    return found


def test_from_nothing_to_ready_and_back_and_again(
    begin: Callable[[], Run], environment: dict[str, str], home: Path
) -> None:
    run = begin()
    run.until("ready in")
    assert ready(environment)["status"] == "ready"
    pids = json.loads((home / "run.json").read_text())["pids"]
    assert set(pids) == {"supervisor", "api", "dispatcher", "clock", "worker"}

    second = subprocess.run([*COMMAND, "run"], env=environment, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "Another office runs from" in second.stderr
    assert "Traceback" not in second.stderr
    elsewhere = environment | {"VEILIGADVIES_HOME": str(home) + "2"}
    taken = subprocess.run([*COMMAND, "run"], env=elsewhere, capture_output=True, text=True, check=False)
    assert taken.returncode == 1
    assert f"Port {environment['PORT']} is in use" in taken.stderr

    os.kill(pids["clock"], signal.SIGKILL)
    run.until("clock was started again")

    verified = subprocess.run([*COMMAND, "verify"], env=environment, capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")

    # When the supervisor is killed its children end too; the database may continue, and is found again.
    run.process.kill()
    run.process.wait()
    deadline = time.monotonic() + 3
    while any("postgres" not in words for words in remaining_processes(home)):
        assert time.monotonic() < deadline, remaining_processes(home)
        time.sleep(0.05)
    nobody = subprocess.run([*COMMAND, "verify"], env=environment, capture_output=True, text=True, check=False)
    assert nobody.returncode == 1
    assert "No office runs" in nobody.stderr

    again = begin()
    again.until("ready in")
    again.stop(signal.SIGTERM)
    assert again.process.returncode == 0
    assert "Stopped" in again.output
    assert remaining_processes(home) == []
    assert not (home / "run.json").exists()


def test_an_office_that_lost_its_key_does_not_start_and_makes_no_other(
    database: str, environment: dict[str, str], home: Path, begin: Callable[[], Run]
) -> None:
    engine = connect(database, key=bytes(range(32)), pool_size=1)
    with transaction(engine) as session:
        open_stream(session, "organisation-1", StreamKind.ORGANISATION, datetime.now(UTC))
    engine.dispose()
    environment["DATABASE_URL"] = database
    run = begin()
    assert run.process.stdout is not None
    for line in run.process.stdout:
        run.output += line
        if "ready in" in line:
            break
    assert "Put back the key file of this office from its backup" in run.output, run.output
    assert "ready in" not in run.output
    assert "Traceback" not in run.output
    assert run.process.wait(15) == 1
    assert not (home / "keys" / "office.key").exists()


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("PostgreSQL", 0.0), ("Tables", 0.0), ("Everything together", 1.0)],
)
def test_ctrl_c_while_starting_leaves_nothing(begin: Callable[[], Run], home: Path, words: str, seconds: float) -> None:
    run = begin()
    run.until(words)
    time.sleep(seconds)
    run.stop(signal.SIGINT)
    assert remaining_processes(home) == []
    assert "Traceback" not in run.output
    assert not (home / "run.json").exists()


def test_a_database_that_does_not_answer_is_named(environment: dict[str, str], home: Path) -> None:
    nowhere = environment | {"DATABASE_URL": "postgresql://nobody:secret@127.0.0.1:9/none"}
    run = subprocess.run([*COMMAND, "run"], env=nowhere, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "The database does not answer" in run.stderr
    assert "secret" not in run.stderr
    assert "Traceback" not in run.stderr
    assert remaining_processes(home) == []
