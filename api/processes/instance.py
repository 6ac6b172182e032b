"""Instance: a running office, one per data folder, which other processes find through run.json; and its ports."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from states.storage.private_files import private_folder


class OfficeError(Exception):
    """The office cannot run, or is not running; the message says what to do."""


@dataclass(frozen=True)
class Instance:
    """Addresses and process ids of a running office."""

    api: str
    database: str
    prefect: str
    pids: dict[str, int] = field(default_factory=dict)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock the data folder for one office; the lock is released with the process, however it ends.

    Raises:
        OfficeError: another office holds the lock.
    """
    lock = os.open(folder / "run.lock", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(lock, "a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise OfficeError(
                f"Another office runs from {folder} (process {file.read().strip()}). "
                "Stop it, or choose another folder: VEILIGADVIES_HOME=/path/to/folder make run",
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def write(folder: Path, office: Instance) -> None:
    """Write run.json, readable by its owner only because the database address may contain a password."""
    draft = folder / "run.json.new"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(office), file, indent=2)
    draft.replace(folder / "run.json")


def remove(folder: Path) -> None:
    """Remove run.json: no office is running here any more."""
    (folder / "run.json").unlink(missing_ok=True)


def read(folder: Path) -> Instance:
    """Read the instance that runs from this data folder.

    Raises:
        OfficeError: no office runs from it.
    """
    with suppress(OfficeError, FileNotFoundError), locked(folder):
        # Nobody holds the lock, so run.json was left behind by a process that was killed.
        remove(folder)
    try:
        return Instance(**json.loads((folder / "run.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise OfficeError(
            f"No office runs from {folder}. Start one with `make run`, or name its folder: VEILIGADVIES_HOME=...",
        ) from None


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(host: str, port: int) -> bool:
    """Return whether this process could listen on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # Set by the servers too, so that a connection that was just closed does not occupy the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def remembered_port(file: Path) -> int:
    """Return the port in this file if it is still free; otherwise store another one there and return it."""
    with suppress(FileNotFoundError, ValueError):
        port = int(file.read_text(encoding="ascii"))
        if is_free("127.0.0.1", port):
            return port
    port = free_port()
    private_folder(file.parent)
    file.write_text(str(port), encoding="ascii")
    return port
