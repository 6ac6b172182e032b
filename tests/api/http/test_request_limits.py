"""Request limits: a stranger's body is not read, and no request may be too large or too slow."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from office import FINANCE, OFFICER, application_body
from served import Api, expect_problem

from api.http import connections, limits

PATIENCE = 5.0
"""Seconds in which a refusal must come: far less than a slow body would take."""


@contextmanager
def connected(api: Api) -> Iterator[socket.socket]:
    """A plain connection to the served office."""
    place = urlsplit(str(api.client.base_url))
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=PATIENCE) as opened:
        yield opened


def head(path: str, *lines: str, method: str = "POST") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: office", *lines, "", "")).encode()


def answer_of(opened: socket.socket) -> tuple[int, dict[str, str], str]:
    """The status, headers and body of the answer; the test fails if none comes."""
    received = b""
    try:
        while b"\r\n\r\n" not in received:
            received += (piece := opened.recv(65536))
            assert piece, f"the connection was closed without an answer: {received!r}"
        top, _, rest = received.partition(b"\r\n\r\n")
        status, *lines = top.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        while len(rest) < int(headers.get("content-length", 0)):
            rest += opened.recv(65536)
    except TimeoutError:
        pytest.fail("no answer came: the office waits for the body")
    return int(status.split()[1]), headers, rest.decode()


def token_line(api: Api, by: object = OFFICER) -> str:
    return f"Authorization: Bearer {api.token(by)}"  # type: ignore[arg-type]


@pytest.mark.parametrize("length", ["Content-Length: 400000000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("token", [(), ("Authorization: Bearer of-a-stranger",)])
def test_a_stranger_is_refused_before_the_body_is_read(api: Api, length: str, token: tuple[str, ...]) -> None:
    with connected(api) as opened:
        opened.sendall(head("/v1/applications", "Content-Type: application/json", length, *token))
        status, headers, body = answer_of(opened)
    assert status == 401
    assert headers["content-type"] == "application/problem+json"
    assert headers["www-authenticate"] == "Bearer"
    assert headers["api-version"]
    assert headers["connection"] == "close"
    assert json.loads(body)["type"] == "/problems/unauthenticated"


def test_a_stranger_with_a_small_body_gets_the_same_answer_as_ever(api: Api) -> None:
    problem = expect_problem(api.post("/v1/applications", None, application_body()), 401)
    assert "Authorization" in problem["detail"]


def test_a_body_that_is_announced_as_too_large_is_not_read(api: Api) -> None:
    with connected(api) as opened:
        opened.sendall(head("/v1/applications", token_line(api), "Content-Length: 400000000"))
        status, headers, body = answer_of(opened)
    assert (status, headers["content-type"]) == (413, "application/problem+json")
    assert str(limits.MOST_BYTES) in json.loads(body)["detail"]


def test_a_body_of_unknown_length_is_read_to_the_limit_and_no_further(api: Api) -> None:
    chunk = b" " * 65536
    with connected(api) as opened:
        opened.sendall(
            head("/v1/applications", token_line(api), "Content-Type: application/json", "Transfer-Encoding: chunked")
        )
        sent = 0
        try:
            while sent < 8 * limits.MOST_BYTES:
                opened.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                sent += len(chunk)
                opened.setblocking(False)
                try:
                    if opened.recv(1, socket.MSG_PEEK):
                        break
                except BlockingIOError:
                    pass
                finally:
                    opened.settimeout(PATIENCE)
        except OSError:
            """It was closed already; the answer may still be there."""
        status, headers, body = answer_of(opened)
    assert (status, headers["content-type"]) == (413, "application/problem+json")
    assert json.loads(body)["type"] == "/problems/too-large"
    assert sent < 8 * limits.MOST_BYTES


def test_a_body_within_the_limit_is_read(api: Api) -> None:
    padded = json.dumps(application_body()) + " " * (limits.MOST_BYTES - 2000)
    more = {"content": padded, "headers": {"Content-Type": "application/json"}}
    assert api.post("/v1/applications", OFFICER, **more).status_code == 201
    expect_problem(api.post("/v1/applications", OFFICER, **{**more, "content": padded + " " * 2000}), 413)


def test_a_file_of_the_bank_may_be_larger_than_other_bodies(api: Api) -> None:
    more = {"content": b"<a>" + b" " * (2 * limits.MOST_BYTES), "headers": {"Content-Type": "application/xml"}}
    expect_problem(api.post("/v1/bank-messages", FINANCE, **more), 422)


def test_a_body_that_comes_too_slowly_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GRACE_SECONDS", 0.5)
    with connected(api) as opened:
        opened.sendall(
            head("/v1/applications", token_line(api), "Content-Type: application/json", "Content-Length: 60")
        )
        opened.sendall(b"{")
        status, headers, body = answer_of(opened)
    assert (status, headers["content-type"]) == (408, "application/problem+json")
    assert "did not arrive in time" in json.loads(body)["detail"]


def test_a_long_body_that_comes_at_a_fair_speed_may_take_longer_than_a_short_one(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GRACE_SECONDS", 0.5)
    body = json.dumps(application_body()).encode()
    body += b" " * (10 * 8192 - len(body))
    with connected(api) as opened:
        opened.sendall(
            head("/v1/applications", token_line(api), "Content-Type: application/json", f"Content-Length: {len(body)}")
        )
        for start in range(0, len(body), 8192):  # 40 KiB a second
            opened.sendall(body[start : start + 8192])
            time.sleep(0.2)
        status, _, text = answer_of(opened)
    assert status == 201, text


@pytest.mark.parametrize("lines", [(f"X-Long: {'x' * 20_000}",), tuple(f"X-{number}: x" for number in range(200))])
def test_too_many_or_too_long_headers_are_refused(api: Api, lines: tuple[str, ...]) -> None:
    with connected(api) as opened:
        opened.sendall(head("/health/live", *lines, method="GET"))
        status, _, body = answer_of(opened)
    assert status == 431, body
    assert "headers" in body


def test_headers_without_end_are_not_collected(api: Api) -> None:
    with connected(api) as opened:
        opened.sendall(b"GET /health/live HTTP/1.1\r\nHost: office\r\n")
        try:
            for _ in range(100):
                opened.sendall(b"X-Long: " + b"x" * 4000 + b"\r\n")
                time.sleep(0.01)
        except OSError:
            return
        received = opened.recv(65536)
    assert re.match(rb"HTTP/1.1 4[0-9][0-9] ", received)


def closed_within(opened: socket.socket, seconds: float) -> bool:
    opened.settimeout(seconds)
    try:
        return opened.recv(1) == b""
    except TimeoutError:
        return False


@pytest.mark.parametrize("begun", [b"", b"GET /health/live HT", b"GET /health/live HTTP/1.1\r\nHost: office\r\n"])
def test_a_connection_that_does_not_finish_its_headers_is_closed(
    api: Api, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.5)
    with connected(api) as opened:
        opened.sendall(begun)
        assert closed_within(opened, PATIENCE)


def test_the_second_request_of_a_connection_must_finish_its_headers_too(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.5)
    with connected(api) as opened:
        opened.sendall(head("/health/live", method="GET"))
        assert answer_of(opened)[0] == 200
        time.sleep(0.7)
        opened.sendall(head("/health/live", method="GET"))
        assert answer_of(opened)[0] == 200
        opened.sendall(b"GET /health/li")
        assert closed_within(opened, PATIENCE)
