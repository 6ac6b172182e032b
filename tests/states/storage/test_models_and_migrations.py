"""Models and migrations agree, and a filled database can be upgraded."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import copied
from office import KEY, problems, receive, snapshot, walk
from prepared_databases import Prepared
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from migrations.upgrade import configuration, pending, upgrade
from states.charts.application import Stage
from states.storage.database import connect
from states.tables.base import METADATA


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    """The address of a database with nothing in it."""
    with copied(server, None) as url:
        yield url


def fill_some(engine: Engine) -> None:
    walk(engine, receive(engine), Stage.TAKEOVER)


def address(engine: Engine) -> str:
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_the_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_a_column_that_no_migration_makes_is_noticed(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE measure DROP COLUMN invoiced"))
        connection.execute(text("DROP INDEX uq_payable_number"))
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert {change[0] for change in found} == {"add_column", "add_index"}


def test_there_is_one_newest_version(engine: Engine) -> None:
    assert len(ScriptDirectory.from_config(configuration(address(engine))).get_heads()) == 1


def test_an_empty_database_is_brought_up_and_down_and_up_again(empty: str) -> None:
    assert pending(empty)
    upgrade(empty)
    assert not pending(empty)
    engine = connect(empty, key=KEY)
    tables = set(inspect(engine).get_table_names())
    assert tables == set(METADATA.tables) | {"alembic_version"}
    command.downgrade(configuration(empty), "base")
    assert pending(empty)
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    with psycopg.connect(empty) as connection:
        functions = "SELECT count(*) FROM pg_proc WHERE proname LIKE 'ledger_entry%'"
        assert connection.execute(functions).fetchone() == (0,)
    upgrade(empty)
    assert set(inspect(engine).get_table_names()) == tables
    engine.dispose()


def test_upgrading_a_filled_database_again_changes_nothing(prepared: Prepared) -> None:
    engine = prepared("filled-for-upgrade", fill_some)
    before = snapshot(engine)
    upgrade(address(engine))
    upgrade(address(engine))
    assert snapshot(engine) == before
    assert problems(engine) == []


def test_a_walk_continues_after_an_upgrade_and_the_ledger_is_still_append_only(prepared: Prepared) -> None:
    engine = prepared("filled-for-upgrade", fill_some)
    upgrade(address(engine))
    walk(engine, receive(engine), Stage.PROVISION)
    with pytest.raises(DBAPIError, match="can only grow"), engine.begin() as connection:
        connection.execute(text("DELETE FROM ledger_entry"))
