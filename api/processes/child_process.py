"""Child process of the supervisor: its own process group and log, and a restart when it dies."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from states.storage.private_files import append_privately, private_folder

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
MAX_PAUSE = 30.0
"""Longest pause in seconds before a process that keeps dying is restarted."""
STABLE_AFTER = 60.0
"""Seconds of running after which a process counts as stable, so that the pause is reset."""
MAX_LOG_SIZE = 10_000_000
"""Size in bytes at which a log is rotated; one older log is kept."""


class ChildProcess:
    """Child process that can be restarted."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path, *, gated: bool = False
    ) -> None:
        """Describe the process.

        Args:
            name: the name of the process and of its log.
            command: a module and its arguments.
            environment: the environment of the process.
            logs: the folder of logs.
            gated: whether the process waits with its work until :meth:`open_gate`.
        """
        self.name = name
        self.log = logs / f"{name}.log"
        self._command = [sys.executable, "-m", *command]
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._gated = gated
        self._pause = 0.5
        self._restart_at: float | None = None

    @property
    def pid(self) -> int:
        """Return the process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the process."""
        with _open_log(self.log) as log:
            self._process = subprocess.Popen(  # noqa: S603  # the commands are ours
                self._command,
                env=self._environment | ({"VEILIGADVIES_GATE": "stdin"} if self._gated else {}),
                stdin=subprocess.PIPE if self._gated else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_us if sys.platform == "linux" else None,  # noqa: PLW1509  # one thread forks
            )
        self._began = time.monotonic()
        self._restart_at = None

    def open_gate(self) -> None:
        """Let the process begin its work."""
        self._gated = False
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def restart_if_dead(self) -> str | None:
        """Restart the process if it died, after a growing pause; returns a message if something happened."""
        if self._process is None:
            return None
        now = time.monotonic()
        if self._restart_at is not None:
            if now < self._restart_at:
                return None
            self.start()
            return f"{self.name} was started again"
        code = self._process.poll()
        if code is None:
            return None
        self._pause = 0.5 if now - self._began > STABLE_AFTER else min(self._pause * 2, MAX_PAUSE)
        self._restart_at = now + self._pause
        end = f"by signal {-code}" if code < 0 else f"with code {code}"
        return f"{self.name} ended {end}; it starts again in {self._pause:.0f} s. Its log: {self.log}"


def stop(children: Sequence[ChildProcess], seconds: float) -> None:
    """Terminate all processes at once, and kill those that have not ended after so many seconds."""
    running = [child._process for child in children if child._process is not None]  # noqa: SLF001
    for process in running:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for process in running:
        try:
            process.wait(max(deadline - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()


def adopt_orphans() -> None:
    """Adopt orphaned descendants, such as PostgreSQL, so that none remains as a zombie."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap() -> None:
    """Reap every descendant that has ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        # Signal the whole group, so that the helpers of a server end too.
        os.killpg(process.pid, number)


def _die_with_us() -> None:
    # Runs in the child. The kernel kills it when the supervisor ends, however that happens.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _open_log(log: Path) -> IO[bytes]:
    private_folder(log.parent)
    for older in log.parent.glob(f"{log.stem}.log*"):
        older.chmod(0o600)
    if log.exists() and log.stat().st_size > MAX_LOG_SIZE:
        log.replace(log.with_suffix(".log.1"))
    return append_privately(log)
