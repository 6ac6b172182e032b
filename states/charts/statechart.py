"""What every chart shares: strict flags, and a grid that decides every (state, event) pair by hand.

A chart says which events move it. The grid beside it says, for each event in each state, what happens:

====  ==========================================================================================
mark  meaning
====  ==========================================================================================
``>``  the chart moves (must agree with the chart's own transitions)
``=``  the event is accepted and the state stays
``x``  refused in this state
====  ==========================================================================================

A pair that nobody decided about is an error when the module is imported.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from threading import local
from types import SimpleNamespace
from typing import Any, Literal

from statemachine import StateChart
from statemachine.exceptions import TransitionNotAllowed

Mark = Literal[">", "=", "x"]
MARKS: dict[str, Mark] = {">": ">", "=": "=", "x": "x"}


class StrictChart(StateChart[Any]):
    """A chart that refuses unknown events and lets errors through."""

    allow_event_without_transition = False
    catch_errors_as_events = False
    atomic_configuration_update = True


MACHINES = local()
"""The machines at hand, for each thread its own."""


class ChartError(Exception):
    """A chart and its grid disagree; found when the module is imported."""


@dataclass(frozen=True)
class Chart:
    """One chart: its name, its statechart class, the enum of its states and its decided grid."""

    name: str
    states: type[StrEnum]
    machine: type[StrictChart]
    grid: Mapping[tuple[str, str], Mark]
    ends: frozenset[str] = frozenset()
    """States that end the subject though it can be opened again: a machine has no way back from a final one."""

    @property
    def events(self) -> tuple[str, ...]:
        """Every event of the grid, in its order."""
        return tuple(dict.fromkeys(event for event, _ in self.grid))

    @cached_property
    def final(self) -> frozenset[str]:
        """The values of the states that end this chart."""
        return self.ends | {str(state.value) for state in self.machine.states if state.final}

    @property
    def initial(self) -> str:
        """The value of the state in which a subject begins."""
        return next(str(state.value) for state in self.machine.states if state.initial)

    def mark(self, event: str, state: str) -> Mark:
        """What the grid decides for this pair; an unknown event is a KeyError."""
        return self.grid[event, state]

    def move(self, state: str, event: str, **conditions: bool) -> str:
        """Restore the chart in a state, send the event, and answer the state it ends in.

        Raises:
            TransitionNotAllowed: no transition's conditions hold.
        """
        machine = self.restored(state)
        given: dict[str, Any] = dict(conditions)
        machine.send(event.replace("-", "_"), **given)
        ended = str(machine.model.state)
        if machine.is_terminated:
            del MACHINES.at_hand[self.name]  # a machine that came to its end does not start again
        return ended

    def restored(self, state: str) -> StrictChart:
        """The machine of this thread, put in a state; making one costs more than the event itself."""
        at_hand: dict[str, StrictChart] = MACHINES.__dict__.setdefault("at_hand", {})
        if self.name not in at_hand:
            at_hand[self.name] = self.machine(SimpleNamespace(state=self.states(state)))
        machine = at_hand[self.name]
        machine.model.state = self.states(state)
        return machine

    def moves(self, state: str, event: str, **conditions: bool) -> bool:
        """Whether :meth:`move` would be accepted under these conditions."""
        try:
            self.move(state, event, **conditions)
        except TransitionNotAllowed:
            return False
        return True


def decided(
    name: str,
    states: type[StrEnum],
    machine: type[StrictChart],
    grid: str,
    *,
    ends: Collection[str] = (),
) -> Chart:
    """Read the grid and hold it against the chart.

    Args:
        name: the chart's name, as in URLs and the ledger.
        states: the enum of its states.
        machine: its statechart.
        grid: a table in text: a header of state values in enum order is implied; each line is an event and one mark
            per state, in the order of the enum.
        ends: states that end the subject, and from which it can be opened again.

    Raises:
        ChartError: a mark is missing or unknown, or ``>`` and the chart's transitions differ.
    """
    columns = [state.value for state in states]
    cells: dict[tuple[str, str], Mark] = {}
    for line in filter(None, (line.strip() for line in grid.splitlines())):
        if line.startswith("#"):
            continue
        event, *marks = line.split()
        if len(marks) != len(columns):
            raise ChartError(f"{name}: {event} decides {len(marks)} of {len(columns)} states.")
        for column, mark in zip(columns, marks, strict=True):
            if mark not in MARKS:
                raise ChartError(f"{name}: {event} in {column} has the unknown mark {mark}.")
            cells[event, column] = MARKS[mark]
    drawn = {
        (str(transition.event).replace("_", "-"), str(state.value))
        for state in machine.states
        for transition in state.transitions
    }
    decided_moves = {pair for pair, mark in cells.items() if mark == ">"}
    if wrong := drawn ^ decided_moves:
        raise ChartError(f"{name}: chart and grid differ on {sorted(wrong)}.")
    return Chart(name, states, machine, cells, frozenset(map(str, ends)))
