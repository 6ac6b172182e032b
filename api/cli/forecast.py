"""The command ``veiligadvies forecast``: it reads what is asked, shows how it gets on, and answers."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine

from api.forecasting import answers, plot, text
from api.forecasting.answers import Given
from rules.core.errors import QuestionError
from rules.forecast.event_log import LogError
from rules.forecast.history import Past, TooLittleHistoryError
from rules.forecast.model import Model
from rules.forecast.request import OnProgress, Question, scenarios, with_default_scenarios
from states.storage.database import transaction

Source = tuple[Past | None, Model, dict[str, Any]]
Within = Callable[[Callable[[Engine], int]], None]
OPTIONS = {"joins": "joins", "starts-on": "from"}


class Asked(NamedTuple):
    """The options of the command."""

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
        """What is asked of the office, wherever it comes from."""
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
    def given(self) -> Given:
        """What is assumed."""
        return Given(self.arrivals, self.advisers, self.hours_per_case)


def run(asked: Asked, within: Within) -> None:
    """Answer; ends the process with 2 where the question or the log is wrong, with 1 where there is too little."""
    try:
        check(asked)
        if asked.log is not None or asked.example or asked.given.suffices:
            answer(asked, elsewhere(asked))
        else:
            within(lambda engine: of_this_office(asked, engine))
    except QuestionError as error:
        fail(f"--{OPTIONS.get(error.parameter, error.parameter)}: {error}", 2)
    except LogError as error:
        fail(f"--log: {asked.log} was not used, for it cannot be read whole:\n{error}", 2)
    except TooLittleHistoryError as error:
        fail(f"{error} (--arrivals-per-week 7.3 --advisers 2, or --example)", 1)


def fail(words: str, code: int) -> NoReturn:
    """Say what is wrong and what would be right."""
    typer.echo(f"veiligadvies: {words}", err=True)
    raise typer.Exit(code)


def check(asked: Asked) -> None:
    """Whether the options go together; before anything is read or computed.

    Raises:
        QuestionError: they do not; names the option.
    """
    if asked.log is not None and asked.example:
        raise QuestionError("example", "A log has figures of its own; leave one of --log and --example out.")
    if asked.hours not in {"office", "always"}:
        raise QuestionError("hours", f"It is {asked.hours!r}; give office or always.")
    if asked.advisers is not None and asked.advisers < 1:
        raise QuestionError("advisers", f"It is {asked.advisers}; give a whole number from 1.")
    for name, held in (("arrivals-per-week", asked.arrivals), ("hours-per-case", asked.hours_per_case)):
        if held is not None and not held > 0:
            raise QuestionError(name, f"It is {held:g}; give a number above 0.")
    for path in asked.plot:
        if path.suffix.lower() not in plot.WRITERS:
            raise QuestionError("plot", f"{path} is no picture that is drawn; name a file that ends with .svg or .png.")
        if not path.parent.is_dir():
            raise QuestionError("plot", f"There is no folder {path.parent}; make it first.")
    if asked.back_test and asked.log is None and (asked.example or asked.given.suffices):
        raise QuestionError("back-test", "Assumptions have no history to be held against; leave it out.")


def elsewhere(asked: Asked) -> Source:
    """An office that is not here: of a log, or of assumptions."""
    if asked.log is not None:
        past, model, basis = answers.of_log(
            text_of(asked.log), asked.given, asked.question, always=asked.hours == "always", at=datetime.now(UTC)
        )
        return past, model, basis
    try:
        starts_on = date.fromisoformat(asked.starts_on)
    except ValueError as error:
        raise QuestionError("from", "Write a day as 2026-02-20.") from error
    named = "example" if asked.example else "assumptions"
    return None, *answers.of_assumptions(asked.given, asked.question, starts_on, named=named)


def text_of(path: Path) -> str:
    """What stands in a file.

    Raises:
        QuestionError: it cannot be read, or is no text.
    """
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise QuestionError(
            "log", f"{path} is not written in UTF-8 (byte {error.start}); save it as CSV UTF-8."
        ) from error
    except OSError as error:
        raise QuestionError("log", f"{path} cannot be read: {error.strerror}.") from error


def of_this_office(asked: Asked, engine: Engine) -> int:
    """Answer for the office whose database this is; it is only read."""
    with transaction(engine) as session:
        source = answers.of_office(session, asked.given, asked.question, at=datetime.now(UTC))
    answer(asked, source)
    return 0


def answer(asked: Asked, source: Source) -> None:
    """Simulate, and print and draw what came of it."""
    past, model, basis = source
    question = asked.question if asked.bare else with_default_scenarios(model, asked.question)
    rounds = len(list(scenarios(model, question))) + 3 * question.needed + asked.back_test
    with progress(rounds * question.replications) as tell:
        found = answers.told(model, basis, question, tell, tested=past if asked.back_test else None)
    for path in asked.plot:
        try:
            plot.write(found, path)
        except OSError as error:
            raise QuestionError("plot", f"{path} cannot be written: {error.strerror}.") from error
    if asked.as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        for line in text.words(found):
            typer.echo(line)


@contextmanager
def progress(expected: int) -> Iterator[OnProgress]:
    """A bar on a terminal, beside the answer and gone after it; nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("Simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=expected)

        def tell(more: int) -> None:
            bar.advance(task, more)
            if bar.tasks[0].completed > (bar.tasks[0].total or 0):
                bar.update(task, total=bar.tasks[0].completed + expected // 4)

        yield tell
