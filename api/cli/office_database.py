"""Office database: how a command finds the database of the office that runs here, and says what is wrong."""

from collections.abc import Callable
from typing import NoReturn

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from api.processes import instance
from states.settings import Configuration
from states.storage.database import connect
from states.storage.vault import office_key


def fail(words: object) -> NoReturn:
    """Say what is wrong and what to do, without a traceback."""
    typer.echo(f"veiligadvies: {words}", err=True)
    raise typer.Exit(1)


def find_database(configuration: Configuration) -> Engine:
    """The database that DATABASE_URL names, or else that of the office that runs here."""
    if not configuration.key_file.exists():
        fail(f"No office was ever started in {configuration.folder}. Start one with `make run`.")
    try:
        url = configuration.database_url or instance.read(configuration.folder).database
    except instance.OfficeError as error:
        fail(error)
    return connect(url, key=office_key(configuration.key_file), pool_size=1)


def with_database(configuration: Configuration, work: Callable[[Engine], int]) -> None:
    """Do something with the database of an office, and end with what it answers."""
    engine = find_database(configuration)
    try:
        code = work(engine)
    except DBAPIError as error:
        fail(f"The office's database does not answer as it should: {str(error.orig).strip().splitlines()[0]}")
    finally:
        engine.dispose()
    raise typer.Exit(code)
