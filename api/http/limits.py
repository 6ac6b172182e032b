"""Limits of a request: signed in before its body is read, and no larger or slower than an honest one would be."""

import re
import time
from functools import partial
from http import HTTPStatus

import anyio
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import authentication, problem_types, problems
from api.http.dependencies import utc_now
from api.http.errors import ApiError
from rules.core.wording import wording
from states.errors import StatesError
from states.settings import Configuration

MOST_HEADERS = 100
MOST_HEADER_BYTES = 2**14
"""Names and values of all headers together."""
MOST_BYTES = 2**20
"""Bytes of a body; routes that take files have their own limit, and read no more than that."""
SMALL = 2**16
"""Bytes of a refused body that are let in and thrown away, so that the client can read the answer."""
GRACE_SECONDS = 20.0
"""Seconds that every body may take."""
SLOWEST = 2**14
"""Bytes per second that a longer body must bring."""
SIGNED_IN = "/v1/"
"""Where nobody may send anything without signing in."""


class RequestLimits:
    """ASGI middleware that refuses a request by its headers, and stops reading a body that goes on for too long."""

    def __init__(self, app: ASGIApp, configuration: Configuration, files: str) -> None:
        """Set it up.

        Args:
            app: the application.
            configuration: whose tokens are valid.
            files: a pattern of the paths that have a limit of their own.
        """
        self.app = app
        self._configuration = configuration
        self._files = re.compile(files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on with a body that is counted and timed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = await self._refusal(scope, headers)
        if refusal is None:
            limit = None if self._files.fullmatch(scope["path"]) else MOST_BYTES
            await self.app(scope, LimitedBody(receive, limit), send)
            return
        if announced(headers) > SMALL:
            refusal.headers["Connection"] = "close"  # the body is still arriving; nobody reads it
        await refusal(scope, receive, send)

    async def _refusal(self, scope: Scope, headers: Headers) -> JSONResponse | None:
        size = sum(len(name) + len(value) for name, value in headers.raw)
        if len(headers.raw) > MOST_HEADERS or size > MOST_HEADER_BYTES:
            words = wording(
                "Send at most {most_headers} headers of {most_header_bytes} bytes together.",
                most_headers=MOST_HEADERS,
                most_header_bytes=MOST_HEADER_BYTES,
            )
            kind = problem_types.of_status(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return problems.problem(kind, words, {"Connection": "close"})
        if not announced(headers):
            return None
        if scope["path"].startswith(SIGNED_IN):
            try:
                token = authentication.bearer(headers.get("authorization"))
                check = partial(authentication.verified_claims, self._configuration, token, at=utc_now())
                await to_thread.run_sync(check)  # it may ask the identity provider for its keys
            except (ApiError, StatesError) as error:
                return problems.known_error(Request(scope), error)
        if announced(headers) > MOST_BYTES and not self._files.fullmatch(scope["path"]):
            return problems.problem(problem_types.TOO_LARGE, too_large(MOST_BYTES))
        return None


class LimitedBody:
    """The body of one request: stops at its limit, and when it comes more slowly than an honest sender's."""

    def __init__(self, receive: Receive, limit: int | None) -> None:
        self._receive = receive
        self._limit = limit
        self._began = time.monotonic()
        self._size = 0
        self._complete = False

    async def __call__(self) -> Message:
        """Return the next message; after the body, only the end of the connection is awaited, without a limit.

        Raises:
            HTTPException: the body is too large or too slow.
        """
        if self._complete:
            return await self._receive()
        left = self._began + GRACE_SECONDS + self._size / SLOWEST - time.monotonic()
        try:
            with anyio.fail_after(left):
                message = await self._receive()
        except TimeoutError:
            words = wording(
                "The request did not arrive in time. Send at least {slowest} bytes per second.", slowest=SLOWEST
            )
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, words, {"Connection": "close"}) from None
        self._size += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._limit is not None and self._size > self._limit:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large(self._limit), {"Connection": "close"})
        return message


def announced(headers: Headers) -> int:
    """How many bytes of body a request announces; more than any limit's remainder where it does not say."""
    if "transfer-encoding" in headers:
        return SMALL + 1
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def too_large(limit: int) -> str:
    """The words for a body that is too large."""
    return f"The body is larger than {limit} bytes; nothing of it was used. Send a smaller one."
