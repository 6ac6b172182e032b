"""Readiness and the office's key: without the key of its data an office does not start, and is not ready."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import copied
from served import Serve, expect_problem, fill, serving

from states.errors import StatesError


@pytest.fixture
def key(server: str, template: str, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The database of an office with data, and its key file in a data folder of its own."""
    with copied(server, template) as database:
        fill(database, tmp_path)
        yield database, tmp_path / "keys" / "office.key"


def words_of_readiness(database: str, file: Path) -> str:
    """What readiness says about parts that are not ready, with the key file moved away or replaced meanwhile."""
    with serving(database, file.parents[1]) as api:
        assert "keys/office.key" not in api.get("/health/ready", None).text
        file.unlink()
        lost = expect_problem(api.get("/health/ready", None), 503)
        return " ".join(part["detail"] for part in lost["parts"] if not part["ok"])


def test_an_office_that_loses_its_key_is_not_ready_and_says_what_to_put_back(key: tuple[str, Path]) -> None:
    assert "The key file keys/office.key is missing. Put back the key file" in words_of_readiness(*key)


def test_an_api_without_the_key_of_its_data_does_not_start(key: tuple[str, Path]) -> None:
    database, file = key
    file.unlink()
    with pytest.raises(StatesError, match="Put back the key file"), serving(database, file.parents[1]):
        """Nothing is served."""
    assert not file.exists()


def test_an_api_with_the_key_of_another_office_does_not_start(key: tuple[str, Path]) -> None:
    database, file = key
    file.write_bytes(bytes(32))
    with pytest.raises(StatesError, match="is not the key of this database"), serving(database, file.parents[1]):
        """Nothing is served."""


def test_a_key_that_was_replaced_under_a_running_office_is_seen(key: tuple[str, Path]) -> None:
    database, file = key
    with serving(database, file.parents[1]) as api:
        file.write_bytes(bytes(32))
        answer = expect_problem(api.get("/health/ready", None), 503)
        words = " ".join(part["detail"] for part in answer["parts"] if not part["ok"])
        assert "The key in keys/office.key is not the key of this database" in words
        assert "gemeente" not in words


def test_an_office_with_its_key_says_so(serve: Serve) -> None:
    with serve() as api:
        parts = {part["name"]: part for part in api.get("/health/ready", None).json()["parts"]}
    assert parts["office-key"]["ok"]
