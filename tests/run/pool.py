"""A database, real workers and dispatchers on it, and what Prefect's own server says of their runs."""

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
from states.storage.database import connect, transaction, wake
from states.storage.vault import office_key
from states.tables.work import WorkItem

T = TypeVar("T")


PATIENCE = float(os.environ.get("PATIENCE", "4"))
"""Machines that build are busy: so many times longer than it should take is waited, before something is amiss."""


def until(true: Callable[[], T], seconds: float) -> T:
    """Wait until something is so; answers it."""
    deadline = time.monotonic() + PATIENCE * seconds
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
        self.engine: Engine = connect(database, key=office_key(self.configuration.key_file))
        self.prefect = prefect
        self.began = datetime.now(UTC)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.deployments: dict[str, UUID] = self.ask(
            lambda client: register(client, worker_type=TYPE, template=InProcessWorker.get_default_base_job_template())
        )

    def start(self, part: str, **settings: str) -> subprocess.Popen[bytes]:
        """Start a process and wait until it shows itself."""
        around = child_environment(self.configuration, self.database, self.prefect) | settings
        process = subprocess.Popen([sys.executable, "-m", f"flows.{part}"], env=around, start_new_session=True)
        self.processes.append(process)
        return process

    def kill(self, pid: int) -> None:
        """Kill one of the processes."""
        (process,) = (process for process in self.processes if process.pid == pid)
        os.killpg(pid, signal.SIGKILL)
        process.wait()

    def await_sign(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until a process shows itself."""
        until(lambda: any(row.runner.endswith(f":{process.pid}") for row in self.signs()), 60)

    def signs(self) -> Sequence[Any]:
        with transaction(self.engine) as session:
            return [row for row in runs.last_runs(session).values() if row.flow.startswith("process:")]

    def ask(self, work: Callable[[PrefectClient], Awaitable[T]]) -> T:
        """Ask Prefect's server something."""

        async def main() -> T:
            async with PrefectClient(self.prefect) as client:
                return await work(client)

        return asyncio.run(main())

    def plan(self, flow: str, count: int = 1) -> list[UUID]:
        """Let some runs of a deployment wait, by Prefect's own means."""

        async def create(client: PrefectClient) -> list[UUID]:
            # One by one: its store is a file, and refuses whoever waits too long for a lock.
            return [(await client.create_flow_run_from_deployment(self.deployments[flow])).id for _ in range(count)]

        return self.ask(create)

    def runs(self, ids: Sequence[UUID]) -> list[FlowRun]:
        """What Prefect knows of some runs."""
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=list(ids)))
        return self.ask(lambda client: client.read_flow_runs(flow_run_filter=wanted, limit=200))

    def all(self, *flows: str) -> list[FlowRun]:
        """What Prefect knows of the newest runs of some flows, or of all, that are more than planned."""
        ours = FlowFilter(name=FlowFilterName(any_=list(flows or self.deployments)))
        begun = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(not_any_=[StateType.SCHEDULED])))
        newest = FlowRunSort.START_TIME_DESC
        return self.ask(
            lambda client: client.read_flow_runs(flow_filter=ours, flow_run_filter=begun, sort=newest, limit=200)
        )

    def tasks(self, run: UUID) -> list[TaskRun]:
        """The tasks of a run."""
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[run]))
        return self.ask(lambda client: client.read_task_runs(flow_run_filter=wanted))

    def await_run(self, run: UUID, seconds: float = 40.0, *, state: str = "final") -> FlowRun:
        """Wait until a run has ended, or is in a state."""

        def found() -> FlowRun | None:
            (now,) = self.runs([run])
            assert now.state is not None
            reached = now.state.is_final() if state == "final" else now.state.name == state
            return now if reached else None

        return until(found, seconds)

    def forget(self, ids: Sequence[UUID]) -> None:
        """Take runs away that nobody needs any more."""

        async def delete(client: PrefectClient) -> None:
            for one in ids:
                await client.delete_flow_run(one)

        self.ask(delete)

    def add_work(self, count: int, lane: int, *, hint: str = "acute") -> list[str]:
        """Work that nobody was told of yet, in one commit."""
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
            wake(session, hint)
        return keys

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def run(self, statement: str) -> None:
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(statement.encode())

    def close(self) -> None:
        """End what is left."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.engine.dispose()
