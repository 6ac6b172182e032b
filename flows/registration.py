"""Registration of the pool, queues and deployments of prefect.yaml with a Prefect server, any number of times."""

from datetime import timedelta
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
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
