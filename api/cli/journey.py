"""Journey command: takes five applications through the office over its API."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from api.cli.office_database import fail, with_database
from api.http.authentication import issue
from api.journey import run as walk
from api.processes import instance
from rules.core.roles import Role
from states.settings import Configuration
from states.storage.database import transaction


def journey(
    url: Annotated[str | None, typer.Option(help="The office's address; by default the one that runs here.")] = None,
    out: Annotated[Path | None, typer.Option(help="A folder for every file that leaves or comes in.")] = None,
) -> None:
    """Walk five applications through the office over its API, and tell what happens."""
    configuration = Configuration()

    def work(engine: Engine) -> int:
        def token_for(role: Role, person: str | None) -> str:
            with transaction(engine) as session:
                return issue(session, configuration, role, person, at=datetime.now(UTC))

        try:
            address = url or instance.read(configuration.folder).api
        except instance.OfficeError as error:
            fail(error)
        return walk.run(address, token_for, out, typer.echo)

    with_database(configuration, work)
