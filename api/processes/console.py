"""Tells what happens while an office starts: a spinner on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import rich.console
from rich.status import Status

UPDATE_INTERVAL = 1.5
"""Seconds between two plain lines about the same step."""


class Console:
    """Says each thing once, as it happens."""

    def __init__(self, console: rich.console.Console | None = None) -> None:
        self._console = console or rich.console.Console(highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._began = time.monotonic()
        self._updated = float("-inf")

    def say(self, text: str = "") -> None:
        """Print a line, as it is."""
        self._console.print(text, markup=False)

    def update(self, text: str) -> None:
        """Say how the present step gets on."""
        if self._status is not None and self._console.is_terminal:
            self._status.update(text)
        elif time.monotonic() - self._updated > UPDATE_INTERVAL:
            self._updated = time.monotonic()
            self.say(f"  {text}")

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Name what is being done, and how long it took once it is done."""
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
        """Seconds since we began."""
        return time.monotonic() - self._began
