"""Invoice documents: recognised by their content, refused if they hold active content, and stored encrypted."""

import logging
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, NamedTuple

from pypdf import PdfReader
from pypdf.errors import PdfReadError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject
from sqlalchemy import func
from sqlmodel import Session, col, select

from rules.access.content_classes import Retention
from rules.core.roles import Actor
from rules.procedure import erasure
from states.commands.fire import fire
from states.errors import DocumentRefusedError, ErasedError, RefusedError, StatesError
from states.formats import ubl
from states.storage.database import vault_of
from states.storage.sealing import Place
from states.tables.base import new_id
from states.tables.payments import Document, DocumentPart, Payable

PART_SIZE = 2**20
"""Bytes of a document that are encrypted together."""
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"<?xml", "application/xml"),
    (b"\xef\xbb\xbf<?xml", "application/xml"),
)
END_MARKERS = {"image/png": b"IEND\xaeB`\x82", "image/jpeg": b"\xff\xd9"}
"""The bytes that end a complete picture; some telephones add bytes after the end of a JPEG."""
SUFFIX = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "application/xml": "xml"}
ACTIVE_CONTENT = {
    "/JS": "a script",
    "/JavaScript": "a script",
    "/Launch": "an action that starts a program",
    "/EmbeddedFile": "another file",
    "/EmbeddedFiles": "another file",
    "/RichMedia": "media that plays",
    "/XFA": "a form that runs",
    "/ImportData": "an action that reads a file",
    "/SubmitForm": "an action that sends data",
}
"""Names in a PDF of content that can run when the file is opened, and that no invoice needs."""
MOST_OBJECTS = 50_000
TAIL = 2048
"""Bytes at the end that hold the position of a PDF's table (ISO 32000 asks for 1024), or a picture's end marker."""
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its log lines repeat parts of the file


class StoredDocument(NamedTuple):
    """A stored document; ``again`` is true if the same file was stored with the invoice before."""

    document: Document
    again: bool


def media_type_of(data: bytes) -> str:
    """The media type of a document, by its first bytes.

    Raises:
        DocumentRefusedError: its type is not accepted, or it holds what is not allowed.
    """
    found = next((kind for sign, kind in SIGNATURES if data.startswith(sign)), None)
    if found is None:
        raise DocumentRefusedError(
            "The file is no PDF, PNG, JPEG or XML e-invoice, whatever its name says. Save it as a PDF, and send that."
        )
    if found in END_MARKERS and END_MARKERS[found] not in data[-TAIL:]:
        raise DocumentRefusedError(
            "The picture breaks off before its end. Save or scan it anew, and send the whole file."
        )
    if found == "application/pdf":
        refuse_active(data)
    if found == "application/xml":
        ubl.parse(data)
    return found


def refuse_active(data: bytes) -> None:
    """Refuse a PDF that is locked or broken, or that holds active content.

    Raises:
        DocumentRefusedError: the reason is in its message.
    """
    try:
        if b"startxref" not in data[-TAIL:]:
            raise PdfReadError("no end")  # noqa: TRY301  # pypdf would search the whole file, which takes long
        reader = PdfReader(BytesIO(data), root_object_recovery_limit=1000, xref_stream_maximum_entries=MOST_OBJECTS)
        locked = reader.is_encrypted
        found = None if locked else active_content_of(reader)
    except Exception as error:  # a broken file may raise any error in pypdf
        words = "The PDF cannot be read: it is broken. Make it anew from the source, or scan the page."
        raise DocumentRefusedError(words) from error
    if locked:
        raise DocumentRefusedError("The PDF is locked with a password. Ask the supplier for one that opens.")
    if found is not None:
        raise DocumentRefusedError(
            f"The PDF holds {found}, which no invoice needs. Print it to a new PDF, and send that."
        )


def active_content_of(reader: PdfReader) -> str | None:
    """The active content of a PDF, if any; every object is examined, also one that nothing refers to."""
    numbers = [(number, generation) for generation, table in reader.xref.items() for number in table]
    numbers += [(number, 0) for number in reader.xref_objStm]
    if len(numbers) > MOST_OBJECTS:
        return "more objects than can be looked at"
    waiting: list[Any] = [reader.trailer]
    for number, generation in numbers:
        waiting.append(reader.get_object(IndirectObject(number, generation, reader)))
        while waiting:
            node = waiting.pop()
            if isinstance(node, DictionaryObject):
                names = {str(name) for name in node} | {
                    str(node.raw_get(key)) for key in ("/S", "/Type", "/Subtype") if key in node
                }
                if named := sorted(ACTIVE_CONTENT.keys() & names):
                    return ACTIVE_CONTENT[named[0]]
                waiting += [node.raw_get(name) for name in node]
            elif isinstance(node, ArrayObject):
                waiting += list(node)
    return None


def take_in(session: Session, payable: Payable, data: bytes, *, by: Actor, at: datetime) -> StoredDocument:
    """Store a document with the invoice of a payable: its facts in the ledger, its bytes encrypted.

    Raises:
        DocumentRefusedError: its type is not accepted, or it holds what is not allowed.
        RefusedError: it is stored with another invoice, or a rule objects.
    """
    kind, digest = media_type_of(data), sha256(data).hexdigest()
    session.execute(select(func.pg_advisory_xact_lock(int(digest[:15], 16))))  # serialises imports of one file
    same = select(Document).where(Document.sha256 == digest, Document.invoice == payable.invoice)
    if (before := session.exec(same).first()) is not None:
        return StoredDocument(before, again=True)
    keys = vault_of(session).keys_of(session, payable.stream)
    refusal = erasure.can_be_kept(fields=["document"], erased=keys.is_erased(Retention.MONEY))
    if refusal is not None:
        raise RefusedError([refusal])
    key = new_id("document")
    body = {"document": key, "mediaType": kind, "size": len(data), "sha256": digest}
    fire(session, "payable", payable.id, "add-document", by=by, at=at, body=body)
    for position in range(part_count(len(data))):
        part = data[position * PART_SIZE : (position + 1) * PART_SIZE]
        sealed = keys.seal(Retention.MONEY, part, part_place(payable.stream, key, position, len(data)))
        session.add(DocumentPart(document=key, position=position, sealed=sealed))
        session.flush()
    return StoredDocument(session.get_one(Document, key), again=False)


def part_count(size: int) -> int:
    """The number of parts in which a document of some bytes is stored."""
    return -(-size // PART_SIZE)


def part_place(stream: str, document: str, position: int, size: int) -> Place:
    """Where a part belongs, so that no part can be moved, left out or added."""
    return ("document", stream, document, position, size, Retention.MONEY)


def open_document(session: Session, document: Document) -> bytes:
    """The decrypted bytes of a document.

    Raises:
        ErasedError: the data key of its case was destroyed.
        StatesError: the stored bytes are not those that came in.
    """
    keys = vault_of(session).keys_of(session, document.stream)
    if keys.is_erased(Retention.MONEY):
        raise ErasedError(f"The document {document.id} was erased.")
    query = select(DocumentPart).where(DocumentPart.document == document.id).order_by(col(DocumentPart.position))
    found = b"".join(
        keys.unseal(
            Retention.MONEY, part.sealed, part_place(document.stream, document.id, part.position, document.size)
        )
        for part in session.exec(query)
    )
    if sha256(found).hexdigest() != document.sha256:
        raise StatesError(f"The document {document.id} is not the one that came in; call an auditor.")
    return found
