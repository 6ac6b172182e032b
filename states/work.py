"""Which state asks for which work: one table, and how work items are kept in step with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from rules.moments import office_day
from rules.roles import Role
from rules.urgency import RANK, Urgency
from rules.values import value
from rules.working_hours import add_or_provisional
from states.charts.measure import MeasureState
from states.database import wake
from states.events.event import Passage, Touched
from states.tables.application import Application, Measure, ThreatSignal
from states.tables.base import new_id
from states.tables.finance import BankEntry, BankMessage, PayableLine
from states.tables.loans import Loan, Objection
from states.tables.work import WorkItem


class Work(NamedTuple):
    """What someone must do next: the event, whose duty it is, minutes of work, and the service level to start by."""

    action: str
    role: Role
    estimate: int
    service_level: str


WORK: dict[tuple[str, str], tuple[Work, ...]] = {
    # chart, state: work
    ("application", "received"): (Work("start-intake", Role.OFFICER, 30, "intake"),),
    ("application", "intake"): (Work("plan-interview", Role.OFFICER, 15, "intake"),),
    ("application", "interview-planned"): (Work("hold-interview", Role.ADVISER, 120, "interview"),),
    ("application", "interview-held"): (Work("begin-advice", Role.ADVISER, 15, "advice"),),
    ("application", "advice"): (Work("submit-advice", Role.ADVISER, 240, "advice"),),
    ("application", "with-security-authority"): (Work("adopt-advice", Role.SECURITY_AUTHORITY, 60, "authority"),),
    ("application", "refusal-intended"): (Work("refuse", Role.SECURITY_AUTHORITY, 45, "authority"),),
    ("application", "booking"): (Work("close", Role.OFFICER, 15, "booking"),),
    ("takeover", "requested"): (Work("confirm-receipt", Role.EMPLOYER, 15, "takeover"),),
    ("takeover", "received"): (Work("take-over", Role.EMPLOYER, 45, "takeover"),),
    ("measure", "taken-over"): (Work("order", Role.EMPLOYER, 30, "provision"),),
    ("measure", "ordered"): (Work("provide", Role.EMPLOYER, 30, "provision"),),
    ("measure", "provided"): (Work("receive-invoice", Role.FINANCE, 15, "settlement"),),
    ("payable", "received"): (Work("check", Role.FINANCE, 15, "settlement"),),
    ("payable", "checked"): (Work("approve", Role.APPROVER, 10, "settlement"),),
    ("payable", "approved"): (Work("build-batch", Role.FINANCE, 5, "settlement"),),
    ("payable", "returned"): (Work("approve", Role.APPROVER, 20, "settlement"),),
    ("payment-batch", "open"): (Work("seal", Role.FINANCE, 10, "settlement"),),
    ("payment-batch", "sealed"): (Work("release", Role.RELEASER, 10, "settlement"),),
    ("payment-batch", "released"): (Work("export", Role.FINANCE, 5, "settlement"),),
    ("booking", "awaiting-evidence"): (Work("complete-evidence", Role.FINANCE, 15, "booking"),),
    ("booking", "ready"): (Work("book", Role.FINANCE, 5, "booking"),),
    ("loan", "requested"): (Work("grant", Role.EMPLOYER, 30, "loan"),),
    ("loan", "granted"): (Work("lend", Role.EMPLOYER, 30, "loan"),),
    ("loan", "due-back"): (Work("take-back", Role.EMPLOYER, 30, "loan"),),
    ("objection", "received"): (Work("hear", Role.COORDINATOR, 60, "objection"),),
    ("objection", "heard"): (Work("decide", Role.COORDINATOR, 120, "objection"),),
    ("objection", "waived"): (Work("decide", Role.COORDINATOR, 120, "objection"),),
}

Changes = tuple[list[tuple[str, str]], list[dict[str, Any]]]
"""The (subject, action) pairs whose work is done, and the rows of new work."""

BY_HAND = frozenset({"hand-off-threat", "assess-bank-entry"})
"""Work that no state asks for; whoever did it says so."""

OF_THE_OFFICE = frozenset({Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR})


def refresh(passage: Passage) -> None:
    """Close the work that was done by what happened, open the work that is asked for now, and re-order the rest."""
    moved = [touch for touch in passage.touched if touch.before != touch.after]
    signalled = [touch for touch in passage.touched if touch.event in {"record-threat", "lower-urgency"}]
    others = [touch for touch in passage.touched if (touch.chart, touch.event) in SPECIAL]
    if not moved and not signalled and not others:
        return
    ended: list[tuple[str, str]] = []
    asked: dict[tuple[str, str], tuple[Touched, Work]] = {}
    for touch in moved:
        before = {work.action: work for work in WORK.get((touch.chart, str(touch.before)), ())}
        after = {work.action: work for work in WORK.get((touch.chart, str(touch.after)), ())}
        gone = ((subject_of(touch), action) for action in before.keys() - after.keys())
        ended.extend(key for key in gone if asked.pop(key, None) is None)
        for action in after.keys() - before.keys():
            asked[subject_of(touch), action] = (touch, after[action])
    items = []
    for touch in others:
        done, opened = SPECIAL[touch.chart, touch.event](passage, touch)
        ended += done
        items += opened
    items += [item_for(passage, touch, work) for touch, work in asked.values()]
    for touch in signalled:
        assert isinstance(touch.row, Application)
        reorder(passage.session, touch.row, passage.at)
        if touch.event == "record-threat":
            items.extend(hand_off(passage, touch))
    passage.pen.ended += ended
    passage.pen.items += items


def invoiced(_: Passage, touch: Touched) -> Changes:
    """An invoice came in: nobody need wait for the last one of a measure any more."""
    lines = touch.body.lines  # type: ignore[attr-defined]  # an Invoice has lines
    return [(line.measure, "receive-invoice") for line in lines if line.final], []


def uninvoiced(passage: Passage, touch: Touched) -> Changes:
    """A payable was rejected: its provided measures wait for an invoice again."""
    query = select(Measure).join(PayableLine, col(PayableLine.measure) == Measure.id)
    mine = query.where(PayableLine.payable == subject_of(touch), Measure.state == MeasureState.PROVIDED)
    work = WORK["measure", "provided"][0]
    state = str(MeasureState.PROVIDED)
    again = [Touched("measure", row, touch.event, state, state, touch.body) for row in passage.session.exec(mine)]
    open_now = select(WorkItem.subject).where(WorkItem.action == work.action, col(WorkItem.done_at).is_(None))
    waiting = set(passage.session.exec(open_now.where(col(WorkItem.subject).in_([row.row.id for row in again]))))  # type: ignore[attr-defined]
    return [], [item_for(passage, row, work) for row in again if subject_of(row) not in waiting]


def unmatched(passage: Passage, touch: Touched) -> Changes:
    """A statement holds entries that match nothing: someone must look at them."""
    query = select(BankEntry.message).join(BankMessage, col(BankMessage.id) == BankEntry.message)
    sha256 = touch.body.sha256  # type: ignore[attr-defined]  # a Statement has one
    found = passage.session.exec(query.where(BankMessage.sha256 == sha256, col(BankEntry.matched).is_(False))).first()
    if found is None:
        return [], []
    item = item_for(passage, touch, Work("assess-bank-entry", Role.FINANCE, 15, "settlement"))
    return [], [{**item, "subject": found}]


SPECIAL: dict[tuple[str, str], Callable[[Passage, Touched], Changes]] = {
    ("application", "receive-invoice"): invoiced,
    ("payable", "reject"): uninvoiced,
    ("organisation", "take-in-statement"): unmatched,
}
"""Events that change the work without changing a state."""


def subject_of(touch: Touched) -> str:
    """The id of what was touched."""
    return str(touch.row.id)  # type: ignore[attr-defined]  # every subject has one


def item_for(passage: Passage, touch: Touched, work: Work) -> dict[str, Any]:
    """The row of a work item that asks for one thing to be done."""
    application = touch.row if isinstance(touch.row, Application) else passage.application_of(touch.row)
    urgency = urgency_of(touch.row, application)
    role = touch.row.decides if isinstance(touch.row, Objection) else work.role  # the body that decided decides again
    if urgency is Urgency.ACUTE:
        wake(passage.session, "acute")
    return {
        "id": new_id("work"),
        "application": application.id if application is not None else subject_of(touch),
        "chart": touch.chart,
        "subject": subject_of(touch),
        "action": work.action,
        "role": str(role),
        "organisation": "" if role in OF_THE_OFFICE else passage.payer_of(touch.row),
        "lane": RANK[urgency],
        "start_by": start_by(passage.at, work.service_level, urgency),
        "created_at": passage.at,
        "estimate": work.estimate,
    }


def urgency_of(row: Any, application: Application | None) -> Urgency:
    """How soon work on a subject must be done: as its application, sooner where an urgent loan stands on its own."""
    of_case = application.urgency if application is not None else Urgency.ROUTINE
    own = Urgency.URGENT if isinstance(row, Loan) and row.urgent else Urgency.ROUTINE
    return min(of_case, own, key=RANK.__getitem__)


def start_by(at: datetime, service_level: str, urgency: Urgency) -> datetime:
    """When work should start at the latest: the stage's service level for this urgency, in working hours.

    Acute work starts at once: its service level is counted in plain hours, nights and weekends too.
    """
    if urgency is Urgency.ACUTE:
        return at
    hours = value(f"service_level_{service_level}", office_day(at))[str(urgency)]
    return add_or_provisional(at, hours)[0]


def reorder(session: Session, application: Application, at: datetime) -> None:
    """Give all open work of an application the place that its urgency asks for now."""
    query = select(WorkItem).where(WorkItem.application == application.id, col(WorkItem.done_at).is_(None))
    for item in session.exec(query):
        loan = session.get(Loan, item.subject) if item.chart == "loan" else None
        urgency = urgency_of(loan, application)
        if item.lane == RANK[urgency]:
            continue
        level = next(
            (
                work.service_level
                for (chart, _), works in WORK.items()
                for work in works
                if chart == item.chart and work.action == item.action
            ),
            "intake",
        )
        item.lane = RANK[urgency]
        item.start_by = start_by(item.created_at if item.lane > 1 else at, level, urgency)
        item.dispatched_at = None  # it stands elsewhere now, so it is offered again
        if urgency is Urgency.ACUTE:
            wake(session, "acute")


def hand_off(passage: Passage, touch: Touched) -> list[dict[str, Any]]:
    """A threat leaves the process: someone makes sure that it reaches the police and the support team."""
    session = passage.session
    query = select(WorkItem.id).where(
        WorkItem.subject == subject_of(touch),
        WorkItem.action == "hand-off-threat",
        col(WorkItem.done_at).is_(None),
    )
    if session.exec(query).first() is not None:
        return []
    item = item_for(passage, touch, Work("hand-off-threat", Role.OFFICER, 30, "intake"))
    newest = select(ThreatSignal).where(ThreatSignal.stream == subject_of(touch))
    signal = session.exec(newest.order_by(col(ThreatSignal.recorded_at).desc())).first()
    if signal is not None:
        # The hand-off follows the newest signal, also where the case itself has ended.
        item["lane"] = RANK[signal.urgency]
        item["start_by"] = start_by(passage.at, "intake", signal.urgency)
    return [item]
