"""Bank XML: a hardened parser for files of the bank, and look-ups whose errors name the line."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import BinaryIO, cast

from lxml import etree

from states.formats.errors import BankFileError
from states.formats.safe_xml import DECLARED, FORBIDDEN, HARDENED

Element = etree._Element  # noqa: SLF001  # the only name lxml has for what it returns

Source = bytes | BinaryIO
"""A file of the bank: its bytes, or an open file."""

LIMIT = 64 * 2**20
"""The largest file that is read, in bytes: a statement of 100,000 lines fits."""
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,5})?", re.ASCII)
_CENT = Decimal("0.01")
_PIECE = 2**16
_LONGEST = 24  # bytes of a forbidden word, with a little white space inside
_SHOWN = 60  # characters of a wrong value that a message repeats; a namespace has 46


class Guarded:
    """A file of the bank that checks each piece before the parser reads it.

    The parser always reads UTF-8, whatever the file declares, so a DOCTYPE cannot hide in another encoding.
    """

    def __init__(self, source: Source, limit: int = LIMIT) -> None:
        self._file = BytesIO(source) if isinstance(source, bytes) else source
        self._limit = limit
        self._size = 0
        self._lines = 0
        self._tail = b""
        self.first = self._file.read(_PIECE)
        """The first piece, which names the message."""
        self._next: bytes | None = self.first

    def read(self, size: int = _PIECE) -> bytes:
        """The next piece.

        Raises:
            BankFileError: the file is too large, or it declares a document type or entities.
        """
        piece = self._file.read(size) if self._next is None else self._next
        self._next = None
        self._size += len(piece)
        if self._size > self._limit:
            raise BankFileError(
                None,
                f"the file is larger than the {self._limit} bytes we read",
                "Ask the bank for a shorter period per file",
            )
        seen = self._tail + piece
        if found := FORBIDDEN.search(seen):
            raise BankFileError(
                self._lines + seen.count(b"\n", 0, found.start()) + 1,
                DECLARED,
                "ISO 20022 has neither: fetch the file again from the bank itself",
            )
        # A word of the forbidden ones may be cut in two by the end of a piece.
        self._tail = seen[-_LONGEST:]
        self._lines += seen.count(b"\n", 0, len(seen) - len(self._tail))
        return piece


def refuse_unsafe(source: Source, limit: int = LIMIT) -> None:
    """Check that a file can be parsed safely: it is within the limit and declares no document type or entities.

    Raises:
        BankFileError: too large, or it declares a document type or entities.
    """
    guarded = Guarded(source, limit)
    while guarded.read():
        pass


def message_of(first: bytes) -> tuple[str, str, int | None]:
    """Name, namespace and line of the root of a file, from its first piece.

    Raises:
        BankFileError: the file is no XML.
    """
    parser = etree.XMLPullParser(events=("start",), **HARDENED)
    try:
        parser.feed(first)
        for _, top in parser.read_events():
            name = etree.QName(cast("Element", top))
            return name.localname, name.namespace or "", line_of(cast("Element", top))
        parser.close()
    except etree.XMLSyntaxError as error:
        raise not_xml(error) from None
    raise BankFileError(None, "the file begins with no element", "Fetch it again from the bank itself")


def stream(source: Source, family: str, root: str, names: tuple[str, ...], limit: int = LIMIT) -> Iterator[Element]:
    """Each element with one of the names, complete with its content; elements with the last name are freed afterwards.

    ``family`` is the message as in ``camt.053.001`` (any version), ``root`` its element inside ``Document``; its end
    comes last. So a file of any size is read in the memory of one of its parts.

    Raises:
        BankFileError: unsafe (see :class:`Guarded`), not XML, or another message.
    """
    guarded = Guarded(source, limit)
    refuse_unsafe(guarded.first, limit)
    name, namespace, line = message_of(guarded.first)
    right = re.search(rf"(?:^|:){re.escape(family)}\.[0-9]{{2}}$", namespace)
    if name != "Document" or not right:
        raise BankFileError(
            line,
            f"the file is a {name} of {_short(namespace or 'no namespace')}",
            f"A Document of urn:iso:std:iso:20022:tech:xsd:{family}.NN is right here",
        )
    tags = tuple(f"{{{namespace}}}{each}" for each in (*names, root))
    part, whole, ended = tags[-2], tags[-1], False
    try:
        for _, element in etree.iterparse(cast("BinaryIO", guarded), events=("end",), tag=tags, **HARDENED):
            yield element
            ended = ended or element.tag == whole
            if element.tag == part:
                forget(element)
    except etree.XMLSyntaxError as error:
        raise not_xml(error) from None
    if not ended:
        raise BankFileError(line, f"the Document holds no {root}", f"A {family} message holds one")


def forget(element: Element) -> None:
    """Free an element that was read, and its earlier siblings of the same name."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None and before.tag == element.tag:
        parent.remove(before)


def parse(document: bytes, family: str, root: str, limit: int = LIMIT) -> Element:
    """The whole message inside ``Document``, for what is small: ``family`` and ``root`` as in :func:`stream`.

    Raises:
        BankFileError: unsafe (see :class:`Guarded`), not XML, or another message.
    """
    refuse_unsafe(document, limit)
    try:
        top = etree.fromstring(document, etree.XMLParser(**HARDENED))
    except etree.XMLSyntaxError as error:
        raise not_xml(error) from None
    name = etree.QName(top)
    right = re.search(rf"(?:^|:){re.escape(family)}\.[0-9]{{2}}$", name.namespace or "")
    if name.localname != "Document" or not right:
        raise BankFileError(
            line_of(top),
            f"the file is a {name.localname} of {_short(name.namespace or 'no namespace')}",
            f"A Document of urn:iso:std:iso:20022:tech:xsd:{family}.NN is right here",
        )
    message = child(top, root)
    if message is None:
        raise BankFileError(line_of(top), f"the Document holds no {root}", f"A {family} message holds one")
    return message


def not_xml(error: etree.XMLSyntaxError) -> BankFileError:
    """The same defect in our words, with the parser's own text, which names the place."""
    return BankFileError(
        error.lineno or None,
        f"the file is not well-formed XML in UTF-8 ({(error.msg or 'it is empty').split(', line')[0]})",
        "Fetch it again from the bank; do not open and save it in between",
    )


@cache
def _path(namespace: str | None, path: str) -> str:
    return "/".join(f"{{{namespace}}}{step}" for step in path.split("/")) if namespace else path


def children(element: Element, path: str) -> list[Element]:
    """All elements under a path of plain names (``NtryDtls/TxDtls``), in the element's own namespace."""
    return element.findall(_path(etree.QName(element).namespace, path))


def child(element: Element, path: str) -> Element | None:
    """The first element under a path; see :func:`children`."""
    return element.find(_path(etree.QName(element).namespace, path))


def text(element: Element, *paths: str) -> str | None:
    """The text under the first of the paths that has any, stripped; None where none has."""
    for path in paths:
        found = child(element, path)
        if found is not None and found.text and found.text.strip():
            return found.text.strip()
    return None


def required(element: Element, what: str, *paths: str) -> str:
    """As :func:`text`, for a required value.

    Raises:
        BankFileError: there is no text under any of the paths.
    """
    if (found := text(element, *paths)) is not None:
        return found
    raise BankFileError(
        line_of(element),
        f"{_tag(element)} has no {what}",
        f"It belongs in {' or '.join(paths)} and may not be empty",
    )


def amount(element: Element, currency: str) -> Decimal:
    """The amount in an element with a ``Ccy``: unsigned, whole cents.

    Raises:
        BankFileError: another currency, or not an amount.
    """
    if element.get("Ccy") != currency:
        raise BankFileError(
            line_of(element),
            f"{_tag(element)} is in {_short(element.get('Ccy') or 'no currency')}",
            f"Every amount of this file must be in {currency}",
        )
    written = (element.text or "").strip()
    if not _AMOUNT.fullmatch(written) or Decimal(written) != Decimal(written).quantize(_CENT):
        raise BankFileError(
            line_of(element),
            f"{_tag(element)} is '{_short(written)}', which is not an amount",
            "Digits, a full stop and whole cents are right, as in 1234.50; CdtDbtInd gives the direction",
        )
    return Decimal(written).quantize(_CENT)


def day(element: Element, what: str, path: str) -> date:
    """The day under a path that holds ``Dt`` or ``DtTm``; of a time, the day as the bank wrote it.

    Raises:
        BankFileError: missing, or not a date.
    """
    return moment(element, what, required(element, what, f"{path}/Dt", f"{path}/DtTm"))


def moment(element: Element, what: str, written: str) -> date:
    """The day of a date or time as it is written; see :func:`day`."""
    try:
        return datetime.fromisoformat(written).date()
    except ValueError:
        raise BankFileError(
            line_of(element), f"the {what} is '{_short(written)}'", "A date as 2026-01-31 is right"
        ) from None


def line_of(element: Element | None) -> int | None:
    """The source line of an element, None where there is no element or it was not read from a file."""
    return None if element is None else cast("int | None", element.sourceline)


def _tag(element: Element) -> str:
    return etree.QName(element).localname


def _short(value: str) -> str:
    return value if len(value) <= _SHOWN else value[:_SHOWN] + "..."
