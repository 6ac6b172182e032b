"""Past acts: the people who took the earlier steps of a case, from which separation of duties is decided.

The table of what must be separated is in rules/procedure/separation_of_duties.py. Events check it when they are
validated, and the queue excludes the same people from the work (states/work/excluded_people.py).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from rules.core.translations import BarredAct, PastAct
from rules.procedure import separation_of_duties
from rules.procedure.separation_of_duties import SEPARATED
from states.engine.event import EventContext
from states.engine.unit_of_work import UnitOfWork
from states.tables.application import Application
from states.tables.ledger import LedgerEntry
from states.tables.loans import Objection
from states.tables.payments import BatchLine, Payable

People = Iterable[str | None]


def people_of(unit: UnitOfWork, chart: str, event: str, row: Any) -> dict[PastAct, list[str]]:
    """The people who did each earlier step that must be another person's than the event; empty for most events."""
    found = ((step, WHO[step](unit, row)) for step in SEPARATED.get((chart, event), ()))
    return {step: sorted({person for person in people if person}) for step, people in found}


def check_four_eyes(context: EventContext[Any], chart: str, event: str, doing: BarredAct) -> bool:
    """Check that the actor took none of the earlier steps; the trace names the actor, or the one who took a step."""
    earlier = {
        step: context.by.person if context.by.person in people else people[0] if len(people) == 1 else None
        for step, people in people_of(context.unit, chart, event, context.row).items()
    }
    return context.check(separation_of_duties.four_eyes, person=context.by.person, earlier=earlier, doing=doing)


def actors(unit: UnitOfWork, row: Any, *events: str) -> set[str]:
    """The people who carried out any of these events on a subject, in this unit of work or before."""
    query = select(LedgerEntry.person).where(
        LedgerEntry.stream == row.stream, LedgerEntry.subject == row.id, col(LedgerEntry.event).in_(events)
    )
    now = {entry["person"] for entry in unit.buffer.entries if entry["subject"] == row.id and entry["event"] in events}
    return {*unit.session.exec(query), *now}


def of_case(column: str) -> Callable[[UnitOfWork, Any], People]:
    """The person whom a column of the subject's application names."""
    return lambda unit, row: [getattr(unit.application_of(row), column, None)]


def of_row(column: str) -> Callable[[UnitOfWork, Any], People]:
    """The person whom a column of the subject itself names."""
    return lambda _, row: [getattr(row, column)]


def of_batch(*columns: Any) -> Callable[[UnitOfWork, Any], People]:
    """The people whom columns of the payables in a batch, or of their applications, name."""

    def found(unit: UnitOfWork, row: Any) -> People:
        query = (
            select(*columns)
            .select_from(BatchLine)
            .join(Payable, col(Payable.id) == BatchLine.payable)
            .join(Application, col(Application.id) == Payable.stream)
            .where(BatchLine.batch == row.id)
            .distinct()  # a large batch has few people
        )
        return [person for people in unit.session.execute(query) for person in people]

    return found


def of_decision(unit: UnitOfWork, row: Objection) -> People:
    """The people who proposed the refusal that someone objects to, or handled the application."""
    application = unit.application_of(row)
    if application is None or row.loan is not None:
        return []
    query = select(LedgerEntry.person).where(
        LedgerEntry.stream == row.stream,
        LedgerEntry.chart == "application",
        LedgerEntry.event == "intend-refusal",
        LedgerEntry.seq < row.decision_seq,
    )
    return [*officers_of(unit, application), *unit.session.exec(query)]


def officers_of(unit: UnitOfWork, row: Any) -> People:
    """The officer of the subject's application, and those who handed it over."""
    case = unit.application_of(row)
    if case is None:
        return []
    return [case.officer, *unit.session.exec(former_officers().where(LedgerEntry.stream == case.stream))]


def former_officers() -> SelectOfScalar[str]:
    """The officers who handed a case over, from the ledger."""
    former = col(LedgerEntry.facts)["former"].as_string()
    handed_over = (LedgerEntry.chart == "application", LedgerEntry.event == "reassign")
    return select(former).where(*handed_over, col(LedgerEntry.facts)["role"].as_string() == "officer")


def officers_of_batch(unit: UnitOfWork, row: Any) -> People:
    """The officers of the applications in a batch, and those who handed one over."""
    of_lines = select(Payable.stream).join(BatchLine, col(BatchLine.payable) == Payable.id)
    cases = col(LedgerEntry.stream).in_(of_lines.where(BatchLine.batch == row.id))
    return [*of_batch(Application.officer)(unit, row), *unit.session.exec(former_officers().where(cases))]


WHO: Mapping[PastAct, Callable[[UnitOfWork, Any], People]] = {
    PastAct.APPLIED: of_case("applicant"),
    PastAct.HANDLED_APPLICATION: officers_of,
    PastAct.WROTE_ADVICE: lambda unit, row: [row.adviser, *actors(unit, row, "assess-domain", "submit-advice")],
    PastAct.PROPOSED_REFUSAL: lambda unit, row: actors(unit, row, "intend-refusal"),
    PastAct.ENTERED_INVOICE: of_row("entered_by"),
    PastAct.MATCHED_INVOICE: of_row("matched_by"),
    PastAct.CHECKED_INVOICE: of_row("checked_by"),
    PastAct.APPROVED_INVOICE: of_row("approved_by"),
    PastAct.BUILT_BATCH: of_row("created_by"),
    PastAct.SEALED_BATCH: lambda unit, row: actors(unit, row, "seal"),
    PastAct.ENTERED_BATCH_INVOICE: of_batch(Payable.entered_by),
    PastAct.MATCHED_BATCH_INVOICE: of_batch(Payable.matched_by),
    PastAct.CHECKED_BATCH_INVOICE: of_batch(Payable.checked_by),
    PastAct.APPROVED_BATCH_INVOICE: of_batch(Payable.approved_by, Payable.second_approved_by),
    PastAct.HANDLED_BATCH_APPLICATION: officers_of_batch,
    PastAct.APPLIED_IN_BATCH: of_batch(Application.applicant),
    PastAct.TOOK_DECISION: of_row("decision_by"),
    PastAct.PREPARED_DECISION: of_decision,
}
"""For each earlier step: who took it, from a subject that the step concerns."""
