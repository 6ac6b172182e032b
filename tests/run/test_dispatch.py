"""Dispatch: acute work is offered within a second, with Prefect and without; the worker serves the pool."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Pending
from running import Start
from sqlalchemy import Engine

from flows import jobs
from flows.crashed_runs import mark_crashed
from flows.deployment_file import pool_name, read
from flows.registration import register
from flows.worker import TYPE, InProcessWorker
from states.jobs import runs
from states.storage.database import transaction, wake
from states.tables.work import WorkItem

T = TypeVar("T")
LONGEST = timedelta(minutes=5)
TEMPLATE = InProcessWorker.get_default_base_job_template()


def commit_acute(engine: Engine) -> str:
    now = datetime.now(UTC)
    key = f"work-{time.time_ns()}"
    with transaction(engine) as session:
        session.add(
            WorkItem(
                id=key,
                application="VA-1",
                chart="application",
                subject=key,
                action="start-intake",
                role="officer",
                lane=1,
                start_by=now,
                created_at=now,
                estimate=30,
            )
        )
        wake(session, "acute")
    return key


def offered(engine: Engine, key: str, seconds: float = 3.0) -> tuple[float, str]:
    """Seconds until a commit offered the item, and the process that did."""
    began = time.monotonic()
    while True:
        with transaction(engine) as session:
            item = session.get_one(WorkItem, key)
        took = time.monotonic() - began
        if item.dispatched_at is not None:
            return took, str(item.dispatched_by)
        assert took < seconds
        time.sleep(0.01)


def wait_for(engine: Engine, part: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with transaction(engine) as session:
            if f"process:{part}" in runs.last_runs(session):
                return
        assert time.monotonic() < deadline
        time.sleep(0.1)


def stop(process: subprocess.Popen[bytes], seconds: float) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(seconds) == 0


def with_client(url: str, work: Callable[[PrefectClient], Awaitable[T]]) -> T:
    async def main() -> T:
        async with PrefectClient(url) as client:
            return await work(client)

    return asyncio.run(main())


async def registered(client: PrefectClient) -> dict[str, UUID]:
    return await register(client, worker_type=TYPE, template=TEMPLATE)


def test_without_prefect_the_dispatcher_offers(engine: Engine, start: Start) -> None:
    process = start("flows.dispatcher")
    wait_for(engine, "dispatcher")
    took = [offered(engine, commit_acute(engine)) for _ in range(5)]
    assert max(seconds for seconds, _ in took) < 1.0
    assert {by.split("@")[0] for _, by in took} == {"dispatcher"}
    stop(process, 3.0)


def test_with_prefect_its_flow_offers(engine: Engine, start: Start, prefect_server: str) -> None:
    process = start("flows.dispatcher", prefect_server)
    wait_for(engine, "dispatcher")
    deadline = time.monotonic() + 30
    while True:
        seconds, by = offered(engine, commit_acute(engine))
        assert seconds < 1.0
        if not by.startswith("dispatcher"):
            break
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert UUID(by)
    stop(process, 3.0)


def test_registering_is_idempotent(prefect_server: str) -> None:
    async def twice(client: PrefectClient) -> Any:
        first, second = await registered(client), await registered(client)
        queues = await client.read_work_queues(work_pool_name=pool_name(read()))
        return first, second, {queue.name: (queue.priority, queue.concurrency_limit) for queue in queues}

    first, second, queues = with_client(prefect_server, twice)
    assert first == second
    del queues["default"]
    assert queues == {"acute": (1, 2), "urgent": (2, 2), "elevated": (3, 2), "routine": (4, 2)}


def test_a_changed_queue_is_restored(prefect_server: str) -> None:
    async def change(client: PrefectClient) -> Any:
        await registered(client)
        queue = await client.read_work_queue_by_name("acute", work_pool_name=pool_name(read()))
        await client.update_work_queue(queue.id, concurrency_limit=7)
        await registered(client)
        return await client.read_work_queue_by_name("acute", work_pool_name=pool_name(read()))

    assert with_client(prefect_server, change).concurrency_limit == 2


def test_a_run_without_a_process_frees_its_place(prefect_server: str) -> None:
    async def abandon(client: PrefectClient) -> Any:
        deployments = await registered(client)
        now = datetime.now(UTC)
        await mark_crashed(client, deployments, now, pool=pool_name(read()), longest=LONGEST)  # what another test left
        run = await client.create_flow_run_from_deployment(deployments[jobs.BATCHES], state=Pending())
        at_once = await mark_crashed(client, deployments, now, pool=pool_name(read()), longest=LONGEST)
        later = await mark_crashed(
            client, deployments, now + timedelta(seconds=61), pool=pool_name(read()), longest=LONGEST
        )
        return at_once, later, await client.read_flow_run(run.id)

    at_once, later, run = with_client(prefect_server, abandon)
    assert (at_once, later) == (0, 1)
    assert run.state.is_crashed()


def test_the_worker_runs_a_deployment_within_a_moment(engine: Engine, start: Start, prefect_server: str) -> None:
    process = start("flows.worker", prefect_server)
    wait_for(engine, "worker")

    async def run(client: PrefectClient) -> FlowRun:
        deployments = await registered(client)
        made = await client.create_flow_run_from_deployment(deployments[jobs.BATCHES])
        deadline = time.monotonic() + 120
        while not (made := await client.read_flow_run(made.id)).state.is_final():  # type: ignore[union-attr]
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        return made

    made = [with_client(prefect_server, run) for _ in range(5)]
    for one in made:
        assert one.state is not None
        assert one.state.is_completed(), one.state.message
        assert one.state.message == "built: none"
        assert one.name == "routine"
    # The first runs share the machine with the server's own start.
    waited = [(one.start_time - one.expected_start_time).total_seconds() for one in made]  # type: ignore[operator]
    assert median(waited) < 10, "a stock worker, which asks every ten seconds, would be as quick"
    with transaction(engine) as session:
        assert runs.last_runs(session)[jobs.BATCHES].runner.startswith("prefect@")
    stop(process, 8.0)


def test_the_clock_ticks_and_stops_at_once(engine: Engine, start: Start) -> None:
    process = start("flows.clock")
    wait_for(engine, "clock")
    with transaction(engine) as session:
        assert jobs.REMIND in runs.last_runs(session)
    stop(process, 3.0)
