"""From the resident dispatcher to Prefect: a dispatch run that stands ready here, where the server answers."""

import asyncio
import threading
from typing import TYPE_CHECKING

import httpx
import structlog

if TYPE_CHECKING:
    from flows.warm_run import WarmRun

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
        self._post: WarmRun | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="bridge", daemon=True)
        if url is not None:
            self._thread.start()

    def dispatch(self, lane: str, patience: float) -> bool:
        """Let the run that stands ready offer; answers whether its offer was committed within ``patience`` seconds.

        Where it takes longer it goes on, and finds that its work was done.
        """
        post = self._post
        return self._answers and post is not None and post.ask(lane) and post.offered.wait(patience)

    def close(self, seconds: float) -> None:
        """Let the run that stands ready end, as far as that goes within some seconds."""
        self._closing = True
        if self._post is not None and self._post.ask(""):
            self._thread.join(seconds)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._work())

    async def _work(self) -> None:
        watch = asyncio.create_task(self._watch())
        while not self._closing:
            if not self._answers:
                await asyncio.sleep(0.1)
                continue
            from flows.warm_run import WarmRun, wait_for_request  # noqa: PLC0415  # Prefect takes seconds

            self._post = WarmRun()
            try:
                await wait_for_request(self._post)
            except Exception:  # noqa: BLE001  # whatever became of the run, the plain function takes over
                _LOG.exception("dispatch-run-failed")
                await asyncio.sleep(LOOK)
        watch.cancel()

    async def _watch(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=BRIEFLY) as client:
            while True:
                answers = await self._answer(client)
                if answers is not self._answers:
                    _LOG.info("prefect-answers" if answers else "prefect-is-silent")
                self._answers = answers
                await asyncio.sleep(LOOK)

    async def _answer(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(f"{self._url}/health")).is_success
        except httpx.HTTPError:
            return False
