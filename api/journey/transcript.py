"""Transcript of a journey: prints each line, checks expectations, and stores the sent and received files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

TRANSCRIPT_FILE = "journey.txt"


class UnexpectedError(Exception):
    """Something is not as expected; the message says what was expected and what was found."""

    def __init__(self, what: str, *, expected: object, found: object) -> None:
        super().__init__(f"{what}: expected {expected}; found {found}")


class Transcript:
    """Transcript of one journey."""

    def __init__(self, echo: Callable[[str], None], out: Path | None) -> None:
        self._echo = echo
        self._out = out
        self._lines: list[str] = []
        if out is not None:
            out.mkdir(parents=True, exist_ok=True, mode=0o700)

    def chapter(self, title: str) -> None:
        """Write the title of a part."""
        self._say("")
        self._say(title)

    def line(self, line: str) -> None:
        """Write one thing that happened."""
        self._say(f"  {line}")

    def end(self, line: str) -> None:
        """Write how the journey ended."""
        self._say("")
        self._say(line)

    def expect(self, holds: bool, what: str, *, expected: object, found: object) -> None:
        """Check a condition.

        Raises:
            UnexpectedError: it is false.
        """
        if not holds:
            raise UnexpectedError(what, expected=expected, found=found)

    def expect_equal(self, what: str, found: Any, expected: Any) -> None:
        """Check that the found value equals the expected one.

        Raises:
            UnexpectedError: it does not.
        """
        self.expect(found == expected, what, expected=expected, found=found)

    def keep(self, name: str, content: bytes) -> None:
        """Store a sent or received file, if there is an output folder."""
        if self._out is not None:
            (self._out / name).write_bytes(content)
            self.line(f"Kept as {name}, {len(content)} bytes.")

    def write(self) -> None:
        """Write the transcript, if there is an output folder."""
        if self._out is not None:
            (self._out / TRANSCRIPT_FILE).write_text("\n".join(self._lines) + "\n", encoding="utf-8")

    def _say(self, line: str) -> None:
        self._lines.append(line)
        self._echo(line)
