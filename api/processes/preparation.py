"""Preparation of an office before its processes start: dated values, tables and demonstration data.

The imports of this module take seconds, so the supervisor imports it late.
"""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from api.demonstration.load import load
from api.processes.instance import OfficeError
from migrations.resealing import ResealError
from migrations.upgrade import upgrade
from rules.core.dated_values import FOLDER
from rules.core.errors import RulesError
from states.deadlines.validation import check_dated_values
from states.errors import OfficeKeyError, RefusedError
from states.settings import Configuration
from states.storage.office_key import open_office, read_key


def snapshot_values(folder: Path) -> Path:
    """Check the dated values and copy them, so that later edits of their files do not affect this run.

    Returns:
        the folder of the copy.

    Raises:
        OfficeError: the dated values are not valid.
    """
    try:
        check_dated_values()
    except RulesError as error:
        raise OfficeError(f"The dated values in {FOLDER} do not fit.\n{error}") from error
    copy = folder / "values"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(FOLDER, copy)
    return copy


def migrate(configuration: Configuration, database: str) -> None:
    """Apply the pending migrations.

    Raises:
        OfficeError: the database does not answer, or its sealed data do not open with the key of the office.
    """
    try:
        upgrade(database, key=lambda: read_key(configuration.key_file))
    except (ResealError, OfficeKeyError) as error:
        raise OfficeError(f"The database cannot be upgraded. {error}") from error
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise OfficeError(f"The database does not answer: {reason}") from error


def provide_key(configuration: Configuration, database: str) -> None:
    """Make the office's key at its very first start; at every other, check that it is the key of this database.

    Raises:
        OfficeError: the key is missing, damaged, open to others, or of another database.
    """
    try:
        open_office(database, configuration.key_file)
    except OfficeKeyError as error:
        raise OfficeError(f"{error}\nThe data folder is {configuration.folder}.") from error


def load_demonstration(configuration: Configuration, database: str, progress: Callable[[int, int, str], None]) -> None:
    """Load the demonstration office, or the missing part of it.

    Raises:
        OfficeError: the database holds another office, in which nobody is fictional.
    """
    engine = open_office(database, configuration.key_file)
    # An interrupted load continues at the next start, so its commits need not wait for the disk.
    event.listen(engine, "connect", _commit_asynchronously)
    try:
        load(engine, at=datetime.now(UTC), progress=progress)
    except RefusedError as error:
        if not any(finding.rule == "grant.first-people" for finding in error.findings):
            raise
        words = "This database holds an office that is not the demonstration; set VEILIGADVIES_DEMONSTRATION=false."
        raise OfficeError(words) from error
    finally:
        engine.dispose()


def _commit_asynchronously(raw: Any, _: Any) -> None:
    raw.execute("SET synchronous_commit = off")
    raw.commit()
