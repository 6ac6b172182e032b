"""Approval of a payable: a check and one or two approvals, each by another person."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sqlmodel import Session, col, select

from rules.access.content_classes import Retention
from rules.core import date_rules
from rules.core.translations import BarredAct, DatedFact
from rules.payments import amounts, invoice_documents, invoices, recurring_costs, scheme_2021, second_approver, tax
from states.charts.measure import MeasureState
from states.charts.payable import PayableState
from states.engine.bodies import Body
from states.engine.event import EventContext
from states.engine.past_acts import check_four_eyes
from states.events.payments.invoice_lines import check_takeover
from states.events.payments.payables import PayableEvent, separate_part
from states.events.provision.spending import billed_for, closed_list, spent_at_home
from states.tables.application import Measure
from states.tables.payments import Document, Payable, PayableKind, PayableLine
from states.tables.people import Organisation


def findings_on(context: EventContext[Payable]) -> None:
    """The findings of each point of the check of a payable."""
    application, row = context.application(), context.row
    context.check(date_rules.not_in_future, what=DatedFact.INVOICE, day=row.dated, on=context.on)
    employers = [name for employer in context.employers() for name in context.unit.employers.known_as(employer)]
    context.check(invoices.addressee_right, addressed_to=row.addressed_to, employers=employers)
    advance = row.kind is PayableKind.ADVANCE
    kept = len(context.rows(Document, Document.invoice == row.invoice)) if advance else 0
    context.check(invoice_documents.advance_has_document, advance=advance, documents=kept)
    context.rows(
        Measure, Measure.stream == context.row.stream
    )  # read in one query the rows that are asked for one by one below
    lines = context.rows(PayableLine, PayableLine.payable == context.row.id, col(PayableLine.measure).is_not(None))
    if lines:
        context.check(tax.no_own_contribution, own_contribution=context.row.own_contribution)
    if row.kind is not PayableKind.CREDIT_NOTE:
        check_takeover(context, row.stream, row.dated, [context.get(Measure, line.measure) for line in lines])
    old = []
    for line in lines:
        measure = context.get(Measure, line.measure)
        provided = measure.provided_on is not None
        context.check(invoices.measure_still_payable, measure=measure.id, state=str(measure.state), provided=provided)
        until = None if measure.kept_after_office else application.in_office_until
        context.check(amounts.within_office, provided_on=measure.provided_on, until=until)
        if measure.recurring and line.period_from and line.period_until:
            context.check(
                recurring_costs.period_within,
                measure=measure.id,
                period_from=line.period_from,
                period_until=line.period_until,
                provided_on=measure.provided_on,
                ends_on=measure.ends_on,
                office_until=application.in_office_until,
            )
        if measure.provided_on and closed_list(measure, measure.provided_on):
            old.append(measure.provided_on)
    if old:
        context.check(scheme_2021.home_maximum, spent=spent_at_home(context, application.id), on=max(old))


class Check(PayableEvent[Body]):
    """Check the payable as finance."""

    name, title = "check", "Check a payable"

    def validate(self, context: EventContext[Payable], body: Body) -> None:
        """Amounts, addressee, receipt, takeover, office and own contribution are right; duties are separated."""
        check_four_eyes(context, "payable", "check", BarredAct.CHECK)
        findings_on(context)

    def apply(self, context: EventContext[Payable], body: Body) -> None:
        """Record the checker, who may not approve."""
        context.row.checked_by = context.by.person


def offset_candidates(session: Session, row: Payable) -> list[Payable]:
    """Approved credits and invoices of the same supplier and employer, with which a payable can be settled."""
    mine = (Payable.organisation == row.organisation, Payable.payee_mark == row.payee_mark, Payable.id != row.id)
    credit = row.kind is PayableKind.CREDIT_NOTE
    waiting = Payable.state == (PayableState.APPROVED if credit else PayableState.CREDIT)
    kinds = [PayableKind.SUPPLIER_INVOICE] if credit else [PayableKind.CREDIT_NOTE]
    if not credit and row.kind is not PayableKind.SUPPLIER_INVOICE:
        return []
    query = select(Payable).where(*mine, waiting, col(Payable.kind).in_(kinds))
    return list(session.exec(query.order_by(col(Payable.dated), Payable.id).execution_options(populate_existing=True)))


def offset_credits(context: EventContext[Payable]) -> None:
    """Offset an approved payable against waiting ones: a credit against the next invoice, without paying both."""
    for other in offset_candidates(context.session, context.row):
        row = context.row
        if other.stream not in context.unit.streams or row.state not in {PayableState.APPROVED, PayableState.CREDIT}:
            continue
        amount = min(abs(row.gross), abs(other.gross))
        if any(
            abs(part.gross) != amount and context.unit.is_erased(part.stream, Retention.MONEY) for part in (row, other)
        ):
            continue  # nothing says any more whom a part of it would be paid to
        one, against = (
            part if abs(part.gross) == amount else separate_part(context, part, amount) for part in (row, other)
        )
        context.trigger("payable", one, "offset", against=against.id)
        context.trigger("payable", against, "offset", against=one.id)


def finish_approval(context: EventContext[Payable]) -> None:
    """Final approval: reopen credited measures for invoicing and offset open credits."""
    if context.row.state is PayableState.FIRST_APPROVED:
        return
    context.session.flush()
    if context.row.state is PayableState.CREDIT:
        for line in context.rows(
            PayableLine, PayableLine.payable == context.row.id, col(PayableLine.measure).is_not(None)
        ):
            reopen_credited_measures(context, line, context.get(Measure, line.measure))
    offset_credits(context)


def reopen_credited_measures(context: EventContext[Payable], line: PayableLine, measure: Measure) -> None:
    """Reopen a measure for invoicing if the whole of it was credited on the credited invoice."""
    lines = billed_for(context, measure.id)[context.row.credits or ""]
    if sum((line.gross for line in lines), Decimal(0)):
        return
    line.freed = measure.invoiced or None
    measure.invoiced = False
    if measure.state is MeasureState.SETTLED:
        context.trigger("measure", measure, "unsettle")


class Approval(PayableEvent[Body]):
    """Shared by both approvals: the points of the check are checked again, and a credit is offset."""

    def extra_locks(self, session: Session, key: str, body: Body) -> Iterable[str]:
        """The cases of the payables with which it may be offset."""
        row = session.get(Payable, key)
        return [other.stream for other in offset_candidates(session, row)] if row is not None else []

    def conditions(self, context: EventContext[Payable], body: Body) -> Mapping[str, bool]:
        """Whether another approver is needed, and whether it is a credit."""
        row = context.row
        parts = [row.invoice == Payable.invoice, row.organisation == Payable.organisation]
        live = context.rows(Payable, *parts, Payable.state != PayableState.REJECTED)
        kind = str(context.get(Organisation, row.organisation).kind)
        amount = sum(
            (part.gross for part in live), Decimal(0)
        )  # the limit is for the whole invoice, also when it is paid in parts
        return {
            "second_needed": second_approver.second_needed(amount=amount, employer_kind=kind, on=context.on),
            "is_credit": row.kind is PayableKind.CREDIT_NOTE,
        }


class Approve(Approval):
    """Approve the payable as another person; above a limit a second approval follows."""

    name, title = "approve", "Approve a payable"

    def validate(self, context: EventContext[Payable], body: Body) -> None:
        """Four eyes, and every point of the check again."""
        check_four_eyes(context, "payable", "approve", BarredAct.APPROVE)
        findings_on(context)

    def apply(self, context: EventContext[Payable], body: Body) -> None:
        """Record the approver, who may not release or approve again."""
        context.row.approved_by, context.row.second_approved_by = context.by.person, None
        finish_approval(context)


class ApproveSecond(Approval):
    """Approve, as a second person, a payable above the limit."""

    name, title = "approve-second", "Approve a payable a second time"

    def validate(self, context: EventContext[Payable], body: Body) -> None:
        """Six eyes, and every point of the check again."""
        check_four_eyes(context, "payable", "approve-second", BarredAct.APPROVE_SECOND)
        findings_on(context)

    def apply(self, context: EventContext[Payable], body: Body) -> None:
        """Record the second approver, who may not release."""
        context.row.second_approved_by = context.by.person
        finish_approval(context)
