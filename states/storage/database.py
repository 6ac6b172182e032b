"""Database connection: PostgreSQL, synchronous; only the outermost callers open and commit a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.engine import make_url
from sqlmodel import Session

from states.storage.vault import Vault

WAKE = "veiligadvies_wake"
"""The channel on which a commit announces waiting work or letters; it is only a hint, the tables decide."""


def address(url: str) -> str:
    """The URL with the driver of this application, for any spelling of a PostgreSQL URL."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def connect(url: str, *, key: bytes, pool_size: int = 20, time_limit: float | None = None) -> Engine:
    """An engine for a PostgreSQL address, with a vault under the office's key; every connection uses UTC.

    Args:
        url: the address.
        key: the office's master key.
        pool_size: how many connections are kept open.
        time_limit: seconds after which the server cancels a statement or an idle transaction, so that a process that
            was stopped halfway releases its locks.
    """
    options = "-c timezone=UTC"
    if time_limit is not None:
        limit = int(time_limit * 1000)
        options += f" -c statement_timeout={limit} -c idle_in_transaction_session_timeout={limit}"
    return create_engine(
        address(url),
        pool_size=pool_size,
        max_overflow=10,
        hide_parameters=True,  # an error in a log must not show the data that was written
        execution_options={"vault": Vault(key)},
        connect_args={"options": options},
    )


def vault_of(session: Session) -> Vault:
    """The vault of the engine that a session is bound to."""
    vault: Vault = session.get_bind().get_execution_options()["vault"]
    return vault


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session that is committed at the end, or rolled back on any error."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.flush()
        if hints := session.info.pop("hints", None):
            session.execute(select(*(func.pg_notify(WAKE, hint) for hint in sorted(hints))))
        session.commit()


def wake(session: Session, hint: str) -> None:
    """Notify listeners, when this transaction commits, of work that cannot wait for their next poll.

    Only for acute work: a notification takes a lock that every commit of the server shares.
    """
    session.info.setdefault("hints", set()).add(hint)


def listen(url: str, *, timeout: float) -> Iterator[str | None]:
    """Yield each hint, and None after every ``timeout`` seconds without one.

    Raises:
        psycopg.OperationalError: the connection was lost; connect again and read the tables first.
    """
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"LISTEN {WAKE}")
        yield None
        while True:
            received = False
            for notice in connection.notifies(timeout=timeout, stop_after=1):
                received = True
                yield notice.payload
            if not received:
                yield None
