"""What goes along in a batch, and what is left out and why."""

from typing import Any

from sqlmodel import Session, col, select

from rules.core.rule import Finding
from rules.payments import batch_selection
from states.charts.payable import PayableState
from states.engine.event import EventContext
from states.events.payments.approval import findings_on
from states.findings import told
from states.formats import sepa_text
from states.formats.errors import BankTextError
from states.payments.payees import payee_of
from states.tables.payments import Payable

APPROVED = (PayableState.APPROVED,)
WAITING = (
    PayableState.TO_MATCH,
    PayableState.RECEIVED,
    PayableState.CHECKED,
    PayableState.FIRST_APPROVED,
    PayableState.APPROVED,
    PayableState.RETURNED,
)
"""The states in which a payable may be looked for in a batch; what is not approved is left out and named."""


def unpaid(session: Session, employer: str) -> list[Payable]:
    """The payables of an employer that stand in no batch and are not paid, in a fixed order."""
    query = select(Payable).where(Payable.organisation == employer, col(Payable.state).in_(WAITING))
    return list(session.exec(query.order_by(Payable.id).execution_options(populate_existing=True)))


def sort_out(context: EventContext[Any], employer: str) -> tuple[list[Payable], list[dict[str, Any]]]:
    """What goes along in a batch now, and what is left out with the findings that say why."""
    along: list[Payable] = []
    left: list[dict[str, Any]] = []
    for payable in unpaid(context.session, employer):
        found = batch_selection.approved(payable=payable.id, state=str(payable.state))
        findings = [found] if found else objections(context, payable, len(along) + 1)
        if not findings:
            along.append(payable)
            continue
        words = [told(item) for item in findings]
        left.append({"payable": payable.id, "amount": f"{payable.gross:.2f}", "findings": words})
    return along, left


def objections(context: EventContext[Any], payable: Payable, place: int) -> list[Finding]:
    """What stands in the way of an approved payable: the points of its check once more, and what a file can carry."""
    again: EventContext[Payable] = EventContext(context.unit, payable, context.by)
    findings_on(again)
    asked = (
        batch_selection.writable(payable=payable.id, field=unwritable(context.session, payable)),
        batch_selection.within_largest(payable=payable.id, amount=payable.gross, on=context.on),
        batch_selection.fits(payable=payable.id, place=place, on=context.on),
    )
    return [*again.findings, *(found for found in asked if found)]


def unwritable(session: Session, payable: Payable) -> str | None:
    """Which part of the payee a payment file cannot carry; None where it can."""
    name, iban = payee_of(session, payable)
    try:
        sepa_text.name(name)
        sepa_text.account(iban)
    except BankTextError as error:
        return error.field
    return None
