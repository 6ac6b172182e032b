"""XML text: the elements of an XML file as indented lines of plain text, without the files attached to it."""

from lxml import etree

from rules.core.characters import legible
from states.formats.ubl import UBL, Element

ATTACHED = "EmbeddedDocumentBinaryObject"
"""The element of UBL that holds another file."""
INDENT = "  "


def written(root: Element) -> str:
    """Write each element as its name, its attributes and its text, below the element that holds it."""
    return "".join(f"{line}\n" for line in lines(root, 0))


def on_one_line(text: str) -> str:
    """A text without line ends and other characters that could make it read otherwise."""
    return " ".join(legible(text).split())


def lines(element: Element, depth: int) -> list[str]:
    """The lines of an element and of what it holds."""
    tag = etree.QName(element)
    name = tag.localname if (tag.namespace or "").startswith(UBL) else tag.text
    facts = "".join(
        f" ({etree.QName(key).localname} {on_one_line(str(value))})" for key, value in element.attrib.items()
    )
    text = on_one_line(element.text or "")
    if name == ATTACHED:
        text = "a file, which is not shown; ask the supplier for it as a PDF"
    found = [f"{INDENT * depth}{name}{facts}{': ' if text else ''}{text}"]
    for child in element:
        found += lines(child, depth + 1)
    return found
