"""Batch contents: which payables go into a batch, and which are left out and why."""

from typing import Any

from sqlmodel import Session, col, select

from rules.core.rule import Finding
from rules.payments import batch_selection
from rules.procedure import erasure
from states.charts.payable import PayableState
from states.engine.event import EventContext
from states.errors import ErasedError
from states.events.payments.approval import findings_on
from states.formats import sepa_text
from states.formats.errors import BankTextError
from states.payments.payees import payee_of
from states.tables.payments import Payable

APPROVED = (PayableState.APPROVED,)
CONSIDERED = (
    PayableState.TO_MATCH,
    PayableState.RECEIVED,
    PayableState.CHECKED,
    PayableState.FIRST_APPROVED,
    PayableState.APPROVED,
    PayableState.RETURNED,
)
"""The states in which a payable is considered for a batch; one that is not approved is left out by name."""


def unpaid(session: Session, employer: str) -> list[Payable]:
    """The payables of an employer that are in no batch and not paid, in a fixed order."""
    query = select(Payable).where(Payable.organisation == employer, col(Payable.state).in_(CONSIDERED))
    return list(session.exec(query.order_by(Payable.id).execution_options(populate_existing=True)))


def select_payables(context: EventContext[Any], employer: str) -> tuple[list[Payable], list[dict[str, Any]]]:
    """The payables for a batch now, and those left out with the findings."""
    chosen: list[Payable] = []
    left: list[dict[str, Any]] = []
    for payable in unpaid(context.session, employer):
        found = batch_selection.approved(payable=payable.id, state=str(payable.state))
        findings = [found] if found else findings_against(context, payable, len(chosen) + 1)
        if not findings:
            chosen.append(payable)
            continue
        words = [item.as_json() for item in findings]
        left.append({"payable": payable.id, "amount": f"{payable.gross:.2f}", "findings": words})
    return chosen, left


def findings_against(context: EventContext[Any], payable: Payable, place: int) -> list[Finding]:
    """Findings against an approved payable: the points of its check again, and what a payment file can hold."""
    again: EventContext[Payable] = EventContext(context.unit, payable, context.by)
    findings_on(again)
    try:
        field = unwritable_field(context.session, payable)
    except ErasedError:
        found = erasure.still_there(erased=True)
        return [*again.findings, *([found] if found else [])]
    asked = (
        batch_selection.payee_writable(payable=payable.id, field=field),
        batch_selection.within_largest(payable=payable.id, amount=payable.gross, on=context.on),
        batch_selection.within_batch_size(payable=payable.id, place=place, on=context.on),
    )
    return [*again.findings, *(found for found in asked if found)]


def unwritable_field(session: Session, payable: Payable) -> str | None:
    """The payee's field that a payment file cannot hold; None if it can hold all."""
    name, iban = payee_of(session, payable)
    try:
        sepa_text.name(name)
        sepa_text.account(iban)
    except BankTextError as error:
        return error.field
    return None
