"""Served API: the real API on a real database and a loopback port, and a client that acts as any person."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx
import uvicorn
from fastapi import FastAPI
from joserfc import jwt
from office import (
    ADVISER,
    AUTHORITY,
    COORDINATOR,
    GOUDVEEN,
    LAAGLAND,
    OFFICER,
    OTHER_OFFICER,
    ZILVERDAM,
    application_body,
    digital_alone,
    enrol,
    person,
)
from sqlalchemy import Engine

from api.app import create
from api.http import authentication
from api.http.connections import OPTIONS, LimitedProtocol
from api.http.problem_types import TYPES, of_status
from rules.core.dates import office_day
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.commands.fire import fire
from states.settings import Configuration
from states.storage.database import transaction
from states.storage.office_key import open_office

EMPLOYERS = {
    ZILVERDAM: ("municipality", "NL91ABNA0417164300"),
    GOUDVEEN: ("municipality", "NL20INGB0001234567"),
    LAAGLAND: ("province", "NL69INGB0123456789"),
}
ADMINISTRATOR = Actor("administrator-1", Role.ADMINISTRATOR)
AUDITOR, PRIVACY_OFFICER, MINISTRY = (
    person(role) for role in (Role.AUDITOR, Role.PRIVACY_OFFICER, Role.MINISTRY_CONTACT)
)
OFFICE = (OFFICER, OTHER_OFFICER, ADVISER, AUTHORITY, COORDINATOR, AUDITOR, PRIVACY_OFFICER, ADMINISTRATOR, MINISTRY)
ELSEWHERE = person(Role.FINANCE, GOUDVEEN)
OF_EMPLOYERS = tuple(person(role, employer) for employer in EMPLOYERS for role in sorted(OF_AN_EMPLOYER))


def office_today() -> date:
    """Return the day that the office's clock shows now; a constant would be wrong once a run has passed midnight."""
    return office_day(datetime.now(UTC))


def furnish(engine: Engine) -> None:
    """Register the employers and the people."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    with transaction(engine) as session:
        for key, (kind, iban) in EMPLOYERS.items():
            body = {
                "id": key,
                "kind": kind,
                "name": key.replace("-", " ").title(),
                "debtorIban": iban,
                "ledgerAccount": "4380",
                "costCentre": "BESTUUR",
                "bankAccount": "1010",
                "riskInventory": "RIE-2025",
            }
            fire(session, "organisation", None, "register", by=ADMINISTRATOR, at=at, body=body)
        for who in (*OFFICE, *OF_EMPLOYERS):
            enrol(session, who, at=at)


Choice = Callable[[list[dict[str, Any]]], tuple[dict[str, Any], Any]]


def onward(items: list[dict[str, Any]]) -> tuple[dict[str, Any], Any]:
    """Choose the first allowed action with its example."""
    found = next(item for item in items if item["allowed"])
    return found, found["example"]


def sparing(items: list[dict[str, Any]]) -> tuple[dict[str, Any], Any]:
    """Choose as :func:`onward`, with a measure in the digital domain only: the shortest way to the end."""
    found, example = onward(items)
    return found, digital_alone(found["name"], example)


class Api:
    """Client of a served office."""

    def __init__(self, url: str, app: FastAPI, configuration: Configuration) -> None:
        self.app = app
        self.configuration = configuration
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=30)
        self.bearers: dict[Actor, str] = {}
        self.engine: Engine = app.state.engine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def token(self, by: Actor, **changes: Any) -> str:
        """Issue a token as the demonstration office does; ``changes`` override claims, None leaves one out."""
        now = int(time.time())
        claims = {
            "iss": self.configuration.issuer,
            "aud": self.configuration.audience,
            "sub": by.person,
            "role": str(by.role),
            "organisation": by.organisation or "",
            "iat": now,
            "exp": now + 3600,
            **changes,
        }
        given = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "HS256"}, given, authentication.own_key(self.configuration.key_file))

    def call(
        self,
        method: str,
        path: str,
        by: Actor | None = None,
        body: Any = None,
        *,
        match: str | None = None,
        key: str | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Send a request."""
        headers: dict[str, str] = {**more.pop("headers", {})}
        if by is not None:
            if by not in self.bearers:
                self.bearers[by] = self.token(by)
            headers["Authorization"] = f"Bearer {self.bearers[by]}"
        if match is not None:
            headers["If-Match"] = match
        if key is not None:
            headers["Idempotency-Key"] = key
        if body is not None:
            more["json"] = body
        return self.client.request(method, path, headers=headers, **more)

    def get(self, path: str, by: Actor | None = OFFICER, **more: Any) -> httpx.Response:
        """Send a GET."""
        return self.call("GET", path, by, **more)

    def post(self, path: str, by: Actor | None = OFFICER, body: Any = None, **more: Any) -> httpx.Response:
        """Send a POST."""
        return self.call("POST", path, by, body, **more)

    def read(self, path: str, by: Actor = OFFICER, **more: Any) -> Any:
        """Return the body of a GET that must succeed."""
        answer = self.get(path, by, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def receive(self, by: Actor = OFFICER, **changes: Any) -> str:
        """Receive an application and return its address."""
        answer = self.post("/v1/applications", by, application_body(**changes))
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def actions(self, case: str, by: Actor = OFFICER) -> list[dict[str, Any]]:
        """List what can be done now."""
        found: list[dict[str, Any]] = self.read(f"{case}/actions", by)["items"]
        return found

    def action(self, case: str, name: str) -> dict[str, Any]:
        """Return the first proposed action of a name."""
        return next(item for item in self.actions(case) if item["name"] == name)

    def do(self, action: Mapping[str, Any], example: Any = None) -> httpx.Response:
        """Carry out an action with its example, or with another body."""
        by = Actor(action["person"], Role(action["role"]), action["organisation"])
        body = action["example"] if example is None else example
        return self.call(action["method"], action["href"], by, body, match=action["ifMatch"])

    def act(self, case: str, name: str, **changes: Any) -> Any:
        """Carry out the first proposed action of a name, with changes to its example."""
        action = self.action(case, name)
        answer = self.do(action, {**action["example"], **changes})
        assert answer.is_success, (name, answer.text)
        return answer.json()

    def stage(self, case: str) -> str:
        """Return the stage of a case."""
        return str(self.read(case)["stage"])

    def walk(
        self,
        case: str,
        until: str = "closed",
        *,
        choose: Choice = onward,
        before: str | None = None,
        observe: Callable[[list[dict[str, Any]]], None] = lambda _: None,
    ) -> list[str]:
        """Carry out proposed actions until a stage is reached, or before an action; returns their names."""
        done: list[str] = []
        stage = self.stage(case)
        while stage != until:
            items = self.actions(case)
            observe(items)
            action, example = choose(items)
            if action["name"] == before:
                break
            answer = self.do(action, example)
            assert answer.is_success, (done, action["name"], answer.text)
            done.append(action["name"])
            stage = answer.json().get("stage") or self.stage(case)
            assert len(done) < 80, f"{case} does not reach {until}: {done}"
        return done


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port, as ``api.serve`` does, and yield its address."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, port=0, log_config=None, access_log=False, server_header=False, http=LimitedProtocol, **OPTIONS
        ),
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the API did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def configuration_of(database: str, home: Path, **more: Any) -> Configuration:
    """Return the configuration of an office with its own data folder."""
    return Configuration(DATABASE_URL=database, home=home, **more)


@contextmanager
def serving(
    database: str,
    home: Path,
    *,
    change: Callable[[FastAPI], None] = lambda _: None,
    **more: Any,
) -> Iterator[Api]:
    """Serve an office on a database; ``change`` may override dependencies of its application."""
    configuration = configuration_of(database, home, **more)
    app = create(configuration)
    change(app)
    with running(app) as url, Api(url, app, configuration) as api:
        yield api


Serve = Callable[..., AbstractContextManager[Api]]
"""Serves a copy of a database; see the fixture ``serve``."""


def fill(database: str, home: Path) -> None:
    """Register employers and people in a database, with the key in the data folder."""
    engine = open_office(database, configuration_of(database, home).key_file)
    furnish(engine)
    engine.dispose()


def expect_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem in an answer, after asserting its form."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    kind = TYPES.get(problem["type"].removeprefix("/problems/"), of_status(status))
    assert (problem["type"], problem["status"], problem["title"]) == (kind.address, status, kind.title)
    assert kind.status == status
    assert problem["detail"]
    return problem
