"""Wake-up signal between threads that combines repeated notifications into one."""

import threading
from collections.abc import Collection


class WakeupSignal:
    """Holds the topics that were notified since the last wait; the same topic twice counts once."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._topics: set[str] = set()

    def notify(self, topic: str) -> None:
        """Wake the thread that waits for this topic."""
        with self._condition:
            self._topics.add(topic)
            self._condition.notify_all()

    def wait(self, seconds: float, topics: Collection[str]) -> set[str]:
        """Wait for any of these topics, for at most ``seconds``; returns and clears all that were notified."""
        with self._condition:
            self._condition.wait_for(lambda: not self._topics.isdisjoint(topics), max(seconds, 0.0))
            notified, self._topics = self._topics, set()
            return notified
