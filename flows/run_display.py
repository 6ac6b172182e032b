"""Run display: what Prefect's pages show of a run, namely its lane, references and process, and nothing else."""

from collections.abc import Sequence

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run

from flows.runtime import process_id

MOST_SHOWN = 10
"""The most references that are shown; the others are counted."""
PROCESS_TAG = "process:"


def tagged_process(run: FlowRun) -> str | None:
    """The process that started a run outside any deployment, from the run's tags."""
    return next((tag.removeprefix(PROCESS_TAG) for tag in run.tags if tag.startswith(PROCESS_TAG)), None)


def executing_process(run: FlowRun) -> str | None:
    """The process that executes a run, if it is recorded."""
    return run.infrastructure_pid or tagged_process(run)


def own_run_tags(lane: str) -> list[str]:
    """The tags of a run that this process starts outside any deployment."""
    return [f"lane:{lane}", f"{PROCESS_TAG}{process_id()}"]


async def show_references(lane: str, references: Sequence[str]) -> str:
    """Show a run's references in its name and tags; returns them as text for its final message."""
    if not references:
        return "none"
    shown, more = references[:MOST_SHOWN], len(references) - MOST_SHOWN
    rest = f" and {len(references) - 1} more" if len(references) > 1 else ""
    try:
        async with get_client() as client:
            await client.update_flow_run(
                flow_run.id, name=f"{lane}: {references[0]}{rest}", tags=[*dict.fromkeys([*flow_run.tags, *shown])]
            )
    except (httpx.HTTPError, PrefectException):
        """The work is done; a run must not be repeated because a page does not show it."""
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
