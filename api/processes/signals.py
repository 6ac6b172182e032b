"""Signals: turn Ctrl-C and SIGTERM into an exception, which can be deferred while a step must not be interrupted."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopping(BaseException):
    """A signal asked the supervisor to stop."""


class Signals:
    """Signal handler that raises :class:`Stopping`, at once or after the deferred section."""

    def __init__(self) -> None:
        self._asked = False
        self._held = 0

    def listen(self) -> None:
        """Install the handler."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._ask)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Defer signals until the end of this section, such as the start of a process that must be recorded."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        self.check()

    def ignore(self) -> None:
        """Ignore signals from now on, because the office is already stopping."""
        self._held += 1

    def check(self) -> None:
        """Stop if a signal was received and is not deferred.

        Raises:
            Stopping: a signal was received.
        """
        if self._asked and not self._held:
            raise Stopping

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        self.check()
