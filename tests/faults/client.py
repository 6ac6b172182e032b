"""A client of an API that dies: it is told when, starts the API anew, and repeats what was not answered."""

import os
import signal
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx
from joserfc import jwt
from scene import Held, Place

from api import tokens
from api.office import free_port
from rules.roles import Actor
from states.configuration import Configuration


class Client:
    """One API process on one office, and everyone who calls it."""

    def __init__(self, held: Held, place: Place) -> None:
        self._held = held
        self._place = place
        self._port = free_port()
        self._configuration = Configuration(home=place.home)
        self._bearers: dict[Actor, str] = {}
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self._port}", trust_env=False, timeout=30)
        self.pid: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.http.close()

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
            key = tokens.own_key(self._configuration.key_file)
            self._bearers[by] = jwt.encode({"alg": "HS256"}, claims, key)
        return self._bearers[by]

    def get(self, path: str, by: Actor) -> httpx.Response:
        """One GET."""
        return self.http.get(path, headers={"Authorization": f"Bearer {self.bearer(by)}"})

    def post(self, path: str, by: Actor, body: Any, match: str | None, key: str) -> httpx.Response | None:
        """One POST under an Idempotency-Key; None where no answer came."""
        headers = {"Authorization": f"Bearer {self.bearer(by)}", "Idempotency-Key": key}
        if match is not None:
            headers["If-Match"] = match
        try:
            return self.http.post(path, headers=headers, json=body)
        except httpx.TransportError:
            return None
