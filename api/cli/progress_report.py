"""Progress report command: writes the report to a file or to standard output."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from api.cli.office_database import with_database
from api.views.progress_report import WRITERS, RequestedReport
from notifications.catalogue import LANGUAGES
from rules.core.errors import QuestionError
from states.settings import Configuration
from states.storage.database import transaction


def report(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of a quarter.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of a quarter that is over.")],
    form: Annotated[str, typer.Option("--format", help="text, csv, svg, png or json.")] = "text",
    language: Annotated[str, typer.Option(help="nl or en.")] = "nl",
    out: Annotated[Path | None, typer.Option(help="A file to write to.")] = None,
) -> None:
    """Write the progress report over whole quarters, with small numbers hidden."""
    with_database(Configuration(), lambda engine: write(engine, since.date(), until.date(), form, language, out))


def write(engine: Engine, since: date, until: date, form: str, language: str, out: Path | None) -> int:
    """Write the report and return the exit code: 0, or 2 if an option is wrong."""
    for option, given, known in (("format", form, tuple(WRITERS)), ("language", language, LANGUAGES)):
        if given not in known:
            return report_wrong_option(option, f"There is no {given}; give one of {', '.join(known)}.")
    try:
        with transaction(engine) as session:
            requested = RequestedReport(session, since, until, at=datetime.now(UTC), language=language)
    except QuestionError as error:
        return report_wrong_option(error.parameter, str(error))
    content = WRITERS[form](requested)
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return 0
    try:
        out.write_bytes(content)
    except OSError as error:
        return report_wrong_option(
            "out", f"{out} cannot be written: {error.strerror}; name a file in a folder that exists."
        )
    typer.echo(f"{out}: {len(content)} bytes")
    return 0


def report_wrong_option(option: str, message: str) -> int:
    """Print which option is wrong and what would be right; returns the exit code."""
    typer.echo(f"veiligadvies: --{option}: {message}", err=True)
    return 2
