"""Plots in pages: a drawing as an image that is part of the page, with a table of its numbers below it."""

from base64 import b64encode

from notifications import drawing
from notifications.drawing import Drawing


def image(drawn: Drawing) -> str:
    """Return a drawing as a data address, so that its numbers are computed once and fetched by nobody else."""
    return "data:image/svg+xml;base64," + b64encode(drawing.svg(drawn).encode()).decode()
