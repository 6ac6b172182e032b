"""Scans for tests: a complete PNG and a complete JPEG of one grey dot that differ by their subject."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG, with its length and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(of: str = "a receipt", *, pixels: bytes = zlib.compress(b"\0\x80"), size: tuple[int, int] = (1, 1)) -> bytes:
    """A PNG; its size is what it says it is."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    return SIGNATURE + head + chunk(b"tEXt", b"Title\0" + of.encode()) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def segment(mark: int, content: bytes) -> bytes:
    """One segment of a JPEG, with its length."""
    return bytes((0xFF, mark)) + struct.pack(">H", len(content) + 2) + content


def jpeg(of: str = "a receipt") -> bytes:
    """A JPEG."""
    table = segment(0xDB, b"\0" + bytes([1] * 64))
    frame = segment(0xC0, struct.pack(">BHHBBBB", 8, 1, 1, 1, 1, 0x11, 0))
    codes = segment(0xC4, b"\0" + bytes([1] + [0] * 15) + b"\0") + segment(
        0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0"
    )
    scan = segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + b"\x3f"
    return b"\xff\xd8" + segment(0xFE, of.encode()) + table + frame + codes + scan + b"\xff\xd9"
