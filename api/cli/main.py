"""The command line: run an office, get into it, verify it, walk through it."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from api.processes import instance
from rules.core.roles import Role
from states.settings import Configuration

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(
    help="Veiligadvies: the case engine for the Dutch security-advice regulation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def fail(words: object) -> NoReturn:
    """Say what is wrong and what to do, without a traceback."""
    typer.echo(f"veiligadvies: {words}", err=True)
    raise typer.Exit(1)


def reach(configuration: Configuration) -> "Engine":
    """The database that DATABASE_URL names, or else that of the office that runs here."""
    # The imports of each command stand in it: `run` must start its slowest part without waiting for them.
    from states.storage.database import connect  # noqa: PLC0415
    from states.storage.vault import office_key  # noqa: PLC0415

    if not configuration.key_file.exists():
        fail(f"No office was ever started in {configuration.folder}. Start one with `make run`.")
    try:
        url = configuration.database_url or instance.read(configuration.folder).database
    except instance.OfficeError as error:
        fail(error)
    return connect(url, key=office_key(configuration.key_file), pool_size=1)


def within(configuration: Configuration, work: "Callable[[Engine], int]") -> None:
    """Do something with the database of an office, and end with what it answers."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    engine = reach(configuration)
    try:
        code = work(engine)
    except DBAPIError as error:
        fail(f"The office's database does not answer as it should: {str(error.orig).strip().splitlines()[0]}")
    finally:
        engine.dispose()
    raise typer.Exit(code)


@app.command()
def run() -> None:
    """Start an office and run it until Ctrl-C."""
    from api.processes import supervisor  # noqa: PLC0415
    from api.processes.console import Console  # noqa: PLC0415

    try:
        supervisor.run(Configuration(), Console())
    except instance.OfficeError as error:
        fail(error)


@app.command()
def token(
    role: Annotated[Role, typer.Option(help="The role to get in as.")],
    person: Annotated[str | None, typer.Option("--as", help="Who of those in that role.")] = None,
) -> None:
    """Print a bearer token for a person of the demonstration office."""
    from api.http.authentication import issue  # noqa: PLC0415
    from api.http.errors import ApiError  # noqa: PLC0415
    from states.storage.database import transaction  # noqa: PLC0415

    configuration = Configuration()

    def work(engine: "Engine") -> int:
        try:
            with transaction(engine) as session:
                typer.echo(issue(session, configuration, role, person, at=datetime.now(UTC)))
        except ApiError as error:
            fail(error)
        return 0

    within(configuration, work)


@app.command()
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
    from rules.core.errors import QuestionError, RulesError  # noqa: PLC0415
    from rules.deadlines.calculator import Question, calculate  # noqa: PLC0415

    question = Question(
        since, hours, days, weeks, months, years, backwards, service_level, level, lane, tuple(suspended or ())
    )
    try:
        found = calculate(question)
    except QuestionError as error:
        option = "service-level" if error.parameter == "level" else error.parameter
        typer.echo(f"veiligadvies: --{option}: {error}", err=True)
        raise typer.Exit(2) from error
    except RulesError as error:  # the calendar, or a value, does not reach that day: it says what to add
        fail(error)
    typer.echo(found.due_on.isoformat() if found.due_on else "open")
    for reason in found.reasons:
        typer.echo(reason)


@app.command()
def values() -> None:
    """Say whether the dated values fit, before an office is started with them; needs no office."""
    from rules.core.dated_values import FOLDER, versions  # noqa: PLC0415
    from rules.core.errors import RulesError  # noqa: PLC0415
    from states.deadlines.validation import check_dated_values  # noqa: PLC0415

    try:
        check_dated_values()
    except RulesError as error:
        fail(f"The dated values in {FOLDER} do not fit.\n{error}")
    typer.echo(f"{len(versions())} dated values fit.")


@app.command()
def forecast(
    log: Annotated[Path | None, typer.Option(help="Another office's log, as CSV; needs no office here.")] = None,
    example: Annotated[bool, typer.Option("--example", help="The figures of the spring of 2024; no office.")] = False,
    arrivals: Annotated[float | None, typer.Option("--arrivals-per-week", help="Cases a week, assumed.")] = None,
    advisers: Annotated[int | None, typer.Option(help="Advisers, assumed.")] = None,
    hours_per_case: Annotated[float | None, typer.Option(help="Hours of an adviser a case, assumed.")] = None,
    starts_on: Annotated[str, typer.Option("--from", help="The first day, where all is assumed.")] = "2024-01-01",
    hours: Annotated[str, typer.Option(help="When a log's office works: office or always.")] = "office",
    weeks: Annotated[int, typer.Option(help="How far ahead.")] = 26,
    replications: Annotated[int, typer.Option(help="How often that stretch is simulated.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same answer.")] = 1,
    ill: Annotated[str | None, typer.Option(help="What if so many advisers are ill, or one by name.")] = None,
    intake: Annotated[float | None, typer.Option(help="What if so many times the cases come in.")] = None,
    reserve: Annotated[int | None, typer.Option(help="What if every so many claims is the reserve's.")] = None,
    joins: Annotated[str | None, typer.Option(help="What if one more is there, with this skill or all.")] = None,
    confidence: Annotated[float | None, typer.Option(help="In which share of the runs advisers suffice.")] = None,
    bare: Annotated[bool, typer.Option("--bare", help="Only the office as it is.")] = False,
    back_test: Annotated[bool, typer.Option("--back-test", help="How wrong it would have been.")] = False,
    plot: Annotated[list[Path] | None, typer.Option(help="Draw it, as .png or .svg; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Say how long work will wait, which terms will be missed, and how many advisers are needed."""
    from api.cli import forecast as foreteller  # noqa: PLC0415

    asked = foreteller.Asked(
        log, example, arrivals, advisers, hours_per_case, starts_on, hours, weeks, replications, seed, ill, intake,
        reserve, joins, confidence, bare, back_test, tuple(plot or ()), as_json,
    )  # fmt: skip
    foreteller.run(asked, lambda work: within(Configuration(), work))


@app.command()
def verify() -> None:
    """Verify every chain of the ledger, and that what is stored follows from it."""
    from states.storage.database import transaction  # noqa: PLC0415
    from states.storage.verification import verify as verify_chains  # noqa: PLC0415

    def work(engine: "Engine") -> int:
        with transaction(engine) as session:
            verdict = verify_chains(session)
        for kind, count in sorted(verdict.by_kind.items()):
            typer.echo(f"{kind:<16} {count:>6} chains")
        typer.echo(f"{'entries':<16} {verdict.entries:>6}")
        for problem in verdict.problems:
            typer.echo(problem, err=True)
        typer.echo(f"{len(verdict.problems)} problems" if verdict.problems else "every chain holds")
        return 1 if verdict.problems else 0

    within(Configuration(), work)


@app.command()
def report(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of a quarter.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of a quarter that is over.")],
    form: Annotated[str, typer.Option("--format", help="text, csv, svg, png or json.")] = "text",
    language: Annotated[str, typer.Option(help="nl or en.")] = "nl",
    out: Annotated[Path | None, typer.Option(help="A file to write to.")] = None,
) -> None:
    """Write the progress report over whole quarters, with small numbers hidden."""
    from api.cli.progress_report import write  # noqa: PLC0415

    within(Configuration(), lambda engine: write(engine, since.date(), until.date(), form, language, out))


@app.command()
def journey(
    url: Annotated[str | None, typer.Option(help="The office's address; by default the one that runs here.")] = None,
    out: Annotated[Path | None, typer.Option(help="A folder for every file that leaves or comes in.")] = None,
) -> None:
    """Walk five applications through the office over its API, and tell what happens."""
    from api.http.authentication import issue  # noqa: PLC0415
    from api.journey import run as walk  # noqa: PLC0415
    from states.storage.database import transaction  # noqa: PLC0415

    configuration = Configuration()

    def work(engine: "Engine") -> int:
        def get_in(role: Role, person: str | None) -> str:
            with transaction(engine) as session:
                return issue(session, configuration, role, person, at=datetime.now(UTC))

        try:
            address = url or instance.read(configuration.folder).api
        except instance.OfficeError as error:
            fail(error)
        return walk.run(address, get_in, out, typer.echo)

    within(configuration, work)


if __name__ == "__main__":
    sys.exit(app())
