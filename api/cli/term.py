"""Term command: calculates when a term ends, and why."""

from typing import Annotated

import typer

from rules.core.errors import QuestionError, RulesError
from rules.deadlines.calculator import Question, calculate


def term(
    since: Annotated[str, typer.Option("--from", help="The day of the event; the term starts the day after.")],
    hours: Annotated[int | None, typer.Option(help="How long; give exactly one length.")] = None,
    days: Annotated[int | None, typer.Option(help="The same in days.")] = None,
    weeks: Annotated[int | None, typer.Option(help="The same in weeks.")] = None,
    months: Annotated[int | None, typer.Option(help="The same in months.")] = None,
    years: Annotated[int | None, typer.Option(help="The same in years.")] = None,
    backwards: Annotated[bool, typer.Option("--backwards", help="Count back from the day.")] = False,
    service_level: Annotated[
        bool,
        typer.Option("--service-level", help="No law sets the term; hours are office hours. A name may follow."),
    ] = False,
    level: Annotated[str | None, typer.Argument(help="A service level by name, such as intake.")] = None,
    lane: Annotated[str | None, typer.Option(help="Whose hours of that service level, such as urgent.")] = None,
    suspended: Annotated[
        list[str] | None,
        typer.Option(help="First and last suspended day, as 2026-03-01..2026-03-10; may be repeated."),
    ] = None,
) -> None:
    """Say when a term ends, and why; needs no office."""
    question = Question(
        since, hours, days, weeks, months, years, backwards, service_level, level, lane, tuple(suspended or ())
    )
    try:
        found = calculate(question)
    except QuestionError as error:
        option = "service-level" if error.parameter == "level" else error.parameter
        typer.echo(f"veiligadvies: --{option}: {error}", err=True)
        raise typer.Exit(2) from error
    except RulesError as error:  # the calendar or a dated value does not cover that day; the message says what to add
        typer.echo(f"veiligadvies: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(found.due_on.isoformat() if found.due_on else "open")
    for reason in found.reasons:
        typer.echo(reason)
