"""Tests of child processes: restarted, stopped, gated, and ended with their parent."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from api.processes import child_process
from api.processes.child_process import ChildProcess

PARENT = """
import sys, time
from pathlib import Path
from api.processes.child_process import ChildProcess
child = ChildProcess("server", ["http.server", "0", "--bind", "127.0.0.1"], {}, Path(sys.argv[1]))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def gone(number: int) -> bool:
    try:
        return bool(psutil.Process(number).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_the_logs_of_a_child_are_for_the_office_only_also_if_they_were_open_before(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir(mode=0o755)
    for name in ("server.log", "server.log.1"):
        (logs / name).touch(mode=0o644)
    child = ChildProcess("server", ["http.server", "0", "--bind", "127.0.0.1"], {}, logs)
    child.start()
    child_process.stop([child], 5.0)
    assert {stat.S_IMODE(file.stat().st_mode) for file in logs.iterdir()} == {0o600}
    assert stat.S_IMODE(logs.stat().st_mode) == 0o700


def test_a_child_that_dies_is_restarted_and_reported(tmp_path: Path) -> None:
    child = ChildProcess("server", ["http.server", "0", "--bind", "127.0.0.1"], {}, tmp_path)
    child.start()
    number = child.pid
    assert child.restart_if_dead() is None
    os.kill(number, signal.SIGKILL)
    messages: list[str] = []

    def restarted() -> bool:
        if message := child.restart_if_dead():
            messages.append(message)
        return len(messages) == 2

    wait_until(restarted)
    assert "ended by signal 9" in messages[0]
    assert str(child.log) in messages[0]
    assert "started again" in messages[1]
    assert child.pid != number
    child_process.stop([child], 5.0)
    assert gone(child.pid)


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, tmp_path], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        number = int(parent.stdout.readline())
        assert not gone(number)
        parent.kill()
    wait_until(lambda: gone(number))


def test_a_child_that_will_not_stop_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "deaf.py").write_text(DEAF)
    child = ChildProcess("deaf", ["deaf"], {"PYTHONPATH": str(tmp_path)}, tmp_path)
    child.start()
    wait_until(lambda: "deaf" in child.log.read_text())
    child_process.stop([child], 0.3)
    assert gone(child.pid)


def test_a_gated_child_waits(tmp_path: Path) -> None:
    (tmp_path / "gated.py").write_text(
        "from flows.runtime import await_gate\nawait_gate()\nprint('through', flush=True)\n"
    )
    child = ChildProcess("gated", ["gated"], dict(os.environ) | {"PYTHONPATH": str(tmp_path)}, tmp_path, gated=True)
    child.start()
    time.sleep(2.0)
    assert "through" not in child.log.read_text()
    child.open_gate()
    wait_until(lambda: "through" in child.log.read_text())
    child_process.stop([child], 5.0)
