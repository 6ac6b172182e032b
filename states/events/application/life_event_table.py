"""Life event table: what each life event does at each stage; a missing stage is an error at import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from states.charts.application import Stage
from states.charts.statechart import ChartError
from states.engine.event import EventContext
from states.tables.application import Application

Consequence = Callable[[EventContext[Application]], None]


@dataclass(frozen=True)
class LifeEventTable:
    """The consequence of each life event at each stage, and the functions behind the letters."""

    grid: Mapping[tuple[str, str], str]
    consequences: Mapping[str, Consequence]

    def apply(self, life_event: str, context: EventContext[Application]) -> None:
        """Apply the table's consequence for the stage in which the event found the application."""
        self.consequences[self.grid[life_event, str(context.state)]](context)

    @property
    def names(self) -> tuple[str, ...]:
        """The life events in their order."""
        return tuple(dict.fromkeys(life_event for life_event, _ in self.grid))


def read_table(grid: str, consequences: Mapping[str, Consequence]) -> LifeEventTable:
    """Read the table: one line per life event, one letter per stage in the order of the stages; ``x`` where refused.

    Raises:
        ChartError: a letter is missing or has no consequence.
    """
    cells: dict[tuple[str, str], str] = {}
    for line in filter(None, (line.strip() for line in grid.splitlines())):
        if line.startswith("#"):
            continue
        life_event, *letters = line.split()
        if len(letters) != len(Stage):
            raise ChartError(f"{life_event} decides {len(letters)} of {len(Stage)} stages.")
        for stage, letter in zip(Stage, letters, strict=True):
            if letter != "x" and letter not in consequences:
                raise ChartError(f"{life_event} at {stage} has the letter {letter}, which stands for nothing.")
            cells[life_event, str(stage)] = letter
    return LifeEventTable(cells, consequences)
