"""run.ready_s: from `veiligadvies run` with everything installed to the answer that every part is ready.

Each round starts in an empty data folder: the database, Prefect's store and the demonstration office are made anew.
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
PATIENCE = 240.0


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def ready_after(home: Path) -> float:
    """Seconds until a fresh office is ready; it is stopped again."""
    port = free_port()
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL", "PREFECT_API_URL") if name in os.environ
    }
    environment = {**kept, "VEILIGADVIES_HOME": str(home), "PORT": str(port)}
    command = [str(Path(sys.executable).parent / "veiligadvies"), "run"]
    began = time.perf_counter()
    office = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        while time.perf_counter() - began < PATIENCE:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=2, trust_env=False).is_success:
                    return time.perf_counter() - began
            except httpx.HTTPError:
                pass
            if office.poll() is not None:
                raise RuntimeError(f"The office ended by itself with {office.returncode}.")
            time.sleep(0.1)
        raise RuntimeError(f"The office was not ready after {PATIENCE} s.")
    finally:
        office.send_signal(signal.SIGTERM)
        office.wait(60)


def main() -> list[dict[str, Any]]:
    """Measure; the figure is the median of the rounds."""
    times = []
    again = 0.0
    for number in range(ROUNDS):
        home = Path(tempfile.mkdtemp(prefix="bench-run-"))
        times.append(ready_after(home))
        if number == ROUNDS - 1:
            again = ready_after(home)
        shutil.rmtree(home, ignore_errors=True)
    note = (
        f"empty data folder, {', '.join(f'{one:.1f}' for one in times)}; a second start of the same folder {again:.1f}"
    )
    return [{"name": "run.ready_s", "value": round(statistics.median(times), 1), "unit": "s", "note": note}]
