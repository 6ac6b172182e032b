"""Documents with an invoice: told apart by their content, held against what may not be in one, and kept encrypted."""

import logging
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pypdf import PdfReader
from pypdf.errors import PdfReadError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject
from sqlalchemy import func
from sqlmodel import Session, col, select

from rules.core.roles import Actor
from states.commands.fire import fire
from states.errors import DocumentRefusedError, StatesError
from states.formats import ubl
from states.storage.database import vault_of
from states.storage.vault import NONCE, Vault
from states.tables.base import new_id
from states.tables.ledger import Stream
from states.tables.payments import Document, DocumentPart, Payable

PIECE = 2**20
"""Bytes that are sealed together."""
SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"<?xml", "application/xml"),
    (b"\xef\xbb\xbf<?xml", "application/xml"),
)
ENDS = {"image/png": b"IEND\xaeB`\x82", "image/jpeg": b"\xff\xd9"}
"""How a picture ends that came whole; a JPEG of a telephone may have some bytes behind it."""
SUFFIX = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "application/xml": "xml"}
ACTIVE = {
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
"""What no invoice needs and what can run when it is opened, by its name in a PDF."""
MOST_OBJECTS = 50_000
TAIL = 2048
"""Bytes at the end within which a PDF says where its table is (ISO 32000 asks for 1024), and a picture that it ends."""
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it repeats parts of what it reads


class StoredDocument(NamedTuple):
    """A document that is kept; ``again`` where this very file was kept with the invoice before."""

    document: Document
    again: bool


def kind_of(data: bytes) -> str:
    """The kind of a document, by its first bytes.

    Raises:
        DocumentRefusedError: it is none of those that are kept, or holds what may not be in it.
    """
    found = next((kind for sign, kind in SIGNS if data.startswith(sign)), None)
    if found is None:
        raise DocumentRefusedError(
            "The file is no PDF, PNG, JPEG or XML e-invoice, whatever its name says. Save it as a PDF, and send that."
        )
    if found in ENDS and ENDS[found] not in data[-TAIL:]:
        raise DocumentRefusedError(
            "The picture breaks off before its end. Save or scan it anew, and send the whole file."
        )
    if found == "application/pdf":
        refuse_active(data)
    if found == "application/xml":
        ubl.parse(data)
    return found


def refuse_active(data: bytes) -> None:
    """Refuse a PDF that is locked or broken, or that holds what can run.

    Raises:
        DocumentRefusedError: saying what is in it.
    """
    try:
        if b"startxref" not in data[-TAIL:]:
            raise PdfReadError("no end")  # noqa: TRY301  # looking for one through all of it takes long
        reader = PdfReader(BytesIO(data), root_object_recovery_limit=1000, xref_stream_maximum_entries=MOST_OBJECTS)
        locked = reader.is_encrypted
        found = None if locked else active_in(reader)
    except Exception as error:  # whatever a broken file makes its reader stumble over
        words = "The PDF cannot be read: it is broken. Make it anew from the source, or scan the page."
        raise DocumentRefusedError(words) from error
    if locked:
        raise DocumentRefusedError("The PDF is locked with a password. Ask the supplier for one that opens.")
    if found is not None:
        raise DocumentRefusedError(
            f"The PDF holds {found}, which no invoice needs. Print it to a new PDF, and send that."
        )


def active_in(reader: PdfReader) -> str | None:
    """What can run in a PDF, if anything; every object is looked at, wherever it hangs."""
    numbers = [(number, generation) for generation, table in reader.xref.items() for number in table]
    numbers += [(number, 0) for number in reader.xref_objStm]
    if len(numbers) > MOST_OBJECTS:
        return "more objects than can be looked at"
    waiting: list[Any] = [reader.trailer]
    for number, generation in numbers:
        waiting.append(reader.get_object(IndirectObject(number, generation, reader)))
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, DictionaryObject):
                names = {str(name) for name in thing} | {
                    str(thing.raw_get(key)) for key in ("/S", "/Type", "/Subtype") if key in thing
                }
                if named := sorted(ACTIVE.keys() & names):
                    return ACTIVE[named[0]]
                waiting += [thing.raw_get(name) for name in thing]
            elif isinstance(thing, ArrayObject):
                waiting += list(thing)
    return None


def take_in(session: Session, payable: Payable, data: bytes, *, by: Actor, at: datetime) -> StoredDocument:
    """Keep a document with the invoice of a payable: its facts in the ledger, its bytes sealed.

    Raises:
        DocumentRefusedError: it is not of a kind that is kept, or holds what may not be in it.
        RefusedError: it stands with another invoice, or a rule objects.
    """
    kind, mark = kind_of(data), sha256(data).hexdigest()
    session.execute(select(func.pg_advisory_xact_lock(int(mark[:15], 16))))  # two who bring one file wait here
    same = select(Document).where(Document.sha256 == mark, Document.invoice == payable.invoice)
    if (before := session.exec(same).first()) is not None:
        return StoredDocument(before, again=True)
    key = new_id("document")
    body = {"document": key, "mediaType": kind, "size": len(data), "sha256": mark}
    fire(session, "payable", payable.id, "add-document", by=by, at=at, body=body)
    stream = session.get_one(Stream, payable.stream)
    cipher = AESGCM(vault_of(session).data_key(stream))
    for position in range(pieces(len(data))):
        piece = data[position * PIECE : (position + 1) * PIECE]
        sealed = Vault.seal_with(cipher, piece, place(key, position, len(data)))
        session.add(DocumentPart(document=key, position=position, sealed=sealed))
        session.flush()
    return StoredDocument(session.get_one(Document, key), again=False)


def pieces(size: int) -> int:
    """In how many pieces a document of some bytes is kept."""
    return -(-size // PIECE)


def place(document: str, position: int, size: int) -> str:
    """What a piece is bound to: it cannot be moved, left out or added to."""
    return f"{document}:{position}:{size}"


def open_document(session: Session, document: Document) -> bytes:
    """The document itself.

    Raises:
        ErasedError: the data key of its case was destroyed.
        StatesError: what is kept is not what came in.
    """
    cipher = AESGCM(vault_of(session).data_key(session.get_one(Stream, document.stream)))
    query = select(DocumentPart).where(DocumentPart.document == document.id).order_by(col(DocumentPart.position))
    found = b"".join(
        cipher.decrypt(
            part.sealed[:NONCE], part.sealed[NONCE:], place(document.id, part.position, document.size).encode()
        )
        for part in session.exec(query)
    )
    if sha256(found).hexdigest() != document.sha256:
        raise StatesError(f"The document {document.id} is not the one that came in; call an auditor.")
    return found
