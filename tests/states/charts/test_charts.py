"""Charts, checked whole: no dead end, nothing unreachable, and every pair of state and event decided."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from office import AUTHORITY, OFFICER, START, ZILVERDAM, do, is_ended, problems, receive, rows, walk
from prepared_databases import Prepared
from sqlalchemy import Engine
from stages import fill_every_stage
from statemachine.exceptions import TransitionNotAllowed
from statemachine.states import States

from rules.access.authority import DUTIES, role_has_duty, roles_of
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.charts import advice, application, batch, booking, loan, measure, objection, payable, people, takeover
from states.charts.application import ENDS, Stage
from states.charts.statechart import Chart, ChartError, NoTransitionError, StrictChart, chart_from_grid
from states.engine.bodies import Body
from states.errors import RefusedError
from states.events.catalogue import CHARTS, EVENTS
from states.tables.application import Application

CONDITIONS = (
    "measures_advised",
    "interviewed",
    "evidence_complete",
    "second_needed",
    "is_credit",
    "founded",
    "unfounded",
    "inadmissible",
    "home_provided",
    "at_intake",
    "at_interview_held",
    "at_advice",
    "at_provision",
    "at_settlement",
    "at_booking",
)
GIVEN = ({}, *({name: True} for name in CONDITIONS))
"""Each condition alone, for none depends on another."""
OUTSIDE_CHARTS = {
    *(("work", event) for event in ("claim", "release", "assign", "delegate", "redistribute")),
    ("police-report", "draft"),
    ("document", "read"),
    ("timer", "read"),
    ("proposed-duty", "read"),
    ("letter", "settle"),
    ("statistics", "read"),
    ("progress-report", "read"),
    ("forecast", "ask"),
}
charts = pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda chart: chart.name)


def after(chart: Chart, state: str, event: str) -> set[str]:
    """Every state that an event can lead to from a state, the chart restored for each try."""
    found = set()
    for given in GIVEN:
        try:
            found.add(chart.move(state, event, **given))
        except NoTransitionError:
            continue
    return found


def by_machine(chart: Chart, state: str, event: str, given: Mapping[str, bool]) -> str | None:
    """The next state according to python-statemachine; None where it refuses."""
    machine = chart.machine(SimpleNamespace(state=chart.states(state)))
    facts: dict[str, Any] = dict(given)
    try:
        machine.send(event.replace("-", "_"), **facts)
    except TransitionNotAllowed:
        return None
    return str(machine.model.state)


def by_look_up(chart: Chart, state: str, event: str, given: Mapping[str, bool]) -> str | None:
    """The next state according to the look-up table; None where it refuses."""
    try:
        return chart.move(state, event, **given)
    except NoTransitionError:
        return None


@charts
def test_the_look_up_table_agrees_with_the_machine_for_every_pair_and_condition(chart: Chart) -> None:
    for state in map(str, chart.states):
        if state in {str(each.value) for each in chart.machine.states if each.final}:
            assert all(not chart.routes.get((state, event)) for event in chart.events)
            continue
        for event in chart.events:
            named = sorted({name for route in chart.routes.get((state, event), ()) for name, _ in route.conditions})
            for values in product((False, True), repeat=len(named)):
                given = dict(zip(named, values, strict=True))
                assert chart.moves(state, event, **given) == (by_look_up(chart, state, event, given) is not None)
                assert by_look_up(chart, state, event, given) == by_machine(chart, state, event, given), (state, event)


def successors(chart: Chart, marks: str) -> dict[str, set[str]]:
    """The states that follow each state by the events with these marks."""
    return {
        str(state): {
            to for event in chart.events if chart.mark(event, state) in marks for to in after(chart, state, event)
        }
        for state in chart.states
    }


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for state in graph[waiting.pop()] - found:
            found.add(state)
            waiting.append(state)
    return found


@charts
def test_every_state_can_be_reached_from_the_first(chart: Chart) -> None:
    assert reachable(successors(chart, ">?"), chart.initial) == set(chart.states)


@charts
def test_every_state_reaches_an_end(chart: Chart) -> None:
    graph = successors(chart, ">")
    stuck = {state for state in graph if not reachable(graph, state) & chart.final}
    assert stuck == set()


@charts
def test_an_end_state_changes_only_when_it_is_reopened(chart: Chart) -> None:
    leaving = {
        event
        for state in chart.final
        for event in chart.events
        if chart.mark(event, state) == ">" and after(chart, state, event)
    }
    assert leaving == ({"reopen"} if chart.ends else set())


@charts
def test_every_state_and_event_is_decided_once(chart: Chart) -> None:
    assert set(chart.grid) == {(event, state) for event in chart.events for state in chart.states}


@charts
def test_a_chart_changes_state_exactly_where_its_grid_says_so(chart: Chart) -> None:
    for (event, state), mark in chart.grid.items():
        if mark == "?":
            continue
        if mark == "=" and not hasattr(chart.machine, event.replace("-", "_")):
            continue
        assert bool(after(chart, state, event)) == (mark == ">"), (event, state)


@charts
def test_every_event_has_a_class_and_every_class_an_event(chart: Chart) -> None:
    classes = {name: event for (of, name), event in EVENTS.items() if of == chart.name}
    assert set(chart.events) == {name for name, event in classes.items() if not event.creates}
    assert any(event.creates for event in classes.values())


def test_every_event_has_a_duty_and_every_duty_an_event() -> None:
    assert set(DUTIES) == set(EVENTS) | OUTSIDE_CHARTS


@charts
def test_every_event_that_can_happen_is_a_persons_or_the_engines(chart: Chart) -> None:
    for event in chart.events:
        if any(chart.mark(event, state) in ">=" for state in chart.states):
            assert roles_of(chart.name, event), event
    assert all(len(set(roles)) == len(roles) for roles in DUTIES.values())


def test_an_event_that_no_duty_lists_is_refused_to_everyone() -> None:
    for role in Role:
        assert role_has_duty(chart="measure", event="sell", role=role) is not None
        for (chart, event), roles in DUTIES.items():
            assert (role_has_duty(chart=chart, event=event, role=role) is None) == (role in roles)


GRIDS = {
    "one mark less": ("go >", "decides 1 of 2"),
    "an unknown mark": ("go > !", "unknown mark"),
    "a move that is not drawn": ("go > >", "differ"),
    "a drawn move that is not decided": ("go x x", "differ"),
    "a line less": ("", "differ"),
}


@pytest.mark.parametrize("name", GRIDS)
def test_a_grid_that_does_not_decide_every_pair_is_an_error_at_import(name: str) -> None:
    line, words = GRIDS[name]
    with pytest.raises(ChartError, match=words):
        chart_from_grid("trial", Trial, TrialChart, line)
    assert chart_from_grid("trial", Trial, TrialChart, "go > x").mark("go", "first") == ">"


class Trial(StrEnum):
    FIRST = "first"
    SECOND = "second"


class TrialChart(StrictChart):
    _ = States.from_enum(Trial, initial=Trial.FIRST, final=[Trial.SECOND])
    go = _.FIRST.to(_.SECOND)


@pytest.mark.parametrize(
    "module",
    [application, advice, takeover, measure, payable, batch, booking, people, loan, objection],
    ids=lambda m: m.__name__,
)
def test_deleting_any_deciding_cell_of_a_chart_is_noticed(module: object) -> None:
    for chart in CHARTS.values():
        if chart.machine.__module__ != module.__name__:  # type: ignore[attr-defined]
            continue
        for gone in chart.events:
            marks = " ".join(chart.mark(gone, state) for state in list(chart.states)[:-1])
            lines = [
                f"{event} {' '.join(chart.mark(event, state) for state in chart.states)}"
                for event in chart.events
                if event != gone
            ]
            with pytest.raises(ChartError):
                chart_from_grid(chart.name, chart.states, chart.machine, "\n".join([*lines, f"{gone} {marks}"]))


def by_of(roles: tuple[Role, ...], applicant: str) -> Actor:
    """Someone in the role that usually records an event; the application's own people where it requires them."""
    role = roles[0]
    own = {Role.APPLICANT: applicant, Role.OFFICER: OFFICER.person, Role.SECURITY_AUTHORITY: AUTHORITY.person}
    return Actor(own.get(role, "somebody"), role, ZILVERDAM if role in OF_AN_EMPLOYER else None)


def test_an_event_in_a_state_that_forbids_it_is_refused_with_the_states_that_allow_it(
    prepared: Prepared,
) -> None:
    engine = prepared("every-stage", fill_every_stage)
    chart = CHARTS["application"]
    bare = [name for name in chart.events if EVENTS["application", name].body is Body]
    assert len(bare) > 5
    for row in rows(engine, Application):
        for event in bare:
            if chart.mark(event, row.state) != "x":
                continue
            by = by_of(roles_of("application", event), row.applicant)
            with pytest.raises(RefusedError, match=r"It is possible in: ") as caught:
                do(engine, "application", row.id, event, by=by)
            assert [finding.rule for finding in caught.value.findings] == ["chart.state"], event


def test_the_ends_of_an_application_accept_only_what_the_grid_lists() -> None:
    grid = CHARTS["application"].grid
    accepted = {event for (event, state), mark in grid.items() if state in ENDS and mark in ">="}
    assert accepted == {
        "record-threat",
        "record-hand-off",
        "release-threat",
        "open-content",
        "succeed-employer",
        "end-office",
        "request-loan",
        "file-objection",
        "record-death",
        "record-move",
        "reopen",
        "keep-apart",
        "record-representative",
        "end-representation",
    }
    assert {state for state in Stage if is_ended(state)} == CHARTS["application"].final


def test_following_the_first_allowed_action_closes_an_application(office: Engine) -> None:
    reference = receive(office)
    walk(office, reference, at=START, among_all=True)
    assert problems(office) == []
