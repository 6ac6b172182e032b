"""What charts are drawn of: shapes with a place and a colour, written as SVG or PNG."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from notifications.wording import environment

INK, SOFT, FAINT = "#1f2933", "#616e7c", "#e4e7eb"
SCALE = 2
"""Pixels of a PNG for each unit of the drawing."""
FINE = 2
"""It is drawn so many times finer, and then made smaller, for smooth edges."""


class Bar(NamedTuple):
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


class Stroke(NamedTuple):
    """A straight line."""

    x: float
    y: float
    to_x: float
    to_y: float
    colour: str
    dashed: bool = False


class Dot(NamedTuple):
    """A filled circle."""

    x: float
    y: float
    radius: float
    colour: str


class Label(NamedTuple):
    """Words; ``anchor`` is start, middle or end, and ``y`` the line that they stand on."""

    x: float
    y: float
    text: str
    size: int = 13
    colour: str = INK
    anchor: str = "start"


Shape = Bar | Stroke | Dot | Label


class Drawing(NamedTuple):
    """What is drawn, in its order."""

    width: int
    height: int
    title: str
    shapes: Sequence[Shape]


def svg(drawing: Drawing) -> str:
    """The drawing as SVG."""
    shapes = [(type(shape).__name__, shape) for shape in drawing.shapes]
    return environment("en").get_template("layout/chart.xml.j2").render(drawing._asdict() | {"shapes": shapes}) + "\n"


def png(drawing: Drawing) -> bytes:
    """The drawing as PNG, twice as large for sharp screens."""
    fine = SCALE * FINE
    picture = Image.new("RGB", (drawing.width * fine, drawing.height * fine), "white")
    buffer = ImageDraw.Draw(picture)
    for shape in drawing.shapes:
        _PENS[type(shape)](buffer, shape, fine)
    small = picture.reduce(FINE)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _bar(buffer: ImageDraw.ImageDraw, bar: Any, fine: int) -> None:
    box = (bar.x * fine, bar.y * fine, (bar.x + bar.width) * fine, (bar.y + bar.height) * fine)
    buffer.rectangle(box, fill=bar.colour)


def _stroke(buffer: ImageDraw.ImageDraw, stroke: Any, fine: int) -> None:
    ends = [(stroke.x, stroke.y), (stroke.to_x, stroke.to_y)]
    length = max(abs(stroke.to_x - stroke.x), abs(stroke.to_y - stroke.y))
    parts = round(length / 5) if stroke.dashed else 1
    for part in range(0, max(parts, 1), 2):
        at = [
            ((1 - share) * ends[0][axis] + share * ends[1][axis]) * fine
            for share in (part / parts, (part + 1) / parts)
            for axis in (0, 1)
        ]
        buffer.line(at, fill=stroke.colour, width=round(1.2 * fine))


def _dot(buffer: ImageDraw.ImageDraw, dot: Any, fine: int) -> None:
    radius = dot.radius * fine
    buffer.ellipse(
        (dot.x * fine - radius, dot.y * fine - radius, dot.x * fine + radius, dot.y * fine + radius), dot.colour
    )


def _label(buffer: ImageDraw.ImageDraw, label: Any, fine: int) -> None:
    font = ImageFont.load_default(label.size * fine)
    anchor = {"start": "ls", "middle": "ms", "end": "rs"}[label.anchor]
    buffer.text((label.x * fine, label.y * fine), label.text, fill=label.colour, font=font, anchor=anchor)


_PENS: dict[type, Callable[[ImageDraw.ImageDraw, Any, int], None]] = {
    Bar: _bar,
    Stroke: _stroke,
    Dot: _dot,
    Label: _label,
}
