"""Renderer: a process of its own that opens an untrusted PDF or picture, and hands out pixels or plain text.

It is started by :mod:`states.formats.rendering`, which says what the numbers mean with which it ends. It takes the file
from standard input and its arguments from the command line, and writes each page to standard output as width, height
(two integers of four bytes, the highest first) and three bytes per dot. It imports nothing of ours.
"""

import codecs
import resource
import struct
import sys
from collections.abc import Iterator
from io import BytesIO

import pypdfium2
from PIL import Image, ImageColor, ImageFile, ImageOps, ImagePalette, MpoImagePlugin, TiffImagePlugin
from pypdfium2 import raw

BROKEN, LOCKED, TOO_MANY_PAGES, TOO_LARGE, TOO_HEAVY = 10, 11, 12, 13, 14
"""The numbers with which it ends when it refuses a file."""
MEMORY = 2**30
"""Bytes of address space: a page scanned in colour at 600 dots per inch takes a quarter."""
SECONDS = 10
"""Seconds of processor time: an invoice of forty scanned pages takes five."""
DOTS_PER_POINT = 2
"""144 dots per inch, at which small print can be read."""
LONGEST = 2400
"""Dots of the longer side of what is shown; a larger page or picture is made smaller."""
MOST_DOTS = 100_000_000
"""Dots of a picture as it came: the largest that a telephone makes."""
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG"}
LOADED = (ImageColor, ImageFile, ImagePalette, MpoImagePlugin, TiffImagePlugin)
"""What Pillow would load when it is first used, and no file can be opened any more."""
Image.MAX_IMAGE_PIXELS = None  # MOST_DOTS is compared before anything is decoded


def limit() -> None:
    """Give up what an invoice does not need: memory, time, other processes, and every file and connection."""
    Image.preinit()  # its plugins and PDFium's codec are loaded now, while files can be opened
    codecs.lookup("utf-16-le")
    limits = {
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 0,  # what is open stays open: standard input and output
    }
    if sys.platform == "linux":  # other systems do not limit the address space
        limits[resource.RLIMIT_AS] = MEMORY
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))


def document_of(data: bytes) -> pypdfium2.PdfDocument:
    """Open a PDF, with the values of its form fields."""
    try:
        found = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        sys.exit(LOCKED if error.err_code == raw.FPDF_ERR_PASSWORD else BROKEN)
    found.init_forms()
    return found


def pages_of(data: bytes, most: int) -> Iterator[pypdfium2.PdfPage]:
    """Yield the pages of a PDF."""
    document = document_of(data)
    if len(document) > most:
        sys.exit(TOO_MANY_PAGES)
    for number in range(len(document)):
        page = document[number]
        yield page
        page.close()


def drawn(page: pypdfium2.PdfPage) -> Image.Image:
    """Draw a page."""
    scale = min(DOTS_PER_POINT, (LONGEST - 1) / max(page.get_size()))
    image: Image.Image = page.render(scale=scale).to_pil()
    return image


def decoded(data: bytes, kind: str) -> Image.Image:
    """Decode a picture: upright, on white, no larger than is shown."""
    with Image.open(BytesIO(data), formats=(PICTURES[kind],)) as found:
        if found.width * found.height > MOST_DOTS:
            sys.exit(TOO_LARGE)
        found.draft("RGB", (LONGEST, LONGEST))
        image: Image.Image = found
        if image.mode.startswith("I"):  # sixteen bits of grey
            image = image.point(lambda value: value / 256, "L")
        image.thumbnail((LONGEST, LONGEST))
        image = ImageOps.exif_transpose(image).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image)


def main(kind: str, most: str, form: str) -> None:
    """Read a file from standard input, and write its pages or its text to standard output."""
    limit()
    data, out = sys.stdin.buffer.read(), sys.stdout.buffer
    if form == "text":
        for page in pages_of(data, int(most)):
            out.write(page.get_textpage().get_text_bounded().encode("utf-8", "replace") + b"\n\n")
        return
    images = [decoded(data, kind)] if kind in PICTURES else map(drawn, pages_of(data, int(most)))
    for image in images:
        out.write(struct.pack(">II", *image.size) + image.convert("RGB").tobytes())


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except MemoryError:
        sys.exit(TOO_HEAVY)
    except Exception:  # noqa: BLE001  # a broken file may raise any error in PDFium and Pillow
        sys.exit(BROKEN)
