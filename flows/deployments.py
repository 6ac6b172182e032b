"""The flows that prefect.yaml deploys: thin shells over :mod:`flows.jobs`, run in a thread.

They are ``async def`` because a synchronous flow costs a second in Prefect. Parameters, names, tags and messages
carry lanes and references only; what an error says stays with us.
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
from flows.run_display import show
from flows.runtime import configuration, engine, here, utc_now
from notifications.channels import TransientChannelError

T = TypeVar("T")
RETRIES = (1, 4, 15)
"""Seconds to wait before each further try of what may pass."""
PASS = (OperationalError, InterfaceError, NoConnectionError, TransientChannelError)
"""The database or the mail server is away, or has no room for a moment."""


class PassingError(Exception):
    """The database or the channel was away for a moment; only the kind of the error is told."""


class LastingError(Exception):
    """What another try cannot mend; only the kind of the error is told."""


def passes(_: Any, __: Any, state: State[Any]) -> bool:
    """Whether another try may mend it."""
    return isinstance(state.data, PassingError) or "PassingError" in (state.message or "")


def quietly(work: Callable[[], T]) -> T:
    """Do the work; of its errors only the kind leaves, for their words land in Prefect's store."""
    try:
        return work()
    except PASS as error:
        raise PassingError(type(error).__name__) from None
    except Exception as error:  # noqa: BLE001  # whatever it is, its words stay here
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise PassingError(type(error).__name__) from None
        raise LastingError(type(error).__name__) from None


async def in_thread(work: Callable[[], T]) -> T:
    """Do synchronous work without holding up the other flows of this process.

    Where the run is given up, the thread is left to itself: what it holds the database takes back (``run_seconds``).
    """
    return await anyio.to_thread.run_sync(partial(quietly, work), abandon_on_cancel=True)


RUN: dict[str, Any] = {
    "flow_run_name": "{lane}",
    "timeout_seconds": configuration().run_seconds,
    "persist_result": False,
}
"""What hangs is given up; the next run asks the database what is due."""
PASSING: dict[str, Any] = {
    "retries": len(RETRIES),
    "retry_delay_seconds": list(RETRIES),
    "retry_condition_fn": passes,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}
"""What may pass is tried again, and nothing else."""


@task(name="offer", **PASSING)
async def offer(run: str) -> list[str]:
    """Offer what nobody was told of yet, a pass at a time, so that acute work that comes meanwhile is in the next."""
    offered: list[str] = []
    while now := await in_thread(lambda: jobs.offer(engine(), utc_now(), run, runner=here("prefect"))):
        offered += now
    return offered


@task(name="deliver", **PASSING)
async def deliver() -> int:
    """Send the outbox."""
    return await in_thread(lambda: jobs.deliver(engine(), configuration(), utc_now(), runner=here("prefect")))


@task(name="gather", **PASSING)
async def gather() -> list[str]:
    """Build batches."""
    return await in_thread(lambda: jobs.build_batches(engine(), utc_now(), runner=here("prefect")))


@task(name="take-in", **PASSING)
async def take_in() -> int:
    """Take in the bank's files."""
    return await in_thread(
        lambda: jobs.take_in_bank_files(engine(), configuration(), utc_now(), runner=here("prefect"))
    )


async def told(lane: str, what: str, found: list[str] | int) -> State[Any]:
    """The end of a run, with its references for Prefect's pages."""
    if isinstance(found, int):
        return Completed(message=f"{what}: {found}", data=found)
    return Completed(message=f"{what}: {await show(lane, found)}", data=len(found))


@flow(name=jobs.DISPATCH, **RUN)
async def dispatch(lane: str = "acute") -> State[Any]:
    """Offer the work that nobody was told of yet."""
    return await told(lane, "offered", await offer(str(flow_run.id)))


@flow(name=jobs.DELIVER, **RUN)
async def deliver_outbox(lane: str = "urgent") -> State[Any]:
    """Send the letters that lie in the outbox."""
    return await told(lane, "carried", await deliver())


@flow(name=jobs.BATCHES, **RUN)
async def build_batches(lane: str = "routine") -> State[Any]:
    """Gather approved payables into payment batches."""
    return await told(lane, "built", await gather())


@flow(name=jobs.BANK, **RUN)
async def import_bank_messages(lane: str = "elevated") -> State[Any]:
    """Take in what the bank left in the watched folder."""
    return await told(lane, "taken in", await take_in())
