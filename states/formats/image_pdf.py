"""Image PDF: a PDF of nothing but pictures, one to a page, the same bytes for the same pictures."""

from collections.abc import Iterable
from io import BytesIO

from PIL import Image

POINTS_PER_DOT = 0.5
"""As pages are drawn, so that they keep their size."""
QUALITY = 85


def written(pages: Iterable[Image.Image]) -> bytes:
    """Write pictures in RGB as the pages of a PDF; each is compressed as a JPEG when its turn comes."""
    out, places, kids = BytesIO(), dict[int, int](), list[int]()

    def add(number: int, facts: str, stream: bytes | None = None) -> None:
        places[number] = out.tell()
        out.write(f"{number} 0 obj\n<< {facts} >>\n".encode())
        if stream is not None:
            out.write(b"stream\n" + stream + b"\nendstream\n")
        out.write(b"endobj\n")

    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for position, page in enumerate(pages):
        first = 3 + 3 * position
        width, height = (dots * POINTS_PER_DOT for dots in page.size)
        drawing = f"{width} 0 0 {height} 0 0 cm /P Do".encode()
        picture = jpeg(page)
        box = f"/MediaBox [0 0 {width} {height}] /Resources << /XObject << /P {first + 2} 0 R >> >>"
        add(first, f"/Type /Page /Parent 2 0 R {box} /Contents {first + 1} 0 R")
        add(first + 1, f"/Length {len(drawing)}", drawing)
        shape = f"/Width {page.width} /Height {page.height} /ColorSpace /DeviceRGB /BitsPerComponent 8"
        add(first + 2, f"/Type /XObject /Subtype /Image {shape} /Filter /DCTDecode /Length {len(picture)}", picture)
        kids.append(first)
    add(1, "/Type /Catalog /Pages 2 0 R")
    add(2, f"/Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}]")
    start = out.tell()
    rows = "".join(f"{places[number]:010d} 00000 n \n" for number in sorted(places))
    size = len(places) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    out.write(f"xref\n0 {size}\n0000000000 65535 f \n{rows}{trailer}".encode())
    return out.getvalue()


def jpeg(image: Image.Image) -> bytes:
    """Encode a picture as a JPEG."""
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def png(image: Image.Image) -> bytes:
    """Encode a picture as a PNG."""
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
