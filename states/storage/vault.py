"""Vault: content encrypted with a data key per stream and retention class, wrapped by a key outside the database."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import Session, select

from rules.access.content_classes import Retention
from rules.core.wording import wording
from states.errors import ErasedError
from states.storage.purpose_keys import FIRST_EPOCH, LENGTH, Epoch, Purpose
from states.storage.sealing import Place, key_id_of, seal, unseal
from states.tables.ledger import DataKey, VaultItem


class OpenKey(NamedTuple):
    """A data key that was unwrapped, and its cipher."""

    key: bytes
    cipher: AESGCM


class DataKeys:
    """The data keys of one stream by retention class; each is unwrapped once, and a class without one is erased."""

    def __init__(self, vault: "Vault", stream: str, wrapped: Mapping[Retention, bytes]) -> None:
        self.stream = stream
        self._vault = vault
        self._wrapped = wrapped
        self._open: dict[Retention, OpenKey] = {}

    def is_erased(self, retention: Retention) -> bool:
        """Whether the data key of a class was destroyed, and with it all content of that class."""
        return retention not in self._wrapped

    def seal(self, retention: Retention, data: bytes, place: Place) -> bytes:
        """Encrypt bytes of a class for their place.

        Raises:
            ErasedError: the data key was destroyed.
        """
        return seal(self._opened(retention).cipher, self._vault.epoch, data, place)

    def unseal(self, retention: Retention, sealed: bytes, place: Place) -> bytes:
        """Decrypt what :meth:`seal` made.

        Raises:
            ErasedError: the data key was destroyed.
            InvalidTag: the bytes were changed, or moved from another place.
        """
        return unseal(self._opened(retention).cipher, sealed, place)

    def seal_content(
        self, retention: Retention, content: Mapping[str, Any], *, seq: int, subject: str, event: str
    ) -> bytes:
        """Encrypt what an entry holds of one class.

        Raises:
            ErasedError: the data key was destroyed.
        """
        return self.seal(retention, json.dumps(content).encode(), (self.stream, seq, subject, event, retention))

    def open(self, item: VaultItem, event: str) -> dict[str, Any]:
        """Decrypt what an entry holds of one class.

        Args:
            item: the item as it is stored.
            event: the event of the entry.

        Raises:
            ErasedError: the data key was destroyed.
            InvalidTag: the item was changed, or moved from another stream, entry, subject, event or class.
        """
        place = (item.stream, item.seq, item.subject, event, item.retention)
        content: dict[str, Any] = json.loads(self.unseal(item.retention, item.sealed, place))
        return content

    def marks(self, retention: Retention, content: Mapping[str, Any]) -> dict[str, str]:
        """An HMAC per field for the ledger, which tells nothing once the data key is destroyed.

        Raises:
            ErasedError: the data key was destroyed.
        """
        key = hashlib.sha256(b"marks" + self._opened(retention).key).digest()
        return {
            field: hmac.new(key, json.dumps([field, text]).encode(), "sha256").hexdigest()
            for field, text in content.items()
        }

    def _opened(self, retention: Retention) -> OpenKey:
        found = self._open.get(retention)
        if found is None:
            if (wrapped := self._wrapped.get(retention)) is None:
                raise ErasedError(
                    wording("The {retention} content of {stream} was erased.", retention=retention, stream=self.stream)
                )
            key = self._vault.open(Purpose.WRAPPING, wrapped, wrapping_place(self.stream, retention))
            found = self._open[retention] = OpenKey(key, AESGCM(key))
        return found


class Vault:
    """Seals and opens content; it holds the office's master key and never writes it."""

    def __init__(self, key: bytes) -> None:
        self.epoch = FIRST_EPOCH
        """The epoch in which everything new is sealed and marked."""
        self._epochs = {FIRST_EPOCH: Epoch(key)}
        self._ciphers: dict[tuple[int, Purpose], AESGCM] = {}

    def new_keys(self, stream: str) -> dict[Retention, bytes]:
        """A new data key of each class, wrapped for its stream and class."""
        return {
            retention: self.seal(Purpose.WRAPPING, secrets.token_bytes(LENGTH), wrapping_place(stream, retention))
            for retention in Retention
        }

    def keys_of(self, session: Session, stream: str) -> DataKeys:
        """The data keys of a stream."""
        found = session.exec(select(DataKey.retention, DataKey.wrapped).where(DataKey.stream == stream))
        return DataKeys(self, stream, {Retention(retention): wrapped for retention, wrapped in found})

    def mark(self, purpose: Purpose, text: str) -> str:
        """The id of the epoch and an HMAC: equal texts of a purpose give equal marks; a mark does not tell its text."""
        key = self._epochs[self.epoch].key(purpose)
        return f"{self.epoch}.{hmac.new(key, text.encode(), 'sha256').hexdigest()}"

    def seal(self, purpose: Purpose, data: bytes, place: Place) -> bytes:
        """Encrypt bytes with the key of a purpose, such as a data key or a stored answer."""
        return seal(self._cipher(self.epoch, purpose), self.epoch, data, place)

    def open(self, purpose: Purpose, sealed: bytes, place: Place) -> bytes:
        """Decrypt what :meth:`seal` made in any epoch whose key is here.

        Raises:
            InvalidTag: the bytes were changed, moved from another place, or sealed with a key that is not here.
        """
        return unseal(self._cipher(key_id_of(sealed), purpose), sealed, place)

    def _cipher(self, epoch: int, purpose: Purpose) -> AESGCM:
        found = self._ciphers.get((epoch, purpose))
        if found is None:
            if epoch not in self._epochs:
                raise InvalidTag(f"The key of epoch {epoch} is not here.")
            found = self._ciphers[epoch, purpose] = AESGCM(self._epochs[epoch].key(purpose))
        return found


def wrapping_place(stream: str, retention: Retention) -> Place:
    """Where a wrapped data key belongs."""
    return ("data-key", stream, retention)
