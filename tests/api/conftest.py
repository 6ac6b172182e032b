"""A furnished office, made once, and copies of it that are served for whoever asks."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from served import Api, Serve, fill, serving
from sqlalchemy.engine import make_url


def named(server: str, database: str) -> str:
    """The address of a database of the server."""
    return make_url(server).set(drivername="postgresql", database=database).render_as_string(hide_password=False)


def copy(server: str, source: str) -> str:
    """Copy a database; answers the copy's name."""
    name = f"veiligadvies_api_{secrets.token_hex(6)}"
    with psycopg.connect(named(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
    return name


def drop(server: str, database: str) -> None:
    """Drop a database, whoever is connected to it."""
    with psycopg.connect(named(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture(scope="session")
def office_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that all copies of the office share; it holds the key."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="session")
def furnished(server: str, template: str, office_home: Path) -> Iterator[str]:
    """A database with employers and people, and nothing to do yet."""
    name = copy(server, template)
    fill(named(server, name), office_home)
    yield name
    drop(server, name)


@pytest.fixture(scope="session")
def serve(server: str, furnished: str, office_home: Path) -> Serve:
    """Serve a copy of the office, or of another database, for as long as it is needed."""

    @contextmanager
    def opened(source: str = furnished, **more: Any) -> Iterator[Api]:
        name = copy(server, source)
        try:
            with serving(named(server, name), office_home, **more) as api:
                yield api
        finally:
            drop(server, name)

    return opened


@pytest.fixture(scope="module")
def api(serve: Serve) -> Iterator[Api]:
    """An office of the module's own."""
    with serve() as served:
        yield served
