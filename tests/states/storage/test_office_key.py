"""Office key: made once, for an office without data; verified at every start, and never replaced."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from office import furnish
from sqlalchemy import Engine
from sqlmodel import col, select

from states.errors import OfficeKeyError
from states.storage.database import connect, transaction, vault_of
from states.storage.office_key import check_key, make_key, open_office, read_key
from states.tables.ledger import DataKey

NOWHERE = "postgresql://nobody@127.0.0.1:9/none"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "keys" / "office.key"


@pytest.fixture
def filled(database: str, path: Path) -> str:
    """A database with data under the key in the file."""
    engine = open_office(database, path)
    furnish(engine)
    engine.dispose()
    return database


def test_the_first_start_makes_a_key_that_only_its_owner_can_read(database: str, path: Path) -> None:
    before = os.umask(0)
    try:
        open_office(database, path).dispose()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(path.read_bytes()) == 32
    assert [file.name for file in path.parent.iterdir()] == ["office.key"]


def test_a_later_start_and_a_second_maker_keep_the_key(filled: str, path: Path) -> None:
    key = path.read_bytes()
    make_key(path)
    open_office(filled, path).dispose()
    assert path.read_bytes() == key


def test_a_key_of_earlier_offices_of_32_bytes_is_read_as_it_is(database: str, path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch(mode=0o600)
    path.write_bytes(bytes(range(32)))
    engine = open_office(database, path)
    furnish(engine)
    engine.dispose()
    open_office(database, path).dispose()
    assert path.read_bytes() == bytes(range(32))


def test_without_its_key_an_office_with_data_is_refused_and_no_key_is_made(filled: str, path: Path) -> None:
    path.unlink()
    with pytest.raises(OfficeKeyError, match=r"holds data that only this key opens\. Put back the key file"):
        open_office(filled, path)
    assert not path.exists()


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:16])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def change_one_bit(path: Path) -> None:
    key = path.read_bytes()
    path.write_bytes(bytes([key[0] ^ 1]) + key[1:])


def open_to_the_group(path: Path) -> None:
    path.chmod(0o640)


def make_a_folder_of_it(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (cut_off, "does not hold exactly 32 bytes"),
        (lengthen, "does not hold exactly 32 bytes"),
        (empty, "does not hold exactly 32 bytes"),
        (change_one_bit, "is not the key of this database"),
        (open_to_the_group, r"open to others than its owner \(mode 0640\).*chmod 600 keys/office.key"),
        (make_a_folder_of_it, "cannot be read"),
    ],
)
def test_a_key_file_that_was_harmed_is_refused_with_its_remedy(
    filled: str, path: Path, harm: Callable[[Path], None], words: str
) -> None:
    harm(path)
    with pytest.raises(OfficeKeyError, match=words):
        open_office(filled, path)


def test_a_key_that_opens_the_first_data_and_not_the_last_is_refused(filled: str, path: Path) -> None:
    engine = connect(filled, key=bytes(32), pool_size=1)
    with transaction(engine) as session:
        last = session.exec(select(DataKey).order_by(col(DataKey.stream).desc(), col(DataKey.retention).desc())).first()
        assert last is not None
        # as an office did that had lost its key and made another
        last.wrapped = vault_of(session).new_keys(last.stream)[last.retention]
    engine.dispose()
    with pytest.raises(OfficeKeyError, match="is not the key of this database"):
        open_office(filled, path)


def test_a_database_that_does_not_answer_stops_no_process_that_has_its_key(path: Path) -> None:
    make_key(path)
    key = path.read_bytes()
    open_office(NOWHERE, path).dispose()
    assert path.read_bytes() == key


def test_without_key_and_database_no_key_is_made(path: Path) -> None:
    with pytest.raises(OfficeKeyError, match="it does not answer"):
        open_office(NOWHERE, path)
    assert not path.exists()


def test_a_command_makes_no_key_for_an_office_that_was_never_started(database: str, path: Path) -> None:
    with pytest.raises(OfficeKeyError, match="No office was ever started"):
        open_office(database, path, make=False)
    assert not path.exists()


def test_the_check_reads_the_file_and_not_what_is_in_memory(filled: str, path: Path) -> None:
    engine: Engine = open_office(filled, path)
    check_key(engine, path)
    path.unlink()
    with pytest.raises(OfficeKeyError, match="is missing"):
        check_key(engine, path)
    engine.dispose()
    with pytest.raises(OfficeKeyError, match="is missing"):
        read_key(path)
