"""Ledger and vault: the ledger determines every row, and the vault alone holds content."""

from datetime import timedelta

import psycopg
import pytest
from office import GOUDVEEN, START, ZILVERDAM, act, erase, problems, receive, row, rows, walk
from prepared_databases import Prepared
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from states.charts.application import Stage
from states.errors import ErasedError
from states.storage.canonical_json import plain
from states.storage.content import content_of_stream, content_of_subject, latest
from states.storage.database import transaction, vault_of
from states.storage.replay import as_of, entries_of, fold, recorded_tables
from states.storage.verification import verify
from states.tables.application import Application
from states.tables.ledger import LedgerEntry, Stream, VaultItem
from states.tables.people import Organisation


def fill_whole(engine: Engine) -> None:
    """A closed case of a mayor of two municipalities, with a threat, and a withdrawn case."""
    reference = receive(engine, employers=[ZILVERDAM, GOUDVEEN])
    walk(engine, reference, Stage.ADVICE)
    act(engine, reference, "record-threat", at=START + timedelta(minutes=30))
    walk(engine, reference, at=START + timedelta(hours=1))
    act(engine, receive(engine), "withdraw", at=START)


@pytest.fixture
def whole(prepared: Prepared) -> Engine:
    return prepared("whole-walk", fill_whole)


def reference_of(engine: Engine) -> str:
    return str(row(engine, Application, Application.state == "closed").id)


def expect_rebuilt_equals_stored(engine: Engine) -> int:
    """Compare every stored row with the fold of its stream, and the reverse; return how many there are."""
    rebuilt: dict[str, dict[str, object]] = {}
    with Session(engine) as session:
        for stream in session.exec(select(Stream.id)).all():
            rebuilt |= fold(entries_of(session, stream))
        stored = {}
        for name, table in recorded_tables().items():
            keys = [column.key for column in table.__table__.primary_key]  # type: ignore[attr-defined]
            for item in session.exec(select(table)):
                key = f"{name}:{'/'.join(str(getattr(item, part)) for part in keys)}"
                stored[key] = plain(item.model_dump(exclude=set(item.unrecorded)))
    assert rebuilt.keys() == stored.keys()
    for key, facts in stored.items():
        assert {column: value for column, value in facts.items() if value is not None} == {
            column: value for column, value in rebuilt[key].items() if value is not None
        }, key
    return len(stored)


def test_every_row_equals_its_ledger_after_a_whole_walk(whole: Engine) -> None:
    assert expect_rebuilt_equals_stored(whole) > 100
    assert problems(whole) == []


def test_every_row_can_be_rebuilt_after_its_key_is_destroyed(whole: Engine) -> None:
    reference = reference_of(whole)
    with transaction(whole) as session:
        erase(session, reference)
    assert expect_rebuilt_equals_stored(whole) > 100
    assert problems(whole) == []
    with Session(whole) as session:
        vault = vault_of(session)
        assert content_of_stream(session, reference) == []
        item = session.exec(select(VaultItem).where(VaultItem.stream == reference)).first()
        assert item is not None
        with pytest.raises(ErasedError):
            vault.keys_of(session, reference).open(item, "receive")


def test_the_content_of_an_application_is_read_from_the_vault(whole: Engine) -> None:
    reference = reference_of(whole)
    with Session(whole) as session:
        content = latest(content_of_subject(session, reference, reference), "home_address")
    assert content == "Voorbeeldlaan 1, 1234 AB Zilverdam"
    first = rows(whole, LedgerEntry, LedgerEntry.stream == reference, LedgerEntry.event == "receive")[0]
    assert set(first.content) >= {"name", "email", "home_address", "household"}
    assert all(len(mark) == 64 for mark in first.content.values())


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE ledger_entry SET facts = '{}' WHERE stream = :s AND seq = 1", "changed after it was written"),
        ("UPDATE ledger_entry SET person = 'other' WHERE stream = :s AND seq = 2", "changed after it was written"),
        ("UPDATE ledger_entry SET at = at + interval '1 second' WHERE stream = :s AND seq = 2", "changed after"),
        ("UPDATE ledger_entry SET receipt = '[]' WHERE stream = :s AND seq = 2", "changed after it was written"),
        ("UPDATE ledger_entry SET content = '{}' WHERE stream = :s AND seq = 1", "changed after it was written"),
        ("UPDATE ledger_entry SET previous = repeat('0', 64) WHERE stream = :s AND seq = 3", "does not follow"),
        ("DELETE FROM ledger_entry WHERE stream = :s AND seq = 3", "entry 3 is missing"),
        (
            "DELETE FROM ledger_entry e USING stream s WHERE e.stream = s.id AND e.seq = s.seq AND s.id = :s",
            "its head",
        ),
        ("UPDATE stream SET head = repeat('0', 64) WHERE id = :s", "its head"),
        ("UPDATE stream SET seq = seq + 1 WHERE id = :s", "its head"),
        ("UPDATE application SET urgency = 'acute' WHERE id = :s", "differs from its ledger in urgency"),
        ("UPDATE application SET in_office_until = '2030-01-01' WHERE id = :s", "differs from its ledger in in_office"),
        ("UPDATE payable SET gross = gross + 1 WHERE stream = :s", "differs from its ledger in gross"),
        ("UPDATE payable SET checked_by = 'other' WHERE stream = :s", "differs from its ledger in checked_by"),
        ("UPDATE payable SET payee_mark = 'other' WHERE stream = :s", "differs from its sealed account in payee_mark"),
        (
            "UPDATE vault_item SET sealed = set_byte(sealed, 9, 0) WHERE stream = :s AND retention = 'money'",
            "was changed or moved",
        ),
        ("DELETE FROM certificate WHERE stream = :s", "stands in the ledger and not in its table"),
    ],
)
def test_verify_finds_every_kind_of_tampering(whole: Engine, statement: str, words: str) -> None:
    reference = reference_of(whole)
    with whole.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # as the owner of the server could
        assert connection.execute(text(statement), {"s": reference}).rowcount
    found = problems(whole)
    assert any(words in problem for problem in found), found
    assert all(problem.startswith(reference) for problem in found), found


def test_verify_finds_two_heads_that_were_swapped(whole: Engine) -> None:
    first, second = rows(whole, Application)
    with whole.begin() as connection:
        heads = {item: row(whole, Stream, Stream.id == item).head for item in (first.id, second.id)}
        for one, other in ((first.id, second.id), (second.id, first.id)):
            connection.execute(text("UPDATE stream SET head = :h WHERE id = :s"), {"h": heads[other], "s": one})
    found = problems(whole)
    assert {problem.split(":")[0] for problem in found} == {first.id, second.id}


def test_verify_counts_what_it_checked(whole: Engine) -> None:
    with Session(whole) as session:
        verdict = verify(session)
    assert verdict.by_kind["application"] == 2
    assert verdict.streams == sum(verdict.by_kind.values()) == len(rows(whole, Stream))
    assert verdict.entries == len(rows(whole, LedgerEntry))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET person = 'other'",
        "UPDATE ledger_entry SET hash = hash || ' '",
        "UPDATE ledger_entry SET number = 1, person = 'other' WHERE seq = 1",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_entry(whole: Engine, statement: str) -> None:
    before = len(rows(whole, LedgerEntry))
    with pytest.raises(DBAPIError, match="can only grow") as caught, whole.begin() as connection:
        connection.execute(text(statement))
    assert isinstance(caught.value.orig, psycopg.errors.RestrictViolation)
    assert len(rows(whole, LedgerEntry)) == before


def test_an_entry_is_numbered_once(whole: Engine) -> None:
    one = "UPDATE ledger_entry SET number = {} WHERE stream = (SELECT max(stream) FROM ledger_entry) AND seq = 1"
    with whole.begin() as connection:
        connection.execute(text(one.format(7)))
    with pytest.raises(DBAPIError, match="can only grow"), whole.begin() as connection:
        connection.execute(text(one.format(8)))
    assert problems(whole) == []


def test_as_of_shows_the_stage_of_an_earlier_instant(whole: Engine) -> None:
    reference = reference_of(whole)
    entries = rows(whole, LedgerEntry, LedgerEntry.stream == reference, LedgerEntry.chart == "application")
    moved = [entry for entry in entries if entry.before != entry.after]
    assert len(moved) >= 10
    with Session(whole) as session:
        for entry in moved:
            at = max(other.at for other in moved if other.at == entry.at)
            last = [other for other in moved if other.at == at][-1]
            found = as_of(session, reference, at)[f"application:{reference}"]
            assert found["state"] == last.after
        just_before = as_of(session, reference, moved[0].at - timedelta(microseconds=1))
        assert just_before == {}
        now = as_of(session, reference, START + timedelta(days=99))
        assert now[f"application:{reference}"]["state"] == "closed"


def test_an_employer_is_in_the_ledger_of_its_own_stream(whole: Engine) -> None:
    for employer in rows(whole, Organisation):
        with Session(whole) as session:
            assert f"organisation:{employer.id}" in as_of(session, employer.stream, START + timedelta(days=99))
