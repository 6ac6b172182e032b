"""Server of Prefect whose SQLite transactions take the write lock at their beginning, with the first of its two pages.

SQLite allows one writer at a time. Prefect begins most transactions as readers: one that has read, and wants to write
after another has written, is refused at once ("database is locked"). Python's garbage collector then cleans up the
refused connection in the server's only thread and deadlocks with another connection, so the whole server blocks for a
minute (PrefectHQ/prefect#23051). A transaction that takes the lock at its beginning is never refused; it waits some
milliseconds.

Prefect has two versions of its pages. The second calls a host of its maker from the browser, and the first invites to
it as long as it is there, whatever is set; so it is not there.
"""

import runpy
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import prefect
from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


@asynccontextmanager
async def begin(
    _: AioSqliteConfiguration,
    session: AsyncSession,
    with_for_update: bool = False,  # noqa: ARG001  # as Prefect calls it
) -> AsyncGenerator[AsyncSessionTransaction, None]:
    """Begin a transaction that holds the write lock from its beginning; other readers are not affected."""
    async with session.begin() as transaction:
        mode = SQLITE_BEGIN_MODE.set("IMMEDIATE")
        try:
            await session.connection()
        finally:
            SQLITE_BEGIN_MODE.reset(mode)
        yield transaction


def main() -> None:
    """Run ``prefect server start`` with the options given."""
    AioSqliteConfiguration.begin_transaction = begin  # type: ignore[method-assign,assignment]  # patched on purpose, see the module
    prefect.__ui_v2_static_path__ = Path(__file__).parent / "no-second-pages"
    sys.argv[:1] = ["prefect", "server", "start"]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
