"""Registration of the pool, queues and deployments of prefect.yaml with a Prefect server, any number of times."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectAlreadyExists
from prefect.flows import Flow
from prefect.utilities.importtools import import_object

from flows.deployment_file import pool_name, read

PACKAGE = "flows."


class RegistrationError(Exception):
    """prefect.yaml names a flow that does not exist."""


def load(entrypoint: str | None) -> Flow[..., Any]:
    """The flow at a deployment's entrypoint, from this package only.

    Raises:
        RegistrationError: it is not one of our flows.
    """
    found = import_object(entrypoint) if entrypoint and entrypoint.startswith(PACKAGE) else None
    if not isinstance(found, Flow):
        raise RegistrationError(f"{entrypoint} is not a flow of this office.")
    return found


async def register(client: PrefectClient, *, worker_type: str, template: dict[str, Any]) -> dict[str, Any]:
    """Create or update the pool, its queues and the deployments; returns the deployments' ids by name.

    Args:
        client: a client of the Prefect server.
        worker_type: the kind of worker that may serve the pool.
        template: that worker's job template.
    """
    file = read()
    pool = pool_name(file)
    await client.create_work_pool(
        WorkPoolCreate(
            name=pool,
            type=worker_type,
            description="All scheduled and machine work; a queue per lane.",
            base_job_template=template,
        ),
        overwrite=True,
    )
    for queue in file["definitions"]["queues"]:
        await _queue(client, pool, queue)
    return {line["name"]: await _deployment(client, pool, line) for line in file["deployments"]}


async def resume(client: PrefectClient, deployments: Mapping[str, Any]) -> list[str]:
    """Resume what somebody paused: the pool, its queues, the deployments or their schedules; returns what was paused.

    Work goes on meanwhile, because the clock does what is late; but nobody may stop it without being noticed.

    Args:
        client: a client of the Prefect server.
        deployments: the ids of ours, by name.

    Raises:
        LookupError: a deployment or its schedule is gone, so they must be registered again.
    """
    pool = pool_name(read())
    paused: list[str] = []
    if (await client.read_work_pool(pool)).is_paused:
        await client.update_work_pool(pool, WorkPoolUpdate(is_paused=False))
        paused.append(f"pool {pool}")
    for queue in await client.read_work_queues(work_pool_name=pool):
        if queue.is_paused:
            await client.update_work_queue(queue.id, is_paused=False)
            paused.append(f"queue {queue.name}")
    ours = DeploymentFilter(id=DeploymentFilterId(any_=list(deployments.values())))
    found = await client.read_deployments(deployment_filter=ours)
    if len(found) < len(deployments) or not all(deployment.schedules for deployment in found):
        raise LookupError("The server has lost our deployments, or their schedules.")
    for deployment in found:
        if deployment.paused:
            await client.resume_deployment(deployment.id)
            paused.append(f"deployment {deployment.name}")
        for schedule in deployment.schedules:
            if not schedule.active:
                await client.update_deployment_schedule(deployment.id, schedule.id, active=True)
                paused.append(f"schedule of {deployment.name}")
    return paused


async def _queue(client: PrefectClient, pool: str, queue: dict[str, Any]) -> None:
    try:
        await client.create_work_queue(**queue, work_pool_name=pool)
    except ObjectAlreadyExists:
        present = await client.read_work_queue_by_name(queue["name"], work_pool_name=pool)
        wanted = {key: queue[key] for key in ("priority", "concurrency_limit")}
        if any(getattr(present, key) != value for key, value in wanted.items()):
            await client.update_work_queue(present.id, **wanted)


async def _deployment(client: PrefectClient, pool: str, line: dict[str, Any]) -> Any:
    flow = load(line["entrypoint"])
    if flow.name != line["flow_name"]:
        raise RegistrationError(f"{line['entrypoint']} is called {flow.name}, not {line['flow_name']}.")
    # Creating a deployment whose name exists updates it; Prefect then plans its scheduled runs again.
    return await client.create_deployment(
        flow_id=await client.create_flow(flow),
        name=line["name"],
        description=line["description"],
        entrypoint=line["entrypoint"],
        parameters=line["parameters"],
        tags=line["tags"],
        work_pool_name=pool,
        work_queue_name=line["work_pool"]["work_queue_name"],
        schedules=[_schedule(schedule) for schedule in line["schedules"]],
        pull_steps=[],
        paused=False,
    )


def _schedule(line: dict[str, Any]) -> DeploymentScheduleCreate:
    if "interval" in line:
        return DeploymentScheduleCreate(schedule=IntervalSchedule(interval=timedelta(seconds=line["interval"])))
    return DeploymentScheduleCreate(schedule=CronSchedule(cron=line["cron"], timezone=line["timezone"]))
