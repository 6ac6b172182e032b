"""Provider keys: the public keys of the identity provider, from a file or from its address, as they are now."""

import json
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Protocol

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from api.http.errors import KeysUnavailableError
from states.settings import Configuration

FRESH = 300.0
"""Seconds after which keys are asked for again, so that a key that the provider removed stops counting."""
USABLE = 3600.0
"""Seconds during which keys still count while the provider does not answer: threats arrive in the night too."""
PAUSE = 10.0
"""Seconds between two requests, also for a key that nobody knows, so that tokens cannot make us ask without end."""
PATIENCE = 5.0
"""Seconds that the provider may take for a part of its answer; twice as many for the whole."""
MOST_BYTES = 2**20
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
"""Types of keys that come in pairs; a shared secret is no public key."""


class ProviderKeys(Protocol):
    """Source of the provider's keys."""

    def keys(self, kid: str | None) -> KeySet:
        """Return the keys that count now.

        Args:
            kid: the key that a token names; if it is unknown, the source may look for newer keys.

        Raises:
            KeysUnavailableError: there are none to be had.
        """


class KeysInFile:
    """Keys in a file, read for each token: it is small, and what was taken out must stop counting at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keys(self, kid: str | None) -> KeySet:
        """Return the keys in the file, whichever a token names."""
        try:
            return key_set(self._path.read_bytes())
        except (OSError, ValueError) as error:
            raise KeysUnavailableError("The file with the keys of the identity provider cannot be read.") from error


class KeysAtAddress:
    """Keys at an address of the provider, kept for some minutes."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._asking = Lock()
        self._kept: KeySet | None = None
        self._kept_at = self._asked_at = float("-inf")

    def keys(self, kid: str | None) -> KeySet:
        """Return the keys; they are asked for when they are old, or when none has the id of a token.

        One thread asks. Others wait only for a key that they do not know.
        """
        if self._should_ask(kid):
            waits = not self._knows(kid)
            if self._asking.acquire(blocking=waits, timeout=2 * PATIENCE if waits else -1):
                try:
                    if self._should_ask(kid):
                        self._ask()
                finally:
                    self._asking.release()
        if self._kept is None or time.monotonic() - self._kept_at > USABLE:
            raise KeysUnavailableError("The identity provider does not give its keys.")
        return self._kept

    def _knows(self, kid: str | None) -> bool:
        return self._kept is not None and (kid is None or any(key.kid == kid for key in self._kept))

    def _should_ask(self, kid: str | None) -> bool:
        now = time.monotonic()
        return (not self._knows(kid) or now - self._kept_at > FRESH) and now - self._asked_at > PAUSE

    def _ask(self) -> None:
        self._asked_at = time.monotonic()
        with suppress(httpx.HTTPError, ValueError):
            self._kept = key_set(fetch(self._address))
            self._kept_at = time.monotonic()


@lru_cache(maxsize=4)
def source_of(file: Path | None, address: str | None) -> ProviderKeys | None:
    """Return the source of keys, one per process; None if no identity provider is configured."""
    if address is not None:
        return KeysAtAddress(address)
    return KeysInFile(file) if file is not None else None


def provider_keys(configuration: Configuration) -> ProviderKeys | None:
    """Return the source of keys of an office, None without an identity provider."""
    return source_of(configuration.jwks_file, configuration.jwks_url)


def fetch(address: str) -> bytes:
    """Fetch a file of at most :data:`MOST_BYTES`.

    Raises:
        httpx.HTTPError: the provider does not answer, or not with the file.
        ValueError: the answer is too long.
    """
    found = bytearray()
    until = time.monotonic() + 2 * PATIENCE
    with httpx.stream("GET", address, timeout=PATIENCE, trust_env=False) as answer:
        if answer.status_code != httpx.codes.OK:
            raise httpx.HTTPError("not found there")
        for part in answer.iter_bytes():
            found += part
            if len(found) > MOST_BYTES or time.monotonic() > until:
                raise ValueError("too long")
    return bytes(found)


@lru_cache(maxsize=4)
def key_set(content: bytes) -> KeySet:
    """Return the public keys for signatures in a JWK set; others are left out (RFC 7517, section 5).

    Raises:
        ValueError: it is no JWK set.
    """
    found = json.loads(content)
    items = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(items, list):
        raise ValueError("no JWK set")  # noqa: TRY004  # what came is at fault, not the caller
    keys: list[Key] = []
    for item in items:
        if isinstance(item, dict) and item.get("kty") in KEY_TYPES and item.get("use", "sig") == "sig":
            with suppress(JoseError, ValueError, TypeError, KeyError):
                keys.append(JWKRegistry.import_key(item))
    return KeySet(keys)
