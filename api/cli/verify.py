"""Verify command: verifies the ledger, and the stored rows against it."""

import typer
from sqlalchemy import Engine

from api.cli.office_database import with_database
from states.settings import Configuration
from states.storage.database import transaction
from states.storage.verification import verify as verify_chains


def verify() -> None:
    """Verify every chain of the ledger, and that what is stored follows from it."""

    def work(engine: Engine) -> int:
        with transaction(engine) as session:
            verdict = verify_chains(session)
        for kind, count in sorted(verdict.by_kind.items()):
            typer.echo(f"{kind:<16} {count:>6} chains")
        typer.echo(f"{'entries':<16} {verdict.entries:>6}")
        for problem in verdict.problems:
            typer.echo(problem, err=True)
        typer.echo(f"{len(verdict.problems)} problems" if verdict.problems else "every chain holds")
        return 1 if verdict.problems else 0

    with_database(Configuration(), work)
