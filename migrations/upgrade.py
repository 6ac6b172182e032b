"""Upgrade of a database to the newest version, from code, without Alembic's command line or configuration file."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import make_url


def configuration(url: str) -> Config:
    """Alembic's configuration for the database at this URL."""
    config = Config()
    # Alembic reads percent signs as references to other options.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def pending(url: str) -> bool:
    """Whether the database has another version than this code."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_heads()
    engine.dispose()
    return set(present) != set(ScriptDirectory.from_config(configuration(url)).get_heads())


def upgrade(url: str, *, key: Callable[[], bytes] | None = None) -> None:
    """Run every migration that the database lacks, in one transaction.

    Args:
        url: the address of the database.
        key: reads the master key of the office; asked only where sealed data change their form.

    Raises:
        ResealError: sealed data cannot be taken to the new form; nothing was changed.
    """
    config = configuration(url)
    config.attributes["key"] = key
    command.upgrade(config, "head")
