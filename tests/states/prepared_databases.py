"""Prepared databases: each kind is filled once for each test process, and every test gets its own copy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from databases import address, copied, drop, make
from office import KEY
from sqlalchemy import Engine

from states.storage.database import connect

Fill = Callable[[Engine], None]
Prepared = Callable[[str, Fill], Engine]


class PreparedDatabases:
    """Filled databases to copy from."""

    def __init__(self, server: str, template: str) -> None:
        self._server = server
        self._empty = template
        self._made: dict[str, str] = {}
        self._fills: dict[str, str] = {}

    @contextmanager
    def copy(self, kind: str, fill: Fill, *, base: str | None = None) -> Iterator[Engine]:
        """An engine on a copy of the database that ``fill`` makes of ``base``; it is filled once.

        A kind has one way to be filled: a second function under the same name would never run.
        """
        function = getattr(fill, "func", fill)  # of a partial
        name = f"{function.__module__}.{function.__qualname__}"
        assert self._fills.setdefault(kind, name) == name
        if kind not in self._made:
            made = make(self._server, self._made[base] if base else self._empty)
            engine = connect(address(self._server, made), key=KEY)
            try:
                fill(engine)
            finally:
                engine.dispose()
            self._made[kind] = made
        with copied(self._server, self._made[kind]) as url:
            engine = connect(url, key=KEY)
            try:
                yield engine
            finally:
                engine.dispose()

    def clear(self) -> None:
        for name in self._made.values():
            drop(self._server, name)
