"""Filled databases: each kind is made once and copied for whoever asks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from databases import address, copied, drop, make
from office import KEY
from sqlalchemy import Engine

from states.storage.database import connect

Fill = Callable[[Engine], None]
Prepared = Callable[[str, Fill], Engine]


class Shelf:
    """Filled databases to copy from."""

    def __init__(self, server: str, template: str) -> None:
        self._server = server
        self._empty = template
        self._made: dict[str, str] = {}

    @contextmanager
    def copy(self, kind: str, fill: Fill, *, base: str | None = None) -> Iterator[Engine]:
        """An engine on a copy of the database that ``fill`` makes of ``base``; it is filled once."""
        if kind not in self._made:
            name = make(self._server, self._made[base] if base else self._empty)
            engine = connect(address(self._server, name), key=KEY)
            try:
                fill(engine)
            finally:
                engine.dispose()
            self._made[kind] = name
        with copied(self._server, self._made[kind]) as url:
            engine = connect(url, key=KEY)
            try:
                yield engine
            finally:
                engine.dispose()

    def clear(self) -> None:
        for name in self._made.values():
            drop(self._server, name)
