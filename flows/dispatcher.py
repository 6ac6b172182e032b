"""Dispatcher: offers work and sends letters as soon as a commit notifies it.

PostgreSQL delivers the notifications. They may be lost, so the tables are also read on every connection and every few
seconds. Work is offered by Prefect's dispatch flow if that answers in time, and directly otherwise.
"""

import signal
import sys
import threading
import time
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy import Engine

from flows import jobs
from flows.heartbeat import Heartbeat
from flows.prefect_bridge import Bridge
from flows.runtime import ConfigurationError, await_gate, configuration, engine, process_name, utc_now
from flows.wakeup import WakeupSignal
from states import logging_setup
from states.deadlines.validation import check_dated_values
from states.settings import Configuration
from states.storage.database import listen

FLOW_TIMEOUT = 0.4
"""Seconds that the flow may take before work is offered directly; acute work is offered within one second."""
POLL_SECONDS = 5.0
"""Seconds after which the tables are read without a notification."""
SECONDS_BETWEEN_RUNS = 2.0
"""Seconds between two runs for work that is not acute, so that many notifications lead to one run."""
SHUTDOWN_SECONDS = 1.5
"""Seconds that the warm run gets to end."""
ACUTE, WORK, LETTERS = "acute", "work", "letters"
_LOG = structlog.get_logger()


class Dispatcher:
    """One thread for work and one for letters, so that a slow mail server delays no acute case."""

    def __init__(self, engine: Engine, configuration: Configuration, bridge: Bridge) -> None:
        self._engine = engine
        self._configuration = configuration
        self._bridge = bridge
        self._work = WakeupSignal()
        self._letters = WakeupSignal()
        self._last_run = float("-inf")

    def start(self) -> None:
        """Start both threads."""
        for job in (self.offer, self.deliver):
            threading.Thread(target=_repeat, args=[job], name=job.__name__, daemon=True).start()

    def notify(self, topic: str | None) -> None:
        """Wake the thread that a notification is for."""
        (self._letters if topic == LETTERS else self._work).notify(topic or WORK)

    def offer(self) -> None:
        """Wait for work and offer it."""
        topics = self._work.wait(POLL_SECONDS, {ACUTE, WORK})
        if topics and ACUTE not in topics:
            topics |= self._work.wait(self._last_run + SECONDS_BETWEEN_RUNS - time.monotonic(), {ACUTE})
        if topics or jobs.has_unoffered_work(self._engine):
            self._last_run = time.monotonic()
            if self._bridge.dispatch("acute" if ACUTE in topics else "routine", FLOW_TIMEOUT):
                return
        jobs.offer_all(self._engine, utc_now, process_name("dispatcher"), runner=process_name("dispatcher"))

    def deliver(self) -> None:
        """Wait for letters and send them."""
        self._letters.wait(POLL_SECONDS, {LETTERS})
        jobs.deliver(self._engine, self._configuration, utc_now(), runner=process_name("dispatcher"))


def _repeat(work: Callable[[], None]) -> None:
    while True:
        try:
            work()
        except Exception:  # noqa: BLE001  # the next round asks the database again
            _LOG.exception("dispatcher-round-failed", job=work.__name__)
            time.sleep(1.0)


def serve(url: str, dispatcher: Dispatcher, heartbeat: Heartbeat) -> None:
    """Listen until stopped; reconnect whenever the connection is lost."""
    while True:
        try:
            for topic in listen(url, timeout=1.0):
                if topic is not None:
                    dispatcher.notify(topic)
                heartbeat.record(utc_now())
        except psycopg.Error as error:
            _LOG.warning("connection-lost", error=type(error).__name__)
            time.sleep(0.5)
        # Notifications sent while disconnected are lost.
        for topic in (WORK, LETTERS):
            dispatcher.notify(topic)


def main() -> None:
    """Run until stopped."""
    logging_setup.set_up("dispatcher")
    check_dated_values()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = configuration()
    if settings.database_url is None:
        raise ConfigurationError("Name the database: DATABASE_URL=postgresql://...")
    bridge = Bridge(settings.prefect_api_url)
    await_gate()
    dispatcher = Dispatcher(engine(), settings, bridge)
    dispatcher.start()
    try:
        serve(settings.database_url, dispatcher, Heartbeat(engine(), "dispatcher"))
    finally:
        bridge.close(SHUTDOWN_SECONDS)


if __name__ == "__main__":
    main()
