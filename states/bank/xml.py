"""How a file of the bank is read: a hardened parser, and look-ups that say which line is wrong."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import cast

from lxml import etree

from states.bank.errors import BankFileError

Element = etree._Element  # noqa: SLF001  # the only name lxml has for what it returns

LIMIT = 64 * 2**20
"""The largest file we read, in bytes: a statement of 100,000 lines fits."""
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,5})?", re.ASCII)
_CENT = Decimal("0.01")
_FORBIDDEN = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SHOWN = 60  # characters of a wrong value that a message repeats; a namespace has 46


def refuse_unsafe(document: bytes, limit: int = LIMIT) -> None:
    """Let pass only what can be parsed safely: within the limit, UTF-8, without a document type or entities.

    The parser is told to read UTF-8 whatever the file declares, so a DOCTYPE cannot hide in another encoding.

    Raises:
        BankFileError: too large, or it declares a document type or entities.
    """
    if len(document) > limit:
        raise BankFileError(
            None,
            f"the file has {len(document)} bytes, more than the {limit} we read",
            "Ask the bank for a shorter period per file",
        )
    if found := _FORBIDDEN.search(document):
        raise BankFileError(
            document.count(b"\n", 0, found.start()) + 1,
            "the file declares a document type or entities, which can read files or fill the memory",
            "ISO 20022 has neither: fetch the file again from the bank itself",
        )


def parse(document: bytes, family: str, root: str, limit: int = LIMIT) -> Element:
    """The message inside ``Document``: ``family`` as in ``camt.053.001`` (any version), ``root`` its element.

    Raises:
        BankFileError: unsafe (see :func:`refuse_unsafe`), not XML, or another message.
    """
    refuse_unsafe(document, limit)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        top = etree.fromstring(document, parser)
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
    """The same defect in our words; the parser's own are kept, since they name what it stumbled over."""
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
    """Like :func:`text`, for what must be there.

    Raises:
        BankFileError: nothing stands under any of the paths.
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
    written = required(element, what, f"{path}/Dt", f"{path}/DtTm")
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
