"""Statechart with its grid: which events move a subject, and a decision for every pair of state and event.

python-statemachine defines the transitions. They are read once into a look-up, which every step uses; a test compares
the look-up with the machine for every pair. The grid says, for each event in each state, what happens:

====  ==========================================================================================
mark  meaning
====  ==========================================================================================
``>``  the chart moves (must agree with the chart's own transitions)
``=``  the event is accepted and the state stays
``x``  refused in this state
====  ==========================================================================================

A pair without a decision is an error when the module of the chart is imported.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, NamedTuple

from statemachine import StateChart
from statemachine.transition import Transition

Mark = Literal[">", "=", "x"]
MARKS: dict[str, Mark] = {">": ">", "=": "=", "x": "x"}


class StrictChart(StateChart[Any]):
    """A statechart that refuses unknown events and does not catch errors."""

    allow_event_without_transition = False
    catch_errors_as_events = False
    atomic_configuration_update = True


class ChartError(Exception):
    """A chart and its grid disagree; raised when the module of the chart is imported."""


class NoTransitionError(Exception):
    """No transition of a chart is possible for an event in a state, under the given conditions."""


class Route(NamedTuple):
    """One transition out of a state: where it leads, and which conditions must hold or must not."""

    target: str
    conditions: tuple[tuple[str, bool], ...]

    def is_open(self, given: Mapping[str, bool]) -> bool:
        """Whether every condition is as required; a condition that is not given does not hold."""
        return all(given.get(name, False) is required for name, required in self.conditions)


@dataclass(frozen=True)
class Chart:
    """One chart: its name, its statechart class, the enum of its states and its grid."""

    name: str
    states: type[StrEnum]
    machine: type[StrictChart]
    grid: Mapping[tuple[str, str], Mark]
    routes: Mapping[tuple[str, str], tuple[Route, ...]]
    """Every transition by state and event, in the order in which they are tried."""
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
        """The state to which an event leads from a state.

        Raises:
            NoTransitionError: no transition is possible under these conditions.
        """
        for route in self.routes.get((str(state), event), ()):
            if route.is_open(conditions):
                return route.target
        raise NoTransitionError(f"{self.name}: {event} leads nowhere from {state} under {conditions}.")

    def moves(self, state: str, event: str, **conditions: bool) -> bool:
        """Whether :meth:`move` finds a transition under these conditions."""
        return any(route.is_open(conditions) for route in self.routes.get((str(state), event), ()))


def routes_of(machine: type[StrictChart]) -> Mapping[tuple[str, str], tuple[Route, ...]]:
    """Every transition of a statechart by state and event, read from its definition."""
    found: dict[tuple[str, str], tuple[Route, ...]] = {}
    for state in machine.states:
        for transition in state.transitions:
            conditions = tuple((str(spec.func), bool(spec.expected_value)) for spec in transition.cond)
            pair = (str(state.value), event_name(transition))
            found[pair] = (*found.get(pair, ()), Route(str(transition.target.value), conditions))
    return found


def event_name(transition: Transition) -> str:
    """The event of a transition, as grids and URLs write it."""
    return str(transition.event).replace("_", "-")


def chart_from_grid(
    name: str,
    states: type[StrEnum],
    machine: type[StrictChart],
    grid: str,
    *,
    ends: Collection[str] = (),
) -> Chart:
    """Read the grid and compare it with the chart.

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
    routes = routes_of(machine)
    drawn = {(event, state) for state, event in routes}
    decided_moves = {pair for pair, mark in cells.items() if mark == ">"}
    if wrong := drawn ^ decided_moves:
        raise ChartError(f"{name}: chart and grid differ on {sorted(wrong)}.")
    return Chart(name, states, machine, cells, routes, frozenset(map(str, ends)))
