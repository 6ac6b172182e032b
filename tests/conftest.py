"""Fixtures of all tests: a PostgreSQL server, a migrated database, fresh copies of it, and the order of the files."""

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
from groups import LONGEST, group_of
from sqlalchemy import Engine
from xdist.scheduler import LoadFileScheduling

from api.processes import embedded_postgres
from migrations.upgrade import upgrade
from states.storage.database import connect

KEY = bytes(range(32))
MEMORY, ROOM = Path("/dev/shm"), 8 * 2**30


def roomy(memory: Path) -> bool:
    """Whether memory has room for a thousand database copies, made one after another."""
    return memory.is_dir() and min(shutil.disk_usage(memory).free, psutil.virtual_memory().available) > ROOM


if "TMPDIR" not in os.environ and roomy(MEMORY):
    tempfile.tempdir = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of a group after one another, and the groups that take longest first."""
    order: dict[str, int] = {}
    for name in (*LONGEST, *(group_of(item.nodeid) for item in items)):
        order.setdefault(name, len(order))
    items.sort(key=lambda item: order[group_of(item.nodeid)])


class ByGroup(LoadFileScheduling):
    """Scheduler that gives the tests of a group to one process."""

    _split_scope = staticmethod(group_of)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    """How tests are given to processes."""
    return ByGroup(config, log)


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
        # Tests kill processes of ours, never this server or the machine, so the server need not wait for the disk.
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
