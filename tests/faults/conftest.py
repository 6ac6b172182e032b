"""Harness, and copies of one filled office for each test."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from databases import address, copied, drop, make
from office import KEY
from scene import JobRunner, OfficeCopy, fill
from sqlalchemy import Engine

from states.storage.database import connect


@pytest.fixture(scope="session")
def job_runner() -> Iterator[JobRunner]:
    """The harness."""
    made = JobRunner()
    yield made
    made.close()


class Copies:
    """Copies of the filled office."""

    def __init__(self, server: str, source: str, facts: dict[str, Any], folder: Path) -> None:
        self._server = server
        self._source = source
        self._facts = facts
        self._folder = folder

    @contextmanager
    def one(self) -> Iterator[OfficeCopy]:
        """A copy with a data folder of its own; its database is dropped afterwards."""
        with copied(self._server, self._source) as url:
            copy = OfficeCopy(url, self._folder / secrets.token_hex(6), self._facts)
            try:
                yield copy
            finally:
                copy.engine.dispose()


Filled = Callable[[Callable[[Engine], dict[str, Any]]], AbstractContextManager[Copies]]
"""Fills an office with a function, and gives copies of it."""


@pytest.fixture(scope="session")
def filled(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Copies of an office that is filled once."""

    @contextmanager
    def fill_one(fill: Callable[[Engine], dict[str, Any]]) -> Iterator[Copies]:
        source = make(server, template)
        engine = connect(address(server, source), key=KEY)
        facts = fill(engine)
        engine.dispose()
        yield Copies(server, source, facts, tmp_path_factory.mktemp("faults"))
        drop(server, source)

    return fill_one


@pytest.fixture(scope="session")
def copies(filled: Filled) -> Iterator[Copies]:
    """Copies of the filled office."""
    with filled(fill) as made:
        yield made


@pytest.fixture
def copy(copies: Copies) -> Iterator[OfficeCopy]:
    """A copy of the filled office."""
    with ExitStack() as stack:
        yield stack.enter_context(copies.one())
