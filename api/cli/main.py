"""Main program of the command line; each command is imported only when it is called."""

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "run": ("api.cli.run:run", "Start an office and run it until Ctrl-C."),
    "appoint": (
        "api.cli.appoint:appoint",
        "Appoint the first administrator of an office that has none, and its head; asks for names and addresses.",
    ),
    "token": ("api.cli.token:token", "Print a bearer token for a person of the demonstration office."),
    "term": ("api.cli.term:term", "Say when a term ends, and why; needs no office."),
    "values": (
        "api.cli.values:values",
        "Say whether the dated values fit, before an office is started with them; needs no office.",
    ),
    "forecast": (
        "api.cli.forecast:forecast",
        "Say how long work will wait, which terms will be missed, and how many advisers are needed.",
    ),
    "verify": ("api.cli.verify:verify", "Verify every chain of the ledger, and that what is stored follows from it."),
    "report": (
        "api.cli.progress_report:report",
        "Write the progress report over whole quarters, with small numbers hidden.",
    ),
    "journey": (
        "api.cli.journey:journey",
        "Walk five applications through the office over its API, and tell what happens.",
    ),
}
"""Module and help text of each command, so that neither the help nor another command waits for its imports."""


def load(name: str) -> Any:
    """Import a command."""
    module, _, function = COMMANDS[name][0].partition(":")
    alone = typer.Typer(add_completion=False)
    alone.command(name)(getattr(importlib.import_module(module), function))
    return typer.main.get_command(alone)


class Commands(TyperGroup):
    """Group of commands, listed from the table and imported when they are called.

    The types of Typer's own copy of click are private, hence ``Any``.
    """

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=text) for name, (_, text) in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the called command, imported."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name is not None and command is not None else command, rest


app = typer.Typer(
    cls=Commands,
    help="Veiligadvies: the case engine for the Dutch security-advice regulation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Make Typer treat the program as a group; it does so only for a program with a callback."""


if __name__ == "__main__":
    sys.exit(app())
