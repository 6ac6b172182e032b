"""Where time, configuration and the database enter this room; nothing below asks for them itself."""

import os
import socket
import sys
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Engine

from states.settings import Configuration
from states.storage.database import connect
from states.storage.vault import office_key


class EdgeError(Exception):
    """A process of this room was started without what it needs; the message names it."""


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


@cache
def configuration() -> Configuration:
    """What the environment says; read once."""
    return Configuration()


@cache
def engine() -> Engine:
    """The database of this process; few connections, for every process of the office has its own.

    Raises:
        EdgeError: no database is named.
    """
    url = configuration().database_url
    if not url:
        raise EdgeError("Name the database: DATABASE_URL=postgresql://...; `veiligadvies run` does so by itself.")
    said = configuration()
    return connect(url, key=office_key(said.key_file), pool_size=5, time_limit=said.run_seconds)


def await_gate() -> None:
    """Where whoever started us holds a gate, wait until it opens: the imports are done by then, the work is not begun.

    The gate is our standard input, and it opens when that is closed; it also opens when its holder dies.
    """
    if os.environ.get("VEILIGADVIES_GATE"):
        sys.stdin.buffer.read()


def mark() -> str:
    """This process among all: machine and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def here(part: str) -> str:
    """A name for this process: its part, and its mark."""
    return f"{part}@{mark()}"
