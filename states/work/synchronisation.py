"""How work items are kept in step with the states of cases, by the tables of kinds and of special events."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from rules.core.roles import Role
from rules.queue.priority import JOINED, LOWERED, SIGNAL, hair, start_by
from rules.threats.handoff import HAIRS, steps_of
from rules.threats.urgency import RANK, Urgency, of_signal
from states.charts.application import ENDS, Stage
from states.engine.event import Passage, Touched
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


def refresh(passage: Passage) -> list[Moved]:
    """Close the work that was done by what happened, open the work that is asked for now, and re-order the rest.

    Answers the work that stands elsewhere now.
    """
    moved = [touch for touch in passage.touched if touch.before != touch.after]
    signalled = [
        touch for touch in passage.touched if touch.event in {"record-threat", "lower-urgency", "take-in-joined"}
    ]
    others = [touch for touch in passage.touched if (touch.chart, touch.event) in SPECIAL]
    if not moved and not signalled and not others:
        return []
    ended: list[tuple[str, str]] = []
    asked: dict[tuple[str, str], tuple[Touched, Work]] = {}
    for touch in moved:
        before = {work.action: work for work in WORK.get((touch.chart, str(touch.before)), ())}
        after = {work.action: work for work in WORK.get((touch.chart, str(touch.after)), ())}
        gone = ((subject_of(touch), action) for action in before.keys() - after.keys())
        ended.extend(key for key in gone if asked.pop(key, None) is None)
        if touch.chart == "application" and touch.after in ENDS:
            ended.append((subject_of(touch), "keep-apart"))
        for action in after.keys() - before.keys():
            if touch.chart != "domain-advice" or in_advice(passage, touch.row):
                asked[subject_of(touch), action] = (touch, after[action])
        if touch.chart == "application" and touch.after == Stage.ADVICE:
            asked |= domains_to_assess(passage, touch)
    items: list[dict[str, Any]] = []
    for touch in others:
        done, opened = SPECIAL[touch.chart, touch.event](passage, touch)
        ended += done
        known = {(item["subject"], item["action"]) for item in items}
        items += [item for item in opened if (item["subject"], item["action"]) not in known]
    items += [item_for(passage, touch, work) for touch, work in asked.values()]
    elsewhere: list[Moved] = []
    for touch in signalled:
        assert isinstance(touch.row, Application)
        elsewhere += reorder(passage.session, touch.row, passage.at)
        if touch.event == "record-threat":
            items.extend(hand_off(passage, touch))
    passage.pen.ended += ended
    passage.pen.items += items
    return elsewhere


def in_advice(passage: Passage, row: Any) -> bool:
    """Whether the application of a subject is at the stage of advice: before, no domain is assessed."""
    application = passage.application_of(row)
    return application is not None and application.state is Stage.ADVICE


def domains_to_assess(passage: Passage, touch: Touched) -> dict[tuple[str, str], tuple[Touched, Work]]:
    """The advice begins, or comes back: the domains that are still to be assessed ask for it."""
    application: Any = touch.row
    query = select(DomainAdvice).where(
        DomainAdvice.stream == application.id, DomainAdvice.advice_version == application.advice_version
    )
    found: dict[tuple[str, str], tuple[Touched, Work]] = {}
    for row in passage.session.exec(query):
        state = str(row.state)
        for work in WORK.get(("domain-advice", state), ()):
            found[row.id, work.action] = (Touched("domain-advice", row, touch.event, state, state, touch.body), work)
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
        item.start_by = max(at, start_by(item.created_at, level, urgency)) + hair(HAIRS.get(item.action, 0), item.lane)
        item.dispatched_at = None  # it stands elsewhere now, so it is offered again
        if urgency is Urgency.ACUTE:
            wake(session, "acute")
    return moved


def hand_off(passage: Passage, touch: Touched) -> list[dict[str, Any]]:
    """A threat leaves the process: one item for each step that the newest signal asks for and that is not open yet."""
    session, subject = passage.session, subject_of(touch)
    body: Any = touch.body  # a Signal
    told = {"kind": body.kind, "source": body.source, "on": passage.on, "reported": body.reported_to_police}
    signal = of_signal(occurred_on=body.occurred_on or passage.on, **told)
    asked = steps_of(signal.urgency, **told)
    mine = (WorkItem.subject == subject, col(WorkItem.done_at).is_(None))
    waiting = set(session.exec(select(WorkItem.action).where(*mine, col(WorkItem.action).in_(asked))))
    items = {step: item_for(passage, touch, HAND_OFF[step]) for step in asked if step not in waiting}
    for step, item in items.items():
        # The hand-off follows the newest signal, also where the case itself has ended. By a hair it comes before the
        # other work of the same moment, and its steps in their order.
        item["lane"] = RANK[signal.urgency]
        item["start_by"] = start_by(passage.at, "intake", signal.urgency) - timedelta(microseconds=HAIRS[step])
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
