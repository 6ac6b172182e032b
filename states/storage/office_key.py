"""Office key: the master key in a file of 32 bytes, which is verified at every start and never replaced."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from states.errors import OfficeKeyError
from states.storage.database import connect
from states.storage.private_files import private_folder
from states.storage.purpose_keys import Purpose
from states.storage.vault import Vault, wrapping_place
from states.tables.ledger import DataKey, Stream

LENGTH = 32
"""Bytes of a master key; AES would also take 16 or 24, so a file that was cut off must be noticed here."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""What a key file may allow to nobody."""
PUT_BACK = "Put back the key file of this office from its backup, with mode 0600"


def read_key(path: Path) -> bytes:
    """The master key in a file.

    Raises:
        OfficeKeyError: the file is missing, cannot be read, is damaged, or is open to others.
    """
    name = shown(path)
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            key = file.read(LENGTH + 1)
    except FileNotFoundError:
        raise OfficeKeyError(f"The key file {name} is missing. {PUT_BACK}.") from None
    except OSError as error:
        raise OfficeKeyError(f"The key file {name} cannot be read: {error.strerror}. {PUT_BACK}.") from error
    if len(key) != LENGTH:
        raise OfficeKeyError(f"The key file {name} does not hold exactly {LENGTH} bytes: it is damaged. {PUT_BACK}.")
    if mode & OTHERS:
        # Narrowed silently, nobody would learn that others could have copied the key.
        raise OfficeKeyError(
            f"The key file {name} is open to others than its owner (mode {mode:04o}). Find out who could read it, and"
            f" give it mode 0600: chmod 600 {name}"
        )
    return key


def make_key(path: Path) -> None:
    """Make a new master key that survives a power cut; if two processes make one at once, the first wins.

    Only for an office without data: see :func:`open_office`.
    """
    folder = path.parent
    private_folder(folder)
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)  # whatever the umask, or an earlier draft
        file.write(secrets.token_bytes(LENGTH))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    for changed in (folder, folder.parent):
        descriptor = os.open(changed, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def open_office(
    url: str, path: Path, *, make: bool = True, pool_size: int = 20, time_limit: float | None = None
) -> Engine:
    """An engine for the office's database under the key in this file, after checking that the two belong together.

    A database that does not answer is no reason to refuse: the key is then checked by readiness.

    Args:
        url: the address of the database.
        path: the key file.
        make: whether a key may be made if there is none, and the database holds no data.
        pool_size: how many connections are kept open.
        time_limit: as for :func:`states.storage.database.connect`.

    Raises:
        OfficeKeyError: there is no usable key, or it is not the key of this database.
    """
    if not path.exists():
        require_empty(url, path)
        if not make:
            words = "there is no key file, and its database is empty. Start one with `make run`"
            raise OfficeKeyError(f"No office was ever started in this data folder: {words}.")
        make_key(path)
    engine = connect(url, key=read_key(path), pool_size=pool_size, time_limit=time_limit)
    try:
        check_key(engine, path)
    except OperationalError:
        """Every process connects again by itself, and readiness checks the key."""
    finally:
        engine.dispose()  # a process that forks must not share the connection of the check
    return engine


def require_empty(url: str, path: Path) -> None:
    """Require that a database without a key file holds no data, or that another process made the key meanwhile.

    Raises:
        OfficeKeyError: it holds data, or does not answer.
    """
    engine = connect(url, key=secrets.token_bytes(LENGTH), pool_size=1)
    try:
        with Session(engine) as session:
            migrated = session.execute(text("SELECT to_regclass('stream') IS NOT NULL")).scalar()
            empty = not migrated or session.exec(select(Stream.id).limit(1)).first() is None
    except OperationalError as error:
        words = "whether the database holds data cannot be seen, because it does not answer"
        raise OfficeKeyError(f"The key file {shown(path)} is missing, and {words}. {PUT_BACK}.") from error
    finally:
        engine.dispose()
    # Another process may have made the key and the first data after this one looked for the file.
    if not empty and not path.exists():
        raise OfficeKeyError(
            f"The key file {shown(path)} is missing, and the database holds data that only this key opens. {PUT_BACK};"
            " a new key is never made over existing data."
        )


def check_key(engine: Engine, path: Path) -> None:
    """Check that the key in a file opens what the database holds.

    Every data key is wrapped with the master key, so each of them is a check value. The first and the last are tried.

    Raises:
        OfficeKeyError: it cannot be used, or does not open the data.
    """
    vault = Vault(read_key(path))
    with Session(engine) as session:
        if not session.execute(text("SELECT to_regclass('data_key') IS NOT NULL")).scalar():
            return
        first = col(DataKey.stream), col(DataKey.retention)
        for place in (first, [column.desc() for column in first]):
            found = session.exec(select(DataKey).order_by(*place).limit(1)).first()
            try:
                if found is not None:
                    vault.open(Purpose.WRAPPING, found.wrapped, wrapping_place(found.stream, found.retention))
            except (InvalidTag, ValueError) as error:
                raise OfficeKeyError(
                    f"The key in {shown(path)} is not the key of this database: it does not open its data. {PUT_BACK},"
                    " or name the database that belongs to this key."
                ) from error


def shown(path: Path) -> str:
    """A key file as messages name it: by its place in the data folder, because readiness is not secret."""
    return f"{path.parent.name}/{path.name}"
