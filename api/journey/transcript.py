"""Tells what happens as it happens, checks that it is as it should be, and keeps the files that left and came in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

TRANSCRIPT_FILE = "journey.txt"


class UnexpectedError(Exception):
    """Something is not as it should be; the message says what was expected and what was found."""

    def __init__(self, what: str, *, expected: object, found: object) -> None:
        super().__init__(f"{what}: expected {expected}; found {found}")


class Transcript:
    """The lines of one journey."""

    def __init__(self, echo: Callable[[str], None], out: Path | None) -> None:
        self._echo = echo
        self._out = out
        self._lines: list[str] = []
        if out is not None:
            out.mkdir(parents=True, exist_ok=True, mode=0o700)

    def chapter(self, title: str) -> None:
        """Begin a part of the log."""
        self._say("")
        self._say(title)

    def line(self, line: str) -> None:
        """Say one thing that happened."""
        self._say(f"  {line}")

    def end(self, line: str) -> None:
        """Say how it ended."""
        self._say("")
        self._say(line)

    def expect(self, holds: bool, what: str, *, expected: object, found: object) -> None:
        """Go on only if something holds.

        Raises:
            UnexpectedError: it does not.
        """
        if not holds:
            raise UnexpectedError(what, expected=expected, found=found)

    def expect_equal(self, what: str, found: Any, expected: Any) -> None:
        """Go on only if what was found is what was expected.

        Raises:
            UnexpectedError: it is not.
        """
        self.expect(found == expected, what, expected=expected, found=found)

    def keep(self, name: str, content: bytes) -> None:
        """Keep a file that left or came in, where a folder was named."""
        if self._out is not None:
            (self._out / name).write_bytes(content)
            self.line(f"Kept as {name}, {len(content)} bytes.")

    def write(self) -> None:
        """Write the log, where a folder was named."""
        if self._out is not None:
            (self._out / TRANSCRIPT_FILE).write_text("\n".join(self._lines) + "\n", encoding="utf-8")

    def _say(self, line: str) -> None:
        self._lines.append(line)
        self._echo(line)
