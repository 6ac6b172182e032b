"""What the tests share: a real PostgreSQL, migrated once, and a fresh copy of it for whoever asks."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from api import embedded
from migrations.upgrade import upgrade
from states.database import connect

KEY = bytes(range(32))


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL server: DATABASE_URL, else an embedded one."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    # Not below pytest's own folder: as root the server runs as another user, and another session of pytest would
    # close that folder to it.
    home = Path(tempfile.mkdtemp(prefix="veiligadvies-tests-"))
    database = embedded.start(home / "postgres")
    with psycopg.connect(plain(database.url), autocommit=True) as connection:
        # Our processes die here, and neither this server nor the machine does: it need not wait for the disk.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield database.url
    database.stop()
    shutil.rmtree(home, ignore_errors=True)


def plain(url: str, database: str | None = None) -> str:
    address = make_url(url).set(drivername="postgresql")
    return (address.set(database=database) if database else address).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def template(server: str) -> Iterator[str]:
    """A migrated database to copy from."""
    name = f"veiligadvies_template_{secrets.token_hex(4)}"
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    upgrade(plain(server, name))
    yield name
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(server: str, template: str) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    name = f"veiligadvies_test_{secrets.token_hex(6)}"
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield plain(server, name)
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
