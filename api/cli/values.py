"""Values command: checks the dated values."""

import typer

from rules.core.dated_values import FOLDER, versions
from rules.core.errors import RulesError
from states.deadlines.validation import check_dated_values


def values() -> None:
    """Say whether the dated values fit, before an office is started with them; needs no office."""
    try:
        check_dated_values()
    except RulesError as error:
        typer.echo(f"veiligadvies: The dated values in {FOLDER} do not fit.\n{error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{len(versions())} dated values fit.")
