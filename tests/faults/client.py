"""Clients of an API that dies: they start it again, and repeat what was not answered."""

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
from scene import Held, Place

from api.http import authentication
from api.processes.instance import free_port
from rules.core.roles import Actor, Role
from states.settings import Configuration


class Callers:
    """Everyone who calls one API."""

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
        """One request; None where no answer came."""
        headers = {"Authorization": f"Bearer {self.bearer(by)}", **more.pop("headers", {})}
        try:
            return self.http.request(method, path, headers=headers, **more)
        except httpx.TransportError:
            return None

    def get(self, path: str, by: Actor = OFFICER) -> httpx.Response | None:
        """One GET."""
        return self.send("GET", path, by)

    def read(self, path: str, by: Actor = OFFICER) -> Any:
        """What a GET that must succeed answers."""
        answer = self.get(path, by)
        assert answer is not None
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, path: str, by: Actor, body: Any, match: str | None, key: str) -> httpx.Response | None:
        """One POST under an Idempotency-Key."""
        headers = {"Idempotency-Key": key} | ({"If-Match": match} if match is not None else {})
        return self.send("POST", path, by, headers=headers, json=body)


class Client(Callers):
    """Everyone who calls one API process, which is started and killed here."""

    def __init__(self, held: Held, place: Place) -> None:
        self._held = held
        self._place = place
        self._port = free_port()
        super().__init__(place.home, self._port)
        self.pid: int | None = None

    def __exit__(self, *_: object) -> None:
        self.kill()
        super().__exit__()

    def restart(self, kill: str) -> None:
        """Start an API that dies as asked; whatever ran before is killed."""
        self.kill()
        self.pid = self._held.start("api", self._place, port=self._port, kill=kill)
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
        """Wait for the API's end; answers how it ended."""
        assert self.pid is not None
        ended = self._held.wait(self.pid)
        self.pid = None
        return int(ended["status"])

    def log(self) -> str:
        """What the API wrote."""
        return (self._place.home / "api.log").read_text("utf-8")


class Carrier(threading.Thread):
    """Carries cases on one after another, and repeats what the office was away for."""

    def __init__(self, client: Callers, *, server_dies: bool = False) -> None:
        super().__init__(daemon=True)
        self.client = client
        self.server_dies = server_dies
        self.stop = threading.Event()
        self.steps = 0
        self.closed = 0
        self.number = 0
        self.name = secrets.token_hex(4)
        self.away: list[httpx.Response] = []
        self.wrong: list[str] = []

    def well(self, answer: httpx.Response | None) -> bool:
        """Whether it is an answer of success; the database may be away, and anything else is wrong."""
        if answer is not None and answer.is_success:
            return True
        if answer is None and self.server_dies:
            time.sleep(0.05)
        elif answer is not None and answer.status_code == 503:
            self.away.append(answer)
            time.sleep(0.02)
        else:
            self.wrong.append("no answer" if answer is None else f"{answer.request.url} {answer.text}")
        return False

    def run(self) -> None:
        case = ""
        while not self.wrong and not (self.stop.is_set() and not case):
            if not case:
                request = ("/v1/applications", OFFICER, application_body(), None)
            else:
                shown = self.client.get(case)
                if not self.well(shown):
                    continue
                assert shown is not None
                if shown.json()["stage"] == "closed":
                    self.closed += 1
                    case = ""
                    continue
                offered = self.client.get(f"{case}/actions")
                if not self.well(offered):
                    continue
                assert offered is not None
                action = next(item for item in offered.json()["items"] if item["allowed"])
                by = Actor(action["person"], Role(action["role"]), action["organisation"])
                request = (action["href"], by, digital_alone(action["name"], action["example"]), action["ifMatch"])
            self.number += 1
            while not self.wrong:
                answer = self.client.post(*request, f"{self.name}-{self.number}")
                if self.well(answer):
                    assert answer is not None
                    case = case or answer.headers["Location"]
                    self.steps += 1
                    break

    def goes_on(self, steps: int = 5) -> None:
        """Wait until so many more steps were done."""
        goal, deadline = self.steps + steps, time.monotonic() + 40
        while self.steps < goal:
            assert self.is_alive(), self.wrong
            assert time.monotonic() < deadline, self.wrong
            time.sleep(0.01)
