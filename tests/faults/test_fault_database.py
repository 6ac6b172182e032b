"""PostgreSQL killed under the API while a client carries a case on: 503 meanwhile, and every chain holds afterwards."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from client import Carrier, Client
from office import KEY, OFFICER, application_body, furnish
from scene import Held, Place, expect_nothing_twice

from api.processes import embedded_postgres
from migrations.upgrade import upgrade
from states.storage.database import connect


@pytest.fixture
def own() -> Iterator[tuple[Place, Path]]:
    """An office on a PostgreSQL server of its own, which waits for the disk as it should."""
    with tempfile.TemporaryDirectory(prefix="veiligadvies-") as folder:
        home = Path(folder)
        data = home / "postgres"
        server = embedded_postgres.start(data)
        upgrade(server.url)
        engine = connect(server.url, key=KEY)
        furnish(engine)
        engine.dispose()
        place = Place(server.url, home, {})
        yield place, data
        place.engine.dispose()
        embedded_postgres.stop(data)


def postmaster(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))


def backends(data: Path) -> list[psutil.Process]:
    """The server's processes that serve a client of ours."""
    return [child for child in postmaster(data).children() if "veiligadvies" in " ".join(child.cmdline())]


def expect_refused_whole(client: Client) -> None:
    """Assert that the API says it is not there for now, in its own words."""
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


def test_the_database_is_killed_again_and_again_while_a_case_goes_on(held: Held, own: tuple[Place, Path]) -> None:
    place, data = own
    with Client(held, place) as client:
        client.restart("")
        carrier = Carrier(client)
        carrier.start()
        carrier.goes_on()
        for _ in range(8):
            for backend in backends(data):
                backend.kill()
            carrier.goes_on()
        assert carrier.away

        # A stop that writes nothing down any more, and the end of the server's first process.
        for number in (signal.SIGQUIT, signal.SIGKILL):
            server = postmaster(data)
            family = [server, *server.children(recursive=True)]
            os.kill(server.pid, number)
            psutil.wait_procs(family, timeout=10)
            before = carrier.steps
            expect_refused_whole(client)
            assert carrier.steps == before
            embedded_postgres.start(data)
            carrier.goes_on()
        carrier.stop.set()
        carrier.join(60)
        assert carrier.wrong == []
        assert carrier.closed
        for answer in carrier.away:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert "Traceback" not in answer.text
        assert "Traceback" not in client.log()
        received = place.rows("SELECT count(*) FROM application")
        assert received in ([(carrier.closed,)], [(carrier.closed + 1,)])  # none from while it was away
        assert place.problems() == []
        expect_nothing_twice(place)
