"""Worker for Prefect that takes runs from the pool and runs them in its own process.

Prefect's own worker polls every ten seconds and starts a process per run, seven to ten seconds in all; this one
takes less than one.
"""

import os
import signal
import threading
from datetime import timedelta
from functools import partial
from typing import Any

# Read by Prefect when it is imported.
os.environ.setdefault("PREFECT_WORKER_QUERY_SECONDS", "0.5")

import anyio
import httpx
import structlog
from anyio.abc import TaskStatus
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.flow_engine import run_flow_async
from prefect.settings import PREFECT_API_URL
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from flows.crashed_runs import delete_missed, mark_crashed
from flows.deployment_file import limits, pool_name, read
from flows.heartbeat import Heartbeat
from flows.registration import load, register, resume
from flows.runtime import await_gate, configuration, engine, process_id, process_name, utc_now
from states import logging_setup
from states.deadlines.validation import check_dated_values

TYPE = "veiligadvies"
CLEANUP_INTERVAL = timedelta(seconds=10)
"""How often to look for runs of dead processes, and for what was paused."""
SHUTDOWN_SECONDS = 4.0
"""Seconds that running flows get to end when the worker is asked to stop."""
_LOG = structlog.get_logger()


class InProcessWorker(BaseWorker[BaseJobConfiguration, BaseVariables, BaseWorkerResult]):
    """Runs the flows of its pool in its own process."""

    type = TYPE
    job_configuration = BaseJobConfiguration
    job_configuration_variables = BaseVariables
    _description = "Runs the flows of Veiligadvies in the worker's own process."

    def __init__(self, pool: str, **options: Any) -> None:
        super().__init__(pool, prefetch_seconds=0, **options)
        self.draining = False
        self.heartbeat = Heartbeat(engine(), "worker")

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,  # unused: a run in this process has nothing to configure
        task_status: TaskStatus[Any] | None = None,
    ) -> BaseWorkerResult:
        """Run one flow run to its end."""
        if task_status is not None:
            task_status.started(process_id())
        assert flow_run.deployment_id is not None
        deployment = await self.client.read_deployment(flow_run.deployment_id)
        flow = load(deployment.entrypoint)
        await run_flow_async(flow, flow_run=flow_run, parameters=flow_run.parameters, return_type="state")
        return BaseWorkerResult(status_code=0, identifier=process_id())

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take the waiting runs, and record a heartbeat."""
        if self.draining:
            return []
        taken = await super().get_and_submit_flow_runs()
        await anyio.to_thread.run_sync(self.heartbeat.record, utc_now())
        return taken

    async def drain(self) -> None:
        """Take no more runs, and wait for the running ones, at most ``SHUTDOWN_SECONDS``."""
        self.draining = True
        with anyio.move_on_after(SHUTDOWN_SECONDS):
            while self._limiter is not None and self._limiter.borrowed_tokens:  # noqa: ASYNC110  # Prefect offers no event
                await anyio.sleep(0.05)


async def is_healthy(client: httpx.AsyncClient) -> bool:
    """Whether the Prefect server answers."""
    try:
        return (await client.get(f"{PREFECT_API_URL.value()}/health", timeout=2.0)).is_success
    except httpx.HTTPError:
        return False


async def serve(stop: threading.Event) -> None:
    """Serve the pool until asked to stop; start again whenever the server was not available."""
    async with httpx.AsyncClient(trust_env=False) as client:
        while not stop.is_set():
            if not await is_healthy(client):
                await anyio.sleep(0.3)
                continue
            try:
                await work(stop)
            except Exception:  # noqa: BLE001  # after any error the pool must be served again
                _LOG.exception("worker-restarts")
                await anyio.sleep(1.0)


async def work(stop: threading.Event) -> None:
    """Register, clear runs of dead processes, and run flows until asked to stop or the server is lost."""
    slots = configuration().worker_slots
    if (limit := sum(limits(read()).values())) > slots:
        _LOG.warning("queue-limits-exceed-slots", slots=slots, queues=limit)
    worker = InProcessWorker(pool_name(read()), name=process_name("worker"), limit=slots)
    async with get_client() as client, anyio.create_task_group() as group:
        deployments = await prepare(client)
        group.start_soon(keep_clearing, client, deployments)
        group.start_soon(partial(worker.start, printer=lambda *_: None))
        while not stop.is_set():  # noqa: ASYNC110  # it is set by another thread
            await anyio.sleep(0.1)
        await worker.drain()
        group.cancel_scope.cancel()


async def prepare(client: PrefectClient) -> dict[str, Any]:
    """Register the deployments of prefect.yaml and clear old runs; returns the deployments' ids by name."""
    template = InProcessWorker.get_default_base_job_template()
    deployments = await register(client, worker_type=TYPE, template=template)
    await resume_paused(client, deployments)
    crashed = await clear_crashed(client, deployments)
    missed = await delete_missed(client, deployments.values(), utc_now())
    _LOG.info("deployments-registered", deployments=sorted(deployments), crashed=crashed, missed=missed)
    return deployments


async def clear_crashed(client: PrefectClient, deployments: dict[str, Any]) -> int:
    """Mark as crashed the runs whose process is gone; returns how many."""
    longest = timedelta(seconds=configuration().run_seconds)
    return await mark_crashed(client, deployments, utc_now(), pool=pool_name(read()), longest=longest)


async def keep_clearing(client: PrefectClient, deployments: dict[str, Any]) -> None:
    """Clear runs of dead processes, and resume what was paused, again and again.

    Raises:
        LookupError: the server lost our deployments, so they must be registered again.
    """
    while True:
        await anyio.sleep(CLEANUP_INTERVAL.total_seconds())
        await clear_crashed(client, deployments)
        await resume_paused(client, deployments)


async def resume_paused(client: PrefectClient, deployments: dict[str, Any]) -> None:
    """Resume what somebody paused in Prefect, and raise the alarm."""
    if paused := await resume(client, deployments):
        _LOG.error("prefect-was-paused", resumed=paused)


def main() -> None:
    """Run until stopped; in a thread, because in the main thread Prefect would handle our signals."""
    logging_setup.set_up("worker")
    check_dated_values()
    await_gate()
    stop = threading.Event()
    thread = threading.Thread(target=anyio.run, args=[serve, stop], name="worker")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
