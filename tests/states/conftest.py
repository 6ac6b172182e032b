"""Fixtures of prepared databases with an office."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from office import furnish
from prepared_databases import Fill, Prepared, PreparedDatabases
from sqlalchemy import Engine


@pytest.fixture(scope="session")
def prepared_databases(server: str, template: str) -> Iterator[PreparedDatabases]:
    """The filled databases of this session."""
    made = PreparedDatabases(server, template)
    yield made
    made.clear()


@pytest.fixture
def office(prepared_databases: PreparedDatabases) -> Iterator[Engine]:
    """An office with employers and people, and no work yet."""
    with prepared_databases.copy("office", furnish) as engine:
        yield engine


@pytest.fixture
def prepared(prepared_databases: PreparedDatabases) -> Iterator[Prepared]:
    """Return an office with earlier events: ``prepared(name, fill)``; it is filled once per session."""
    with ExitStack() as stack:
        with prepared_databases.copy("office", furnish):
            pass

        def ask(kind: str, fill: Fill) -> Engine:
            return stack.enter_context(prepared_databases.copy(kind, fill, base="office"))

        yield ask
