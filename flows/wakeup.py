"""A bell between threads: whoever hears a hint rings, whoever works waits."""

import threading
from collections.abc import Collection


class WakeupSignal:
    """Remembers which hints came since it was last answered; the same hint twice is one."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rung: set[str] = set()

    def ring(self, hint: str) -> None:
        """Wake whoever waits for this hint."""
        with self._condition:
            self._rung.add(hint)
            self._condition.notify_all()

    def wait(self, seconds: float, hints: Collection[str]) -> set[str]:
        """Wait for any of these hints, as long as ``seconds``; answers and forgets all that came."""
        with self._condition:
            self._condition.wait_for(lambda: not self._rung.isdisjoint(hints), max(seconds, 0.0))
            rung, self._rung = self._rung, set()
            return rung
