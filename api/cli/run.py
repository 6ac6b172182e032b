"""Run command: starts an office."""

import typer

from api.processes import instance, supervisor
from api.processes.console import Console
from states.settings import Configuration


def run() -> None:
    """Start an office and run it until Ctrl-C."""
    try:
        supervisor.run(Configuration(), Console())
    except instance.OfficeError as error:
        typer.echo(f"veiligadvies: {error}", err=True)
        raise typer.Exit(1) from error
