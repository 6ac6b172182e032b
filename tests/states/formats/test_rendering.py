"""Rendering of documents: what is shown is what was in the file, and the process that opens it can do nothing else."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import psutil
import pypdfium2
import pytest
from pdfs import BOMBS, WORDS, packed, pdf, stream
from PIL import Image
from scans import jpeg, png

from rules.payments.invoice_documents import Obstacle
from states.errors import DocumentRefusedError
from states.formats import renderer, rendering

MOST = 40
FORMS = BOMBS["forms in forms"]


def saved(image: Image.Image, form: str, **more: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def shown(data: bytes, kind: str) -> Image.Image:
    """What is shown of a picture, or of the first page of a PDF."""
    found = rendering.image_of(data, kind, MOST)
    if kind == "application/pdf":
        return pypdfium2.PdfDocument(found)[0].render(scale=2).to_pil().convert("RGB")
    return Image.open(BytesIO(found)).convert("RGB")


def close(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(first - second) < 12 for first, second in zip(one, other, strict=True))


# What is shown.


def test_a_page_shows_its_words_where_they_stood_in_the_size_that_it_had() -> None:
    image = shown(pdf(), "application/pdf")
    assert image.size == (480, 240)
    left, top, right, bottom = (
        Image.eval(image.convert("L"), lambda grey: 255 - grey).point(lambda ink: ink // 128 * 255).getbbox() or ()
    )
    assert 50 < left < 70
    assert 200 < right < 420
    assert 90 < top < bottom < 130


def test_every_page_is_shown_and_its_text_read_in_order() -> None:
    kids = b" ".join(b"%d 0 R" % (6 + 2 * number) for number in range(5))
    pages = [
        part
        for number in range(5)
        for part in (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F 5 0 R >> >> >>" % (7 + 2 * number),
            stream(b"BT /F 18 Tf 30 60 Td (Page number %d) Tj ET" % number),
        )
    ]
    data = pdf(*pages).replace(b"/Kids [3 0 R] /Count 1", b"/Kids [%s] /Count 5" % kids)
    found = pypdfium2.PdfDocument(rendering.image_of(data, "application/pdf", MOST))
    assert len(found) == 5
    assert all(abs(found[0].get_size()[side] - (595, 842)[side]) < 1 for side in (0, 1))
    assert [line.strip() for line in rendering.text_of(data, MOST).split("\n") if line.strip()] == [
        f"Page number {number}" for number in range(5)
    ]


def test_the_value_of_a_form_field_is_shown() -> None:
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (total) /V (121,00) /Rect [0 0 240 120] /F 4 /DA (/F 9 Tf 0 g)"
        b" /AP << /N 7 0 R >> >>"
    )
    look = stream(b"1 0 0 rg 0 0 240 120 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 240 120]")
    data = pdf(field, look, catalog=b"/AcroForm << /Fields [6 0 R] >>", page=b"/Annots [6 0 R]")
    assert close(shown(data, "application/pdf").getpixel((240, 20)), (255, 0, 0))


def test_a_page_as_large_as_a_wall_is_shown_smaller() -> None:
    data = pdf().replace(b"/MediaBox [0 0 240 120]", b"/MediaBox [0 0 9999 20]")
    (page,) = rendering.pages_of(data, "application/pdf", MOST)
    assert 2390 < page.width <= rendering.LONGEST
    assert 1 <= page.height <= 6


@pytest.mark.parametrize(
    ("kind", "data", "colour"),
    [
        ("image/png", saved(Image.new("RGB", (40, 30), (200, 30, 40)), "PNG"), (200, 30, 40)),
        ("image/png", saved(Image.new("L", (40, 30), 90), "PNG"), (90, 90, 90)),
        ("image/png", saved(Image.new("1", (40, 30), 1), "PNG"), (255, 255, 255)),
        ("image/png", saved(Image.new("I;16", (40, 30), 40_000), "PNG"), (156, 156, 156)),
        ("image/png", saved(Image.new("P", (40, 30), 7), "PNG"), (7, 7, 7)),
        ("image/png", saved(Image.new("RGBA", (40, 30), (0, 0, 0, 0)), "PNG"), (255, 255, 255)),
        ("image/png", saved(Image.new("LA", (40, 30), (0, 128)), "PNG"), (127, 127, 127)),
        ("image/jpeg", saved(Image.new("RGB", (40, 30), (200, 30, 40)), "JPEG"), (200, 30, 40)),
        ("image/jpeg", saved(Image.new("L", (40, 30), 90), "JPEG"), (90, 90, 90)),
        ("image/jpeg", saved(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG"), (255, 0, 0)),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_picture_of_every_kind_keeps_its_colours_and_its_size(
    kind: str, data: bytes, colour: tuple[int, ...]
) -> None:
    image = shown(data, kind)
    assert image.size == (40, 30)
    assert close(image.getpixel((20, 15)), colour)


def test_a_photograph_that_was_taken_sideways_is_shown_upright_and_without_its_place() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: a quarter turn
    exif[0x010E] = "Marterpad 417"
    data = saved(Image.new("RGB", (40, 30), "red"), "JPEG", exif=exif)
    assert b"Marterpad" in data
    found = rendering.image_of(data, "image/jpeg", MOST)
    assert b"Marterpad" not in found
    image = Image.open(BytesIO(found))
    assert image.size == (30, 40)
    assert not image.getexif()


def test_the_first_picture_is_shown_of_a_telephone_that_took_two() -> None:
    pictures = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    data = saved(pictures[0], "MPO", save_all=True, append_images=pictures[1:])
    assert close(shown(data, "image/jpeg").getpixel((9, 9)), (255, 0, 0))


@pytest.mark.parametrize(("form", "kind"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_large_photograph_is_shown_smaller(form: str, kind: str) -> None:
    image = shown(saved(Image.new("RGB", (8000, 6000), "green"), form), kind)
    assert image.size == (2400, 1800)
    assert close(image.getpixel((1200, 900)), (0, 128, 0))


# What is refused.


def whole(form: str) -> bytes:
    return saved(Image.effect_noise((300, 200), 90), form)


@pytest.mark.parametrize(
    ("kind", "data", "obstacle"),
    [
        ("image/png", whole("PNG")[:-9000], Obstacle.BROKEN),
        ("image/jpeg", whole("JPEG")[:-3000], Obstacle.BROKEN),
        ("image/png", jpeg(), Obstacle.BROKEN),
        ("image/png", png(pixels=b"x"), Obstacle.BROKEN),
        ("image/png", png(size=(10_001, 10_000)), Obstacle.TOO_LARGE),
        ("application/pdf", pdf()[:-20], None),
        ("application/pdf", b"%PDF-1.7\n" + b"[" * 200_000, Obstacle.BROKEN),
        ("application/pdf", b"%PDF-1.7\n" + bytes(range(256)) * 400, Obstacle.BROKEN),
        ("application/pdf", pdf(contents=packed(b"\0" * 2**20)), None),
    ],
)
def test_what_is_cut_off_or_broken_is_refused_unless_it_can_still_be_read(
    kind: str, data: bytes, obstacle: Obstacle | None
) -> None:
    if obstacle is None:
        rendering.check(data, kind, MOST)
        return
    with pytest.raises(DocumentRefusedError) as refused:
        rendering.check(data, kind, MOST)
    assert str(refused.value) == str(rendering.refused(obstacle, MOST))


def test_a_picture_that_unpacks_to_more_than_memory_holds_is_refused_before_it_is_unpacked() -> None:
    began = time.monotonic()
    with pytest.raises(DocumentRefusedError, match="hundred million dots"):
        rendering.check(png(size=(2**30, 2**30)), "image/png", MOST)
    assert time.monotonic() - began < 10


# The process that opens it.


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "states.formats.renderer" in child.cmdline()]


def test_the_process_has_no_environment_no_file_and_limits_and_leaves_nothing_behind() -> None:
    with ThreadPoolExecutor() as pool:
        work = pool.submit(rendering.check, FORMS, "application/pdf", MOST)
        while not (found := [each for each in children() if each.rlimit(psutil.RLIMIT_NOFILE) == (0, 0)]):
            assert not work.done()
            time.sleep(0.01)
        (process,) = found
        assert set(process.environ()) <= {"LC_CTYPE"}  # which Python sets for itself
        assert process.cwd() == "/"
        assert process.open_files() == []
        assert process.net_connections() == []
        assert process.rlimit(psutil.RLIMIT_AS) == (renderer.MEMORY, renderer.MEMORY)
        assert process.rlimit(psutil.RLIMIT_CPU) == (renderer.SECONDS, renderer.SECONDS)
        assert process.rlimit(psutil.RLIMIT_CORE) == (0, 0)
        with pytest.raises(DocumentRefusedError, match="more time or memory"):
            work.result()
    assert children() == []


def within(code: str) -> str:
    """What a process prints that gave up what the renderer gives up."""
    before = f"import os, socket; from states.formats import renderer; renderer.limit()\n{code}"
    done = subprocess.run([sys.executable, "-I", "-c", before], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr.strip().rpartition("\n")[2]


@pytest.mark.parametrize("code", ["open('/etc/hostname')", "socket.socket()", "os.listdir('/')", "os.pipe()"])
def test_the_process_can_open_no_file_and_no_connection(code: str) -> None:
    assert "Too many open files" in within(code)


@pytest.mark.parametrize("what", ["bytearray(2**30)", "[bytearray(2**20) for _ in range(2**10)]"])
def test_the_process_has_no_more_memory_than_its_limit(what: str) -> None:
    assert within(what) == "MemoryError"


def test_the_process_ends_when_it_used_its_time() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert within("while True: pass") == ""
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert used < renderer.SECONDS + 2


@pytest.mark.parametrize("seize", [psutil.Process.kill, psutil.Process.suspend], ids=["killed", "stopped"])
def test_a_process_that_dies_or_does_not_answer_refuses_the_file_and_nothing_hangs(
    monkeypatch: pytest.MonkeyPatch, seize: Callable[[psutil.Process], None]
) -> None:
    monkeypatch.setattr(rendering, "SECONDS", 3.0)
    with ThreadPoolExecutor() as pool:
        work = pool.submit(rendering.check, FORMS, "application/pdf", MOST)
        while not children():
            time.sleep(0.01)
        seize(children()[0])
        with pytest.raises(DocumentRefusedError, match="more time or memory"):
            work.result(timeout=20)
    assert children() == []
    rendering.check(pdf(), "application/pdf", MOST)
    assert WORDS in rendering.text_of(pdf(), MOST)
