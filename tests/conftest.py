"""What the tests share: a real PostgreSQL, migrated once, and a fresh copy of it for whoever asks."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from databases import address, copied, drop, make
from sqlalchemy import Engine
from xdist.scheduler import LoadFileScheduling

from api.processes import embedded_postgres
from migrations.upgrade import upgrade
from states.storage.database import connect

KEY = bytes(range(32))
MEMORY, ROOM = Path("/dev/shm"), 8 * 2**30


def roomy(memory: Path) -> bool:
    """Whether a thousand copies of databases, one after the other, are better made in memory than on the disk."""
    return memory.is_dir() and min(shutil.disk_usage(memory).free, psutil.virtual_memory().available) > ROOM


if "TMPDIR" not in os.environ and roomy(MEMORY):
    tempfile.tempdir = str(MEMORY)


class ByFile(LoadFileScheduling):
    """File by file, but all of tests/run to one process: it shares an office and a Prefect server."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "tests/run" if file.startswith("tests/run/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """How tests are given to processes."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL server: DATABASE_URL, else an embedded one."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    # Not below pytest's own folder: as root the server runs as another user, and another session of pytest would
    # close that folder to it.
    home = Path(tempfile.mkdtemp(prefix="veiligadvies-tests-"))
    database = embedded_postgres.start(home / "postgres")
    with psycopg.connect(address(database.url), autocommit=True) as connection:
        # Our processes die here, and neither this server nor the machine does: it need not wait for the disk.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield database.url
    database.stop()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: str) -> Iterator[str]:
    """A migrated database to copy from."""
    name = make(server)
    upgrade(address(server, name))
    yield name
    drop(server, name)


@pytest.fixture
def database(server: str, template: str) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    with copied(server, template) as url:
        yield url


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """An engine on a fresh database, with a key for its vault."""
    made = connect(database, key=KEY)
    yield made
    made.dispose()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty data folder."""
    return tmp_path / "home"
