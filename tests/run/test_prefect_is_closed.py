"""Prefect of a running office: closed to strangers and to pages of strangers, and not stopped by being paused."""

import base64
import stat
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from running import Running

from api.processes import instance

STRANGE = "https://stranger.example"
PATIENCE = 90.0
"""Seconds in which what was paused must run again; the worker looks every ten."""


@pytest.fixture
def api(running: Running) -> str:
    """The address of Prefect's API."""
    return instance.read(running.home).prefect


@pytest.fixture
def office(running: Running) -> dict[str, str]:
    """The header with which the office itself, and who may read its folder, signs in."""
    file = running.home / "prefect" / "sign-in"
    secret = file.read_text() if file.exists() else ""
    return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}


def ask(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.request(method, url, json=body, headers=headers, trust_env=False, timeout=30)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/admin/settings", None),
        ("POST", "/deployments/filter", {}),
        ("POST", "/flow_runs/filter", {}),
        ("POST", "/flows/", {"name": "of-a-stranger"}),
        ("GET", "/work_pools/veiligadvies", None),
        ("PATCH", "/work_pools/veiligadvies", {"is_paused": False}),
    ],
)
def test_a_stranger_reads_and_changes_nothing_in_prefect(api: str, method: str, path: str, body: Any) -> None:
    assert ask(method, f"{api}{path}", body).status_code == 401
    wrong = {"Authorization": f"Basic {base64.b64encode(b'office:guessed').decode()}"}
    assert ask(method, f"{api}{path}", body, wrong).status_code == 401


def test_its_health_and_the_office_are_not_hindered(api: str, office: dict[str, str], running: Running) -> None:
    assert ask("GET", f"{api}/health").status_code == 200
    assert ask("POST", f"{api}/deployments/filter", {}, office).status_code == 200
    assert ask("GET", f"{running.url}/health/ready").status_code == 200


def test_a_page_of_a_stranger_may_not_call_prefect(api: str, office: dict[str, str]) -> None:
    preflight = {
        "Origin": STRANGE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    for answer in (
        ask("OPTIONS", f"{api}/deployments/filter", headers=preflight),
        ask("POST", f"{api}/deployments/filter", {}, {**office, "Origin": STRANGE}),
    ):
        assert answer.headers.get("access-control-allow-origin") not in {"*", STRANGE}


def test_its_sign_in_text_is_for_the_office_only_and_in_no_log(running: Running, api: str) -> None:
    assert ask("POST", f"{api}/deployments/filter", {}).status_code == 401
    file = running.home / "prefect" / "sign-in"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for log in (running.home / "logs").iterdir():
        assert file.read_text().partition(":")[2] not in log.read_text()


def test_its_pages_have_one_version_that_invites_to_no_other(api: str) -> None:
    pages = api.removesuffix("/api")
    assert ask("GET", f"{pages}/ui-settings").json()["available_uis"] == ["v1"]
    assert "<html" in ask("GET", f"{pages}/dashboard", headers={"Accept": "text/html"}).text


def soon(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(1)
    return found


def test_what_was_paused_is_resumed_with_an_alarm(running: Running, api: str, office: dict[str, str]) -> None:
    pool = f"{api}/work_pools/veiligadvies"

    def call(method: str, url: str, body: Any = None) -> Any:
        answer = ask(method, url, body, office)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    deployments = call("POST", f"{api}/deployments/filter", {})
    one, other = deployments[:2]
    call("PATCH", f"{api}/deployments/{one['id']}", {"paused": True})
    schedule = other["schedules"][0]["id"]
    call("PATCH", f"{api}/deployments/{other['id']}/schedules/{schedule}", {"active": False})
    queue = next(item for item in call("POST", f"{pool}/queues/filter", {}) if item["name"] == "urgent")
    call("PATCH", f"{pool}/queues/urgent", {"is_paused": True})
    call("PATCH", pool, {"is_paused": True})
    assert queue["is_paused"] is False

    def everything_runs() -> bool:
        found = call("POST", f"{api}/deployments/filter", {})
        return (
            not call("GET", pool)["is_paused"]
            and not call("GET", f"{pool}/queues/urgent")["is_paused"]
            and all(not item["paused"] for item in found)
            and all(plan["active"] for item in found for plan in item["schedules"])
        )

    assert soon(everything_runs), "it stays paused"
    assert '"prefect-was-paused"' in (running.home / "logs" / "worker.log").read_text()
