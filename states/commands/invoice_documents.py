"""Invoice documents: recognised by their content, shown only as they were drawn anew, and stored encrypted."""

from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from rules.access.content_classes import Retention
from rules.core.roles import Actor
from rules.core.wording import wording
from rules.payments.invoice_documents import Obstacle, most_pages
from rules.procedure import erasure
from states.commands.fire import fire
from states.errors import ErasedError, RefusedError, StatesError
from states.formats import rendering, ubl, xml_text
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
SHOWN_AS = {
    "application/pdf": "application/pdf",
    "image/png": "image/png",
    "image/jpeg": "image/jpeg",
    "application/xml": "text/plain",
}
"""The media type of what is shown of a document, by that of the document."""


class ExaminedDocument(NamedTuple):
    """A file that was recognised and can be shown; only :func:`examine` makes one."""

    data: bytes
    media_type: str


class StoredDocument(NamedTuple):
    """A stored document; ``again`` is true if the same file was stored with the invoice before."""

    document: Document
    again: bool


def examine(data: bytes, *, on: date) -> ExaminedDocument:
    """Recognise a file by its first bytes, and see that it can be shown; it takes seconds, and no transaction.

    Raises:
        DocumentRefusedError: its type is not accepted, or it cannot be shown.
    """
    most = most_pages(on)
    kind = next((kind for sign, kind in SIGNATURES if data.startswith(sign)), None)
    if kind is None:
        raise rendering.refused(Obstacle.KIND, most)
    if kind == "application/xml":
        ubl.parse(data)
    else:
        rendering.check(data, kind, most)
    return ExaminedDocument(data, kind)


def image_of(data: bytes, kind: str, *, on: date) -> bytes:
    """What is shown of a document: drawn and encoded anew, or the fields of an e-invoice as text.

    Raises:
        DocumentRefusedError: it cannot be shown.
    """
    if kind == "application/xml":
        return text_of(data, kind, on=on).encode()
    return rendering.image_of(data, kind, most_pages(on))


def text_of(data: bytes, kind: str, *, on: date) -> str:
    """The text of a document, for a reader who listens or searches; empty for a picture and for scanned pages.

    Raises:
        DocumentRefusedError: it cannot be shown.
    """
    if kind == "application/xml":
        return xml_text.written(ubl.parse(data))
    return rendering.text_of(data, most_pages(on)) if kind == "application/pdf" else ""


def take_in(
    session: Session, payable: Payable, examined: ExaminedDocument, *, by: Actor, at: datetime
) -> StoredDocument:
    """Store a document with the invoice of a payable: its facts in the ledger, its bytes encrypted.

    Raises:
        RefusedError: it is stored with another invoice, or a rule objects.
    """
    data, kind = examined
    digest = sha256(data).hexdigest()
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
    """The decrypted bytes of a document as it came: the record, which is never shown or sent.

    Raises:
        ErasedError: the data key of its case was destroyed.
        StatesError: the stored bytes are not those that came in.
    """
    keys = vault_of(session).keys_of(session, document.stream)
    if keys.is_erased(Retention.MONEY):
        raise ErasedError(wording("The document {id} was erased.", id=document.id))
    query = select(DocumentPart).where(DocumentPart.document == document.id).order_by(col(DocumentPart.position))
    found = b"".join(
        keys.unseal(
            Retention.MONEY, part.sealed, part_place(document.stream, document.id, part.position, document.size)
        )
        for part in session.exec(query)
    )
    if sha256(found).hexdigest() != document.sha256:
        raise StatesError(wording("The document {id} is not the one that came in; call an auditor.", id=document.id))
    return found
