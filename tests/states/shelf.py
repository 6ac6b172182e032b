"""Filled databases: each kind is made once and copied for whoever asks."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from office import KEY
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from states.database import connect

Fill = Callable[[Engine], None]
Prepared = Callable[[str, Fill], Engine]


class Shelf:
    """Filled databases to copy from."""

    def __init__(self, server: str, template: str) -> None:
        self._server = server
        self._empty = template
        self._made: dict[str, str] = {}

    def url(self, database: str) -> str:
        address = make_url(self._server).set(drivername="postgresql", database=database)
        return address.render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def copy(self, kind: str, fill: Fill, *, base: str | None = None) -> Iterator[Engine]:
        """An engine on a copy of the database that ``fill`` makes of ``base``; it is filled once."""
        if kind not in self._made:
            name = f"veiligadvies_shelf_{secrets.token_hex(6)}"
            self.run(f"CREATE DATABASE {name} TEMPLATE {self._made[base] if base else self._empty}")
            engine = connect(self.url(name), key=KEY)
            try:
                fill(engine)
            finally:
                engine.dispose()
            self._made[kind] = name
        name = f"veiligadvies_copy_{secrets.token_hex(6)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {self._made[kind]}")
        engine = connect(self.url(name), key=KEY)
        try:
            yield engine
        finally:
            engine.dispose()
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def clear(self) -> None:
        for name in self._made.values():
            self.run(f"DROP DATABASE {name} WITH (FORCE)")
