"""Pool of real workers and dispatchers on one database, and what Prefect's own server reports of their runs."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType, TaskRun
from prefect.client.schemas.sorting import FlowRunSort
from sqlalchemy import Engine

from api.processes.environment import child_environment
from flows.registration import register
from flows.worker import TYPE, InProcessWorker
from states.jobs import runs
from states.settings import Configuration
from states.storage.database import transaction, wake
from states.storage.office_key import open_office
from states.tables.work import WorkItem

T = TypeVar("T")


TIMEOUT_FACTOR = float(os.environ.get("PATIENCE", "4"))
"""Build machines are busy, so every timeout is multiplied by this."""


def until(true: Callable[[], T], seconds: float) -> T:
    """Wait until a function returns something true; returns that."""
    deadline = time.monotonic() + TIMEOUT_FACTOR * seconds
    while not (found := true()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


class Pool:
    """One office's database and the processes of flows/ on it."""

    def __init__(self, database: str, home: Path, prefect: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.database = database
        self.configuration = Configuration(home=home)
        self.engine: Engine = open_office(database, self.configuration.key_file)
        self.prefect = prefect
        self.created_at = datetime.now(UTC)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.deployments: dict[str, UUID] = self.query_prefect(
            lambda client: register(client, worker_type=TYPE, template=InProcessWorker.get_default_base_job_template())
        )

    def start(self, part: str, **settings: str) -> subprocess.Popen[bytes]:
        """Start a process of flows/."""
        around = child_environment(self.configuration, self.database, self.prefect) | settings
        process = subprocess.Popen([sys.executable, "-m", f"flows.{part}"], env=around, start_new_session=True)
        self.processes.append(process)
        return process

    def kill(self, pid: int) -> None:
        """Kill one of the processes."""
        (process,) = (process for process in self.processes if process.pid == pid)
        os.killpg(pid, signal.SIGKILL)
        process.wait()

    def wait_for_heartbeat(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until a process has recorded a heartbeat."""
        until(lambda: any(row.runner.endswith(f":{process.pid}") for row in self.heartbeats()), 60)

    def heartbeats(self) -> Sequence[Any]:
        with transaction(self.engine) as session:
            return [row for row in runs.last_runs(session).values() if row.flow.startswith("process:")]

    def query_prefect(self, work: Callable[[PrefectClient], Awaitable[T]]) -> T:
        """Query Prefect's server."""

        async def main() -> T:
            async with PrefectClient(self.prefect) as client:
                return await work(client)

        return asyncio.run(main())

    def create_runs(self, flow: str, count: int = 1) -> list[UUID]:
        """Create some runs of a deployment through Prefect's API."""

        async def create(client: PrefectClient) -> list[UUID]:
            # One by one: the server's store is a file, and refuses a writer that waits too long for its lock.
            return [(await client.create_flow_run_from_deployment(self.deployments[flow])).id for _ in range(count)]

        return self.query_prefect(create)

    def runs(self, ids: Sequence[UUID]) -> list[FlowRun]:
        """Some runs, as Prefect has them."""
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=list(ids)))
        return self.query_prefect(lambda client: client.read_flow_runs(flow_run_filter=wanted, limit=200))

    def newest_runs(self, *flows: str) -> list[FlowRun]:
        """The newest runs of some flows, or of all, that have left the state Scheduled."""
        ours = FlowFilter(name=FlowFilterName(any_=list(flows or self.deployments)))
        begun = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(not_any_=[StateType.SCHEDULED])))
        newest = FlowRunSort.START_TIME_DESC
        return self.query_prefect(
            lambda client: client.read_flow_runs(flow_filter=ours, flow_run_filter=begun, sort=newest, limit=200)
        )

    def tasks(self, run: UUID) -> list[TaskRun]:
        """The tasks of a run."""
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[run]))
        return self.query_prefect(lambda client: client.read_task_runs(flow_run_filter=wanted))

    def wait_for_run(self, run: UUID, seconds: float = 40.0, *, state: str = "final") -> FlowRun:
        """Wait until a run has ended, or is in a state."""

        def found() -> FlowRun | None:
            (now,) = self.runs([run])
            assert now.state is not None
            reached = now.state.is_final() if state == "final" else now.state.name == state
            return now if reached else None

        return until(found, seconds)

    def delete_runs(self, ids: Sequence[UUID]) -> None:
        """Delete runs."""

        async def delete(client: PrefectClient) -> None:
            for one in ids:
                await client.delete_flow_run(one)

        self.query_prefect(delete)

    def add_work(self, count: int, lane: int, *, topic: str = "acute") -> list[str]:
        """Add work that was not offered yet, in one commit; returns its ids."""
        now = datetime.now(UTC)
        keys = [f"work-{time.time_ns()}-{number}" for number in range(count)]
        with transaction(self.engine) as session:
            for number, key in enumerate(keys):
                session.add(
                    WorkItem(
                        id=key,
                        application=f"VA-2026-{abs(hash(key)) % 10**8:08}",
                        chart="application",
                        subject=key,
                        action="start-intake",
                        role="officer",
                        lane=lane,
                        start_by=now,
                        created_at=now,
                        estimate=30 + number % 2,
                    )
                )
            wake(session, topic)
        return keys

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(statement.encode())

    def close(self) -> None:
        """Kill the remaining processes."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.engine.dispose()
