"""Clock: the time of a tick among 1,000,000 running terms of which none is due, and the due thresholds per second.

``clock.tick_idle_ms_1m`` is the median of whole ticks of the real clock, every two seconds, with Prefect running.
``clock.due_per_s`` is how many thresholds pass in a second through the real ``remind``: reminder, letter and an entry
in the chain of the case, committed with fsync on, by one clock. The rows are inserted by SQL, because a million cases
made by events would take a day.
"""

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from bench.office import EMPLOYER, now, office
from flows import jobs
from flows.clock import JOBS, Clock
from flows.deployment_file import read, schedules
from states.jobs import runs
from states.settings import Configuration
from states.storage.database import transaction
from states.tables.deadlines import Threshold

RUNNING = 1_000_000
DUE = 2_000
TICKS = 150
FILL = (
    """
    INSERT INTO stream (id, kind, seq, head, last_at)
    SELECT 'VA-' || n, 'application', 0, '', now() FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO term (id, application, subject, kind, article, owner, organisation, started_on, amount, unit, due_on,
                      provisional, suspendable, reasons)
    SELECT 'term-' || n, 'VA-' || n, 'takeover-' || n, 'takeover', 'Awb 4:13', 'employer', :employer, current_date, 8,
           'weeks', current_date + 56, false, true, '[]'
    FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO threshold (term, name, due_at, late)
    SELECT 'term-' || n, '80%', now() + INTERVAL '1 day' + n * INTERVAL '1 second', false
    FROM generate_series(1, :many) n
    """,
)


def fill(engine: Engine) -> None:
    """Insert a million running terms, each with its next threshold."""
    with engine.begin() as connection:
        for statement in FILL:
            connection.execute(text(statement), {"many": RUNNING, "employer": EMPLOYER})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def idle_ticks(engine: Engine, home: Path) -> tuple[list[float], float]:
    """Milliseconds of each tick while nothing is due, two seconds apart, and how many of them are our own CPU time."""
    configuration = Configuration(home=home)
    clock, at, spent, busy = Clock(engine, configuration, now()), now(), [], 0.0
    for number in range(TICKS):
        at += timedelta(seconds=configuration.tick_seconds)
        with transaction(engine) as session:
            runs.record_runs(session, *schedules(read()), at=at, runner="bench")
        began, worked = time.perf_counter(), time.process_time()
        clock.tick(at)
        if number >= TICKS // 3:  # the first ones are a warm-up
            spent.append(1000 * (time.perf_counter() - began))
            busy += 1000 * (time.process_time() - worked)
    clock.join()
    return spent, busy / len(spent)


def thresholds_per_second(engine: Engine) -> float:
    """How many thresholds pass in a second."""
    at = now()
    with engine.begin() as connection:
        late = "UPDATE threshold SET due_at = :at WHERE term IN (SELECT 'term-' || n FROM generate_series(1, :due) n)"
        connection.execute(text(late), {"at": at - timedelta(minutes=1), "due": DUE})
    began = time.perf_counter()
    passed = jobs.remind(engine, at)
    spent = time.perf_counter() - began
    assert passed == DUE, passed
    return passed / spent


def main() -> list[dict[str, Any]]:
    """Measure."""
    with office() as (_, engine), tempfile.TemporaryDirectory() as home:
        fill(engine)
        spent, busy = idle_ticks(engine, Path(home))
        rate = thresholds_per_second(engine)
        with engine.connect() as connection:
            index = connection.execute(text("SELECT pg_relation_size('ix_threshold_due')")).scalar_one()
    note = (
        f"median of {len(spent)} ticks of all {len(JOBS)} jobs, those of once a minute in the slowest, "
        f"{max(spent):.1f} ms; {busy:.1f} ms of a tick are our own computing; "
        f"{RUNNING:,} running {Threshold.__tablename__}s, index {index // 2**20} MB"
    )
    return [
        {"name": "clock.tick_idle_ms_1m", "value": round(statistics.median(spent), 1), "unit": "ms", "note": note},
        {
            "name": "clock.due_per_s",
            "value": round(rate),
            "unit": "thresholds/s",
            "note": f"{DUE:,} due of {RUNNING:,}, one clock: reminder, letter and ledger entry each; fsync on",
        },
    ]
