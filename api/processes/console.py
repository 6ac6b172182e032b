"""Console output while an office starts: a spinner on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import rich.console
from rich.status import Status

UPDATE_INTERVAL = 1.5
"""Seconds between two plain progress lines of the same step."""


class Console:
    """Console of the supervisor."""

    def __init__(self, console: rich.console.Console | None = None) -> None:
        self._console = console or rich.console.Console(highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._began = time.monotonic()
        self._updated = float("-inf")

    def say(self, text: str = "") -> None:
        """Print a line without interpreting markup."""
        self._console.print(text, markup=False)

    def update(self, text: str) -> None:
        """Show the progress of the current step."""
        if self._status is not None and self._console.is_terminal:
            self._status.update(text)
        elif time.monotonic() - self._updated > UPDATE_INTERVAL:
            self._updated = time.monotonic()
            self.say(f"  {text}")

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show the title of a step, and how long it took when it is done."""
        began = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(title) as self._status:
                yield
        else:
            self.say(f"{title} ...")
            yield
        self._status = None
        self.say(f"{title}: {time.monotonic() - began:.1f} s")

    def seconds(self) -> float:
        """Return the seconds since the console was created."""
        return time.monotonic() - self._began
