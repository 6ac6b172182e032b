"""Databases with an office in them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from office import furnish
from shelf import Fill, Prepared, Shelf
from sqlalchemy import Engine


@pytest.fixture(scope="session")
def shelf(server: str, template: str) -> Iterator[Shelf]:
    """The filled databases of this session."""
    made = Shelf(server, template)
    yield made
    made.clear()


@pytest.fixture
def office(shelf: Shelf) -> Iterator[Engine]:
    """An office with employers and people, and nothing to do yet."""
    with shelf.copy("office", furnish) as engine:
        yield engine


@pytest.fixture
def prepared(shelf: Shelf) -> Iterator[Prepared]:
    """Ask for an office in which something happened already: ``prepared(name, fill)``; filled once per session."""
    with ExitStack() as stack:
        with shelf.copy("office", furnish):
            pass

        def ask(kind: str, fill: Fill) -> Engine:
            return stack.enter_context(shelf.copy(kind, fill, base="office"))

        yield ask
