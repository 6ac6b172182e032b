"""A process that does its work says so every few seconds; readiness names each part by it."""

import time
from datetime import datetime

import structlog
from sqlalchemy import Engine

from flows.runtime import here
from states.jobs import runs
from states.storage.database import transaction

EVERY = 3.0
"""Seconds between two signs of life; readiness should doubt after a few of them."""
_LOG = structlog.get_logger()


class Pulse:
    """The signs of life of one part, recorded as the flow ``process:<part>``."""

    def __init__(self, engine: Engine, part: str) -> None:
        self._engine = engine
        self._part = part
        self._last = float("-inf")

    def beat(self, at: datetime) -> None:
        """Record a sign of life, unless the last one is fresh; never fails, for it is no work by itself."""
        now = time.monotonic()
        if now - self._last < EVERY:
            return
        self._last = now
        try:
            with transaction(self._engine) as session:
                runs.record_runs(session, f"process:{self._part}", at=at, runner=here(self._part))
        except Exception:  # noqa: BLE001  # the work goes on, and readiness shows the silence
            _LOG.exception("no-sign-of-life", part=self._part)
