"""Longest wait (queue.longest_wait_s): of each class over one trace of arrivals, for our queue and for each peer.

Virtual time: the arrivals, the two officers and the duration of the work are the same for all, and seeded. Each time an
officer is free, the queue's own code gives the next case. So the figures do not depend on speed, and a second run gives
the same figures. Every queue runs in its own process, two at a time.
"""

import json
import subprocess
import sys
from typing import Any

from bench.databases import copy_database, create_database
from bench.trace import CASES, LANES, SEED, longest_waits, trace
from states.storage.database import connect

PEERS = ("prefect", "dbos", "procrastinate", "pgqueuer")
MINUTE = 60.0


def longest_waits_of(name: str, url: str, count: int) -> dict[str, float]:
    """The longest waits of one queue, in seconds of office time."""
    from importlib import import_module  # noqa: PLC0415  # each peer in its own process only

    module = import_module(f"bench.peers.{name}")
    queue = module.Order(connect(url, key=bytes(32), pool_size=1) if name == "ours" else url)
    try:
        return {lane: round(minutes * MINUTE) for lane, minutes in longest_waits(trace(count), queue).items()}
    finally:
        queue.close()


def main(url: str, count: int = CASES) -> list[dict[str, Any]]:
    """Measure: ours and each peer, two processes at a time."""
    databases = {name: create_database(url, f"longest_{name}") for name in PEERS} | {
        "ours": copy_database(url, "longest_ours")
    }
    longest: dict[str, dict[str, float]] = {}
    waiting = ["ours", "dbos", "procrastinate", "pgqueuer", "prefect"]
    running: dict[str, subprocess.Popen[str]] = {}
    while waiting or running:
        while waiting and len(running) < 2:
            name = waiting.pop(0)
            command = [sys.executable, "-m", "bench.longest_wait", name, databases[name], str(count)]
            running[name] = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for name, process in list(running.items()):
            try:
                output, _ = process.communicate(timeout=1)
            except subprocess.TimeoutExpired:
                continue
            del running[name]
            if process.returncode:
                raise RuntimeError(f"{name} ended with {process.returncode}.")
            longest[name] = json.loads(output.splitlines()[-1])
    note = (
        f"seconds of office time until work was begun, by lane; one seeded trace ({SEED}) of {count:,} cases, two "
        "officers, virtual time, who is next asked of the queue's own code"
    )
    found = []
    for name in ("ours", *PEERS):
        ending = "" if name == "ours" else f".{name}"
        values = {lane: longest[name][lane] for lane in LANES}
        found.append({"name": f"queue.longest_wait_s{ending}", "value": values, "unit": "s", "note": note})
    return found


if __name__ == "__main__":
    # Only the order matters, so commits need not wait for the disk.
    address = sys.argv[2] + ("&" if "?" in sys.argv[2] else "?") + "options=-c%20synchronous_commit%3Doff"
    print(
        json.dumps(longest_waits_of(sys.argv[1], address if sys.argv[1] != "ours" else sys.argv[2], int(sys.argv[3])))
    )
