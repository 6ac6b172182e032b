"""What dead processes left behind in Prefect: runs that nobody runs, and runs whose time went by unseen.

A run that was killed stays Running in Prefect and holds its place in its queue for ever.
"""

import os
import socket
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed

LONGEST = timedelta(minutes=10)
"""No run of ours takes as long; whatever does is dead, whoever had it."""
UNCLAIMED = timedelta(seconds=30)
"""A living worker puts its mark on a run it took within a second."""
MISSED = timedelta(seconds=30)
"""A planned run that is later than this is left out: the next one does its work."""
AT_ONCE = 50
"""As many as the server deletes in one call."""


def mark() -> str:
    """How a run remembers the process that runs it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(run: FlowRun, now: datetime) -> bool:
    """Whether nobody runs this run any more, as far as can be seen from this machine."""
    age = timedelta(0) if run.state is None else now - run.state.timestamp
    if not run.infrastructure_pid:
        return age > UNCLAIMED
    host, _, pid = run.infrastructure_pid.rpartition(":")
    if host == socket.gethostname() and pid.isdigit():
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
    return age > LONGEST


async def bury(client: PrefectClient, deployments: Iterable[Any], now: datetime) -> int:
    """Declare crashed every run that nobody runs, so that its place in the queue is free."""
    runs = await client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=list(deployments))),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(
                type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]),
            ),
        ),
    )
    dead = [run for run in runs if is_dead(run, now)]
    for run in dead:
        await client.set_flow_run_state(run.id, Crashed(message="Its process is gone."), force=True)
    return len(dead)


async def forget_missed(client: PrefectClient, deployments: Iterable[Any], now: datetime) -> int:
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
