"""Office database: finds the database of the office that runs here, and reports errors without a traceback."""

from collections.abc import Callable
from typing import NoReturn

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from api.processes import instance
from states.errors import OfficeKeyError
from states.settings import Configuration
from states.storage.office_key import open_office


def fail(message: object) -> NoReturn:
    """Print what is wrong and what to do, and exit with code 1."""
    typer.echo(f"veiligadvies: {message}", err=True)
    raise typer.Exit(1)


def find_database(configuration: Configuration) -> Engine:
    """Connect to the database of DATABASE_URL, or otherwise of the office that runs here."""
    if configuration.database_url is None and not configuration.folder.exists():
        fail(f"No office was ever started in {configuration.folder}. Start one with `make run`.")
    try:
        url = configuration.database_url or instance.read(configuration.folder).database
        return open_office(url, configuration.key_file, make=False, pool_size=1)
    except (instance.OfficeError, OfficeKeyError) as error:
        fail(error)


def with_database(configuration: Configuration, work: Callable[[Engine], int]) -> None:
    """Run a function with the database of the office, and exit with the code that it returns."""
    engine = find_database(configuration)
    try:
        code = work(engine)
    except DBAPIError as error:
        fail(f"The office's database does not answer as it should: {str(error.orig).strip().splitlines()[0]}")
    finally:
        engine.dispose()
    raise typer.Exit(code)
