"""Forecast command: computes how long work will wait, with a progress bar."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine

from api.cli.office_database import with_database
from api.forecasting import answers, plot, text
from api.forecasting.answers import Assumptions
from rules.core.errors import QuestionError
from rules.forecast.event_log import LogError
from rules.forecast.history import Past, TooLittleHistoryError
from rules.forecast.model import Model
from rules.forecast.request import OnProgress, Question, scenarios, with_default_scenarios
from states.settings import Configuration
from states.storage.database import transaction

Source = tuple[Past | None, Model, dict[str, Any]]
OPTIONS = {"joins": "joins", "starts-on": "from"}


class Options(NamedTuple):
    """Options of the command."""

    log: Path | None
    example: bool
    arrivals: float | None
    advisers: int | None
    hours_per_case: float | None
    starts_on: str
    hours: str
    weeks: int
    replications: int
    seed: int
    ill: str | None
    intake: float | None
    reserve: int | None
    joins: str | None
    confidence: float | None
    bare: bool
    back_test: bool
    plot: tuple[Path, ...]
    as_json: bool

    @property
    def question(self) -> Question:
        """Return the question of the forecast."""
        return Question(
            self.weeks,
            self.replications,
            self.seed,
            self.ill,
            self.intake,
            self.reserve,
            self.joins,
            self.confidence,
            needed=not self.bare,
        )

    @property
    def given(self) -> Assumptions:
        """Return the assumptions."""
        return Assumptions(self.arrivals, self.advisers, self.hours_per_case)


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
    options = Options(
        log, example, arrivals, advisers, hours_per_case, starts_on, hours, weeks, replications, seed, ill, intake,
        reserve, joins, confidence, bare, back_test, tuple(plot or ()), as_json,
    )  # fmt: skip
    answer_or_fail(options)


def answer_or_fail(options: Options) -> None:
    """Answer, or exit with code 2 if an option or the log is wrong, and with 1 if there is too little history."""
    try:
        check(options)
        if options.log is not None or options.example or options.given.suffices:
            answer(options, source_without_office(options))
        else:
            with_database(Configuration(), lambda engine: answer_for_this_office(options, engine))
    except QuestionError as error:
        fail(f"--{OPTIONS.get(error.parameter, error.parameter)}: {error}", 2)
    except LogError as error:
        fail(f"--log: {options.log} was not used, for it cannot be read whole:\n{error}", 2)
    except TooLittleHistoryError as error:
        fail(f"{error} (--arrivals-per-week 7.3 --advisers 2, or --example)", 1)


def fail(message: str, code: int) -> NoReturn:
    """Print what is wrong, and exit."""
    typer.echo(f"veiligadvies: {message}", err=True)
    raise typer.Exit(code)


def check(options: Options) -> None:
    """Check the options before anything is read or computed.

    Raises:
        QuestionError: an option is wrong, or does not go with another; names the option.
    """
    if options.log is not None and options.example:
        raise QuestionError("example", "A log has figures of its own; leave one of --log and --example out.")
    if options.hours not in {"office", "always"}:
        raise QuestionError("hours", f"It is {options.hours!r}; give office or always.")
    if options.advisers is not None and options.advisers < 1:
        raise QuestionError("advisers", f"It is {options.advisers}; give a whole number from 1.")
    for name, value in (("arrivals-per-week", options.arrivals), ("hours-per-case", options.hours_per_case)):
        if value is not None and not value > 0:
            raise QuestionError(name, f"It is {value:g}; give a number above 0.")
    for path in options.plot:
        if path.suffix.lower() not in plot.WRITERS:
            raise QuestionError("plot", f"{path} is no picture that is drawn; name a file that ends with .svg or .png.")
        if not path.parent.is_dir():
            raise QuestionError("plot", f"There is no folder {path.parent}; make it first.")
    if options.back_test and options.log is None and (options.example or options.given.suffices):
        raise QuestionError("back-test", "Assumptions have no history to be held against; leave it out.")


def source_without_office(options: Options) -> Source:
    """Return the source of a forecast without this office's database: a log or assumptions."""
    if options.log is not None:
        past, model, basis = answers.of_log(
            text_of(options.log),
            options.given,
            options.question,
            always=options.hours == "always",
            at=datetime.now(UTC),
        )
        return past, model, basis
    try:
        starts_on = date.fromisoformat(options.starts_on)
    except ValueError as error:
        raise QuestionError("from", "Write a day as 2026-02-20.") from error
    named = "example" if options.example else "assumptions"
    return None, *answers.of_assumptions(options.given, options.question, starts_on, named=named)


def text_of(path: Path) -> str:
    """Read a text file.

    Raises:
        QuestionError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise QuestionError(
            "log", f"{path} is not written in UTF-8 (byte {error.start}); save it as CSV UTF-8."
        ) from error
    except OSError as error:
        raise QuestionError("log", f"{path} cannot be read: {error.strerror}.") from error


def answer_for_this_office(options: Options, engine: Engine) -> int:
    """Answer for the office of this database, which is only read."""
    with transaction(engine) as session:
        source = answers.of_office(session, options.given, options.question, at=datetime.now(UTC))
    answer(options, source)
    return 0


def answer(options: Options, source: Source) -> None:
    """Simulate, and print and plot the result."""
    past, model, basis = source
    question = options.question if options.bare else with_default_scenarios(model, options.question)
    rounds = len(list(scenarios(model, question))) + 3 * question.needed + options.back_test
    with progress(rounds * question.replications) as on_progress:
        found = answers.full_answer(model, basis, question, on_progress, tested=past if options.back_test else None)
    for path in options.plot:
        try:
            plot.write(found, path)
        except OSError as error:
            raise QuestionError("plot", f"{path} cannot be written: {error.strerror}.") from error
    if options.as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        for line in text.words(found):
            typer.echo(line)


@contextmanager
def progress(expected: int) -> Iterator[OnProgress]:
    """Show a progress bar on a terminal, on standard error and removed at the end; nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("Simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=expected)

        def advance(more: int) -> None:
            bar.advance(task, more)
            if bar.tasks[0].completed > (bar.tasks[0].total or 0):
                bar.update(task, total=bar.tasks[0].completed + expected // 4)

        yield advance
