"""Token command: prints a bearer token of the demonstration office."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Engine

from api.cli.office_database import fail, with_database
from api.http.authentication import issue
from api.http.errors import ApiError
from rules.core.roles import Role
from states.settings import Configuration
from states.storage.database import transaction


def token(
    role: Annotated[Role, typer.Option(help="The role to get in as.")],
    person: Annotated[str | None, typer.Option("--as", help="Who of those in that role.")] = None,
) -> None:
    """Print a bearer token for a person of the demonstration office."""
    configuration = Configuration()

    def work(engine: Engine) -> int:
        try:
            with transaction(engine) as session:
                typer.echo(issue(session, configuration, role, person, at=datetime.now(UTC)))
        except ApiError as error:
            fail(error)
        return 0

    with_database(configuration, work)
