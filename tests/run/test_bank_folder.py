"""Bank folder: every file that can be imported is, whatever lies beside it, and no earlier file is lost."""

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from banking import statement
from office import ADMINISTRATOR, ZILVERDAM, do, iban
from sqlalchemy import Engine

from flows import jobs
from states.settings import Configuration

AT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
GOOD = "z.xml"


@pytest.fixture
def bank(engine: Engine, home: Path) -> Path:
    """The bank folder of an office with one employer."""
    body = {
        "id": ZILVERDAM,
        "kind": "municipality",
        "name": "Gemeente Zilverdam",
        "debtorIban": iban(1),
        "ledgerAccount": "4300",
        "costCentre": "KP-01",
        "bankAccount": "1100",
    }
    do(engine, "organisation", None, "register", by=ADMINISTRATOR, at=AT, body=body)
    (home / "bank" / "in").mkdir(parents=True)
    return home / "bank"


def import_now(engine: Engine, bank: Path) -> int:
    return jobs.import_bank_files(engine, Configuration(home=bank.parent), AT)


def put_folder(bank: Path) -> None:
    (bank / "in" / "a.xml").mkdir()
    (bank / "in" / "a.xml" / "inside").touch()


def put_dangling_link(bank: Path) -> None:
    (bank / "in" / "a.xml").symlink_to(bank / "nowhere")


def put_link_to_another_file(bank: Path) -> None:
    (bank / "secret.xml").write_bytes(statement(name="S-9"))
    (bank / "in" / "a.xml").symlink_to(bank / "secret.xml")


def put_pipe(bank: Path) -> None:
    os.mkfifo(bank / "in" / "a.xml")


def put_long_name(bank: Path) -> None:
    (bank / "in" / f"{'a' * 251}.xml").write_text("<no-statement/>")


def put_name_that_is_no_text(bank: Path) -> None:
    Path(os.fsdecode(os.fsencode(bank / "in") + b"/a\xff\n.xml")).write_text("<no-statement/>")


@pytest.mark.parametrize(
    "put",
    [
        put_folder,
        put_dangling_link,
        put_link_to_another_file,
        put_pipe,
        put_long_name,
        put_name_that_is_no_text,
    ],
)
def test_what_is_no_bank_file_is_refused_and_what_lies_behind_it_is_imported(
    engine: Engine, bank: Path, put: Callable[[Path], None]
) -> None:
    put(bank)
    (bank / "in" / GOOD).write_bytes(statement())
    try:
        imported = import_now(engine, bank)
    except OSError as error:
        pytest.fail(f"{type(error).__name__} stopped the import")
    assert imported == 1
    assert [file.name for file in (bank / "done").iterdir()] == [GOOD]
    assert list((bank / "in").iterdir()) == []
    assert sorted(len(file.name) for file in (bank / "refused").iterdir())[1:] != []
    (note,) = (bank / "refused").glob("*.txt")
    assert len(note.read_text()) > 20


def test_a_refused_name_overwrites_no_earlier_file_or_note(engine: Engine, bank: Path) -> None:
    for text in ("<first/>", "<second/>", "<third/>"):
        (bank / "in" / "a.xml").write_text(text)
        import_now(engine, bank)
    refused = bank / "refused"
    assert [(refused / name).read_text() for name in ("a.xml", "a-2.xml", "a-3.xml")] == [
        "<first/>",
        "<second/>",
        "<third/>",
    ]
    assert {file.name for file in refused.glob("*.txt")} == {"a.xml.txt", "a-2.xml.txt", "a-3.xml.txt"}


def test_a_note_of_the_bank_with_the_name_of_our_note_is_not_overwritten(engine: Engine, bank: Path) -> None:
    (bank / "refused").mkdir()
    (bank / "refused" / "a.xml.txt").write_text("somebody wrote this")
    (bank / "in" / "a.xml").write_text("<first/>")
    import_now(engine, bank)
    assert (bank / "refused" / "a.xml.txt").read_text() == "somebody wrote this"
    assert (bank / "refused" / "a-2.xml").read_text() == "<first/>"


def test_an_imported_name_overwrites_no_earlier_file(engine: Engine, bank: Path) -> None:
    files = [statement(name="S-1"), statement(name="S-2", opening="2000.00")]
    for file in files:
        (bank / "in" / "statement.xml").write_bytes(file)
        assert import_now(engine, bank) == 1
    done = bank / "done"
    assert (done / "statement.xml").read_bytes() == files[0]
    assert (done / "statement-2.xml").read_bytes() == files[1]


def test_a_file_that_cannot_be_moved_stops_nothing_and_is_tried_again(engine: Engine, bank: Path) -> None:
    (bank / "in" / "a.xml").write_bytes(statement())
    (bank / "done").mkdir()
    taken = bank / "done" / "a.xml"
    taken.mkdir()
    assert import_now(engine, bank) == 1
    assert (bank / "done" / "a-2.xml").exists()


def test_the_bank_folder_and_all_in_it_become_private_also_where_they_were_open(engine: Engine, bank: Path) -> None:
    bank.chmod(0o755)
    (bank / "in").chmod(0o777)
    import_now(engine, bank)
    modes = {folder.name: stat.S_IMODE(folder.stat().st_mode) for folder in (bank, *bank.iterdir())}
    assert modes == dict.fromkeys(("bank", "in", "done", "refused"), 0o700)
