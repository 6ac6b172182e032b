"""Appoint command: registers the first administrator of an office, and the head who confirms with them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlalchemy import Engine
from sqlmodel import Session

from api.cli.office_database import fail, with_database
from rules.core.roles import ENGINE, Role
from states.commands.fire import fire
from states.engine.founding import FIRST_PEOPLE
from states.engine.parties import duty_holders
from states.errors import MalformedError, RefusedError
from states.settings import Configuration
from states.storage.database import transaction


def appoint(
    administrator: Annotated[str, typer.Argument(help="The id of the administrator, as tokens name it.")],
    head: Annotated[str | None, typer.Argument(help="The id of the head of the office, who confirms roles.")] = None,
) -> None:
    """Appoint the first administrator of an office that has none, and its head; asks for names and addresses."""
    named = [*([(head, Role.HEAD)] if head else []), (administrator, Role.ADMINISTRATOR)]
    people = [asked(person, role) for person, role in named]

    def work(engine: Engine) -> int:
        try:
            with transaction(engine) as session:
                register(session, people)
        except (MalformedError, RefusedError) as error:
            fail(error)
        for person, role in named:
            typer.echo(f"{person} is registered as {role}; the ledger records it.")
        return 0

    with_database(Configuration(), work)


def register(session: Session, people: Sequence[Mapping[str, Any]]) -> None:
    """Register the first people of an office, the administrator last.

    Raises:
        MalformedError: an id is taken or has no form of an id, or there would be nobody to confirm a role.
        RefusedError: the office has an administrator already.
    """
    for body in people:
        fire(session, "person", None, FIRST_PEOPLE, by=ENGINE, at=datetime.now(UTC), body=body)
    session.flush()
    if not duty_holders(session, Role.HEAD, ""):
        words = "Name the head of the office too: a role that reaches far is granted by one and confirmed by another."
        raise MalformedError([("head", words)])


def asked(person: str, role: Role) -> dict[str, Any]:
    """Ask for a name and an e-mail address, which belong in no list of processes and no history of a shell."""
    return {
        "id": person,
        "name": typer.prompt(f"Name of {person}"),
        "email": typer.prompt(f"E-mail address of {person}"),
        "duties": [{"role": role}],
    }
