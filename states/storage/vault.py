"""Vault: content encrypted with a data key per stream, which is wrapped by a key from outside the database."""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from states.errors import ErasedError
from states.tables.ledger import VaultItem

NONCE = 12


def office_key(path: Path) -> bytes:
    """The office's master key of 32 bytes; created on first use, readable by the office's user only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(32))
        try:
            os.link(draft, path)  # if two processes start at once, the first wins and both read the same key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


class HasDataKey(Protocol):
    """A stream with its wrapped data key; None once destroyed."""

    @property
    def id(self) -> str:
        """The stream's id."""

    @property
    def key(self) -> bytes | None:
        """Its data key, wrapped by the office's master key."""


class Vault:
    """Seals and opens content; it holds the office's master key and never writes it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._office = AESGCM(key)

    def new_key(self, stream: str) -> bytes:
        """A new data key, wrapped for its stream."""
        return self.seal_with(self._office, secrets.token_bytes(32), stream)

    def data_key(self, stream: HasDataKey) -> bytes:
        """The stream's data key, unwrapped.

        Raises:
            ErasedError: the key was destroyed.
        """
        if stream.key is None:
            raise ErasedError(f"The content of {stream.id} was erased.")
        return self._office.decrypt(stream.key[:NONCE], stream.key[NONCE:], stream.id.encode())

    def seal(self, stream: HasDataKey, seq: int, content: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Encrypt the content of an entry; return the sealed bytes and an HMAC per field for the ledger."""
        key = self.data_key(stream)
        sealed = self.seal_with(AESGCM(key), json.dumps(content).encode(), f"{stream.id}:{seq}")
        marks = hashlib.sha256(b"marks" + key).digest()
        return sealed, {
            field: hmac.new(marks, json.dumps([field, text]).encode(), "sha256").hexdigest()
            for field, text in content.items()
        }

    def open(self, stream: HasDataKey, item: VaultItem) -> dict[str, Any]:
        """Decrypt the content of one entry."""
        plain = AESGCM(self.data_key(stream)).decrypt(
            item.sealed[:NONCE],
            item.sealed[NONCE:],
            f"{item.stream}:{item.seq}".encode(),
        )
        content: dict[str, Any] = json.loads(plain)
        return content

    def mark(self, text: str) -> str:
        """An HMAC under the office's master key: equal texts give equal marks, and a mark does not reveal its text."""
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()

    def seal_for_office(self, data: bytes, purpose: str) -> bytes:
        """Encrypt bytes that belong to no stream, such as a stored answer to a repeated request."""
        return self.seal_with(self._office, data, purpose)

    def open_for_office(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypt what :meth:`seal_for_office` made."""
        return self._office.decrypt(sealed[:NONCE], sealed[NONCE:], purpose.encode())

    @staticmethod
    def seal_with(cipher: AESGCM, data: bytes, purpose: str) -> bytes:
        """AES-256-GCM with a leading random nonce; ``purpose`` is authenticated, so sealed bytes cannot be moved."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + cipher.encrypt(nonce, data, purpose.encode())
