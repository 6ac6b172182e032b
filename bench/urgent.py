"""queue.urgent_p95_s: from the commit of acute work to the commit that shows it begun, behind a hundred thousand.

Ours: the resident dispatcher, with Prefect, has a hundred thousand routine items to offer while officers claim; begun
is ``dispatched_at``. A peer: its workers are busy with routine jobs, a hundred thousand more wait; begun is a row that
the acute job writes. The same watcher looks for both, a hundred times a second.
"""

import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import psycopg

from api.processes.environment import child_environment
from bench.backlog import cases, copy, create, fill
from bench.peers import prefect
from bench.peers.procrastinate import AT_ONCE, BUSY, POLL
from states.settings import Configuration
from states.storage.database import connect

WAITING = 100_000
WORKERS = 2
SAMPLES, OF_PREFECT = 40, 8
PATIENCE = 60.0
"""Seconds after which a sample is counted as no better than this."""
WARM = 180.0
LOOK = 0.01
BEGUN = "SELECT 1 FROM begun WHERE number = %s"
OFFERED = "SELECT 1 FROM work_item WHERE id = 'acute-' || %s AND dispatched_at IS NOT NULL"


class Producer(Protocol):
    """Puts acute work in."""

    def acute(self, number: int) -> None:
        """One piece, committed."""


@contextmanager
def running(*commands: list[str], around: dict[str, str] | None = None) -> Iterator[None]:
    """Some processes, killed afterwards."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *command], env=around, start_new_session=True, stderr=subprocess.DEVNULL
        )
        for command in commands
    ]
    try:
        yield
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def seen(watcher: psycopg.Connection[Any], query: str, number: int, patience: float) -> float:
    """Seconds until something that was committed just now shows."""
    began = time.perf_counter()
    while (took := time.perf_counter() - began) < patience:
        if watcher.execute(query.encode(), (number,)).fetchone():
            return time.perf_counter() - began
        time.sleep(LOOK)
    return took


def sample(url: str, query: str, producer: Producer, samples: int = SAMPLES) -> list[float]:
    """How long each of some acute pieces took, the first one, which warms, left out."""
    chance = random.Random(1)  # the same for all
    with psycopg.connect(url, autocommit=True) as watcher:
        producer.acute(0)
        if seen(watcher, query, 0, WARM) >= WARM:
            return [WARM]
        found = []
        for number in range(1, samples + 1):
            time.sleep(chance.uniform(0.1, 0.5))
            producer.acute(number)
            found.append(seen(watcher, query, number, PATIENCE))
    return found


def ours(url: str, of: list[str], home: Path, api: str) -> list[float]:
    """The resident dispatcher with Prefect, while officers claim."""
    module = import_module("bench.peers.ours")
    fill(url, WAITING, of, lane=4, offered=False)
    around = child_environment(Configuration(home=home), url, api)
    producer = module.Producer(url)
    officers = [["bench.peers.ours", url, str(number)] for number in range(WORKERS)]
    with running(*officers), running(["flows.dispatcher"], around=around):
        found = sample(url, OFFERED, producer)
    producer.close()
    return found


def peer(name: str, url: str) -> list[float]:
    """A peer that keeps its jobs in the same server."""
    module = import_module(f"bench.peers.{name}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE begun (number int PRIMARY KEY)")
    module.prepare(url, WAITING)
    producer = module.Producer(url)
    with running(*([f"bench.peers.{name}", url, str(number)] for number in range(WORKERS))):
        found = sample(url, BEGUN, producer)
    producer.close()
    return found


def of_prefect(server: prefect.Server, url: str) -> list[float]:
    """A plain Prefect work queue."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE begun (number int PRIMARY KEY)")
    producer = prefect.Producer(server)
    prefect.copy_runs(server, producer.routine(), WAITING)
    worker = server.worker(url)
    try:
        return sample(url, BEGUN, producer, OF_PREFECT)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        producer.close()


def p95(values: list[float]) -> float:
    """The 95th percentile, by nearest rank."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def row(name: str, values: list[float], how: str) -> dict[str, Any]:
    """One figure."""
    middle = sorted(values)[len(values) // 2]
    note = f"{how}; median {middle:.3f}, longest {max(values):.3f}, {len(values)} samples"
    return {"name": f"queue.urgent_p95_s{name}", "value": round(p95(values), 3), "unit": "s", "note": note}


def main(url: str) -> list[dict[str, Any]]:
    """Measure ours, then each peer, one after the other on the same server."""
    home = Path(tempfile.mkdtemp(prefix="bench-urgent-"))
    store = create(url, "urgent_store")
    server = prefect.Server(home / "prefect", store)
    behind = f"behind {WAITING:,} routine"
    busy = f"{WORKERS} workers of {AT_ONCE} jobs of {BUSY} s each, NOTIFY or polling every {POLL} s"
    try:
        database = copy(url, "urgent_ours")
        engine = connect(database, key=bytes(32), pool_size=1)
        of = cases(engine)
        engine.dispose()
        server.await_answer()
        found = [
            row(
                "",
                ours(database, of, home / "home", server.api),
                f"{behind} items still to be offered, {WORKERS * AT_ONCE} officers claiming, dispatcher with Prefect",
            )
        ]
        found += [
            row(f".{name}", peer(name, create(url, f"urgent_{name}")), f"{behind} jobs, {busy}")
            for name in ("procrastinate", "pgqueuer", "dbos")
        ]
        how = f"{behind} runs, store in PostgreSQL, one process worker of two runs, asking every {prefect.QUERY} s"
        found.append(row(".prefect", of_prefect(server, create(url, "urgent_prefect")), how))
        return found
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
