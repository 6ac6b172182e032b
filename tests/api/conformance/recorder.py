"""Recorder: a client of a running office that acts as anyone, and notes which operation answered what."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from api.http.openapi_document import by_address
from rules.core.roles import Role

Token = Callable[[Role, str | None], str]
"""Returns a bearer token for a role and a person; without a person, for the first who holds the role."""
SERVER_ERROR = 500
MAY_BE_UNREADY = ("ready",)
"""Its 503 says that a part of the office is not ready."""


class Recorder:
    """Client of one office, and what its operations answered."""

    def __init__(self, url: str, token: Token) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=120)
        served: dict[str, Any] = self.http.get("/openapi.json").raise_for_status().json()
        self.document = {**served, "servers": [{"url": url}], "paths": by_address(served)}
        """The description, with each path as it is sent."""
        self.answers: dict[str, Counter[int]] = {}
        """How often each operation answered with each status."""
        self.faults: list[str] = []
        """Answers of 500 and more."""
        self._token = token
        self._tokens: dict[tuple[Role, str | None], str] = {}
        self._operations = [
            (method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path)), path.count("{"), operation["operationId"])
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        ]

    @property
    def operations(self) -> set[str]:
        """The operations of the description."""
        return {name for *_, name in self._operations}

    @property
    def done(self) -> set[str]:
        """The operations that answered with success at least once."""
        return {name for name, found in self.answers.items() if any(httpx.codes.is_success(code) for code in found)}

    def bearer(self, role: Role, person: str | None = None) -> str:
        """A bearer token, asked for once."""
        if (role, person) not in self._tokens:
            self._tokens[role, person] = self._token(role, person)
        return self._tokens[role, person]

    def operation_of(self, method: str, path: str) -> str | None:
        """The operation that a request is for; the one with the fewest parameters where several fit."""
        path = path.partition("?")[0]
        fits = [(many, name) for verb, form, many, name in self._operations if verb == method and form.fullmatch(path)]
        return min(fits)[1] if fits else None

    def note(self, method: str, path: str, status: int, why: str = "") -> None:
        """Note an answer."""
        operation = self.operation_of(method, path)
        if operation is not None:
            self.answers.setdefault(operation, Counter())[status] += 1
        if status >= SERVER_ERROR and operation not in MAY_BE_UNREADY:
            self.faults.append(f"{status} {method} {path} ({operation}): {why[:300]}")

    def send(
        self,
        method: str,
        path: str,
        role: Role | None,
        person: str | None = None,
        *,
        match: str | None = "*",
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> httpx.Response:
        """Send a request, and note its answer."""
        given = dict(headers or {})
        if role is not None:
            given["Authorization"] = f"Bearer {self.bearer(role, person)}"
        if method == "POST" and match is not None:
            given["If-Match"] = match
        answer = self.http.request(method, path, headers=given, **content)
        self.note(method, path, answer.status_code, answer.text)
        return answer

    def get(self, path: str, role: Role | None = Role.COORDINATOR, person: str | None = None) -> Any:
        """The JSON of a GET; empty for an answer without success."""
        answer = self.send("GET", path, role, person)
        return answer.json() if answer.is_success and "json" in answer.headers.get("Content-Type", "") else {}

    def items(self, path: str, role: Role = Role.COORDINATOR, person: str | None = None) -> list[dict[str, Any]]:
        """The items of a list."""
        found: list[dict[str, Any]] = self.get(path, role, person).get("items", [])
        return found
