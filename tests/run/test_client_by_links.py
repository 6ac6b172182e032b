"""Client that knows one URL and the example in the API description, and follows links from there."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from running import Running

from api.http.openapi_document import by_address
from rules.core.roles import Role

STEPS = 120
DOMAINS = {"home", "work", "travel", "digital"}


class ByLinks:
    """Sends the requests that it is offered, as the person to whom they are offered."""

    def __init__(self, running: Running, http: httpx.Client) -> None:
        self._running = running
        self._http = http
        self._tokens: dict[tuple[str, str | None], str] = {}

    def send(self, method: str, address: str, role: str, person: str | None = None, **more: Any) -> httpx.Response:
        key = (role, person)
        if key not in self._tokens:
            self._tokens[key] = self._running.token(Role(role), person)
        headers = {"Authorization": f"Bearer {self._tokens[key]}", **more.pop("headers", {})}
        answer = self._http.request(method, address, headers=headers, **more)
        assert answer.is_success, f"{method} {address} as {role}: {answer.status_code} {answer.text}"
        return answer

    def receive(self, role: str) -> str:
        document = self._http.get("/openapi.json").json()
        operation = by_address(document)["/v1/applications"]["post"]
        example = operation["requestBody"]["content"]["application/json"]["example"]
        return self.send("POST", "/v1/applications", role, json=example).headers["Location"]

    def follow(self, address: str) -> list[str]:
        """Do the first allowed action until the case is closed; returns the actions."""
        done: list[str] = []
        for _ in range(STEPS):
            if self.send("GET", address, "auditor").json()["stage"] == "closed":
                return done
            offered = self.send("GET", f"{address}/actions", "auditor").json()["items"]
            action = next(item for item in offered if item["allowed"])
            headers = {"If-Match": action["ifMatch"]} if action["ifMatch"] else {}
            whom = action["role"], action["person"]
            self.send(action["method"], action["href"], *whom, json=action["example"], headers=headers)
            done.append(action["name"])
        raise AssertionError(done)

    def items(self, address: str, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.send("GET", f"{address}/{name}", "officer").json()["items"]
        return found


@pytest.fixture
def client(running: Running) -> Iterator[ByLinks]:
    """One client; its connection is closed afterwards."""
    with httpx.Client(base_url=running.url, trust_env=False, timeout=30) as http:
        yield ByLinks(running, http)


@pytest.mark.parametrize("role", ["officer", "applicant"])
def test_following_the_links_leads_to_closed(client: ByLinks, role: str) -> None:
    address = client.receive(role)
    client.follow(address)
    taken_over = {
        entry["subject"]
        for entry in client.items(address, "history")
        if (entry["chart"], entry["event"]) == ("measure", "take-over")
    }
    assert {item["domain"] for item in client.items(address, "measures") if item["id"] in taken_over} == DOMAINS
    assert "paid" in {item["state"] for item in client.items(address, "payables")}
    assert "booked" in {item["state"] for item in client.items(address, "bookings")}
