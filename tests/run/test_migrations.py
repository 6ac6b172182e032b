"""Migrations: the upgraded database equals the tables, and the ledger is append-only."""

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine

from migrations.upgrade import pending, upgrade
from states.tables.base import METADATA

INSERTS = """
    INSERT INTO stream (id, kind, seq, head, last_at) VALUES ('s', 'person', 1, '', now());
    INSERT INTO ledger_entry
        (stream, seq, at, person, role, chart, subject, event, facts, changes, content, receipt, previous, hash)
    VALUES ('s', 1, now(), 'p', 'r', 'c', 's', 'e', '{"amount": 1}', '{}', '{}', '[]', '', 'h');
"""


def test_an_upgraded_database_is_what_the_tables_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_upgrading_again_does_nothing(database: str) -> None:
    assert not pending(database)
    upgrade(database)
    assert not pending(database)


def test_an_empty_database_waits_for_its_upgrade(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    assert pending(database)
    upgrade(database)
    assert not pending(database)


def test_a_ledger_entry_is_numbered_once_and_never_changed(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(INSERTS)
        connection.execute("UPDATE ledger_entry SET number = 7")
        for refused in (
            "UPDATE ledger_entry SET number = 8",
            "UPDATE ledger_entry SET number = NULL",
            "UPDATE ledger_entry SET facts = '{\"amount\": 1.0}'",
            "UPDATE ledger_entry SET hash = 'other'",
            "DELETE FROM ledger_entry",
            "TRUNCATE ledger_entry",
            "TRUNCATE stream CASCADE",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation, match="can only grow"):
                connection.execute(refused)


def test_an_entry_without_a_number_is_not_changed_in_other_columns(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(INSERTS)
        # To plain equality of JSON, 1 and 1.0 are the same.
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute("UPDATE ledger_entry SET number = 7, facts = '{\"amount\": 1.0}'")
