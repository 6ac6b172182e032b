"""DBOS: a queue with priorities, polled ten times a second, five workflows at a time in each process."""

import sys
import time
from typing import Any

import psycopg
from dbos import DBOS, DBOSClient
from dbos._dbos_config import DBOSConfig  # its own name for what DBOS() takes

from bench.peers.procrastinate import CONCURRENCY, JOB_SECONDS, POLL_SECONDS
from bench.trace import Case

NAME, VERSION = "bench", "1"
LOWEST = 4
"""One is the highest priority."""


def configured(url: str, executor: str) -> DBOSConfig:
    """The configuration of one process."""
    return {
        "name": NAME,
        "system_database_url": url,
        "application_version": VERSION,
        "executor_id": executor,
        "log_level": "ERROR",
        "sys_db_pool_size": CONCURRENCY + 5,
    }


def launch(url: str, executor: str) -> None:
    """Start it in this process, with its tables and its queue."""
    DBOS(config=configured(url, executor))

    @DBOS.workflow(name="job")
    def job(number: int) -> None:
        if number < 0:
            time.sleep(JOB_SECONDS)
            return
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("INSERT INTO begun VALUES (%s)", (number,))

    DBOS.launch()


def options(priority: int) -> Any:
    """The options of a new workflow."""
    return {"workflow_name": "job", "queue_name": "work", "priority": priority, "app_version": VERSION}


def prepare(url: str, waiting: int) -> int:
    """Create its tables and let routine workflows wait; return how many.

    Its client adds them one by one, which takes minutes for 100,000; so one is added by its client and copied by SQL.
    """
    launch(url, "prepare")
    DBOS.destroy()
    client = DBOSClient(system_database_url=url)
    client.register_queue(
        "work", worker_concurrency=CONCURRENCY, polling_interval_sec=POLL_SECONDS, application_name=NAME
    )
    client.enqueue(options(LOWEST), -1)
    client.destroy()
    with psycopg.connect(url, autocommit=True) as connection:
        names = connection.execute(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
            " WHERE table_schema = 'dbos' AND table_name = 'workflow_status' AND column_name <> 'workflow_uuid'"
        ).fetchone()
        assert names is not None
        connection.execute(
            f"INSERT INTO dbos.workflow_status (workflow_uuid, {names[0]})"
            f" SELECT 'copy-' || n, {names[0]} FROM dbos.workflow_status, generate_series(2, {waiting}) n"
            " WHERE queue_name = 'work'"
        )
        connection.execute("VACUUM ANALYZE dbos.workflow_status")
    return waiting


class Producer:
    """Adds acute workflows, each in its own transaction."""

    def __init__(self, url: str) -> None:
        self._client = DBOSClient(system_database_url=url)

    def acute(self, number: int) -> None:
        """One acute workflow, committed."""
        self._client.enqueue(options(1), number)

    def close(self) -> None:
        """Close the connections."""
        self._client.destroy()


class Order:
    """The order in which it releases workflows, by its own statement."""

    def __init__(self, url: str) -> None:
        launch(url, "order")
        DBOS.destroy()
        self._client = DBOSClient(system_database_url=url)
        self._queue = self._client.register_queue("work", worker_concurrency=1, application_name=NAME)
        self._numbers: dict[str, int] = {}

    def arrive(self, case: Case) -> None:
        """A workflow with the lane as its priority."""
        handle = self._client.enqueue(options(case.lane), case.number)
        self._numbers[handle.workflow_id] = case.number

    def take(self, at: float) -> int | None:
        """Its own dequeue, by the method of its worker; one at a time."""
        found, _ = self._client._sys_db.start_queued_workflows(self._queue, "order", VERSION, None)  # noqa: SLF001
        return self._numbers.pop(found[0]) if found else None

    def done(self, number: int) -> None:
        """Nothing to do: a taken one does not affect the order."""

    def close(self) -> None:
        """Close the connections."""
        self._client.destroy()


def main() -> None:
    """One worker, until stopped."""
    launch(sys.argv[1], f"worker-{sys.argv[2]}")
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
