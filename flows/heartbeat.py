"""Heartbeat: a process records every few seconds that it works; readiness reads the records."""

import time
from datetime import datetime

import structlog
from sqlalchemy import Engine

from flows.runtime import process_name
from states.jobs import runs
from states.storage.database import transaction

INTERVAL_SECONDS = 3.0
"""Seconds between two heartbeats; readiness reports a part after it missed several."""
_LOG = structlog.get_logger()


class Heartbeat:
    """The heartbeats of one part, recorded as the flow ``process:<part>``."""

    def __init__(self, engine: Engine, part: str) -> None:
        self._engine = engine
        self._part = part
        self._last = float("-inf")

    def record(self, at: datetime) -> None:
        """Record a heartbeat, unless the last one is recent. Never raises: the work must not fail because of it."""
        now = time.monotonic()
        if now - self._last < INTERVAL_SECONDS:
            return
        self._last = now
        try:
            with transaction(self._engine) as session:
                runs.record_runs(session, f"process:{self._part}", at=at, runner=process_name(self._part))
        except Exception:  # noqa: BLE001  # the work continues, and readiness shows the missing heartbeat
            _LOG.exception("heartbeat-not-recorded", part=self._part)
