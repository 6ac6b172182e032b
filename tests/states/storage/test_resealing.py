"""Resealing: an office of an earlier version is taken to the new sealed form whole, or stays as it was.

``stored_vault.jsonl`` holds every row of a fictional office, and ``stored_vault_content.jsonl`` what its vault held.
Both were written by an earlier version, and are never written again.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from databases import copied
from office import KEY, OFFICER, START, problems, receive, row, rows, snapshot, walk
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from api.processes.instance import OfficeError
from api.processes.preparation import migrate
from migrations import resealing
from migrations.resealing import ResealError
from migrations.upgrade import configuration, pending, upgrade
from rules.access.content_classes import Retention
from states.charts.application import Stage
from states.commands.invoice_documents import open_document
from states.settings import Configuration
from states.storage.account_marks import account_mark
from states.storage.content import content_of_subject
from states.storage.database import connect, vault_of
from states.storage.name_index import find_people
from states.storage.office_key import open_office
from states.tables.application import Application
from states.tables.ledger import DataKey, LedgerEntry, VaultItem
from states.tables.operations import IdempotencyKey
from states.tables.payments import Document, Payable

FOLDER = Path(__file__).parent
BEFORE = "327d5d5ef79c"
ERASED = "VA-2026-TKJAQARC"
"""The case whose data key was destroyed in the earlier version."""
LOAD = "INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"


def stored(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


@pytest.fixture
def earlier(server: str) -> Iterator[str]:
    """The address of the database of an earlier version, with its rows."""
    with copied(server, None) as url:
        command.upgrade(configuration(url), BEFORE)
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")
            for line in stored("stored_vault.jsonl"):
                statement = LOAD.format(table=f'"{line["table"]}"')
                connection.execute(statement.encode(), [json.dumps(line["row"])])
        yield url


@pytest.fixture
def later(earlier: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The same office, upgraded in batches that are smaller than what it holds."""
    for name, size in (("STREAMS_AT_ONCE", 16), ("ITEMS_AT_ONCE", 3), ("PARTS_AT_ONCE", 1)):
        assert getattr(resealing, name) > size
        monkeypatch.setattr(resealing, name, size)
    upgrade(earlier, key=lambda: KEY)
    engine = connect(earlier, key=KEY)
    yield engine
    engine.dispose()


def state_of(url: str) -> dict[str, str]:
    engine = connect(url, key=KEY)
    found = snapshot(engine)
    engine.dispose()
    return found


def test_every_text_is_read_after_the_upgrade_as_before_it(later: Engine) -> None:
    with Session(later) as session:
        vault, found = vault_of(session), {}
        for item in session.exec(select(VaultItem)).all():
            entry = session.get_one(LedgerEntry, (item.stream, item.seq))
            opened = vault.keys_of(session, item.stream).open(item, entry.event)
            found.setdefault((item.stream, item.seq, item.subject), {}).update(opened)
    before = stored("stored_vault_content.jsonl")
    assert {line["stream"] for line in before} > {ERASED}
    assert found == {
        (line["stream"], line["seq"], line["subject"]): line["content"] for line in before if line["stream"] != ERASED
    }


def test_every_text_has_the_class_of_its_field(later: Engine) -> None:
    held: dict[str, set[str]] = {}
    with Session(later) as session:
        for item in session.exec(select(VaultItem)).all():
            entry = session.get_one(LedgerEntry, (item.stream, item.seq))
            for field in vault_of(session).keys_of(session, item.stream).open(item, entry.event):
                held.setdefault(f"{entry.chart}/{entry.event} {field}", set()).add(str(item.retention))
    assert held["application/receive home_address"] == {"safety"}
    assert held["person/register name"] == {"procedure"}
    assert held["application/assess-domain finding"] == {"safety"}
    assert held["work/assign reason"] == {"procedure"}
    assert held["payable/receive iban"] == {"money"}


def test_the_ledger_is_whole_after_the_upgrade_and_its_marks_agree_with_what_is_sealed(later: Engine) -> None:
    assert problems(later) == []
    with Session(later) as session:
        vault = vault_of(session)
        for line in stored("stored_vault_content.jsonl"):
            entry = session.get_one(LedgerEntry, (line["stream"], line["seq"]))
            keys = vault.keys_of(session, line["stream"])
            if line["stream"] != ERASED:
                assert keys.marks(Retention.SAFETY, line["content"]) == entry.content


def test_people_accounts_and_documents_are_found_after_the_upgrade(later: Engine) -> None:
    document, payable = row(later, Document), row(later, Payable)
    with Session(later) as session:
        assert find_people(session, f"naam {OFFICER.person}") == [OFFICER.person]
        assert payable.payee_mark == account_mark(session, "NL02 ABNA 0123 4567 89")
        assert open_document(session, document).startswith(b"\x89PNG")


def test_what_was_erased_stays_erased_and_what_was_kept_for_a_day_is_gone(later: Engine) -> None:
    assert rows(later, DataKey, DataKey.stream == ERASED) == []
    assert rows(later, VaultItem, VaultItem.stream == ERASED) == []
    assert rows(later, IdempotencyKey) == []
    with Session(later) as session:
        assert content_of_subject(session, ERASED, ERASED) == []


def test_the_office_works_on_after_the_upgrade(later: Engine) -> None:
    open_case = row(later, Application, Application.state == Stage.RECEIVED).id
    at = walk(later, open_case, Stage.ADVICE, at=START.replace(month=6))
    receive(later, at=at)
    assert problems(later) == []


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (None, "needs the key of the office"),
        (lambda: bytes(32), "does not open with the key of this office"),
        (lambda: KEY[:16], "must have 32 bytes"),
    ],
)
def test_an_upgrade_without_the_right_key_is_refused_and_changes_nothing(
    earlier: str, key: Callable[[], bytes] | None, words: str
) -> None:
    before = state_of(earlier)
    with pytest.raises(ResealError, match=words):
        upgrade(earlier, key=key)
    assert state_of(earlier) == before
    upgrade(earlier, key=lambda: KEY)
    assert not pending(earlier)


def test_a_damaged_item_is_named_and_nothing_is_changed(earlier: str) -> None:
    damage = "UPDATE vault_item SET sealed = set_byte(sealed, 20, 255 - get_byte(sealed, 20)) WHERE {where}"
    where = "stream = (SELECT max(stream) FROM vault_item)"
    with psycopg.connect(earlier) as connection:
        connection.execute(damage.format(where=where).encode())
    before = state_of(earlier)
    with pytest.raises(ResealError, match="The content of entry 1 of work:officer: does not open"):
        upgrade(earlier, key=lambda: KEY)
    assert state_of(earlier) == before


def test_an_upgrade_that_is_killed_half_way_begins_again(earlier: str) -> None:
    before = state_of(earlier)

    def killing() -> bytes:
        """The key, while the connection that asked for it is ended after the tables have changed."""
        with psycopg.connect(earlier, autocommit=True) as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            connection.execute(f"{others} AND pid <> pg_backend_pid()".encode())
        return KEY

    with pytest.raises(OperationalError):
        upgrade(earlier, key=killing)
    assert state_of(earlier) == before
    upgrade(earlier, key=lambda: KEY)
    assert not pending(earlier)


def test_a_start_of_the_office_without_its_key_says_what_is_missing(earlier: str, home: Path) -> None:
    with pytest.raises(OfficeError, match=r"cannot be upgraded.*office\.key"):
        migrate(Configuration(home=home), earlier)
    assert pending(earlier)


def test_the_key_of_an_office_that_is_not_upgraded_yet_is_not_called_wrong(earlier: str, tmp_path: Path) -> None:
    key = tmp_path / "office.key"
    key.touch(mode=0o600)
    key.write_bytes(KEY)
    engine = open_office(earlier, key, make=False)
    stored_entries = [line for line in stored("stored_vault.jsonl") if line["table"] == "ledger_entry"]
    assert len(rows(engine, LedgerEntry)) == len(stored_entries)
    engine.dispose()


def test_what_is_sealed_by_class_is_not_taken_back(later: Engine, earlier: str) -> None:
    before = snapshot(later)
    with pytest.raises(RuntimeError, match="restore the backup"):
        command.downgrade(configuration(earlier), BEFORE)
    assert snapshot(later) == before
    with later.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM data_key")).scalar_one() > 0
