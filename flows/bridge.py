"""From the resident dispatcher to Prefect: the dispatch flow, called in this process, where the server answers."""

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

import httpx
import structlog

LOOK = 1.0
"""Seconds between two looks whether the server answers."""
BRIEFLY = 0.5
"""Seconds that it may take to answer."""
_LOG = structlog.get_logger()


class Bridge:
    """Prefect, where it is there; it is imported when its server first answers, for that takes seconds."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._answers = False
        self._call: Future[Any] | None = None
        if url is not None:
            threading.Thread(target=self._serve, name="bridge", daemon=True).start()

    def dispatch(self, lane: str, patience: float) -> bool:
        """Run the dispatch flow; answers whether it ended well within ``patience`` seconds.

        A run that takes longer goes on, and finds that its work was done.
        """
        if not self._answers or (self._call is not None and not self._call.done()):
            return False
        from flows.deployed import dispatch  # noqa: PLC0415  # see the class

        self._call = asyncio.run_coroutine_threadsafe(dispatch(lane), self._loop)
        try:
            self._call.result(patience)
        except TimeoutError:
            return False
        except Exception:  # noqa: BLE001  # whatever became of the run, the plain function takes over
            _LOG.exception("dispatch-run-failed")
            return False
        return True

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._watch())

    async def _watch(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=BRIEFLY) as client:
            while True:
                answers = await self._answer(client)
                if answers and not self._answers:
                    import flows.deployed  # noqa: F401, PLC0415  # here, so that no dispatch waits for it
                if answers is not self._answers:
                    _LOG.info("prefect-answers" if answers else "prefect-is-silent")
                self._answers = answers
                await asyncio.sleep(LOOK)

    async def _answer(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(f"{self._url}/health")).is_success
        except httpx.HTTPError:
            return False
