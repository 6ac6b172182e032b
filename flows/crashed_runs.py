"""What dead processes left behind in Prefect: runs that nobody runs, and runs whose time went by unseen.

A run that was killed stays Running in Prefect and holds its place in its queue for ever. Nothing of ours is lost with
it: what it did not commit did not happen, and the next run asks the database what is due.
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

from flows.run_display import marked, process_of

SLACK = timedelta(minutes=1)
"""A run that hangs ends itself after ``run_seconds``; one that did not so much later is dead, whoever had it."""
LEASE = timedelta(seconds=100)
"""A living worker shows itself to Prefect every thirty seconds; after three of them its runs are nobody's."""
UNCLAIMED = timedelta(minutes=1)
"""A living worker puts its mark on a run it took within a second; a starved machine is given longer."""
MISSED = timedelta(seconds=30)
"""A planned run that is later than this is left out: the next one does its work."""
AT_ONCE = 50
"""As many as the server deletes in one call."""


def is_dead(run: FlowRun, now: datetime, *, longest: timedelta, silent: Collection[str] = ()) -> bool:
    """Whether nobody runs this run any more, as far as can be seen from this machine.

    Args:
        run: a run that is under way, by what Prefect knows.
        now: the present moment.
        longest: how long a run may take.
        silent: the processes that did not show themselves within their lease.
    """
    age = timedelta(0) if run.state is None else now - run.state.timestamp
    process = process_of(run)
    if not process:
        return age > UNCLAIMED
    host, _, pid = process.rpartition(":")
    if host == socket.gethostname() and pid.isdigit() and not is_there(int(pid)):
        return True
    return process in silent or age > longest + SLACK


def is_there(pid: int) -> bool:
    """Whether a process of this machine lives."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        """It lives, and is someone else's."""
    return True


async def mark_crashed(
    client: PrefectClient, deployments: Mapping[str, Any], now: datetime, *, pool: str, longest: timedelta
) -> int:
    """Declare crashed every run of ours that nobody runs, so that its place in the queue is free; answers how many.

    Args:
        client: a client of the Prefect server.
        deployments: ours, by name, which is their flow's too; a run that the dispatcher began comes from none.
        now: the present moment.
        pool: the pool whose workers show themselves.
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
    ours = (run for run in runs if run.deployment_id in deployments.values() or marked(run))
    dead = [run for run in ours if is_dead(run, now, longest=longest, silent=silent)]
    for run in dead:
        await client.set_flow_run_state(run.id, Crashed(message="Its process is gone, or hangs."), force=True)
    return len(dead)


async def silent_workers(client: PrefectClient, pool: str, now: datetime) -> set[str]:
    """The processes of workers that did not show themselves within their lease."""
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
    """Delete planned runs whose time went by; answers how many.

    Every run does all that is due, so a queue of missed ones would do nothing, slowly.
    """
    missed = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=list(deployments)),
        tags=FlowRunFilterTags(all_=["auto-scheduled"]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(before_=now - MISSED),
    )
    gone = 0
    while True:
        answer = await client.request(
            "POST",
            "/flow_runs/bulk_delete",  # type: ignore[arg-type]  # the client's list of paths is behind the server's
            json={"flow_runs": missed.model_dump(mode="json"), "limit": AT_ONCE},
        )
        deleted = len(answer.json()["deleted"])
        gone += deleted
        if deleted < AT_ONCE:
            return gone
