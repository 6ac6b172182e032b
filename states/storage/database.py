"""The one database: PostgreSQL, reached synchronously; a transaction is opened and committed at the edges only."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.engine import make_url
from sqlmodel import Session

from states.storage.vault import Vault

WAKE = "veiligadvies_wake"
"""The channel on which a commit hints that work or letters are waiting; the table is the truth."""


def address(url: str) -> str:
    """The URL with the driver we use, whatever spelling of PostgreSQL was given."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def connect(url: str, *, key: bytes, pool_size: int = 20, longest: float | None = None) -> Engine:
    """An engine for a PostgreSQL address, with the office's key for its vault; every connection speaks UTC.

    Args:
        url: the address.
        key: the office's key.
        pool_size: connections that are kept.
        longest: seconds after which the server gives up a statement, or a transaction that stands still; a process
            that was stopped in the middle then holds nobody's work.
    """
    options = "-c timezone=UTC"
    if longest is not None:
        limit = int(longest * 1000)
        options += f" -c statement_timeout={limit} -c idle_in_transaction_session_timeout={limit}"
    return create_engine(
        address(url),
        pool_size=pool_size,
        max_overflow=10,
        hide_parameters=True,  # an error in a log must not tell what was being written
        execution_options={"vault": Vault(key)},
        connect_args={"options": options},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session whose work is committed at the end, or rolled back whole on any error."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.flush()
        if hints := session.info.pop("hints", None):
            session.execute(select(*(func.pg_notify(WAKE, hint) for hint in sorted(hints))))
        session.commit()


def wake(session: Session, hint: str) -> None:
    """Tell listeners, once this transaction commits, that something cannot wait for their next look.

    Only what is acute does: a notification is one more lock for every commit of the server.
    """
    session.info.setdefault("hints", set()).add(hint)


def listen(url: str, *, timeout: float) -> Iterator[str | None]:
    """Yield hints as they come, and None whenever ``timeout`` seconds passed without one.

    Raises:
        psycopg.OperationalError: the connection was lost; connect again and read the tables first.
    """
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"LISTEN {WAKE}")
        yield None
        while True:
            seen = False
            for notice in connection.notifies(timeout=timeout, stop_after=1):
                seen = True
                yield notice.payload
            if not seen:
                yield None
