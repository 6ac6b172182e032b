"""Rendering: what is shown of a PDF or picture, drawn by a process of its own and encoded anew.

The file itself is opened by :mod:`states.formats.renderer` alone. What that process hands out is taken for dots or text
and nothing else, so that it does not matter what a file makes of it.
"""

import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import IO

from PIL import Image

from rules.core.characters import legible
from rules.payments.invoice_documents import Obstacle, shown
from states.errors import DocumentRefusedError
from states.formats import image_pdf

SECONDS = 20.0
"""Seconds after which the process is ended, whatever it does; its processor time has a limit of its own."""
LONGEST = 2400
"""Dots of the longer side of a page, beyond which the process does not do its work."""
DOTS = len("RGB")
SIZE = struct.Struct(">II")
MOST_TEXT = 2**22
"""Bytes of text of a document: forty pages full of small print are a tenth of it."""
ENDINGS = {
    10: Obstacle.BROKEN,
    11: Obstacle.LOCKED,
    12: Obstacle.TOO_MANY_PAGES,
    13: Obstacle.TOO_LARGE,
}
"""What the numbers mean with which :mod:`states.formats.renderer` ends; every other is a limit that it reached."""


def refused(obstacle: Obstacle, most: int) -> DocumentRefusedError:
    """The refusal of a file that cannot be shown."""
    finding = shown(obstacle=obstacle, most=most)
    assert finding is not None
    return DocumentRefusedError(finding.message, finding)


@contextmanager
def renderer(data: bytes, kind: str, most: int, form: str) -> Iterator[IO[bytes]]:
    """What the process hands out of a file.

    It gets an empty environment and no open file, and gives up memory, time and access by itself before it reads.

    Raises:
        DocumentRefusedError: the file cannot be shown.
    """
    process = subprocess.Popen(  # noqa: S603  # the command is ours
        [sys.executable, "-I", "-m", "states.formats.renderer", kind, str(most), form],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it would repeat parts of the file
        env={},
        cwd="/",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    timer = Timer(SECONDS, process.kill)
    timer.start()
    try:
        with suppress(BrokenPipeError), process.stdin as into:
            into.write(data)
        yield process.stdout
        ending = process.wait()
    finally:
        timer.cancel()
        process.kill()
        process.stdout.close()
        process.wait()
    if ending:
        raise refused(ENDINGS.get(ending, Obstacle.TOO_HEAVY), most)


def pages_of(data: bytes, kind: str, most: int) -> Iterator[Image.Image]:
    """Yield the pages of a PDF or the one of a picture, in RGB, as soon as each is drawn.

    Raises:
        DocumentRefusedError: the file cannot be shown; also after pages that can.
    """
    with renderer(data, kind, most, "pages") as out:
        left = most
        while len(head := out.read(SIZE.size)) == SIZE.size:
            width, height = SIZE.unpack(head)
            left -= 1
            if left < 0 or not 0 < width <= LONGEST or not 0 < height <= LONGEST:
                raise refused(Obstacle.BROKEN, most)
            dots = out.read(width * height * DOTS)
            if len(dots) < width * height * DOTS:
                head = dots
                break  # it ended, and its number says why
            yield Image.frombytes("RGB", (width, height), dots)
    if head:
        raise refused(Obstacle.BROKEN, most)


def check(data: bytes, kind: str, most: int) -> None:
    """Draw every page of a file, and keep none.

    Raises:
        DocumentRefusedError: the file cannot be shown.
    """
    for _ in pages_of(data, kind, most):
        pass


def image_of(data: bytes, kind: str, most: int) -> bytes:
    """A new file of the same kind: a PDF with a picture of each page, or the picture, without what else was in it.

    Raises:
        DocumentRefusedError: the file cannot be shown.
    """
    pages = pages_of(data, kind, most)
    if kind == "application/pdf":
        return image_pdf.written(pages)
    (image,) = pages
    return image_pdf.png(image) if kind == "image/png" else image_pdf.jpeg(image)


def text_of(data: bytes, most: int) -> str:
    """The text of a PDF, without characters that could make it read otherwise; empty for scanned pages.

    Raises:
        DocumentRefusedError: the file cannot be shown.
    """
    with renderer(data, "application/pdf", most, "text") as out:
        found = out.read(MOST_TEXT)
        while out.read(MOST_TEXT):
            pass
    return legible(found.decode("utf-8", "replace")).replace("\r\n", "\n").strip()
