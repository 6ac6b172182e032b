"""Purpose keys: one key for each use, derived from the master key of an epoch, so that no key serves two uses."""

from enum import StrEnum

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from states.storage.canonical_json import canonical

LENGTH = 32
FIRST_EPOCH = 1


class Purpose(StrEnum):
    """What a key is for; a value is part of the derivation and never changes."""

    WRAPPING = "wrapping"
    """The data keys of the streams."""
    NAMES = "names"
    """Marks of the words of a name."""
    PREFIXES = "prefixes"
    """Marks of the beginnings of a name."""
    ACCOUNTS = "accounts"
    """Marks of bank accounts."""
    IDEMPOTENCY = "idempotency"
    """Stored answers to requests, and marks of those requests."""
    DRAFTS = "drafts"
    """What somebody began to fill in and did not send."""
    SEARCHES = "searches"
    """What somebody searched for in a browser."""
    TOKENS = "tokens"
    """Bearer tokens of the demonstration office."""


class Epoch:
    """The keys that follow from one master key; the number of the epoch is the key id in all that they seal or mark."""

    def __init__(self, master: bytes, number: int = FIRST_EPOCH) -> None:
        self.number = number
        self._master = master
        self._keys: dict[Purpose, bytes] = {}

    def key(self, purpose: Purpose) -> bytes:
        """The key of 32 bytes for a purpose, by HKDF with SHA-256 (RFC 5869)."""
        found = self._keys.get(purpose)
        if found is None:
            info = canonical(["veiligadvies", self.number, purpose])
            found = self._keys[purpose] = HKDF(SHA256(), LENGTH, salt=None, info=info).derive(self._master)
        return found
