"""Sealing: the form of all encrypted bytes, each bound to its place.

A format byte, the id of the key's epoch in two bytes (most significant first), a nonce of twelve bytes, and the
ciphertext of AES-256-GCM with its tag. The associated data is the first three bytes and the canonical JSON array that
names the place, so nothing can be moved to another place, nor pass for the seal of another epoch.
"""

import secrets
import struct
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from states.storage.canonical_json import canonical

FORMAT = 1
HEADER = struct.Struct(">BH")
NONCE = 12
Place = Sequence[str | int]
"""Where sealed bytes belong: kinds, ids and numbers, in a fixed order."""


def seal(cipher: AESGCM, key_id: int, data: bytes, place: Place) -> bytes:
    """Encrypt bytes for their place."""
    header, nonce = HEADER.pack(FORMAT, key_id), secrets.token_bytes(NONCE)
    return header + nonce + cipher.encrypt(nonce, data, header + canonical(place))


def key_id_of(sealed: bytes) -> int:
    """The epoch in which bytes were sealed.

    Raises:
        InvalidTag: they are no sealed bytes of a known format.
    """
    if len(sealed) < HEADER.size + NONCE or sealed[0] != FORMAT:
        raise InvalidTag("These are no sealed bytes of a known format.")
    key_id: int = HEADER.unpack_from(sealed)[1]
    return key_id


def unseal(cipher: AESGCM, sealed: bytes, place: Place) -> bytes:
    """Decrypt bytes that were sealed for this place.

    Raises:
        InvalidTag: they were changed, or sealed for another place or with another key.
    """
    key_id_of(sealed)
    header, nonce = sealed[: HEADER.size], sealed[HEADER.size : HEADER.size + NONCE]
    return cipher.decrypt(nonce, sealed[HEADER.size + NONCE :], header + canonical(place))
