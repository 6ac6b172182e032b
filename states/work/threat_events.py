"""Threat events: they re-order the open work of a case and open the steps of its hand-off."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from rules.queue.priority import start_by, tie_break_offset
from rules.threats.handoff import TIE_BREAK_MICROSECONDS, steps_of
from rules.threats.urgency import RANK, Urgency, classify
from states.engine.unit_of_work import Transition, UnitOfWork
from states.storage.database import wake
from states.tables.application import Application
from states.tables.loans import Loan
from states.tables.work import WorkItem
from states.work.new_items import ReorderedItem, WorkChanges, new_item, urgency_of
from states.work.work_by_state import HAND_OFF, level_of


def threat_recorded(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """A threat signal was recorded: re-order the work of the case, and open the steps of the hand-off."""
    reordered = urgency_changed(unit, transition).reordered
    return WorkChanges(opened=new_hand_off_steps(unit, transition), reordered=reordered)


def urgency_changed(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """The urgency of a case may have changed: re-order its open work."""
    assert isinstance(transition.row, Application)
    return WorkChanges(reordered=reorder(unit.session, transition.row, unit.at))


def reorder(session: Session, application: Application, at: datetime) -> list[ReorderedItem]:
    """Give the open work of an application the position that its urgency asks for; return what changed lanes."""
    reordered = []
    query = select(WorkItem).where(WorkItem.application == application.id, col(WorkItem.done_at).is_(None))
    for item in session.exec(query):
        loan = session.get(Loan, item.subject) if item.chart == "loan" else None
        urgency = urgency_of(loan, application)
        if item.lane == RANK[urgency]:
            continue
        reordered.append(ReorderedItem(item, item.lane, item.start_by))
        level = level_of(item.chart, item.action)
        item.lane = RANK[urgency]
        item.start_by = max(at, start_by(item.created_at, level, urgency)) + tie_break_offset(
            TIE_BREAK_MICROSECONDS.get(item.action, 0), item.lane
        )
        item.dispatched_at = None  # its position changed, so it is offered again
        if urgency is Urgency.ACUTE:
            wake(session, "acute")
    return reordered


def new_hand_off_steps(unit: UnitOfWork, transition: Transition) -> list[dict[str, Any]]:
    """One work item for each hand-off step that the newest signal asks for and that is not open yet."""
    session, subject = unit.session, transition.row.id
    body: Any = transition.body  # a Signal
    facts = {"kind": body.kind, "source": body.source, "on": unit.on, "reported": body.reported_to_police}
    signal = classify(occurred_on=body.occurred_on or unit.on, **facts)
    steps = steps_of(signal.urgency, **facts)
    mine = (WorkItem.subject == subject, col(WorkItem.done_at).is_(None))
    waiting = set(session.exec(select(WorkItem.action).where(*mine, col(WorkItem.action).in_(steps))))
    items = {step: new_item(unit, transition, HAND_OFF[step]) for step in steps if step not in waiting}
    for step, item in items.items():
        # The hand-off follows the newest signal, also where the case itself has ended. The tie-break puts its steps
        # in their order, and before other work of the same moment.
        item["lane"] = RANK[signal.urgency]
        item["start_by"] = start_by(unit.at, "intake", signal.urgency) - timedelta(
            microseconds=TIE_BREAK_MICROSECONDS[step]
        )
    return list(items.values())
