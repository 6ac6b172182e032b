"""The flows that prefect.yaml deploys: thin shells over :mod:`flows.due`, run in a thread.

They are ``async def`` because a synchronous flow costs a second in Prefect. Parameters, names and messages
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
from sqlalchemy.exc import OperationalError

from flows import due
from flows.edge import configuration, engine, here, utc_now
from notifications.channels import TransientChannelError

T = TypeVar("T")
RETRIES = (1, 4, 15)
"""Seconds to wait before each further try of what may pass."""


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
    except (OperationalError, TransientChannelError) as error:
        raise PassingError(type(error).__name__) from None
    except Exception as error:  # noqa: BLE001  # whatever it is, its words stay here
        raise LastingError(type(error).__name__) from None


async def in_thread(work: Callable[[], T]) -> T:
    """Do synchronous work without holding up the other flows of this process."""
    return await anyio.to_thread.run_sync(partial(quietly, work))


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
    """Offer what nobody was told of yet."""
    return await in_thread(lambda: due.offer(engine(), utc_now(), run, runner=here("prefect")))


@task(name="deliver", **PASSING)
async def deliver() -> int:
    """Send the outbox."""
    return await in_thread(lambda: due.deliver(engine(), configuration(), utc_now(), runner=here("prefect")))


@task(name="gather", **PASSING)
async def gather() -> list[str]:
    """Build batches."""
    return await in_thread(lambda: due.build_batches(engine(), utc_now(), runner=here("prefect")))


@task(name="take-in", **PASSING)
async def take_in() -> int:
    """Take in the bank's files."""
    return await in_thread(lambda: due.take_in_bank_files(engine(), configuration(), utc_now(), runner=here("prefect")))


def told(what: str, references: list[str] | int) -> State[Any]:
    """The end of a run, with its references for Prefect's pages."""
    if isinstance(references, int):
        return Completed(message=f"{what}: {references}", data=references)
    return Completed(message=f"{what}: {', '.join(references) or 'none'}", data=references)


@flow(name=due.DISPATCH, flow_run_name="{lane}", persist_result=False)
async def dispatch(lane: str = "acute") -> State[Any]:  # noqa: ARG001  # the lane names the run
    """Offer the work that nobody was told of yet."""
    return told("offered", await offer(str(flow_run.id)))


@flow(name=due.DELIVER, flow_run_name="{lane}", persist_result=False)
async def deliver_outbox(lane: str = "urgent") -> State[Any]:  # noqa: ARG001
    """Send the letters that lie in the outbox."""
    return told("carried", await deliver())


@flow(name=due.BATCHES, flow_run_name="{lane}", persist_result=False)
async def build_batches(lane: str = "routine") -> State[Any]:  # noqa: ARG001
    """Gather approved payables into payment batches."""
    return told("built", await gather())


@flow(name=due.BANK, flow_run_name="{lane}", persist_result=False)
async def import_bank_messages(lane: str = "elevated") -> State[Any]:  # noqa: ARG001
    """Take in what the bank left in the watched folder."""
    return told("taken in", await take_in())
