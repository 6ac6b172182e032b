"""Tells a Prefect server what prefect.yaml says: the pool, its queues, the deployments. Idempotent."""

from datetime import timedelta
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectAlreadyExists
from prefect.flows import Flow
from prefect.utilities.importtools import import_object

from flows.deployment_file import pool_name, read

ROOM = "flows."


class RegistrarError(Exception):
    """prefect.yaml names something that is not there."""


def load(entrypoint: str | None) -> Flow[..., Any]:
    """The flow behind a deployment's module entrypoint, from this room only.

    Raises:
        RegistrarError: it is no flow of ours.
    """
    found = import_object(entrypoint) if entrypoint and entrypoint.startswith(ROOM) else None
    if not isinstance(found, Flow):
        raise RegistrarError(f"{entrypoint} is not a flow of this office.")
    return found


async def register(client: PrefectClient, *, worker_type: str, template: dict[str, Any]) -> dict[str, Any]:
    """Make or mend the pool, its queues and the deployments; answers the deployments' ids by name.

    Args:
        client: a client of the Prefect server.
        worker_type: the kind of worker that may serve the pool.
        template: that worker's job template.
    """
    said = read()
    pool = pool_name(said)
    await client.create_work_pool(
        WorkPoolCreate(
            name=pool,
            type=worker_type,
            description="All scheduled and machine work; a queue per lane.",
            base_job_template=template,
        ),
        overwrite=True,
    )
    for queue in said["definitions"]["queues"]:
        await _queue(client, pool, queue)
    return {line["name"]: await _deployment(client, pool, line) for line in said["deployments"]}


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
        raise RegistrarError(f"{line['entrypoint']} is called {flow.name}, not {line['flow_name']}.")
    # Creating is changing where the name is known; runs scheduled ahead are then planned anew.
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
