"""Runtime of a process: its time, configuration and database connection; the jobs get them as arguments."""

import os
import socket
import sys
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Engine

from states.settings import Configuration
from states.storage.office_key import open_office


class ConfigurationError(Exception):
    """A process was started without a setting that it needs; the message names the setting."""


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


@cache
def configuration() -> Configuration:
    """The configuration from the environment, read once."""
    return Configuration()


@cache
def engine() -> Engine:
    """The database of this process, with few connections because every process has its own.

    Raises:
        ConfigurationError: no database is named.
        OfficeKeyError: the key file cannot be used with this database.
    """
    url = configuration().database_url
    if not url:
        raise ConfigurationError("Name the database: DATABASE_URL=postgresql://...; `veiligadvies run` sets it.")
    settings = configuration()
    return open_office(url, settings.key_file, pool_size=5, time_limit=settings.run_seconds)


def await_gate() -> None:
    """Wait until the supervisor opens the gate, if it set one: modules are imported by then, work has not started.

    The gate is our standard input; it opens when that is closed, also when the supervisor dies.
    """
    if os.environ.get("VEILIGADVIES_GATE"):
        sys.stdin.buffer.read()


def process_id() -> str:
    """The machine and process id of this process, unique among all."""
    return f"{socket.gethostname()}:{os.getpid()}"


def process_name(part: str) -> str:
    """The name of this process: its part and its process id, e.g. ``clock@host:1234``."""
    return f"{part}@{process_id()}"
