"""Pain.001 schema: the last check of an order before its export, by the ISO schema and its control sums."""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any, cast

from lxml import etree

from states.formats.bank_xml import Element, Source, forget, line_of, not_xml, refuse_unsafe
from states.formats.errors import BankFileError
from states.formats.pain001 import NAMESPACE

LIMIT = 256 * 2**20
"""The largest order that is checked, in bytes; it is read as a stream, so its size costs time and not memory."""
_DOCUMENT, _TRANSFER, _COUNT, _TOTAL = (
    f"{{{NAMESPACE}}}{name}" for name in ("Document", "CdtTrfTxInf", "NbOfTxs", "CtrlSum")
)
_END_TO_END = f"{{{NAMESPACE}}}PmtId/{{{NAMESPACE}}}EndToEndId"
_AMOUNT = f"{{{NAMESPACE}}}Amt/{{{NAMESPACE}}}InstdAmt"
# The schema's messages repeat the value, and a value may be a name or an account; the rest says enough.
_VALUE = re.compile(r"(?<=[ :] )'.*'(?= (?:is not|has a)\b)|(?<=The value )'.*'(?= )", re.DOTALL)


@cache
def iso_schema() -> etree.XMLSchema:
    """The ISO schema from the package sepaxml; compiled once."""
    with as_file(files("sepaxml") / "schemas" / "pain.001.001.09.xsd") as path:
        return etree.XMLSchema(etree.parse(path))


def validate(source: Source) -> None:
    """Check that an order is valid by the ISO schema, and that its headers agree with its transfers.

    It is read as a stream; a file is left at its end.

    Raises:
        BankFileError: the line, the reason and what would be right.
    """
    refuse_unsafe(source, LIMIT)
    _rewind(source)
    headers: list[Element] = []
    seen: set[str] = set()
    total = Decimal(0)
    complete = False
    # Not resolve_entities=False: together with a schema lxml 6.1 then hides every error.
    reading = etree.iterparse(
        BytesIO(source) if isinstance(source, bytes) else source,
        tag=(_DOCUMENT, _TRANSFER, _COUNT, _TOTAL),
        schema=iso_schema(),
        encoding="utf-8",
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for _, element in reading:
            if element.tag in (_COUNT, _TOTAL):
                headers.append(element)
            elif element.tag == _TRANSFER:
                total += Decimal(element.findtext(_AMOUNT) or 0)
                end_to_end_id = element.findtext(_END_TO_END) or ""
                if end_to_end_id in seen:
                    raise BankFileError(
                        line_of(element),
                        f"EndToEndId {end_to_end_id} stands twice",
                        "Give each payment its own",
                    )
                seen.add(end_to_end_id)
                forget(element)
            else:
                complete = True
    except etree.XMLSyntaxError:
        raise _refusal(source) from None
    if not complete or len(reading.error_log):
        raise _refusal(source)
    for header in headers:
        found = Decimal(len(seen)) if header.tag == _COUNT else total
        if Decimal(header.text or 0) != found:
            raise BankFileError(
                line_of(header),
                f"{etree.QName(header).localname} says {header.text} where the transfers come to {found}",
                "Build the order anew from its sealed batch; an order of ours has one PmtInf",
            )


def _rewind(source: Source) -> None:
    if not isinstance(source, bytes):
        source.seek(0)


def _refusal(source: Source) -> BankFileError:
    # The stream knows no line numbers; only where something is wrong is the whole tree worth its memory.
    schema = iso_schema()
    _rewind(source)
    document = source if isinstance(source, bytes) else source.read()
    try:
        schema.validate(
            etree.fromstring(document, etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True))
        )
    except etree.XMLSyntaxError as error:
        return not_xml(error)
    for entry in cast("Iterable[Any]", schema.error_log):  # the stubs do not know that it can be read
        reason = _VALUE.sub("(not shown)", entry.message).replace(f"{{{NAMESPACE}}}", "").rstrip(".")
        return BankFileError(
            entry.line, f"not valid by the ISO schema: {reason}", "See pain.001.001.09 for what fits there"
        )
    return BankFileError(None, "the document could not be read to its end", "Build the order anew")
