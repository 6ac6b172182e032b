"""Run (run.ready_s): from `veiligadvies run`, with everything installed, until every part is ready.

Each round starts in an empty data folder, so it creates the database, Prefect's store and the demonstration office.
"""

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

ROUNDS = 3
TIMEOUT = 240.0


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def ready_after(home: Path) -> float:
    """Seconds until an office is ready; it is stopped afterwards."""
    port = free_port()
    inherited = {
        name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL", "PREFECT_API_URL") if name in os.environ
    }
    environment = {**inherited, "VEILIGADVIES_HOME": str(home), "PORT": str(port)}
    command = [str(Path(sys.executable).parent / "veiligadvies"), "run"]
    began = time.perf_counter()
    office = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        while time.perf_counter() - began < TIMEOUT:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=2, trust_env=False).is_success:
                    return time.perf_counter() - began
            except httpx.HTTPError:
                pass
            if office.poll() is not None:
                raise RuntimeError(f"The office stopped with exit code {office.returncode}.")
            time.sleep(0.1)
        raise RuntimeError(f"The office was not ready after {TIMEOUT} s.")
    finally:
        office.send_signal(signal.SIGTERM)
        office.wait(60)


def main() -> list[dict[str, Any]]:
    """Measure; the figure is the median of the rounds."""
    times = []
    second_start = 0.0
    for number in range(ROUNDS):
        home = Path(tempfile.mkdtemp(prefix="bench-run-"))
        times.append(ready_after(home))
        if number == ROUNDS - 1:
            second_start = ready_after(home)
        shutil.rmtree(home, ignore_errors=True)
    rounds = ", ".join(f"{one:.1f}" for one in times)
    note = f"empty data folder, {rounds}; a second start of the same folder {second_start:.1f}"
    return [{"name": "run.ready_s", "value": round(statistics.median(times), 1), "unit": "s", "note": note}]
