"""Work by event: what an event does to the work without changing a state; one table."""

from collections.abc import Callable
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from rules.core.regulation import ProvisionForm
from rules.core.roles import Role
from rules.queue.priority import JOINED, LOWERED, SIGNAL
from states.charts.application import Stage
from states.charts.measure import MeasureState
from states.charts.payable import PayableState
from states.engine.unit_of_work import Transition, UnitOfWork
from states.payments.statement_gaps import gaps
from states.tables.application import Application, Measure
from states.tables.payments import ENTRY_WAITS, BankEntry, BankMessage, BatchLine, Payable, PayableLine
from states.tables.work import WorkItem
from states.work.new_items import WorkChanges, new_item, new_item_unless_open
from states.work.threat_events import threat_recorded, urgency_changed
from states.work.work_by_state import WORK_BY_STATE, Work

ASSESS_ENTRY = Work("assess-bank-entry", Role.FINANCE, 15, "settlement")
ASSESS_REPORT = Work("assess-bank-report", Role.FINANCE, 20, "settlement")
FIND_STATEMENT = Work("find-bank-statement", Role.FINANCE, 20, "settlement")
COMPARE_APPLICATIONS = Work("keep-apart", Role.OFFICER, 20, "intake")
PLAN_AGAIN = Work("plan-interview", Role.OFFICER, 15, "intake")
SETTLE_WITH_ESTATE = Work("settle-with-estate", Role.OFFICER, 60, "settlement")
KEEP_AFTER_OFFICE = Work("keep-after-office", Role.EMPLOYER, 20, "provision")
REMOVE = Work("remove", Role.EMPLOYER, 30, "provision")


def invoice_received(_: UnitOfWork, transition: Transition) -> WorkChanges:
    """An invoice came in: its measures wait no longer for a last invoice, or for the first of a recurring one."""
    body: Any = transition.body  # an Invoice
    lines = [line for line in body.lines if line.measure]
    return WorkChanges([(line.measure, "receive-invoice") for line in lines if line.final or line.period_from])


def payable_rejected(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """A payable was rejected: its provided measures wait for an invoice again."""
    query = select(Measure).join(PayableLine, col(PayableLine.measure) == Measure.id)
    of_payable = query.where(PayableLine.payable == transition.row.id, Measure.state == MeasureState.PROVIDED)
    work = WORK_BY_STATE["measure", "provided"][0]
    state = str(MeasureState.PROVIDED)
    measures = [
        Transition("measure", row, transition.event, state, state, transition.body)
        for row in unit.session.exec(of_payable)
    ]
    open_now = select(WorkItem.subject).where(WorkItem.action == work.action, col(WorkItem.done_at).is_(None))
    subjects = [measure.row.id for measure in measures]
    waiting = set(unit.session.exec(open_now.where(col(WorkItem.subject).in_(subjects))))
    return WorkChanges(opened=[new_item(unit, one, work) for one in measures if one.row.id not in waiting])


def statement_imported(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """A bank statement came in: an entry without a match, or a missing statement, asks for work."""
    changes = statement_gap(unit, transition)
    body: Any = transition.body  # a Statement
    message = unit.session.exec(unassessed_statements().where(BankMessage.sha256 == body.sha256)).first()
    if message is None:
        return changes
    item = new_item(unit, transition, ASSESS_ENTRY)
    return changes._replace(opened=[*changes.opened, {**item, "subject": message}])


def unassessed_statements() -> SelectOfScalar[str]:
    """The statements with an entry that waits for a person."""
    query = select(BankEntry.message).join(BankMessage, col(BankMessage.id) == BankEntry.message)
    return query.where(*ENTRY_WAITS)


def entry_assessed(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """A bank entry was assessed: the work is done once no entry of its statement waits."""
    body: Any = transition.body  # it names the statement of the entry
    unit.session.flush()
    waits = unit.session.exec(unassessed_statements().where(BankMessage.id == body.message)).first()
    return WorkChanges() if waits else WorkChanges([(body.message, ASSESS_ENTRY.action)])


def statement_gap(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """A missing bank statement is requested from the bank; the work is done once no statement is missing."""
    if gaps(unit.session, transition.row.id):
        return WorkChanges(opened=new_item_unless_open(unit, transition, FIND_STATEMENT))
    return WorkChanges([(transition.row.id, FIND_STATEMENT.action)])


def report_imported(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """The bank rejects what it booked: finance asks the bank which of the two is right."""
    query = select(BatchLine.payable).join(Payable, col(Payable.id) == BatchLine.payable)
    of_batch = query.where(BatchLine.batch == transition.row.id, BatchLine.bank_status == "RJCT", col(BatchLine.counts))
    if unit.session.exec(of_batch.where(Payable.state == PayableState.PAID).limit(1)).first() is None:
        return WorkChanges()
    return WorkChanges(opened=new_item_unless_open(unit, transition, ASSESS_REPORT))


def intake_started(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """The intake began: an officer compares the application with one that it resembles."""
    assert isinstance(transition.row, Application)
    if transition.row.resembles is None:
        return WorkChanges()
    return WorkChanges(opened=new_item_unless_open(unit, transition, COMPARE_APPLICATIONS))


def applications_compared(_: UnitOfWork, transition: Transition) -> WorkChanges:
    """An officer decided whether two applications are one."""
    return WorkChanges([(transition.row.id, COMPARE_APPLICATIONS.action)])


def handler_changed(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """A case got another handler: a planned interview that nobody holds any more is planned again."""
    body: Any = transition.body  # a NewHandler
    assert isinstance(transition.row, Application)
    if body.role != "adviser" or body.person is not None or transition.row.state is not Stage.INTERVIEW_PLANNED:
        return WorkChanges()
    return WorkChanges(opened=new_item_unless_open(unit, transition, PLAN_AGAIN))


def interview_planned(_: UnitOfWork, transition: Transition) -> WorkChanges:
    """The interview was planned, or planned again."""
    return WorkChanges([(transition.row.id, PLAN_AGAIN.action)])


def official_died(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """The official died: an officer settles with the estate what is open."""
    opened = new_item_unless_open(unit, transition, SETTLE_WITH_ESTATE)
    return WorkChanges([(transition.row.id, "end-office")], opened)


def measure_after_office(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """The office ended: the employer decides on what is not provided yet, and what is lent comes back."""
    measure: Any = transition.row
    subject = transition.row.id
    application = unit.application_of(measure)
    if application is not None and application.office_ended_on is None:  # the office goes on after all
        works = WORK_BY_STATE.get(("measure", str(measure.state)), ())
        opened = [item for work in works for item in new_item_unless_open(unit, transition, work)]
        return WorkChanges([(subject, KEEP_AFTER_OFFICE.action), (subject, REMOVE.action)], opened)
    if measure.state in {MeasureState.TAKEN_OVER, MeasureState.ORDERED} and not measure.kept_after_office:
        completed = [(subject, "order"), (subject, "provide")]
        return WorkChanges(completed, new_item_unless_open(unit, transition, KEEP_AFTER_OFFICE))
    if measure.form is ProvisionForm.LENT and measure.state in {MeasureState.PROVIDED, MeasureState.SETTLED}:
        return WorkChanges(opened=new_item_unless_open(unit, transition, REMOVE))
    return WorkChanges()


def decided_after_office(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """The employer decided on a measure that the end of office held up."""
    completed = [(transition.row.id, KEEP_AFTER_OFFICE.action)]
    if transition.event == "let-go":
        return WorkChanges(completed)
    assert isinstance(transition.row, Measure)
    works = WORK_BY_STATE["measure", str(transition.row.state)]
    return WorkChanges(completed, [new_item(unit, transition, work) for work in works])


def measure_dropped(_: UnitOfWork, transition: Transition) -> WorkChanges:
    """A measure will not be provided: no decision after the end of office is needed."""
    return WorkChanges([(transition.row.id, KEEP_AFTER_OFFICE.action)])


def measure_removed(_: UnitOfWork, transition: Transition) -> WorkChanges:
    """What was lent is back."""
    return WorkChanges([(transition.row.id, REMOVE.action)])


def office_ended(_: UnitOfWork, transition: Transition) -> WorkChanges:
    """The end of office is recorded."""
    return WorkChanges([(transition.row.id, "end-office")])


def fact_corrected(unit: UnitOfWork, transition: Transition) -> WorkChanges:
    """The last day in office was corrected: its end need not be recorded while the office goes on."""
    assert isinstance(transition.row, Application)
    until = transition.row.in_office_until
    return office_ended(unit, transition) if until is None or until >= unit.on else WorkChanges()


def hand_off_recorded(_: UnitOfWork, transition: Transition) -> WorkChanges:
    """A step of the hand-off was taken."""
    body: Any = transition.body  # a HandOffRecord
    return WorkChanges([(transition.row.id, str(body.step))])


WORK_BY_EVENT: dict[tuple[str, str], Callable[[UnitOfWork, Transition], WorkChanges]] = {
    ("application", "receive-invoice"): invoice_received,
    ("payable", "match"): invoice_received,
    ("payable", "reject"): payable_rejected,
    ("application", "start-intake"): intake_started,
    ("application", "reassign"): handler_changed,
    ("application", "plan-interview"): interview_planned,
    ("application", "join"): applications_compared,
    ("application", "keep-apart"): applications_compared,
    ("application", "record-death"): official_died,
    ("application", "end-office"): office_ended,
    ("application", "correct-fact"): fact_corrected,
    ("measure", "end-with-office"): measure_after_office,
    ("measure", "keep-after-office"): decided_after_office,
    ("measure", "let-go"): decided_after_office,
    ("measure", "remove"): measure_removed,
    ("measure", "decline"): measure_dropped,
    ("measure", "mark-not-possible"): measure_dropped,
    ("measure", "supersede"): measure_dropped,
    ("payable", "reject-with-invoice"): payable_rejected,
    ("organisation", "take-in-statement"): statement_imported,
    ("organisation", "match-bank-entry"): entry_assessed,
    ("organisation", "set-aside-bank-entry"): entry_assessed,
    ("payment-batch", "take-in-report"): report_imported,
    ("application", "record-hand-off"): hand_off_recorded,
    ("application", SIGNAL): threat_recorded,
    ("application", JOINED): urgency_changed,
    ("application", LOWERED): urgency_changed,
}
"""What each event does to the work."""
