"""Command line: each command is imported when it is called, and the table has its own help text."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from api.cli.main import COMMANDS, app, load


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_has_the_help_text_of_each_command(name: str) -> None:
    assert load(name).help == COMMANDS[name][1]
    assert load(name).name == name


def test_the_help_lists_every_command_in_order() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    places = [shown.index(f" {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_an_unknown_command_is_refused_with_a_suggestion() -> None:
    done = CliRunner().invoke(app, ["tok"])
    assert done.exit_code == 2
    assert "Did you mean 'token'?" in done.output


def test_the_help_imports_no_command() -> None:
    code = (
        "import sys; from api.cli.main import app; from typer.testing import CliRunner;"
        "CliRunner().invoke(app, ['--help']); print(any(name in sys.modules for name in ('sqlalchemy', 'rules')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
