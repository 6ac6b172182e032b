"""Events that change the work without changing a state: one table."""

from collections.abc import Callable
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from rules.core.regulation import ProvisionForm
from rules.core.roles import Role
from states.charts.measure import MeasureState
from states.charts.payable import PayableState
from states.engine.unit_of_work import Transition, UnitOfWork
from states.payments.statement_gaps import gaps
from states.tables.application import Measure
from states.tables.payments import ENTRY_WAITS, BankEntry, BankMessage, BatchLine, Payable, PayableLine
from states.tables.work import WorkItem
from states.work.new_items import Changes, asked_for, item_for, subject_of
from states.work.work_by_state import WORK, Work


def invoiced(_: UnitOfWork, transition: Transition) -> Changes:
    """An invoice came in: nobody need wait for the last one of a measure, nor for the first of one that recurs."""
    lines = [line for line in transition.body.lines if line.measure]  # type: ignore[attr-defined]  # an Invoice has lines
    return [(line.measure, "receive-invoice") for line in lines if line.final or line.period_from], []


def uninvoiced(unit: UnitOfWork, transition: Transition) -> Changes:
    """A payable was rejected: its provided measures wait for an invoice again."""
    query = select(Measure).join(PayableLine, col(PayableLine.measure) == Measure.id)
    mine = query.where(PayableLine.payable == subject_of(transition), Measure.state == MeasureState.PROVIDED)
    work = WORK["measure", "provided"][0]
    state = str(MeasureState.PROVIDED)
    again = [
        Transition("measure", row, transition.event, state, state, transition.body) for row in unit.session.exec(mine)
    ]
    open_now = select(WorkItem.subject).where(WorkItem.action == work.action, col(WorkItem.done_at).is_(None))
    waiting = set(unit.session.exec(open_now.where(col(WorkItem.subject).in_([row.row.id for row in again]))))
    return [], [item_for(unit, row, work) for row in again if subject_of(row) not in waiting]


def unmatched(unit: UnitOfWork, transition: Transition) -> Changes:
    """A statement holds entries that match nothing, or leaves a gap: someone must look."""
    done, opened = missing_statement(unit, transition)
    sha256 = transition.body.sha256  # type: ignore[attr-defined]  # a Statement has one
    found = unit.session.exec(waiting_entries().where(BankMessage.sha256 == sha256)).first()
    if found is None:
        return done, opened
    item = item_for(unit, transition, Work("assess-bank-entry", Role.FINANCE, 15, "settlement"))
    return done, [*opened, {**item, "subject": found}]


def waiting_entries() -> SelectOfScalar[str]:
    """The statements with an entry that waits for a person."""
    query = select(BankEntry.message).join(BankMessage, col(BankMessage.id) == BankEntry.message)
    return query.where(*ENTRY_WAITS)


def assessed(unit: UnitOfWork, transition: Transition) -> Changes:
    """An entry was looked at: once none of its statement waits any more, the work is done."""
    message = transition.body.message  # type: ignore[attr-defined]  # what is assessed names its statement
    unit.session.flush()
    waits = unit.session.exec(waiting_entries().where(BankMessage.id == message)).first()
    return ([] if waits else [(message, "assess-bank-entry")]), []


def missing_statement(unit: UnitOfWork, transition: Transition) -> Changes:
    """Someone asks the bank for the statement that is missing; nobody need once it came."""
    if gaps(unit.session, subject_of(transition)):
        return asked_for(unit, transition, "find-bank-statement", Role.FINANCE, "settlement")
    return [(subject_of(transition), "find-bank-statement")], []


def contradicted(unit: UnitOfWork, transition: Transition) -> Changes:
    """The bank rejects what it booked: someone asks it which of the two holds."""
    query = select(BatchLine.payable).join(Payable, col(Payable.id) == BatchLine.payable)
    mine = query.where(
        BatchLine.batch == subject_of(transition), BatchLine.bank_status == "RJCT", col(BatchLine.counts)
    )
    if unit.session.exec(mine.where(Payable.state == PayableState.PAID).limit(1)).first() is None:
        return [], []
    return asked_for(unit, transition, "assess-bank-report", Role.FINANCE, "settlement")


def resembling(unit: UnitOfWork, transition: Transition) -> Changes:
    """The intake begins of an application that may be the same as another one: someone looks."""
    if transition.row.resembles is None:  # type: ignore[attr-defined]  # an application
        return [], []
    return asked_for(unit, transition, "keep-apart", Role.OFFICER, "intake")


def looked_at(_: UnitOfWork, transition: Transition) -> Changes:
    """Someone decided whether two applications are one."""
    return [(subject_of(transition), "keep-apart")], []


def estate(unit: UnitOfWork, transition: Transition) -> Changes:
    """The official died: someone settles with the estate what is open, by hand and with care."""
    opened = asked_for(unit, transition, "settle-with-estate", Role.OFFICER, "settlement", minutes=60)[1]
    return [(subject_of(transition), "end-office")], opened


def after_office(unit: UnitOfWork, transition: Transition) -> Changes:
    """The office ended: what is not there yet is decided on, what is lent comes back."""
    measure: Any = transition.row
    subject = subject_of(transition)
    application = unit.application_of(measure)
    if application is not None and application.office_ended_on is None:  # it goes on after all
        works = WORK.get(("measure", str(measure.state)), ())
        again = [asked_for(unit, transition, *work[:2], work.service_level, minutes=work.estimate)[1] for work in works]
        return [(subject, "keep-after-office"), (subject, "remove")], [item for items in again for item in items]
    if measure.state in {MeasureState.TAKEN_OVER, MeasureState.ORDERED} and not measure.kept_after_office:
        done = [(subject, "order"), (subject, "provide")]
        return done, asked_for(unit, transition, "keep-after-office", Role.EMPLOYER, "provision")[1]
    if measure.form is ProvisionForm.LENT and measure.state in {MeasureState.PROVIDED, MeasureState.SETTLED}:
        return asked_for(unit, transition, "remove", Role.EMPLOYER, "provision", minutes=30)
    return [], []


def decided_after_office(unit: UnitOfWork, transition: Transition) -> Changes:
    """The employer decided about a measure that the end of office held up."""
    done = [(subject_of(transition), "keep-after-office")]
    if transition.event == "let-go":
        return done, []
    works = WORK["measure", str(transition.row.state)]
    return done, [item_for(unit, transition, work) for work in works]


def not_provided(_: UnitOfWork, transition: Transition) -> Changes:
    """It will not come at all: nobody need decide whether it still comes after the end of office."""
    return [(subject_of(transition), "keep-after-office")], []


def removed(_: UnitOfWork, transition: Transition) -> Changes:
    """What was lent is back."""
    return [(subject_of(transition), "remove")], []


def office_ended(_: UnitOfWork, transition: Transition) -> Changes:
    """The end of office is recorded."""
    return [(subject_of(transition), "end-office")], []


def office_corrected(unit: UnitOfWork, transition: Transition) -> Changes:
    """The office goes on after all: nobody need record its end."""
    until = transition.row.in_office_until  # type: ignore[attr-defined]  # an application
    return ([(subject_of(transition), "end-office")] if until is None or until >= unit.on else []), []


def handed_over(_: UnitOfWork, transition: Transition) -> Changes:
    """A step of the hand-off was taken."""
    step = transition.body.step  # type: ignore[attr-defined]  # a HandOffRecord names its step
    return [(subject_of(transition), str(step))], []


SPECIAL: dict[tuple[str, str], Callable[[UnitOfWork, Transition], Changes]] = {
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
