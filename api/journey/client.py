"""Client of the public API, with one caller per person and role, each with its own token."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx

from api.http.problem_types import CONFLICT
from api.journey.transcript import UnexpectedError
from rules.core.roles import Role

Token = Callable[[Role, str | None], str]
"""Function that returns a bearer token for a role and, optionally, a person."""
PATIENCE = 30.0
"""Seconds to wait for an office that does not answer, for example because it is being restarted."""
PAUSE = 0.2
UNAVAILABLE = frozenset({502, 503, 504})


class Client:
    """Client of one office, for all callers."""

    def __init__(self, url: str, token: Token) -> None:
        self.http = httpx.Client(base_url=url.rstrip("/"), timeout=30.0, trust_env=False)
        self._token = token
        self._callers: dict[tuple[Role, str | None], Caller] = {}

    def of(self, role: Role, person: str | None = None) -> "Caller":
        """Return the caller for a role: the given person, or the default person of the office."""
        key = (role, person)
        if key not in self._callers:
            self._callers[key] = Caller(self.http, role, self._token(role, person))
        return self._callers[key]

    def for_employer(self, role: Role, employer: str) -> "Caller":
        """Return the caller for a role at an employer of the demonstration office."""
        return self.of(role, f"{role}-{employer.split('-', 1)[1]}-1")


class Caller:
    """Person in one role."""

    def __init__(self, http: httpx.Client, role: Role, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}
        self.role = role

    def send(self, method: str, path: str, *, headers: Mapping[str, str | None], **content: Any) -> httpx.Response:
        """Send a request, and retry while the office is unavailable; retries have the same Idempotency-Key."""
        given = {name: value for name, value in headers.items() if value is not None}
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self._http.request(method, path, headers={**self._headers, **given}, **content)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if not is_temporary(answer) or time.monotonic() > deadline:
                    return answer
            time.sleep(PAUSE)

    def get_response(self, path: str, **query: str) -> httpx.Response:
        """Get a response that must be successful."""
        return expect_success(self.send("GET", path, headers={}, params=query))

    def get(self, path: str, **query: str) -> Any:
        """Get the JSON of a response that must be successful."""
        return self.get_response(path, **query).json()

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        if_match: str | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        """Send a body, with a new Idempotency-Key unless one is given."""
        headers = {"If-Match": if_match, "Idempotency-Key": key or uuid4().hex}
        return self.send("POST", path, headers=headers, json=body)

    def file(self, path: str, document: bytes) -> httpx.Response:
        """Send a bank file."""
        return self.send("POST", path, headers={"Content-Type": "application/xml"}, content=document)


def expect_success(answer: httpx.Response) -> httpx.Response:
    """Return the answer if it is successful.

    Raises:
        UnexpectedError: it is not.
    """
    if not answer.is_success:
        raise UnexpectedError(request_line(answer), expected="success", found=answer_text(answer))
    return answer


def expect_problem(answer: httpx.Response, status: int, rule: str | None = None) -> dict[str, Any]:
    """Return the problem in an answer if it has the expected status and rule, as problem+json.

    Raises:
        UnexpectedError: it has not.
    """
    wanted = f"{status}{f' with the rule {rule}' if rule else ''}"
    if answer.status_code != status or answer.headers.get("content-type") != "application/problem+json":
        raise UnexpectedError(request_line(answer), expected=wanted, found=answer_text(answer))
    problem: dict[str, Any] = answer.json()
    if rule is not None and rule not in [item["rule"] for item in problem.get("findings", ())]:
        raise UnexpectedError(request_line(answer), expected=wanted, found=answer_text(answer))
    return problem


def is_temporary(answer: httpx.Response) -> bool:
    """Return whether the same request may succeed in a moment: the office was unavailable, or two requests collided."""
    if answer.status_code == httpx.codes.CONFLICT:
        return bool(answer.json().get("type") == CONFLICT.address)
    return answer.status_code in UNAVAILABLE


def request_line(answer: httpx.Response) -> str:
    """Return the method and path of the request."""
    return f"{answer.request.method} {answer.request.url.path}"


def answer_text(answer: httpx.Response) -> str:
    """Return an answer in words: its status and the detail of its problem."""
    try:
        problem = answer.json()
    except ValueError:
        return f"{answer.status_code} {answer.headers.get('content-type', '')}".strip()
    if not isinstance(problem, dict) or "detail" not in problem:
        return str(answer.status_code)
    rules = ", ".join(item["rule"] for item in problem.get("findings", ()))
    return f"{answer.status_code} {problem['title']}: {problem['detail']}{f' [{rules}]' if rules else ''}"
