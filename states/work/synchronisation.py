"""How work items are kept in step with the states of cases, by the tables of kinds and of special events."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from rules.core.roles import Role
from rules.queue.priority import JOINED, LOWERED, SIGNAL, start_by, tie_break_offset
from rules.threats.handoff import TIE_BREAK_MICROSECONDS, steps_of
from rules.threats.urgency import RANK, Urgency, of_signal
from states.charts.application import ENDS, Stage
from states.engine.unit_of_work import Transition, UnitOfWork
from states.storage.database import wake
from states.tables.application import Application, DomainAdvice
from states.tables.base import new_id
from states.tables.deadlines import Term
from states.tables.loans import Loan
from states.tables.work import WorkItem
from states.work.new_items import item_for, subject_of, urgency_of
from states.work.work_by_event import SPECIAL
from states.work.work_by_state import HAND_OFF, WORK, Work, level_of

TURNS_URGENCY = frozenset({SIGNAL, JOINED, LOWERED})
"""The events of a case after which its work may stand elsewhere."""


class Moved(NamedTuple):
    """Open work that stands elsewhere now, and where it stood."""

    item: WorkItem
    lane: int
    start_by: datetime


def synchronise_work(unit: UnitOfWork) -> list[Moved]:
    """Close the work that was done by what happened, open the work that is asked for now, and re-order the rest.

    Answers the work that stands elsewhere now.
    """
    moved = [transition for transition in unit.transitions if transition.before != transition.after]
    signalled = [
        transition
        for transition in unit.transitions
        if transition.event in {"record-threat", "lower-urgency", "take-in-joined"}
    ]
    others = [transition for transition in unit.transitions if (transition.chart, transition.event) in SPECIAL]
    if not moved and not signalled and not others:
        return []
    ended: list[tuple[str, str]] = []
    asked: dict[tuple[str, str], tuple[Transition, Work]] = {}
    for transition in moved:
        before = {work.action: work for work in WORK.get((transition.chart, str(transition.before)), ())}
        after = {work.action: work for work in WORK.get((transition.chart, str(transition.after)), ())}
        gone = ((subject_of(transition), action) for action in before.keys() - after.keys())
        ended.extend(key for key in gone if asked.pop(key, None) is None)
        if transition.chart == "application" and transition.after in ENDS:
            ended.append((subject_of(transition), "keep-apart"))
        for action in after.keys() - before.keys():
            if transition.chart != "domain-advice" or in_advice(unit, transition.row):
                asked[subject_of(transition), action] = (transition, after[action])
        if transition.chart == "application" and transition.after == Stage.ADVICE:
            asked |= domains_to_assess(unit, transition)
    items: list[dict[str, Any]] = []
    for transition in others:
        done, opened = SPECIAL[transition.chart, transition.event](unit, transition)
        ended += done
        known = {(item["subject"], item["action"]) for item in items}
        items += [item for item in opened if (item["subject"], item["action"]) not in known]
    items += [item_for(unit, transition, work) for transition, work in asked.values()]
    elsewhere: list[Moved] = []
    for transition in signalled:
        assert isinstance(transition.row, Application)
        elsewhere += reorder(unit.session, transition.row, unit.at)
        if transition.event == "record-threat":
            items.extend(hand_off(unit, transition))
    unit.buffer.completed_work += ended
    unit.buffer.new_work += items
    return elsewhere


def in_advice(unit: UnitOfWork, row: Any) -> bool:
    """Whether the application of a subject is at the stage of advice: before, no domain is assessed."""
    application = unit.application_of(row)
    return application is not None and application.state is Stage.ADVICE


def domains_to_assess(unit: UnitOfWork, transition: Transition) -> dict[tuple[str, str], tuple[Transition, Work]]:
    """The advice begins, or comes back: the domains that are still to be assessed ask for it."""
    application: Any = transition.row
    query = select(DomainAdvice).where(
        DomainAdvice.stream == application.id, DomainAdvice.advice_version == application.advice_version
    )
    found: dict[tuple[str, str], tuple[Transition, Work]] = {}
    for row in unit.session.exec(query):
        state = str(row.state)
        for work in WORK.get(("domain-advice", state), ()):
            found[row.id, work.action] = (
                Transition("domain-advice", row, transition.event, state, state, transition.body),
                work,
            )
    return found


def reorder(session: Session, application: Application, at: datetime) -> list[Moved]:
    """Give all open work of an application the place that its urgency asks for now; answers what moved."""
    moved = []
    query = select(WorkItem).where(WorkItem.application == application.id, col(WorkItem.done_at).is_(None))
    for item in session.exec(query):
        loan = session.get(Loan, item.subject) if item.chart == "loan" else None
        urgency = urgency_of(loan, application)
        if item.lane == RANK[urgency]:
            continue
        moved.append(Moved(item, item.lane, item.start_by))
        level = level_of(item.chart, item.action)
        item.lane = RANK[urgency]
        item.start_by = max(at, start_by(item.created_at, level, urgency)) + tie_break_offset(
            TIE_BREAK_MICROSECONDS.get(item.action, 0), item.lane
        )
        item.dispatched_at = None  # it stands elsewhere now, so it is offered again
        if urgency is Urgency.ACUTE:
            wake(session, "acute")
    return moved


def hand_off(unit: UnitOfWork, transition: Transition) -> list[dict[str, Any]]:
    """A threat leaves the process: one item for each step that the newest signal asks for and that is not open yet."""
    session, subject = unit.session, subject_of(transition)
    body: Any = transition.body  # a Signal
    told = {"kind": body.kind, "source": body.source, "on": unit.on, "reported": body.reported_to_police}
    signal = of_signal(occurred_on=body.occurred_on or unit.on, **told)
    asked = steps_of(signal.urgency, **told)
    mine = (WorkItem.subject == subject, col(WorkItem.done_at).is_(None))
    waiting = set(session.exec(select(WorkItem.action).where(*mine, col(WorkItem.action).in_(asked))))
    items = {step: item_for(unit, transition, HAND_OFF[step]) for step in asked if step not in waiting}
    for step, item in items.items():
        # The hand-off follows the newest signal, also where the case itself has ended. By a hair it comes before the
        # other work of the same moment, and its steps in their order.
        item["lane"] = RANK[signal.urgency]
        item["start_by"] = start_by(unit.at, "intake", signal.urgency) - timedelta(
            microseconds=TIE_BREAK_MICROSECONDS[step]
        )
    return list(items.values())


def pursue(session: Session, term: Term, at: datetime) -> list[dict[str, Any]]:
    """An employer let a term pass: the coordinator goes after it, unless that is asked for already."""
    query = select(WorkItem.id).where(
        WorkItem.subject == term.subject,
        WorkItem.action == "pursue-employer",
        col(WorkItem.done_at).is_(None),
    )
    if session.exec(query).first() is not None:
        return []
    urgency = session.get_one(Application, term.application).urgency
    return [
        {
            "id": new_id("work"),
            "application": term.application,
            "chart": "payable" if term.kind == "payment" else "takeover",
            "subject": term.subject,
            "action": "pursue-employer",
            "role": str(Role.COORDINATOR),
            "organisation": "",
            "lane": RANK[urgency],
            "start_by": start_by(at, "takeover", urgency),
            "created_at": at,
            "estimate": 30,
        },
    ]
