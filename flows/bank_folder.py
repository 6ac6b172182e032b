"""Bank folder: imports each file of ``in/``, whatever lies beside it, and keeps it where it overwrites no other."""

import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from rules.core.roles import ENGINE
from states.commands import bank_files
from states.errors import StatesError
from states.storage.database import transaction
from states.storage.private_files import private_folder

FOLDERS = ("in", "done", "refused")
LONGEST_NAME = 200
"""Bytes of a name in ``done/`` and ``refused/``; a number and the ending of its note must still fit into 255."""
_LOG = structlog.get_logger()


class UnreadableFileError(StatesError):
    """What lies in the folder is no file that can be read."""


def make_private(folder: Path) -> None:
    """Make the bank's folders for our user only, or narrow them."""
    for name in ("", *FOLDERS):
        private_folder(folder / name)


def import_all(engine: Engine, folder: Path, at: datetime) -> int:
    """Import every file of ``in/``; returns how many. What cannot be imported stops nothing that lies behind it.

    Raises:
        OperationalError: the database is not available; the rest waits.
    """
    imported = 0
    for file in sorted((folder / "in").glob("*.xml")):
        try:
            imported += import_file(engine, folder, file, at)
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001  # it stays where it is, and is tried again
            _LOG.exception("bank-file-failed", file=file.name)
    return imported


def import_file(engine: Engine, folder: Path, file: Path, at: datetime) -> bool:
    """Import one file and move it; returns whether it was imported."""
    try:
        with open_regular(file) as source, transaction(engine) as session:
            bank_files.take_in(session, source, by=ENGINE, at=at)
    except FileNotFoundError:
        return False  # somebody took it away again
    except StatesError as error:
        place = free_place(folder / "refused", file.name, note=True)
        note_of(place).write_text(f"{error}\n", encoding="utf-8")
        file.rename(place)
        _LOG.warning("bank-file-refused", file=place.name)
        return False
    file.rename(free_place(folder / "done", file.name))
    return True


def open_regular(file: Path) -> BinaryIO:
    """Open a file, and nothing else that can have a name: a pipe, for one, would never end.

    Raises:
        FileNotFoundError: it is not there any more.
        UnreadableFileError: it is a folder, a link or a device, or cannot be opened.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        words = f"This cannot be opened ({error.strerror}). Put the file itself here, readable by the office."
        raise UnreadableFileError(words) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableFileError("This is not a file. Put each statement or report here as a file of its own.")
    return os.fdopen(descriptor, "rb")


def free_place(folder: Path, name: str, *, note: bool = False) -> Path:
    """A place in a folder for a file of this name that is not taken: with a number where an earlier file has it."""
    return next(
        place
        for place in places(folder, name)
        if not os.path.lexists(place) and not (note and os.path.lexists(note_of(place)))
    )


def places(folder: Path, name: str) -> Iterator[Path]:
    """The possible places: the name itself, then with ``-2``, ``-3``, ... before its ending."""
    stem, ending = Path(name).stem, Path(name).suffix
    while len(os.fsencode(stem)) > LONGEST_NAME:
        stem = stem[:-1]
    number = 1
    while True:
        yield folder / (f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}")
        number += 1


def note_of(place: Path) -> Path:
    """The note that says why a file was refused."""
    return place.with_name(f"{place.name}.txt")
