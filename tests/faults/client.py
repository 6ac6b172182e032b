"""Client of an API that is killed: it starts the API again, and repeats requests without an answer."""

import os
import secrets
import signal
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx
from joserfc import jwt
from office import OFFICER, application_body, digital_alone
from scene import JobRunner, OfficeCopy

from api.http import authentication
from api.processes.instance import free_port
from rules.core.roles import Actor, Role
from states.settings import Configuration


class Callers:
    """Calls one API as any actor."""

    def __init__(self, home: Path, port: int) -> None:
        self._configuration = Configuration(home=home)
        self._bearers: dict[Actor, str] = {}
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def bearer(self, by: Actor) -> str:
        """A token as the demonstration office issues it."""
        if by not in self._bearers:
            now = datetime.now(UTC)
            claims = {
                "iss": self._configuration.issuer,
                "aud": self._configuration.audience,
                "sub": by.person,
                "role": str(by.role),
                "organisation": by.organisation or "",
                "iat": int(now.timestamp()),
                "exp": int((now + timedelta(hours=1)).timestamp()),
            }
            key = authentication.own_key(self._configuration.key_file)
            self._bearers[by] = jwt.encode({"alg": "HS256"}, claims, key)
        return self._bearers[by]

    def send(self, method: str, path: str, by: Actor, **more: Any) -> httpx.Response | None:
        """Send one request; returns None if no answer came."""
        headers = {"Authorization": f"Bearer {self.bearer(by)}", **more.pop("headers", {})}
        try:
            return self.http.request(method, path, headers=headers, **more)
        except httpx.TransportError:
            return None

    def get(self, path: str, by: Actor = OFFICER) -> httpx.Response | None:
        """One GET."""
        return self.send("GET", path, by)

    def read(self, path: str, by: Actor = OFFICER) -> Any:
        """The body of a GET that must succeed."""
        answer = self.get(path, by)
        assert answer is not None
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, path: str, by: Actor, body: Any, match: str | None, key: str) -> httpx.Response | None:
        """One POST under an Idempotency-Key."""
        headers = {"Idempotency-Key": key} | ({"If-Match": match} if match is not None else {})
        return self.send("POST", path, by, headers=headers, json=body)


class Client(Callers):
    """Calls one API process as any actor, and starts and kills that process."""

    def __init__(self, job_runner: JobRunner, copy: OfficeCopy) -> None:
        self._job_runner = job_runner
        self._copy = copy
        self._port = free_port()
        super().__init__(copy.home, self._port)
        self.pid: int | None = None

    def __exit__(self, *_: object) -> None:
        self.kill()
        super().__exit__()

    def restart(self, kill: str) -> None:
        """Start an API that is killed at a moment; an earlier one is killed first."""
        self.kill()
        self.pid = self._job_runner.start("api", self._copy, port=self._port, kill=kill)
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.005)

    def kill(self) -> None:
        """Kill the API, if it runs."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            self.ended()

    def ended(self) -> int:
        """Wait for the API's end; returns its exit code."""
        assert self.pid is not None
        ended = self._job_runner.wait(self.pid)
        self.pid = None
        return int(ended["status"])

    def log(self) -> str:
        """The log of the API."""
        return (self._copy.home / "api.log").read_text("utf-8")


class CaseDriver(threading.Thread):
    """Drives one case after another to its end, and repeats requests for which the office was not available."""

    def __init__(self, client: Callers, *, server_dies: bool = False) -> None:
        super().__init__(daemon=True)
        self.client = client
        self.server_dies = server_dies
        self.stop = threading.Event()
        self.steps = 0
        self.closed = 0
        self.number = 0
        self.name = secrets.token_hex(4)
        self.unavailable: list[httpx.Response] = []
        self.errors: list[str] = []

    def is_success(self, answer: httpx.Response | None) -> bool:
        """Whether a request succeeded; a 503 is recorded in ``unavailable``, anything else in ``errors``."""
        if answer is not None and answer.is_success:
            return True
        if answer is None and self.server_dies:
            time.sleep(0.05)
        elif answer is not None and answer.status_code == 503:
            self.unavailable.append(answer)
            time.sleep(0.02)
        else:
            self.errors.append("no answer" if answer is None else f"{answer.request.url} {answer.text}")
        return False

    def run(self) -> None:
        case = ""
        while not self.errors and not (self.stop.is_set() and not case):
            if not case:
                request = ("/v1/applications", OFFICER, application_body(), None)
            else:
                shown = self.client.get(case)
                if not self.is_success(shown):
                    continue
                assert shown is not None
                if shown.json()["stage"] == "closed":
                    self.closed += 1
                    case = ""
                    continue
                offered = self.client.get(f"{case}/actions")
                if not self.is_success(offered):
                    continue
                assert offered is not None
                action = next(item for item in offered.json()["items"] if item["allowed"])
                by = Actor(action["person"], Role(action["role"]), action["organisation"])
                request = (action["href"], by, digital_alone(action["name"], action["example"]), action["ifMatch"])
            self.number += 1
            while not self.errors:
                answer = self.client.post(*request, f"{self.name}-{self.number}")
                if self.is_success(answer):
                    assert answer is not None
                    case = case or answer.headers["Location"]
                    self.steps += 1
                    break

    def wait_for_progress(self, steps: int = 5) -> None:
        """Wait until so many more steps were done."""
        goal, deadline = self.steps + steps, time.monotonic() + 40
        while self.steps < goal:
            assert self.is_alive(), self.errors
            assert time.monotonic() < deadline, self.errors
            time.sleep(0.01)
