"""Fixtures of a set-up office, made once, and of served copies of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from databases import address, copied, drop, make
from served import Api, Serve, configuration_of, fill, serving

from api.demonstration.load import load
from states.storage.office_key import open_office


@pytest.fixture(scope="session")
def office_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder that all copies of the office share; it contains the key."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="session")
def furnished(server: str, template: str, office_home: Path) -> Iterator[str]:
    """Return the name of a database with employers and people, and no cases."""
    name = make(server, template)
    fill(address(server, name), office_home)
    yield name
    drop(server, name)


@pytest.fixture(scope="session")
def serve(server: str, furnished: str, office_home: Path) -> Serve:
    """Return a context manager that serves a copy of the office, or of another database."""

    @contextmanager
    def opened(source: str = furnished, **more: Any) -> Iterator[Api]:
        with copied(server, source) as url, serving(url, office_home, **more) as api:
            yield api

    return opened


@pytest.fixture(scope="session")
def demonstration(server: str, template: str, office_home: Path) -> Iterator[str]:
    """Return the name of a database with the demonstration office: cases at every stage, loans, objections, batches."""
    name = make(server, template)
    engine = open_office(address(server, name), configuration_of(address(server, name), office_home).key_file)
    load(engine, at=datetime.now(UTC), progress=lambda *_: None)
    engine.dispose()
    yield name
    drop(server, name)


@pytest.fixture(scope="module")
def api(serve: Serve) -> Iterator[Api]:
    """Serve an office for one test module."""
    with serve() as served:
        yield served
