"""Crashed runs in Prefect whose process is gone, and missed runs whose time has passed.

A run that was killed stays Running in Prefect and occupies its queue for ever. No work is lost with it: the next run
asks the database what is due.
"""

import os
import socket
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from flows.run_display import executing_process, tagged_process

SLACK = timedelta(minutes=1)
"""A run that hangs ends after ``run_seconds``; one that still runs this much later is dead."""
LEASE = timedelta(seconds=100)
"""A worker sends Prefect a heartbeat every thirty seconds; after three missed ones its runs are dead."""
UNCLAIMED = timedelta(minutes=1)
"""A worker records its process on a run within a second of taking it; a busy machine is given longer."""
MISSED = timedelta(seconds=30)
"""A scheduled run that is later than this is deleted: the next one does its work."""
BATCH_SIZE = 50
"""The most runs that the server deletes in one call."""


def is_dead(run: FlowRun, now: datetime, *, longest: timedelta, silent: Collection[str] = ()) -> bool:
    """Whether the process of a run is gone, as far as can be seen from this machine.

    Args:
        run: a run that Prefect holds for unfinished.
        now: the present moment.
        longest: how long a run may take.
        silent: the processes without a heartbeat within their lease.
    """
    age = timedelta(0) if run.state is None else now - run.state.timestamp
    process = executing_process(run)
    if not process:
        return age > UNCLAIMED
    host, _, pid = process.rpartition(":")
    if host == socket.gethostname() and pid.isdigit() and not process_exists(int(pid)):
        return True
    return process in silent or age > longest + SLACK


def process_exists(pid: int) -> bool:
    """Whether a process of this machine exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        """It exists, and belongs to another user."""
    return True


async def mark_crashed(
    client: PrefectClient, deployments: Mapping[str, Any], now: datetime, *, pool: str, longest: timedelta
) -> int:
    """Mark as crashed every run of ours whose process is gone, which frees its place in the queue; returns how many.

    Args:
        client: a client of the Prefect server.
        deployments: ours, by name, which is also their flow's; a run that the dispatcher started comes from none.
        now: the present moment.
        pool: the pool whose workers send heartbeats.
        longest: how long a run may take.
    """
    silent = await silent_workers(client, pool, now)
    runs = await client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=list(deployments))),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(
                type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]),
            ),
        ),
    )
    ours = (run for run in runs if run.deployment_id in deployments.values() or tagged_process(run))
    dead = [run for run in ours if is_dead(run, now, longest=longest, silent=silent)]
    for run in dead:
        await client.set_flow_run_state(run.id, Crashed(message="Its process is gone, or hangs."), force=True)
    return len(dead)


async def silent_workers(client: PrefectClient, pool: str, now: datetime) -> set[str]:
    """The processes of workers without a heartbeat within their lease."""
    try:
        workers = await client.read_workers_for_work_pool(pool)
    except ObjectNotFound:
        return set()
    # A worker is named part@machine:process.
    return {
        worker.name.partition("@")[2]
        for worker in workers
        if worker.last_heartbeat_time is not None and now - worker.last_heartbeat_time > LEASE
    }


async def delete_missed(client: PrefectClient, deployments: Iterable[Any], now: datetime) -> int:
    """Delete scheduled runs whose time has passed; returns how many.

    Every run does all that is due, so missed runs would only take time.
    """
    missed = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=list(deployments)),
        tags=FlowRunFilterTags(all_=["auto-scheduled"]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(before_=now - MISSED),
    )
    total = 0
    while True:
        answer = await client.request(
            "POST",
            "/flow_runs/bulk_delete",  # type: ignore[arg-type]  # the client's list of paths lacks this one
            json={"flow_runs": missed.model_dump(mode="json"), "limit": BATCH_SIZE},
        )
        deleted = len(answer.json()["deleted"])
        total += deleted
        if deleted < BATCH_SIZE:
            return total
