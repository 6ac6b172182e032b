"""Environment of Alembic: one connection, one transaction, and a lock so that only one process migrates."""

import importlib
import os
import pkgutil

from alembic import context
from sqlalchemy import create_engine, pool, text
from sqlalchemy.engine import make_url

import states.tables
from states.tables.base import METADATA

LOCK = 0x5645494C
"""Key of the lock that keeps two processes from migrating at the same time."""

for module in pkgutil.iter_modules(states.tables.__path__):
    importlib.import_module(f"states.tables.{module.name}")


def run() -> None:
    url = context.config.attributes.get("url") or os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("Name the database: DATABASE_URL=postgresql://...")
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(connection=connection, target_metadata=METADATA, compare_server_default=True)
        context.run_migrations()
    engine.dispose()


run()
