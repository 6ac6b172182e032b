"""Drawing: a picture is rendered from the SVG, with a font of the package."""

from io import BytesIO

from PIL import Image

from notifications.drawing import INK, SCALE, Bar, Drawing, Label, Shape, png, svg


def shades(*shapes: Shape) -> int:
    data = png(Drawing(200, 50, "A drawing", shapes))
    with Image.open(BytesIO(data)).convert("RGB") as picture:
        assert picture.size == (200 * SCALE, 50 * SCALE)
        return len(picture.getcolors(picture.width * picture.height) or ())


def test_a_label_is_drawn_without_any_font_of_the_machine() -> None:
    assert shades() == 1
    assert shades(Bar(0, 0, 100, 50, INK)) == 2
    assert shades(Label(10, 30, "acute")) > 10


def test_the_same_drawing_gives_the_same_picture() -> None:
    drawing = Drawing(200, 50, "A drawing", [Label(10, 30, "x < 5 & y")])
    assert "x &lt; 5 &amp; y" in svg(drawing)
    assert png(drawing) == png(drawing)
