"""Preparation of an office: its dated values, tables and demonstration. Its imports take seconds."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from api.demonstration.load import load
from api.processes.instance import OfficeError
from migrations.upgrade import upgrade
from rules.core.dated_values import FOLDER
from rules.core.errors import RulesError
from states.deadlines.validation import check_dated_values
from states.settings import Configuration
from states.storage.database import connect
from states.storage.vault import office_key


def snapshot_values(folder: Path) -> Path:
    """Check the dated values and copy them for this run, whatever becomes of their files; answers the copy.

    Raises:
        OfficeError: they do not fit.
    """
    try:
        check_dated_values()
    except RulesError as error:
        raise OfficeError(f"The dated values in {FOLDER} do not fit.\n{error}") from error
    kept = folder / "values"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(FOLDER, kept)
    return kept


def migrate(database: str) -> None:
    """Bring the tables up to date.

    Raises:
        OfficeError: the database does not answer.
    """
    try:
        upgrade(database)
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise OfficeError(f"The database does not answer: {reason}") from error


def load_demonstration(configuration: Configuration, database: str, progress: Callable[[int, int, str], None]) -> None:
    """Load the demonstration office, or what of it is missing."""
    engine = connect(database, key=office_key(configuration.key_file))
    # A load that is cut off goes on next time, so its commits need not each wait for the disk.
    event.listen(engine, "connect", _commit_asynchronously)
    load(engine, at=datetime.now(UTC), progress=progress)
    engine.dispose()


def _commit_asynchronously(raw: Any, _: Any) -> None:
    raw.execute("SET synchronous_commit = off")
    raw.commit()
