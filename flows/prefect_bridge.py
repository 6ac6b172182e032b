"""Prefect bridge of the dispatcher: keeps a warm dispatch run while the Prefect server answers."""

import asyncio
import threading
from typing import TYPE_CHECKING

import httpx
import structlog

if TYPE_CHECKING:
    from flows.warm_run import WarmRun

CHECK_INTERVAL = 1.0
"""Seconds between two health checks of the server, and before a failed run is replaced."""
HEALTH_TIMEOUT = 0.5
"""Seconds that the server may take to answer a health check."""
_LOG = structlog.get_logger()


class Bridge:
    """The connection to Prefect, which is imported when its server first answers, because that takes seconds."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._healthy = False
        self._warm_run: WarmRun | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="bridge", daemon=True)
        if url is not None:
            self._thread.start()

    def dispatch(self, lane: str, timeout: float) -> bool:
        """Let the warm run offer; returns whether its offer was committed within ``timeout`` seconds.

        A run that takes longer continues, and finds nothing left to offer.
        """
        warm_run = self._warm_run
        return self._healthy and warm_run is not None and warm_run.request(lane) and warm_run.offered.wait(timeout)

    def close(self, seconds: float) -> None:
        """Let the warm run end, and wait for it at most so many seconds."""
        self._closing = True
        if self._warm_run is not None and self._warm_run.request(""):
            self._thread.join(seconds)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._work())

    async def _work(self) -> None:
        watch = asyncio.create_task(self._watch())
        while not self._closing:
            if not self._healthy:
                await asyncio.sleep(0.1)
                continue
            from flows.warm_run import WarmRun, wait_for_request  # noqa: PLC0415  # Prefect takes seconds

            self._warm_run = WarmRun()
            try:
                await wait_for_request(self._warm_run)
            except Exception:  # noqa: BLE001  # the dispatcher offers directly instead
                _LOG.exception("warm-run-failed")
                await asyncio.sleep(CHECK_INTERVAL)
        watch.cancel()

    async def _watch(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=HEALTH_TIMEOUT) as client:
            while True:
                healthy = await self._is_healthy(client)
                if healthy is not self._healthy:
                    _LOG.info("prefect-answers" if healthy else "prefect-does-not-answer")
                self._healthy = healthy
                await asyncio.sleep(CHECK_INTERVAL)

    async def _is_healthy(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(f"{self._url}/health")).is_success
        except httpx.HTTPError:
            return False
