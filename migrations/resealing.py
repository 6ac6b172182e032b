"""Resealing: takes what the first form sealed to the form with classes, epochs and a key for each purpose.

Both forms stand here as they were when the migration was written, whatever the vault does later. All of it happens in
the transaction of the migration: after an error, or a crash at any line, the database is as it was before.
"""

import hmac
import json
import secrets
import struct
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, text

NONCE, LENGTH = 12, 32
HEADER = struct.pack(">BH", 1, 1)
"""Format 1, epoch 1."""
SAFETY, PROCEDURE, MONEY = RETENTION = ("safety", "procedure", "money")
STREAMS_AT_ONCE, ITEMS_AT_ONCE, PARTS_AT_ONCE = 500, 1000, 8
SEALED = """
    SELECT EXISTS (SELECT FROM stream WHERE key IS NOT NULL) OR EXISTS (SELECT FROM vault_item_before)
        OR EXISTS (SELECT FROM document_part) OR EXISTS (SELECT FROM name_mark) OR EXISTS (SELECT FROM payable)
    """
LIVING = "SELECT id, key FROM stream WHERE key IS NOT NULL AND id > :after ORDER BY id LIMIT :limit"
ITEMS = """
    SELECT i.stream, i.seq, i.subject, i.sealed, e.chart, e.event
    FROM vault_item_before i JOIN ledger_entry e ON e.stream = i.stream AND e.seq = i.seq
    WHERE i.stream = ANY (:streams) ORDER BY i.stream, i.seq
    """
PARTS = """
    SELECT p.document, p.position, p.sealed, d.stream, d.size
    FROM document_part p JOIN document d ON d.id = p.document
    WHERE d.stream = ANY (:streams) ORDER BY p.document, p.position
    """
ADD_KEY = "INSERT INTO data_key (stream, retention, wrapped) VALUES (:stream, :retention, :wrapped)"
ADD_ITEM = """
    INSERT INTO vault_item (stream, seq, retention, subject, sealed)
    VALUES (:stream, :seq, :retention, :subject, :sealed)
    """
REPLACE_PART = "UPDATE document_part SET sealed = :sealed WHERE document = :document AND position = :position"
REMARK_NAME = "UPDATE name_mark SET mark = :new WHERE mark = :old"
REMARK_ACCOUNT = "UPDATE payable SET payee_mark = :new WHERE payee_mark = :old"
LEAVE = (
    # Of erased content: nothing opens it any more, and no account or name is left to mark anew.
    """
    DELETE FROM document_part p USING document d, stream s
    WHERE d.id = p.document AND s.id = d.stream AND s.key IS NULL
    """,
    "DELETE FROM name_mark WHERE mark NOT LIKE '1.%'",
    "UPDATE payable SET payee_mark = 'erased.' || id WHERE payee_mark NOT LIKE '1.%'",
    # The request of a stored answer is not stored, so it cannot be marked anew.
    "DELETE FROM idempotency_key",
)


class ResealError(Exception):
    """What is sealed cannot be taken to the new form; nothing was changed."""


def reseal(connection: Connection, key: Callable[[], bytes] | None) -> None:
    """Seal all content, documents and data keys anew, and mark names and accounts anew; read the key if need be.

    Raises:
        ResealError: there is no key, it is not the key of this database, or something sealed does not open.
    """
    if not connection.execute(text(SEALED)).scalar():
        return
    if key is None:
        raise ResealError("This upgrade needs the key of the office. Start it with `veiligadvies run`, which gives it.")
    work = Resealing(connection, key())
    after = ""
    while found := connection.execute(text(LIVING), {"after": after, "limit": STREAMS_AT_ONCE}).all():
        work.reseal_streams({stream: bytes(wrapped) for stream, wrapped in found})
        after = found[-1].id
    work.remark()


class Resealing:
    """One run over all streams, under the master key of the office."""

    def __init__(self, connection: Connection, master: bytes) -> None:
        if len(master) != LENGTH:
            raise ResealError(f"The key of the office must have {LENGTH} bytes; put back its key file.")
        self._connection = connection
        self._master = master
        self._wrapping = AESGCM(self._key_for("wrapping"))
        self._names, self._accounts = self._key_for("names"), self._key_for("accounts")
        self._names_again: dict[str, str] = {}
        self._accounts_again: dict[str, str] = {}

    def reseal_streams(self, wrapped: dict[str, bytes]) -> None:
        """Seal the data keys, content and documents of some streams anew."""
        keys = {stream: self._new_keys(stream, old) for stream, old in wrapped.items()}
        rows = [
            {"stream": stream, "retention": retention, "wrapped": self._wrap(stream, retention, data_key)}
            for stream, of_stream in keys.items()
            for retention, data_key in of_stream.items()
        ]
        self._connection.execute(text(ADD_KEY), rows)
        for batch in self._batches(ITEMS, list(wrapped), ITEMS_AT_ONCE):
            if again := [row for item in batch for row in self._item_again(item, keys[item.stream])]:
                self._connection.execute(text(ADD_ITEM), again)
        for batch in self._batches(PARTS, list(wrapped), PARTS_AT_ONCE):
            self._connection.execute(text(REPLACE_PART), [self._part_again(part, keys[part.stream]) for part in batch])

    def remark(self) -> None:
        """Mark names and accounts anew, and remove what nothing opens any more."""
        for statement, again in ((REMARK_NAME, self._names_again), (REMARK_ACCOUNT, self._accounts_again)):
            if again:
                self._connection.execute(text(statement), [{"old": old, "new": new} for old, new in again.items()])
        for statement in LEAVE:
            self._connection.execute(text(statement))

    def _batches(self, query: str, streams: list[str], size: int) -> Iterator[Any]:
        found = self._connection.execute(text(query), {"streams": streams}, execution_options={"yield_per": size})
        yield from found.partitions()

    def _new_keys(self, stream: str, wrapped: bytes) -> dict[str, bytes]:
        """The old data key is that of safety, which goes first: with it goes what can test the marks in old entries."""
        what = f"The data key of {stream}"
        old = opened(AESGCM(self._master), wrapped, stream, what)
        return {SAFETY: old, PROCEDURE: secrets.token_bytes(LENGTH), MONEY: secrets.token_bytes(LENGTH)}

    def _wrap(self, stream: str, retention: str, data_key: bytes) -> bytes:
        return sealed(self._wrapping, data_key, ["data-key", stream, retention])

    def _item_again(self, item: Any, keys: dict[str, bytes]) -> Iterator[dict[str, Any]]:
        what = f"The content of entry {item.seq} of {item.stream}"
        content = json.loads(opened(AESGCM(keys[SAFETY]), bytes(item.sealed), f"{item.stream}:{item.seq}", what))
        self._note_marks(item, content)
        by_retention: dict[str, dict[str, Any]] = {}
        for path, value in content.items():
            by_retention.setdefault(retention_of(item.chart, item.event, path), {})[path] = value
        for retention, held in by_retention.items():
            place = [item.stream, item.seq, item.subject, item.event, retention]
            yield {
                "stream": item.stream,
                "seq": item.seq,
                "retention": retention,
                "subject": item.subject,
                "sealed": sealed(AESGCM(keys[retention]), json.dumps(held).encode(), place),
            }

    def _part_again(self, part: Any, keys: dict[str, bytes]) -> dict[str, Any]:
        place = f"{part.document}:{part.position}:{part.size}"
        data = opened(AESGCM(keys[SAFETY]), bytes(part.sealed), place, f"Part {part.position} of {part.document}")
        anew = ["document", part.stream, part.document, part.position, part.size, MONEY]
        return {
            "document": part.document,
            "position": part.position,
            "sealed": sealed(AESGCM(keys[MONEY]), data, anew),
        }

    def _note_marks(self, item: Any, content: dict[str, Any]) -> None:
        if isinstance(iban := content.get("iban"), str):
            self._accounts_again[self._old_mark(iban)] = mark(self._accounts, "".join(iban.split()).upper())
        if (item.chart, item.event) == ("person", "register"):
            for word in words(content.get("name", "")):
                self._names_again[self._old_mark(f"name:{word}")] = mark(self._names, word)

    def _old_mark(self, of: str) -> str:
        return hmac.new(self._master, of.encode(), "sha256").hexdigest()

    def _key_for(self, purpose: str) -> bytes:
        return HKDF(SHA256(), LENGTH, salt=None, info=canonical(["veiligadvies", 1, purpose])).derive(self._master)


def opened(cipher: AESGCM, data: bytes, place: str, what: str) -> bytes:
    """The plain bytes of the first form: nonce and ciphertext, with a text as associated data.

    Raises:
        ResealError: they do not open; it names what they are.
    """
    try:
        return cipher.decrypt(data[:NONCE], data[NONCE:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise ResealError(
            f"{what} does not open with the key of this office: the key file belongs to another database, or the data"
            " were changed. Put back the key file, or the database, from the backup; nothing was changed."
        ) from error


def sealed(cipher: AESGCM, data: bytes, place: list[str | int]) -> bytes:
    """The new form: header, nonce and ciphertext, with the header and a canonical array as associated data."""
    nonce = secrets.token_bytes(NONCE)
    return HEADER + nonce + cipher.encrypt(nonce, data, HEADER + canonical(place))


def mark(key: bytes, of: str) -> str:
    """The new form of a mark, which names its epoch."""
    return f"1.{hmac.new(key, of.encode(), 'sha256').hexdigest()}"


def canonical(value: list[str | int]) -> bytes:
    """Canonical JSON of texts and whole numbers."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def words(name: str) -> list[str]:
    """The words of a name as they were indexed."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    spaced = "".join(letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter))
    return sorted(set(spaced.split()))


def retention_of(chart: str, event: str, path: str) -> str:
    """The retention class of a field of an entry of the first form."""
    name = path.partition(".")[0]
    if name in {"payee", "iban", "apart", "lines", "offered", "supplier"}:
        return MONEY
    if chart in {"payable", "booking", "organisation"}:
        return MONEY
    if chart in {"person", "objection", "work"} or event == "record-representative":
        return PROCEDURE
    if chart == "loan" or event == "request-loan":
        return SAFETY if name in {"name", "email"} else PROCEDURE
    if name in {"reasons", "missing", "grounds"} and event != "return-advice":
        return PROCEDURE
    return SAFETY
