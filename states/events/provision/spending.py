"""Spending on measures: invoice lines that count, their periods, and the total of a home."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import col, select

from rules.core.regulation import LegalBasis
from rules.payments import scheme_2021
from states.charts.payable import PayableState
from states.engine.event import EventContext
from states.tables.application import Measure
from states.tables.payments import Payable, PayableLine


def closed_list(row: Measure, on: date) -> bool:
    """Whether the scheme of 2021 to 2023, with its closed list and its maximum, applies to provision on a day."""
    return row.legal_basis is LegalBasis.HOME_MEASURE and scheme_2021.on_the_list.in_force(on)


def live_lines(context: EventContext[Any], *where: Any) -> list[tuple[PayableLine, Payable]]:
    """Lines under conditions, of payables that were not rejected."""
    query = select(PayableLine, Payable).join(Payable, col(Payable.id) == PayableLine.payable)
    return list(context.session.exec(query.where(Payable.state != PayableState.REJECTED, *where)))


def billed_for(context: EventContext[Any], measure: str) -> dict[str, list[PayableLine]]:
    """The lines for a measure by invoice, with the amounts credited on it."""
    found: dict[str, list[PayableLine]] = {}
    for line, payable in live_lines(context, PayableLine.measure == measure):
        found.setdefault(payable.credits or payable.invoice, []).append(line)
    return found


def periods_of(context: EventContext[Any], measure: str, *, besides: str | None = None) -> list[tuple[date, date]]:
    """The invoiced periods of a recurring measure, without those of one invoice or credited in full."""
    return sorted(
        {
            (line.period_from, line.period_until)
            for invoice, lines in billed_for(context, measure).items()
            if invoice != besides and sum((line.gross for line in lines), Decimal(0))
            for line in lines
            if line.period_from and line.period_until
        },
    )


def spent_at_home(context: EventContext[Any], application: str, *, besides: str | None = None) -> Decimal:
    """What was invoiced for home measures provided under the scheme of 2021 to 2023.

    Args:
        context: the event that asks.
        application: the case; it is for one home, because another home asks for a new advice (REG x.9(6)).
        besides: a measure that counts though it is only being provided now.
    """
    found = context.rows(Measure, Measure.stream == application, Measure.legal_basis == LegalBasis.HOME_MEASURE)
    old = [row.id for row in found if row.id == besides or (row.provided_on and row.provided_on <= scheme_2021.LAST)]
    return sum((line.gross for line, _ in live_lines(context, col(PayableLine.measure).in_(old))), Decimal(0))
