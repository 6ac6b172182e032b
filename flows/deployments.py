"""Deployments: the flows that prefect.yaml names, each a call of :mod:`flows.jobs` in a thread.

They are ``async def`` because a synchronous flow costs a second in Prefect. Parameters, names, tags and messages
hold lanes and references only; the text of an error never reaches Prefect, because it could hold personal data.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import anyio.to_thread
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from flows import jobs
from flows.run_display import show_references
from flows.runtime import configuration, engine, process_name, utc_now
from notifications.channels import TransientChannelError

T = TypeVar("T")
RETRY_DELAYS = (1, 4, 15)
"""Seconds before each retry after a transient error."""
TRANSIENT = (OperationalError, InterfaceError, NoConnectionError, TransientChannelError)
"""The database or the mail server does not answer, or has no connection free."""


class TransientError(Exception):
    """The database or the mail channel did not answer; holds only the type of the original error."""


class PermanentError(Exception):
    """An error that a retry cannot solve; holds only the type of the original error."""


def should_retry(_: Any, __: Any, state: State[Any]) -> bool:
    """Whether a retry may succeed."""
    return isinstance(state.data, TransientError) or "TransientError" in (state.message or "")


def without_error_text(work: Callable[[], T]) -> T:
    """Do the work and raise only the type of an error, because Prefect stores the text."""
    try:
        return work()
    except TRANSIENT as error:
        raise TransientError(type(error).__name__) from None
    except Exception as error:  # noqa: BLE001  # any error may hold personal data in its text
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise TransientError(type(error).__name__) from None
        raise PermanentError(type(error).__name__) from None


async def in_thread(work: Callable[[], T]) -> T:
    """Do synchronous work without blocking the other flows of this process.

    When a run times out, its thread is abandoned; the database ends its transaction (``run_seconds``).
    """
    return await anyio.to_thread.run_sync(partial(without_error_text, work), abandon_on_cancel=True)


RUN: dict[str, Any] = {
    "flow_run_name": "{lane}",
    "timeout_seconds": configuration().run_seconds,
    "persist_result": False,
}
"""Options of every flow: a run that hangs is timed out, and the next run asks the database what is due."""
RETRYING: dict[str, Any] = {
    "retries": len(RETRY_DELAYS),
    "retry_delay_seconds": list(RETRY_DELAYS),
    "retry_condition_fn": should_retry,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}
"""Options of every task: transient errors are retried, others are not."""


@task(name="offer", **RETRYING)
async def offer(run: str) -> list[str]:
    """Offer work not offered before, one pass at a time, so that new acute work is in the next pass."""
    offered: list[str] = []
    while now := await in_thread(lambda: jobs.offer(engine(), utc_now(), run, runner=process_name("prefect"))):
        offered += now
    return offered


@task(name="deliver", **RETRYING)
async def deliver() -> int:
    """Send the letters in the outbox."""
    return await in_thread(lambda: jobs.deliver(engine(), configuration(), utc_now(), runner=process_name("prefect")))


@task(name="gather", **RETRYING)
async def gather() -> list[str]:
    """Build payment batches."""
    return await in_thread(lambda: jobs.build_batches(engine(), utc_now(), runner=process_name("prefect")))


@task(name="take-in", **RETRYING)
async def take_in() -> int:
    """Import the bank's files."""
    return await in_thread(
        lambda: jobs.import_bank_files(engine(), configuration(), utc_now(), runner=process_name("prefect"))
    )


async def completed(lane: str, what: str, found: list[str] | int) -> State[Any]:
    """The final state of a run, with its references for Prefect's pages."""
    if isinstance(found, int):
        return Completed(message=f"{what}: {found}", data=found)
    return Completed(message=f"{what}: {await show_references(lane, found)}", data=len(found))


@flow(name=jobs.DISPATCH, **RUN)
async def dispatch(lane: str = "acute") -> State[Any]:
    """Offer the work that was not offered before."""
    return await completed(lane, "offered", await offer(str(flow_run.id)))


@flow(name=jobs.DELIVER, **RUN)
async def deliver_outbox(lane: str = "urgent") -> State[Any]:
    """Send the letters in the outbox."""
    return await completed(lane, "carried", await deliver())


@flow(name=jobs.BATCHES, **RUN)
async def build_batches(lane: str = "routine") -> State[Any]:
    """Gather approved payables into payment batches."""
    return await completed(lane, "built", await gather())


@flow(name=jobs.BANK, **RUN)
async def import_bank_messages(lane: str = "elevated") -> State[Any]:
    """Import the files that the bank left in the watched folder."""
    return await completed(lane, "taken in", await take_in())
