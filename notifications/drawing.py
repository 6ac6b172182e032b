"""Drawing: shapes with a place and a colour, written as SVG; a PNG is rendered from the SVG."""

from collections.abc import Sequence
from typing import NamedTuple

import resvg_py

from notifications.catalogue import FOLDER
from notifications.wording import environment

INK, SOFT, FAINT = "#1f2933", "#616e7c", "#e4e7eb"
SCALE = 2
"""Pixels of a PNG for each unit of the drawing."""
FONT = FOLDER / "layout" / "aileron.ttf"
"""Aileron Regular by Sora Sagano, no rights reserved; a PNG looks the same on a machine without fonts."""


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
    """Text; ``anchor`` is start, middle or end, and ``y`` its baseline."""

    x: float
    y: float
    text: str
    size: int = 13
    colour: str = INK
    anchor: str = "start"


Shape = Bar | Stroke | Dot | Label


class Drawing(NamedTuple):
    """Shapes in the order in which they are drawn."""

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
    return resvg_py.svg_to_bytes(
        svg_string=svg(drawing), zoom=SCALE, skip_system_fonts=True, font_files=[str(FONT)], sans_serif_family="Aileron"
    )
