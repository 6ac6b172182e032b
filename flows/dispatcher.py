"""The resident dispatcher: offers work and sends letters as soon as a commit hints at them.

The hints come from PostgreSQL; they may be lost, so the tables are also read on every connection and every few
seconds. Offering goes through Prefect's dispatch flow where that is quick, and without it where it is not.
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
from flows.heartbeat import Pulse
from flows.prefect_bridge import Bridge
from flows.runtime import EdgeError, await_gate, configuration, engine, here, utc_now
from flows.wakeup import WakeupSignal
from states import logging_setup
from states.deadlines.validation import check_dated_values
from states.settings import Configuration
from states.storage.database import listen

PATIENCE = 0.4
"""Seconds that the flow may take before the plain function offers; acute work is offered within one second."""
EVERY = 5.0
"""Seconds after which the tables are read without a hint."""
APART = 2.0
"""Seconds between two runs for work that is not acute: hints of a busy office are gathered."""
GRACE = 1.5
"""Seconds that the run that stands ready gets to end."""
ACUTE, WORK, LETTERS = "acute", "work", "letters"
_LOG = structlog.get_logger()


class Dispatcher:
    """Two hands, one for work and one for letters, so that a slow mail server holds up no acute case."""

    def __init__(self, engine: Engine, configuration: Configuration, bridge: Bridge) -> None:
        self._engine = engine
        self._configuration = configuration
        self._bridge = bridge
        self._work = WakeupSignal()
        self._letters = WakeupSignal()
        self._flown = float("-inf")

    def start(self) -> None:
        """Begin to work, in threads."""
        for hand in (self.offer, self.deliver):
            threading.Thread(target=_for_ever, args=[hand], name=hand.__name__, daemon=True).start()

    def hint(self, hint: str | None) -> None:
        """Pass on what a commit hinted at."""
        (self._letters if hint == LETTERS else self._work).ring(hint or WORK)

    def offer(self) -> None:
        """Wait for work and offer it."""
        hints = self._work.wait(EVERY, {ACUTE, WORK})
        if hints and ACUTE not in hints:
            hints |= self._work.wait(self._flown + APART - time.monotonic(), {ACUTE})
        if hints or jobs.offers(self._engine):
            self._flown = time.monotonic()
            if self._bridge.dispatch("acute" if ACUTE in hints else "routine", PATIENCE):
                return
        jobs.offer_all(self._engine, utc_now, here("dispatcher"), runner=here("dispatcher"))

    def deliver(self) -> None:
        """Wait for letters and send them."""
        self._letters.wait(EVERY, {LETTERS})
        jobs.deliver(self._engine, self._configuration, utc_now(), runner=here("dispatcher"))


def _for_ever(work: Callable[[], None]) -> None:
    while True:
        try:
            work()
        except Exception:  # noqa: BLE001  # the next round asks the database again
            _LOG.exception("round-failed", of=work.__name__)
            time.sleep(1.0)


def serve(url: str, dispatcher: Dispatcher, pulse: Pulse) -> None:
    """Listen for ever; connect again whenever the connection is lost."""
    while True:
        try:
            for hint in listen(url, timeout=1.0):
                if hint is not None:
                    dispatcher.hint(hint)
                pulse.beat(utc_now())
        except psycopg.Error as error:
            _LOG.warning("connection-lost", error=type(error).__name__)
            time.sleep(0.5)
        # What was hinted at meanwhile was not heard.
        for hint in (WORK, LETTERS):
            dispatcher.hint(hint)


def main() -> None:
    """Run until stopped."""
    logging_setup.set_up("dispatcher")
    check_dated_values()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    said = configuration()
    if said.database_url is None:
        raise EdgeError("Name the database: DATABASE_URL=postgresql://...")
    bridge = Bridge(said.prefect_api_url)
    await_gate()
    dispatcher = Dispatcher(engine(), said, bridge)
    dispatcher.start()
    try:
        serve(said.database_url, dispatcher, Pulse(engine(), "dispatcher"))
    finally:
        bridge.close(GRACE)


if __name__ == "__main__":
    main()
