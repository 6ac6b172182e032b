"""Our own Prefect server, on a store that does not stand still.

Its store is SQLite, which lets one write at a time. Prefect begins most transactions as readers: one that read, and
wants to write after another has written, is refused at once ("database is locked"). What such a refusal leaves behind
is tidied up by Python's collector in the thread of the whole server, which then waits for the lock of a connection
that itself waits for what only the server can let go: all of it stands still for a minute (PrefectHQ/prefect#23051).
A transaction that asks for the lock at its beginning is never refused; it waits its turn of some milliseconds.
"""

import runpy
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


@asynccontextmanager
async def begin(
    _: AioSqliteConfiguration,
    session: AsyncSession,
    with_for_update: bool = False,  # noqa: ARG001  # as Prefect calls it
) -> AsyncGenerator[AsyncSessionTransaction, None]:
    """A transaction that holds the lock from its beginning, and leaves what else is read meanwhile alone."""
    async with session.begin() as transaction:
        mode = SQLITE_BEGIN_MODE.set("IMMEDIATE")
        try:
            await session.connection()
        finally:
            SQLITE_BEGIN_MODE.reset(mode)
        yield transaction


def main() -> None:
    """``prefect server start``, with the options given."""
    AioSqliteConfiguration.begin_transaction = begin  # type: ignore[method-assign,assignment]  # patched on purpose, see the module
    sys.argv[:1] = ["prefect", "server", "start"]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
