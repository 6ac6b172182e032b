"""Warm run: a dispatch run started before there is work, which offers as soon as it is requested.

Prefect takes a good part of a second to start a run, longer than an acute case may wait. Between the request and the
commit of the offer there is no call to Prefect's server, so a server that stops then delays nothing.
"""

import asyncio
import threading
from contextvars import ContextVar
from typing import Any

from prefect import flow, tags, task
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows import jobs
from flows.deployments import RETRYING, RUN, completed, in_thread
from flows.run_display import own_run_tags
from flows.runtime import configuration, engine, process_name, utc_now

WAIT_SECONDS = configuration().run_seconds / 2
"""Seconds after which a run without a request ends, and the next one starts."""


class WarmRun:
    """One waiting run, shared by the thread that requests and the event loop in which the run waits."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._request: asyncio.Future[str] = self._loop.create_future()
        self._waiting = threading.Event()
        self.offered = threading.Event()
        """Set when the first pass of the offer is committed; it holds the most urgent work."""

    def request(self, lane: str) -> bool:
        """Request an offer for a lane, from any thread; returns whether the run was waiting."""
        if not self._waiting.is_set():
            return False
        self._waiting.clear()
        self._loop.call_soon_threadsafe(self._answer, lane)
        return True

    async def wait_for_lane(self) -> str | None:
        """Wait for a request; returns its lane, or None if none came in time."""
        self._waiting.set()
        try:
            return await asyncio.wait_for(asyncio.shield(self._request), WAIT_SECONDS)
        except TimeoutError:
            self._waiting.clear()
            return None

    def _answer(self, lane: str) -> None:
        if not self._request.done():
            self._request.set_result(lane)


CURRENT_RUN: ContextVar[WarmRun] = ContextVar("current_run")


@task(name="offer", **RETRYING)
async def offer_on_request(run: str) -> tuple[str | None, list[str]]:
    """Wait for a request, then offer, one pass at a time; a retry offers at once."""
    warm_run = CURRENT_RUN.get()
    lane = await warm_run.wait_for_lane()
    offered: list[str] = []
    while lane:
        now = await in_thread(lambda: jobs.offer(engine(), utc_now(), run, runner=process_name("dispatcher")))
        warm_run.offered.set()
        if not now:
            break
        offered += now
    return lane, offered


@flow(name=jobs.DISPATCH, **RUN)
async def warm_dispatch(lane: str = "acute") -> State[Any]:
    """Offer the work that was not offered before, as soon as a commit notifies the dispatcher."""
    requested, offered = await offer_on_request(str(flow_run.id))
    return await completed(requested or lane, "offered", offered)


async def wait_for_request(warm_run: WarmRun) -> None:
    """Run one warm run until it has offered, or its time is over without a request."""
    CURRENT_RUN.set(warm_run)
    with tags(*own_run_tags("acute")):
        await warm_dispatch()
