"""Urgent latency (queue.urgent_p95_s): from the commit of acute work to the commit that shows its start.

Ours: the resident dispatcher, with Prefect, has 100,000 routine items to offer while officers claim; the start is
``dispatched_at``. A peer: its workers are busy with routine jobs and 100,000 more wait; the start is a row that the
acute job writes. The same watcher polls for both, a hundred times a second.
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
from bench.databases import copy_database, create_cases, create_database, fill_queue
from bench.peers import prefect
from bench.peers.procrastinate import CONCURRENCY, JOB_SECONDS, POLL_SECONDS
from states.settings import Configuration
from states.storage.database import connect

WAITING = 100_000
WORKERS = 2
SAMPLES, PREFECT_SAMPLES = 40, 8
TIMEOUT = 60.0
"""Seconds after which a sample ends and counts as this long."""
WARM_UP_TIMEOUT = 180.0
WATCH_SECONDS = 0.01
BEGUN = "SELECT 1 FROM begun WHERE number = %s"
OFFERED = "SELECT 1 FROM work_item WHERE id = 'acute-' || %s AND dispatched_at IS NOT NULL"


class Producer(Protocol):
    """Adds acute work."""

    def acute(self, number: int) -> None:
        """Add one item, committed."""


@contextmanager
def running(*commands: list[str], environment: dict[str, str] | None = None) -> Iterator[None]:
    """Run some processes; they are killed at the end."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *command], env=environment, start_new_session=True, stderr=subprocess.DEVNULL
        )
        for command in commands
    ]
    try:
        yield
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def seconds_until(watcher: psycopg.Connection[Any], query: str, number: int, timeout: float) -> float:
    """Seconds until a query first finds a row."""
    began = time.perf_counter()
    while (took := time.perf_counter() - began) < timeout:
        if watcher.execute(query.encode(), (number,)).fetchone():
            return time.perf_counter() - began
        time.sleep(WATCH_SECONDS)
    return took


def sample(url: str, query: str, producer: Producer, samples: int = SAMPLES) -> list[float]:
    """The latency of some acute items, without the first one, which is a warm-up."""
    generator = random.Random(1)  # the same for all
    with psycopg.connect(url, autocommit=True) as watcher:
        producer.acute(0)
        if seconds_until(watcher, query, 0, WARM_UP_TIMEOUT) >= WARM_UP_TIMEOUT:
            return [WARM_UP_TIMEOUT]
        found = []
        for number in range(1, samples + 1):
            time.sleep(generator.uniform(0.1, 0.5))
            producer.acute(number)
            found.append(seconds_until(watcher, query, number, TIMEOUT))
    return found


def own_latency(url: str, of: list[str], home: Path, api: str) -> list[float]:
    """The resident dispatcher with Prefect, while officers claim."""
    module = import_module("bench.peers.ours")
    fill_queue(url, WAITING, of, lane=4, offered=False)
    environment = child_environment(Configuration(home=home), url, api)
    producer = module.Producer(url)
    officers = [["bench.peers.ours", url, str(number)] for number in range(WORKERS)]
    with running(*officers), running(["flows.dispatcher"], environment=environment):
        found = sample(url, OFFERED, producer)
    producer.close()
    return found


def peer_latency(name: str, url: str) -> list[float]:
    """A peer that stores its jobs in the same server."""
    module = import_module(f"bench.peers.{name}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE begun (number int PRIMARY KEY)")
    module.prepare(url, WAITING)
    producer = module.Producer(url)
    with running(*([f"bench.peers.{name}", url, str(number)] for number in range(WORKERS))):
        found = sample(url, BEGUN, producer)
    producer.close()
    return found


def prefect_latency(server: prefect.Server, url: str) -> list[float]:
    """A plain Prefect work queue."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE begun (number int PRIMARY KEY)")
    producer = prefect.Producer(server)
    prefect.copy_runs(server, producer.routine(), WAITING)
    worker = server.worker(url)
    try:
        return sample(url, BEGUN, producer, PREFECT_SAMPLES)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        producer.close()


def p95(values: list[float]) -> float:
    """The 95th percentile, by nearest rank."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def figure(name: str, values: list[float], how: str) -> dict[str, Any]:
    """One figure."""
    middle = sorted(values)[len(values) // 2]
    note = f"{how}; median {middle:.3f}, longest {max(values):.3f}, {len(values)} samples"
    return {"name": f"queue.urgent_p95_s{name}", "value": round(p95(values), 3), "unit": "s", "note": note}


def main(url: str) -> list[dict[str, Any]]:
    """Measure ours, then each peer, one after the other on the same server."""
    home = Path(tempfile.mkdtemp(prefix="bench-urgent-"))
    store = create_database(url, "urgent_store")
    server = prefect.Server(home / "prefect", store)
    behind = f"behind {WAITING:,} routine"
    busy = f"{WORKERS} workers of {CONCURRENCY} jobs of {JOB_SECONDS} s each, NOTIFY or polling every {POLL_SECONDS} s"
    try:
        database = copy_database(url, "urgent_ours")
        engine = connect(database, key=bytes(32), pool_size=1)
        of = create_cases(engine)
        engine.dispose()
        server.await_answer()
        found = [
            figure(
                "",
                own_latency(database, of, home / "home", server.api),
                f"{behind} items to be offered, {WORKERS * CONCURRENCY} officers claiming, dispatcher with Prefect",
            )
        ]
        found += [
            figure(f".{name}", peer_latency(name, create_database(url, f"urgent_{name}")), f"{behind} jobs, {busy}")
            for name in ("procrastinate", "pgqueuer", "dbos")
        ]
        how = f"{behind} runs, store in PostgreSQL, a worker of two runs, polling every {prefect.QUERY_SECONDS} s"
        found.append(figure(".prefect", prefect_latency(server, create_database(url, "urgent_prefect")), how))
        return found
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
