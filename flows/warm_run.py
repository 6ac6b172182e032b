"""A dispatch run that stands ready: begun before there is anything to do, it offers the moment it is asked.

Beginning a run takes Prefect a good part of a second, more than an acute case may wait. Between the question and the
commit of the offer lies no call to Prefect's server, so one that dies meanwhile holds nothing up.
"""

import asyncio
import threading
from contextvars import ContextVar
from typing import Any

from prefect import flow, tags, task
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows import jobs
from flows.deployments import PASSING, RUN, in_thread, told
from flows.run_display import tags_of
from flows.runtime import configuration, engine, here, utc_now

STANDS = configuration().run_seconds / 2
"""Seconds after which a run that nobody asked ends, and the next one stands ready."""


class WarmRun:
    """One run that stands ready, between the thread that asks and the loop in which it stands."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._asked: asyncio.Future[str] = self._loop.create_future()
        self._stands = threading.Event()
        self.offered = threading.Event()
        """Set once the most urgent work there was is offered and committed."""

    def ask(self, lane: str) -> bool:
        """Ask it to offer, for a lane; answers whether it stood ready. From any thread."""
        if not self._stands.is_set():
            return False
        self._stands.clear()
        self._loop.call_soon_threadsafe(self._answer, lane)
        return True

    async def stand(self) -> str | None:
        """Wait to be asked; answers for which lane, None where nobody did."""
        self._stands.set()
        try:
            return await asyncio.wait_for(asyncio.shield(self._asked), STANDS)
        except TimeoutError:
            self._stands.clear()
            return None

    def _answer(self, lane: str) -> None:
        if not self._asked.done():
            self._asked.set_result(lane)


POST: ContextVar[WarmRun] = ContextVar("post")


@task(name="offer", **PASSING)
async def offer_when_asked(run: str) -> tuple[str | None, list[str]]:
    """Stand ready, then offer, a pass at a time; tried again it offers at once."""
    post = POST.get()
    lane = await post.stand()
    offered: list[str] = []
    while lane:
        now = await in_thread(lambda: jobs.offer(engine(), utc_now(), run, runner=here("dispatcher")))
        post.offered.set()
        if not now:
            break
        offered += now
    return lane, offered


@flow(name=jobs.DISPATCH, **RUN)
async def warm_dispatch(lane: str = "acute") -> State[Any]:
    """Offer the work that nobody was told of yet, as soon as a commit hints at it."""
    asked_for, offered = await offer_when_asked(str(flow_run.id))
    return await told(asked_for or lane, "offered", offered)


async def wait_for_request(post: WarmRun) -> None:
    """Let one run stand at its post until it has done its work, or was not asked."""
    POST.set(post)
    with tags(*tags_of("acute")):
        await warm_dispatch()
