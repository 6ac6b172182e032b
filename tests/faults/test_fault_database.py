"""Fault test of the database: PostgreSQL is killed under the API, which answers 503; every chain verifies."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from client import CaseDriver, Client
from office import KEY, OFFICER, application_body, furnish
from scene import JobRunner, OfficeCopy, expect_nothing_twice

from api.processes import embedded_postgres
from migrations.upgrade import upgrade
from states.storage.database import connect


@pytest.fixture
def own() -> Iterator[tuple[OfficeCopy, Path]]:
    """An office on a PostgreSQL server of its own that commits durably (fsync is on)."""
    with tempfile.TemporaryDirectory(prefix="veiligadvies-") as folder:
        home = Path(folder)
        data = home / "postgres"
        server = embedded_postgres.start(data)
        upgrade(server.url)
        engine = connect(server.url, key=KEY)
        furnish(engine)
        engine.dispose()
        copy = OfficeCopy(server.url, home, {})
        yield copy, data
        copy.engine.dispose()
        embedded_postgres.stop(data)


def postmaster(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))


def backends(data: Path) -> list[psutil.Process]:
    """The server's processes that serve our clients."""
    return [child for child in postmaster(data).children() if "veiligadvies" in " ".join(child.cmdline())]


def expect_refused_whole(client: Client) -> None:
    """Assert that the API answers that it is not available now, as a problem."""
    for answer in (
        client.get("/v1/applications"),
        client.post("/v1/applications", OFFICER, application_body(), None, "while-away"),
    ):
        assert answer is not None
        assert answer.status_code == 503, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["title"] == "The database is unavailable"
    assert client.http.get("/health/live").status_code == 200
    ready = client.http.get("/health/ready")
    assert ready.status_code == 503
    assert [part["ok"] for part in ready.json()["parts"] if part["name"] == "database"] == [False]


def test_the_database_is_killed_again_and_again_while_a_case_goes_on(
    job_runner: JobRunner, own: tuple[OfficeCopy, Path]
) -> None:
    copy, data = own
    with Client(job_runner, copy) as client:
        client.restart("")
        driver = CaseDriver(client)
        driver.start()
        driver.wait_for_progress()
        for _ in range(8):
            for backend in backends(data):
                backend.kill()
            driver.wait_for_progress()
        assert driver.unavailable

        # A stop that writes nothing down any more, and the end of the server's first process.
        for number in (signal.SIGQUIT, signal.SIGKILL):
            server = postmaster(data)
            family = [server, *server.children(recursive=True)]
            os.kill(server.pid, number)
            psutil.wait_procs(family, timeout=10)
            before = driver.steps
            expect_refused_whole(client)
            assert driver.steps == before
            embedded_postgres.start(data)
            driver.wait_for_progress()
        driver.stop.set()
        driver.join(60)
        assert driver.errors == []
        assert driver.closed
        for answer in driver.unavailable:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert "Traceback" not in answer.text
        assert "Traceback" not in client.log()
        received = copy.rows("SELECT count(*) FROM application")
        assert received in ([(driver.closed,)], [(driver.closed + 1,)])  # none from while it was away
        assert copy.problems() == []
        expect_nothing_twice(copy)
