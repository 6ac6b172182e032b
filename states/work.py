"""Which state asks for which work: one table, and how work items are kept in step with it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from rules.hand_off import HandOffStep, steps_of
from rules.offices import ProvisionForm
from rules.priority import JOINED, LOWERED, SIGNAL, start_by
from rules.roles import Role
from rules.urgency import RANK, Urgency, of_signal
from states import apart
from states.charts.application import ENDS, Stage
from states.charts.measure import MeasureState
from states.charts.payable import PayableState
from states.database import wake
from states.events.event import Passage, Touched
from states.statement_gaps import gaps
from states.tables.application import Application, DomainAdvice, Measure
from states.tables.base import new_id
from states.tables.finance import BankEntry, BankMessage, BatchLine, Payable, PayableLine
from states.tables.loans import Loan, Objection
from states.tables.people import Organisation
from states.tables.work import Term, WorkItem


class Work(NamedTuple):
    """What someone must do next: the event, whose duty it is, minutes of work, and the service level to start by."""

    action: str
    role: Role
    estimate: int
    service_level: str
    skill: str = ""
    """Of which kind is the skill that it asks for: ``domain`` of the advice, ``region`` of the employer, or none."""


WORK: dict[tuple[str, str], tuple[Work, ...]] = {
    # chart, state: work
    ("application", "received"): (Work("start-intake", Role.OFFICER, 30, "intake"),),
    ("application", "intake"): (Work("plan-interview", Role.OFFICER, 15, "intake"),),
    ("application", "interview-planned"): (Work("hold-interview", Role.ADVISER, 120, "interview", "region"),),
    ("application", "interview-held"): (Work("begin-advice", Role.ADVISER, 15, "advice"),),
    ("application", "advice"): (Work("submit-advice", Role.ADVISER, 30, "advice"),),
    ("application", "with-security-authority"): (Work("adopt-advice", Role.SECURITY_AUTHORITY, 60, "authority"),),
    ("application", "refusal-intended"): (Work("refuse", Role.SECURITY_AUTHORITY, 45, "authority"),),
    ("application", "booking"): (Work("close", Role.OFFICER, 15, "booking"),),
    ("domain-advice", "to-assess"): (Work("assess-domain", Role.ADVISER, 60, "advice", "domain"),),
    ("domain-advice", "returned"): (Work("assess-domain", Role.ADVISER, 30, "advice", "domain"),),
    ("takeover", "requested"): (Work("confirm-receipt", Role.EMPLOYER, 15, "takeover"),),
    ("takeover", "received"): (Work("take-over", Role.EMPLOYER, 45, "takeover"),),
    ("measure", "taken-over"): (Work("order", Role.EMPLOYER, 30, "provision"),),
    ("measure", "ordered"): (Work("provide", Role.EMPLOYER, 30, "provision"),),
    ("measure", "provided"): (Work("receive-invoice", Role.FINANCE, 15, "settlement"),),
    ("payable", "to-match"): (Work("match", Role.SECURITY_CONTACT, 15, "settlement"),),
    ("payable", "received"): (Work("check", Role.FINANCE, 15, "settlement"),),
    ("payable", "checked"): (Work("approve", Role.APPROVER, 10, "settlement"),),
    ("payable", "first-approved"): (Work("approve-second", Role.APPROVER, 10, "settlement"),),
    ("payable", "credit"): (Work("ask-back", Role.FINANCE, 10, "settlement"),),
    ("payable", "asked-back"): (Work("record-repayment", Role.FINANCE, 10, "settlement"),),
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

BY_HAND = frozenset(
    {"assess-bank-report", "find-bank-statement", "settle-with-estate", "pursue-employer", "extend-calendar"}
)
"""Work that no state asks for; whoever did it says so."""

LEVELS = {
    "assess-bank-entry": "settlement",
    "assess-bank-report": "settlement",
    "find-bank-statement": "settlement",
    "settle-with-estate": "settlement",
    "pursue-employer": "takeover",
    "extend-calendar": "booking",
    "keep-after-office": "provision",
    "remove": "provision",
}
"""The service level of work that no state asks for, where it is not that of the intake."""

HAND_OFF: dict[HandOffStep, Work] = {
    step: Work(step, Role.OFFICER, estimate, "intake")
    for step, estimate in {
        HandOffStep.CALL_112: 5,
        HandOffStep.POLICE_REPORT: 30,
        HandOffStep.SUPPORT_TEAM: 15,
        HandOffStep.SECURITY_CONTACT: 15,
        HandOffStep.CONSIDER_LOAN: 20,
    }.items()
}
"""The steps of handing a threat over; which of them a signal asks for says the dated table ``hand_off``."""

TURNS_URGENCY = frozenset({SIGNAL, JOINED, LOWERED})
"""The events of a case after which its work may stand elsewhere."""

EVENT_OF: dict[str, str] = dict.fromkeys(HandOffStep, "record-hand-off") | {"assess-bank-entry": "match-bank-entry"}
"""The event that does work which is not named after it."""

OF_THE_OFFICE = frozenset(
    {Role.OFFICER, Role.ADVISER, Role.SECURITY_AUTHORITY, Role.COORDINATOR, Role.ADMINISTRATOR},
)


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


def invoiced(_: Passage, touch: Touched) -> Changes:
    """An invoice came in: nobody need wait for the last one of a measure, nor for the first of one that recurs."""
    lines = [line for line in touch.body.lines if line.measure]  # type: ignore[attr-defined]  # an Invoice has lines
    return [(line.measure, "receive-invoice") for line in lines if line.final or line.period_from], []


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
    """A statement holds entries that match nothing, or leaves a gap: someone must look."""
    done, opened = missing_statement(passage, touch)
    sha256 = touch.body.sha256  # type: ignore[attr-defined]  # a Statement has one
    found = passage.session.exec(waiting_entries().where(BankMessage.sha256 == sha256)).first()
    if found is None:
        return done, opened
    item = item_for(passage, touch, Work("assess-bank-entry", Role.FINANCE, 15, "settlement"))
    return done, [*opened, {**item, "subject": found}]


def waiting_entries() -> SelectOfScalar[str]:
    """The statements with an entry that waits for a person."""
    query = select(BankEntry.message).join(BankMessage, col(BankMessage.id) == BankEntry.message)
    return query.where(col(BankEntry.matched).is_(False), col(BankEntry.set_aside).is_(False))


def assessed(passage: Passage, touch: Touched) -> Changes:
    """An entry was looked at: once none of its statement waits any more, the work is done."""
    message = touch.body.message  # type: ignore[attr-defined]  # what is assessed names its statement
    passage.session.flush()
    waits = passage.session.exec(waiting_entries().where(BankMessage.id == message)).first()
    return ([] if waits else [(message, "assess-bank-entry")]), []


def missing_statement(passage: Passage, touch: Touched) -> Changes:
    """Someone asks the bank for the statement that is missing; nobody need once it came."""
    if gaps(passage.session, subject_of(touch)):
        return asked_for(passage, touch, "find-bank-statement", Role.FINANCE, "settlement")
    return [(subject_of(touch), "find-bank-statement")], []


def contradicted(passage: Passage, touch: Touched) -> Changes:
    """The bank rejects what it booked: someone asks it which of the two holds."""
    query = select(BatchLine.payable).join(Payable, col(Payable.id) == BatchLine.payable)
    mine = query.where(BatchLine.batch == subject_of(touch), BatchLine.bank_status == "RJCT", col(BatchLine.counts))
    if passage.session.exec(mine.where(Payable.state == PayableState.PAID).limit(1)).first() is None:
        return [], []
    return asked_for(passage, touch, "assess-bank-report", Role.FINANCE, "settlement")


def asked_for(passage: Passage, touch: Touched, action: str, role: Role, level: str, *, minutes: int = 20) -> Changes:
    """One piece of work on what was touched, unless it waits already."""
    open_now = select(WorkItem.id).where(
        WorkItem.subject == subject_of(touch),
        WorkItem.action == action,
        col(WorkItem.done_at).is_(None),
    )
    if passage.session.exec(open_now).first() is not None:
        return [], []
    return [], [item_for(passage, touch, Work(action, role, minutes, level))]


def resembling(passage: Passage, touch: Touched) -> Changes:
    """The intake begins of an application that may be the same as another one: someone looks."""
    if touch.row.resembles is None:  # type: ignore[attr-defined]  # an application
        return [], []
    return asked_for(passage, touch, "keep-apart", Role.OFFICER, "intake")


def looked_at(_: Passage, touch: Touched) -> Changes:
    """Someone decided whether two applications are one."""
    return [(subject_of(touch), "keep-apart")], []


def estate(passage: Passage, touch: Touched) -> Changes:
    """The official died: someone settles with the estate what is open, by hand and with care."""
    opened = asked_for(passage, touch, "settle-with-estate", Role.OFFICER, "settlement", minutes=60)[1]
    return [(subject_of(touch), "end-office")], opened


def after_office(passage: Passage, touch: Touched) -> Changes:
    """The office ended: what is not there yet is decided on, what is lent comes back."""
    measure: Any = touch.row
    subject = subject_of(touch)
    application = passage.application_of(measure)
    if application is not None and application.office_ended_on is None:  # it goes on after all
        works = WORK.get(("measure", str(measure.state)), ())
        again = [asked_for(passage, touch, *work[:2], work.service_level, minutes=work.estimate)[1] for work in works]
        return [(subject, "keep-after-office"), (subject, "remove")], [item for items in again for item in items]
    if measure.state in {MeasureState.TAKEN_OVER, MeasureState.ORDERED} and not measure.kept_after_office:
        done = [(subject, "order"), (subject, "provide")]
        return done, asked_for(passage, touch, "keep-after-office", Role.EMPLOYER, "provision")[1]
    if measure.form is ProvisionForm.LENT and measure.state in {MeasureState.PROVIDED, MeasureState.SETTLED}:
        return asked_for(passage, touch, "remove", Role.EMPLOYER, "provision", minutes=30)
    return [], []


def decided_after_office(passage: Passage, touch: Touched) -> Changes:
    """The employer decided about a measure that the end of office held up."""
    done = [(subject_of(touch), "keep-after-office")]
    if touch.event == "let-go":
        return done, []
    works = WORK["measure", str(touch.row.state)]  # type: ignore[attr-defined]  # a measure
    return done, [item_for(passage, touch, work) for work in works]


def not_provided(_: Passage, touch: Touched) -> Changes:
    """It will not come at all: nobody need decide whether it still comes after the end of office."""
    return [(subject_of(touch), "keep-after-office")], []


def removed(_: Passage, touch: Touched) -> Changes:
    """What was lent is back."""
    return [(subject_of(touch), "remove")], []


def office_ended(_: Passage, touch: Touched) -> Changes:
    """The end of office is recorded."""
    return [(subject_of(touch), "end-office")], []


def office_corrected(passage: Passage, touch: Touched) -> Changes:
    """The office goes on after all: nobody need record its end."""
    until = touch.row.in_office_until  # type: ignore[attr-defined]  # an application
    return ([(subject_of(touch), "end-office")] if until is None or until >= passage.on else []), []


def handed_over(_: Passage, touch: Touched) -> Changes:
    """A step of the hand-off was taken."""
    step = touch.body.step  # type: ignore[attr-defined]  # a HandOffRecord names its step
    return [(subject_of(touch), str(step))], []


SPECIAL: dict[tuple[str, str], Callable[[Passage, Touched], Changes]] = {
    ("application", "receive-invoice"): invoiced,
    ("payable", "match"): invoiced,
    ("payable", "reject"): uninvoiced,
    ("application", "start-intake"): resembling,
    ("application", "join"): looked_at,
    ("application", "keep-apart"): looked_at,
    ("application", "record-death"): estate,
    ("application", "end-office"): office_ended,
    ("application", "correct-fact"): office_corrected,
    ("measure", "end-with-office"): after_office,
    ("measure", "keep-after-office"): decided_after_office,
    ("measure", "let-go"): decided_after_office,
    ("measure", "remove"): removed,
    ("measure", "decline"): not_provided,
    ("measure", "mark-not-possible"): not_provided,
    ("measure", "supersede"): not_provided,
    ("payable", "reject-with-invoice"): uninvoiced,
    ("organisation", "take-in-statement"): unmatched,
    ("organisation", "match-bank-entry"): assessed,
    ("organisation", "set-aside-bank-entry"): assessed,
    ("payment-batch", "take-in-report"): contradicted,
    ("application", "record-hand-off"): handed_over,
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
        "skill": skill_of(passage, touch.row, work),
        "not_by": apart.not_by(passage, touch.chart, work.action, touch.row, application),
    }


def skill_of(passage: Passage, row: Any, work: Work) -> str:
    """The skill that a piece of work asks for; none where its employer's province was not recorded."""
    if work.skill == "domain":
        return f"domain:{row.domain}"
    if work.skill == "region":
        employer = passage.get(Organisation, passage.payer_of(row))
        return f"region:{employer.province}" if employer is not None and employer.province else ""
    return ""


def urgency_of(row: Any, application: Application | None) -> Urgency:
    """How soon work on a subject must be done: as its application, sooner where an urgent loan stands on its own."""
    of_case = application.urgency if application is not None else Urgency.ROUTINE
    own = Urgency.URGENT if isinstance(row, Loan) and row.urgent else Urgency.ROUTINE
    return min(of_case, own, key=RANK.__getitem__)


def level_of(chart: str, action: str) -> str:
    """The service level that work is begun within."""
    works = (work for (name, _), works in WORK.items() if name == chart for work in works)
    return next((work.service_level for work in works if work.action == action), LEVELS.get(action, "intake"))


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
        item.start_by = max(at, start_by(item.created_at, level, urgency))
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
    items = [item_for(passage, touch, HAND_OFF[step]) for step in asked if step not in waiting]
    for place, item in enumerate(reversed(items), start=1):
        # The hand-off follows the newest signal, also where the case itself has ended. By a hair it comes before the
        # other work of the same moment, and its steps in their order.
        item["lane"] = RANK[signal.urgency]
        item["start_by"] = start_by(passage.at, "intake", signal.urgency) - timedelta(microseconds=place)
    return items


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
