"""One table of what each turn of life does at each stage; a stage that nobody thought of is an error at import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from states.charts.application import Stage
from states.charts.statechart import ChartError
from states.engine.event import EventContext
from states.tables.application import Application

Consequence = Callable[[EventContext[Application]], None]


@dataclass(frozen=True)
class Turns:
    """What each turn does at each stage, and the consequences by their letters."""

    grid: Mapping[tuple[str, str], str]
    consequences: Mapping[str, Consequence]

    def carry_out(self, turn: str, context: EventContext[Application]) -> None:
        """Do what the table says for the stage in which the turn found the application."""
        self.consequences[self.grid[turn, str(context.state)]](context)

    @property
    def names(self) -> tuple[str, ...]:
        """The turns in their order."""
        return tuple(dict.fromkeys(turn for turn, _ in self.grid))


def decided_turns(grid: str, consequences: Mapping[str, Consequence]) -> Turns:
    """Read the table: each line a turn and one letter per stage, in the order of the stages; ``x`` where refused.

    Raises:
        ChartError: a letter is missing or has no consequence.
    """
    cells: dict[tuple[str, str], str] = {}
    for line in filter(None, (line.strip() for line in grid.splitlines())):
        if line.startswith("#"):
            continue
        turn, *letters = line.split()
        if len(letters) != len(Stage):
            raise ChartError(f"{turn} decides {len(letters)} of {len(Stage)} stages.")
        for stage, letter in zip(Stage, letters, strict=True):
            if letter != "x" and letter not in consequences:
                raise ChartError(f"{turn} at {stage} has the letter {letter}, which stands for nothing.")
            cells[turn, str(stage)] = letter
    return Turns(cells, consequences)
