"""Databases of the test server: made as copies, and dropped."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.engine import make_url


def address(server: str, database: str | None = None) -> str:
    """The address of a database of the server, as psycopg takes it; without a name the server's own."""
    found = make_url(server).set(drivername="postgresql")
    return (found.set(database=database) if database else found).render_as_string(hide_password=False)


def make(server: str, template: str | None = None) -> str:
    """Make a new database, empty or a copy, and return its name."""
    name = f"veiligadvies_test_{secrets.token_hex(6)}"
    # File by file: such a copy is dropped eight times as fast as one that was written through the log.
    copy = f" TEMPLATE {template} STRATEGY file_copy" if template else ""
    _run(server, f"CREATE DATABASE {name}{copy}")
    return name


def drop(server: str, database: str) -> None:
    """Drop a database, also while someone is connected to it."""
    _run(server, f"DROP DATABASE {database} WITH (FORCE)")


@contextmanager
def copied(server: str, template: str | None) -> Iterator[str]:
    """The address of a copy, or of an empty database, that is dropped at the end."""
    name = make(server, template)
    try:
        yield address(server, name)
    finally:
        drop(server, name)


def _run(server: str, statement: str) -> None:
    with psycopg.connect(address(server), autocommit=True) as connection:
        connection.execute(statement.encode())
