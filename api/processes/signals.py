"""Ctrl-C and SIGTERM as an exception that ends the start of an office wherever it is, save where that would hurt."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopping(BaseException):
    """We were asked to stop."""


class Signals:
    """Turns signals into :class:`Stopping`, at once or as soon as it is safe."""

    def __init__(self) -> None:
        self._asked = False
        self._held = 0

    def listen(self) -> None:
        """Take the signals over."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._ask)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Finish what is begun here first, such as the birth of a process that would else be lost."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        self.check()

    def ignore(self) -> None:
        """Hear no more: the end has begun."""
        self._held += 1

    def check(self) -> None:
        """Stop here if we were asked to.

        Raises:
            Stopping: we were.
        """
        if self._asked and not self._held:
            raise Stopping

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        self.check()
