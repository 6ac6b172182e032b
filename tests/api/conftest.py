"""A furnished office, made once, and copies of it that are served for whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from databases import address, copied, drop, make
from served import Api, Serve, fill, serving


@pytest.fixture(scope="session")
def office_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that all copies of the office share; it holds the key."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="session")
def furnished(server: str, template: str, office_home: Path) -> Iterator[str]:
    """A database with employers and people, and nothing to do yet."""
    name = make(server, template)
    fill(address(server, name), office_home)
    yield name
    drop(server, name)


@pytest.fixture(scope="session")
def serve(server: str, furnished: str, office_home: Path) -> Serve:
    """Serve a copy of the office, or of another database, for as long as it is needed."""

    @contextmanager
    def opened(source: str = furnished, **more: Any) -> Iterator[Api]:
        with copied(server, source) as url, serving(url, office_home, **more) as api:
            yield api

    return opened


@pytest.fixture(scope="module")
def api(serve: Serve) -> Iterator[Api]:
    """An office of the module's own."""
    with serve() as served:
        yield served
