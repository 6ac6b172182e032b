"""Synchronisation of work items with the events of a unit of work, by the tables of work by state and by event."""

from typing import Any

from sqlmodel import select

from states.charts.application import ENDS, Stage
from states.engine.unit_of_work import Transition, UnitOfWork
from states.tables.application import DomainAdvice
from states.work.new_items import ReorderedItem, new_item
from states.work.work_by_event import WORK_BY_EVENT
from states.work.work_by_state import WORK_BY_STATE, Work

RequestedWork = dict[tuple[str, str], tuple[Transition, Work]]
"""The work that is asked for, by (subject, action)."""


def synchronise_work(unit: UnitOfWork) -> list[ReorderedItem]:
    """Complete the work that the events did, open the work that they ask for, and re-order the rest.

    Returns:
        The work whose position changed.
    """
    completed, requested = changes_by_state(unit)
    items: list[dict[str, Any]] = []
    reordered: list[ReorderedItem] = []
    for transition in unit.transitions:
        change = WORK_BY_EVENT.get((transition.chart, transition.event))
        if change is None:
            continue
        changes = change(unit, transition)
        completed += changes.completed
        known = {(item["subject"], item["action"]) for item in items}
        items += [item for item in changes.opened if (item["subject"], item["action"]) not in known]
        reordered += changes.reordered
    items += [new_item(unit, transition, work) for transition, work in requested.values()]
    unit.buffer.completed_work += completed
    unit.buffer.new_work += items
    return reordered


def changes_by_state(unit: UnitOfWork) -> tuple[list[tuple[str, str]], RequestedWork]:
    """The work that ended with a state, and the work that a new state asks for."""
    completed: list[tuple[str, str]] = []
    requested: RequestedWork = {}
    for transition in unit.transitions:
        if transition.before == transition.after:
            continue
        before = {work.action: work for work in WORK_BY_STATE.get((transition.chart, str(transition.before)), ())}
        after = {work.action: work for work in WORK_BY_STATE.get((transition.chart, str(transition.after)), ())}
        ended = ((transition.row.id, action) for action in before.keys() - after.keys())
        completed.extend(key for key in ended if requested.pop(key, None) is None)
        if transition.chart == "application" and transition.after in ENDS:
            completed.append((transition.row.id, "keep-apart"))
        if transition.chart == "application" and transition.before == Stage.INTERVIEW_PLANNED:
            completed.append((transition.row.id, "plan-interview"))  # opened again where an adviser left
        for action in after.keys() - before.keys():
            if transition.chart != "domain-advice" or in_advice(unit, transition.row):
                requested[transition.row.id, action] = (transition, after[action])
        if transition.chart == "application" and transition.after == Stage.ADVICE:
            requested |= domains_to_assess(unit, transition)
    return completed, requested


def in_advice(unit: UnitOfWork, row: Any) -> bool:
    """Whether the application of a subject is at the stage of advice; no domain is assessed before."""
    application = unit.application_of(row)
    return application is not None and application.state is Stage.ADVICE


def domains_to_assess(unit: UnitOfWork, transition: Transition) -> RequestedWork:
    """The domains that are to be assessed once the advice begins, or is returned."""
    application: Any = transition.row
    query = select(DomainAdvice).where(
        DomainAdvice.stream == application.id, DomainAdvice.advice_version == application.advice_version
    )
    found: RequestedWork = {}
    for row in unit.session.exec(query):
        state = str(row.state)
        for work in WORK_BY_STATE.get(("domain-advice", state), ()):
            found[row.id, work.action] = (
                Transition("domain-advice", row, transition.event, state, state, transition.body),
                work,
            )
    return found
