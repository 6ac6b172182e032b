"""Duplicate invoices: the same number, or another spelling, number or account."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from rules.payments import amounts, invoices
from states.charts.payable import PayableState
from states.engine.event import EventContext
from states.events.payments.invoice_bodies import CreditNote, Invoice
from states.storage.account_marks import account_mark
from states.tables.application import Application
from states.tables.payments import Payable, PayableKind, PayableLine


def serialise_on_payee(session: Session, iban: str) -> None:
    """Serialise invoices of one payee over all cases, so that the second finds the first."""
    mark = account_mark(session, iban)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(mark, 0))))


def check_not_received_before(
    context: EventContext[Application], body: Invoice | CreditNote, replaced: Payable | None = None
) -> None:
    """The invoice is new: by number, and also by spelling, amounts and account."""
    mark = account_mark(context.session, body.iban)
    earlier, elsewhere = context.known(
        [
            row
            for row in live_payables(context, Payable.payee_mark == mark, Payable.number == body.number)
            if replaced is None or row.organisation == replaced.organisation
        ]
    )
    context.check(amounts.not_a_duplicate, number=body.number, earlier=earlier, elsewhere=elsewhere)
    if context.findings:
        return
    near = or_(Payable.payee_mark == mark, Payable.dated == body.dated)
    whole: dict[str, list[Payable]] = {}
    for row in live_payables(context, near):
        if replaced is None or row.invoice != replaced.invoice:
            whole.setdefault(row.invoice, []).append(row)
    alike = [parts for parts in whole.values() if looks_alike(context, body, mark, parts)]
    # Of an invoice of several payers, the part that the actor may know stands for the whole.
    known = [context.known(parts)[0][:1] for parts in alike]
    context.check(
        invoices.no_lookalike,
        number=body.number,
        earlier=[key for keys in known for key in keys],
        explained=body.apart is not None,
        elsewhere=not all(known),
    )


def live_payables(context: EventContext[Any], *where: Any) -> list[Payable]:
    """Payables under conditions, without rejected ones."""
    return context.rows(Payable, Payable.state != PayableState.REJECTED, *where)


def looks_alike(context: EventContext[Any], body: Invoice | CreditNote, mark: str, parts: list[Payable]) -> bool:
    """Whether an invoice may be an earlier one with another spelling, number or account."""
    sign = -1 if isinstance(body, CreditNote) else 1
    if (parts[0].kind is PayableKind.CREDIT_NOTE) != (sign < 0):
        return False
    same_payee = any(row.payee_mark == mark for row in parts)
    spelled = any(invoices.spelling(row.number) == invoices.spelling(body.number) for row in parts)
    if same_payee and spelled:
        return True
    total = sum((row.gross for row in parts), Decimal(0))
    same_sum = parts[0].dated == body.dated and total == sign * sum((line.gross for line in body.lines), Decimal(0))
    return same_sum and (spelled or (same_payee and content(context, parts) == content_of(body, sign)))


def content(context: EventContext[Any], parts: list[Payable]) -> dict[tuple[Any, ...], Decimal]:
    """The items and amounts of an earlier invoice; None for one that is not matched yet."""
    keys = [row.id for row in parts]
    lines: Sequence[Any] = context.rows(PayableLine, col(PayableLine.payable).in_(keys))
    return sums_by_item([(row.measure, row.outside, row.period_from, row.period_until, row.gross) for row in lines])


def content_of(body: Invoice | CreditNote, sign: int) -> dict[tuple[Any, ...], Decimal]:
    """The items and amounts of a new invoice."""
    if isinstance(body, CreditNote):
        return sums_by_item([(line.measure, line.outside, None, None, sign * line.gross) for line in body.lines])
    if body.to_match:
        return {}
    return sums_by_item(
        [(line.measure, line.outside, line.period_from, line.period_until, line.gross) for line in body.lines]
    )


def sums_by_item(lines: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], Decimal]:
    """The sums of lines, grouped by everything but the amount."""
    found: dict[tuple[Any, ...], Decimal] = {}
    for *key, gross in lines:
        found[tuple(key)] = found.get(tuple(key), Decimal(0)) + gross
    return found
