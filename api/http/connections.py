"""Connections: the HTTP protocol of the server, which closes one that sends its headers slowly or not at all."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10.0
"""Seconds from the first moment of a connection, or the first byte of a later request, to the end of its headers."""
OPTIONS: dict[str, Any] = {
    "ws": "none",
    "h11_max_incomplete_event_size": 2**15,
    "timeout_keep_alive": 5,
    "limit_concurrency": 512,
}
"""Options of uvicorn: bytes of headers that are collected, idle seconds, and the most connections (beyond them 503)."""


class LimitedProtocol(H11Protocol):
    """HTTP/1.1 with a time limit on the headers of a request; uvicorn itself waits for ever."""

    _header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        """Read on; the headers of a later request on the same connection are awaited from their first byte."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_headers()
        elif self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        super().connection_lost(exc)
        if self._header_timer is not None:
            self._header_timer.cancel()

    def _await_headers(self) -> None:
        if self._header_timer is None:
            self._header_timer = self.loop.call_later(HEADER_SECONDS, self.transport.close)
