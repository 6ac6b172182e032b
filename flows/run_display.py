"""What Prefect's pages show of a run: its lane, its references, and the process that runs it. Nothing else."""

from collections.abc import Sequence

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run

from flows.runtime import mark

SHOWN = 10
"""So many references are shown; the others are counted."""
PROCESS = "process:"


def marked(run: FlowRun) -> str | None:
    """The process of ours that began a run by itself."""
    return next((tag.removeprefix(PROCESS) for tag in run.tags if tag.startswith(PROCESS)), None)


def process_of(run: FlowRun) -> str | None:
    """The process that runs a run, where it left its mark."""
    return run.infrastructure_pid or marked(run)


def tags_of(lane: str) -> list[str]:
    """The tags of a run that this process begins by itself."""
    return [f"lane:{lane}", f"{PROCESS}{mark()}"]


async def show(lane: str, references: Sequence[str]) -> str:
    """Show a run's references in its name and tags; answers them for its last message."""
    if not references:
        return "none"
    shown, more = references[:SHOWN], len(references) - SHOWN
    rest = f" and {len(references) - 1} more" if len(references) > 1 else ""
    try:
        async with get_client() as client:
            await client.update_flow_run(
                flow_run.id, name=f"{lane}: {references[0]}{rest}", tags=[*dict.fromkeys([*flow_run.tags, *shown])]
            )
    except (httpx.HTTPError, PrefectException):
        """The work is done; that a page does not show it is no reason to do it again."""
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
