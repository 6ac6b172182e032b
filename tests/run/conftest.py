"""Running office and Prefect server, each started once for all tests that use it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from groups import group_of
from running import Running, Start

from api.processes import child_process, instance
from api.processes.environment import child_environment
from api.processes.environment import prefect_server_environment as of_the_server
from states.settings import Configuration

STOPS = pytest.StashKey[list[Callable[[], None]]]()
"""What stops the processes that are shared."""


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Stop what is shared after the last test that uses it: the tests of other groups need the machine."""
    if nextitem is None or group_of(nextitem.nodeid) != group_of(item.nodeid):
        stops = item.session.stash.get(STOPS, [])
        while stops:
            stops.pop()()


@pytest.fixture(scope="session")
def prefect_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a Prefect server, started as the supervisor starts it."""
    folder = tmp_path_factory.mktemp("prefect")
    port = instance.free_port()
    url = f"http://127.0.0.1:{port}/api"
    around = of_the_server(child_environment(Configuration(home=folder), "", url))
    command = ["flows.server", "--host", "127.0.0.1", "--port", str(port)]
    child = child_process.ChildProcess("prefect-server", command, around, folder / "logs")
    child.start()
    request.session.stash.setdefault(STOPS, []).append(lambda: child_process.stop([child], 5.0))
    deadline = time.monotonic() + 600
    while True:
        try:
            httpx.get(f"{url}/health", trust_env=False).raise_for_status()
            break
        except httpx.HTTPError:
            assert time.monotonic() < deadline, child.log.read_text()
            time.sleep(0.2)
    return url


@pytest.fixture
def start(database: str, home: Path) -> Iterator[Start]:
    """Start a process of flows/ on this test's database; it is ended with the test."""
    started: list[subprocess.Popen[bytes]] = []
    home.mkdir()

    def begin(module: str, prefect: str | None = None) -> subprocess.Popen[bytes]:
        around = child_environment(Configuration(home=home), database, prefect or "http://127.0.0.1:9/api")
        process = subprocess.Popen([sys.executable, "-m", module], env=around, start_new_session=True)
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="session")
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """A running demonstration office with everything of its own, shared by the tests that only use it."""
    made = Running(tmp_path_factory.mktemp("running") / "home")
    request.session.stash.setdefault(STOPS, []).append(made.stop)
    made.start()
    return made
