"""Accounting periods and accounts of an employer: periods are closed by one person and reopened by another."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from rules.access.content_classes import ContentClass
from rules.payments import accounting_periods
from states.accounting import accounts, periods
from states.charts.people import ORGANISATION
from states.engine.bodies import Body, Code, Day, Text
from states.engine.event import B, Event, EventContext
from states.engine.patterns import TAX_NUMBER
from states.tables.accounting import BookAccounts, BookPeriod
from states.tables.base import new_id
from states.tables.people import Organisation

Period = Annotated[str, Field(pattern=accounting_periods.PERIOD)]
"""A year, or a month of one, such as 2026 or 2026-03."""


class BooksEvent(Event[Organisation, B]):
    """Shared by the events of an employer's books."""

    chart, table = ORGANISATION, Organisation


class NewAccounts(Body):
    """The changed accounts, their first day, and the employer's document; omitted accounts stay as they were."""

    since: Day
    source: Code
    """The employer's own decision, such as KADERNOTA-2026."""
    cost: Code | None = None
    creditor: Code | None = None
    vat: Code | None = None
    """The account of VAT that the compensation fund pays back."""
    bank: Code | None = None
    cost_centre: Code | None = None
    task_field: Code | None = None
    category: Code | None = None
    """The economic category of Iv3 of the cost account."""
    tax_number: Annotated[str, Field(pattern=TAX_NUMBER)] | None = None
    """RSIN, nine digits."""


class SetAccounts(BooksEvent[NewAccounts]):
    """Set the accounts of an employer's books from a day on; earlier bookings keep their accounts."""

    name, title, body = "set-accounts", "Set the accounts of the books", NewAccounts

    def validate(self, context: EventContext[Organisation], body: NewAccounts) -> None:
        """The first day is in no closed period, because that was booked under other accounts."""
        closed = periods.closed(context.session, context.row.id)
        context.check(
            accounting_periods.period_open,
            booked_on=body.since,
            closed=periods.closing(closed, body.since),
            first_open_day=periods.open_day(closed, body.since),
        )

    def apply(self, context: EventContext[Organisation], body: NewAccounts) -> None:
        """Store the accounts next to the earlier ones."""
        held = accounts.on_day(context.session, context.row, body.since).model_dump()
        changes = body.model_dump(exclude_none=True)
        own = {"id": new_id("accounts"), "recorded_at": context.at}
        context.session.add(BookAccounts(**{**held, **changes, **own}))

    def example(self, context: EventContext[Organisation]) -> dict[str, Any]:
        """Another cost centre from today."""
        return {"since": context.on.isoformat(), "source": "KADERNOTA-2026", "costCentre": "KP-02"}


class ClosedPeriod(Body):
    """The year or month."""

    period: Period


class ClosePeriod(BooksEvent[ClosedPeriod]):
    """Close a year or month of the books; nothing can be booked in it afterwards."""

    name, title, body = "close-period", "Close a period of the books", ClosedPeriod

    def validate(self, context: EventContext[Organisation], body: ClosedPeriod) -> None:
        """The period is over, and is not closed yet."""
        closed = {row.period for row in periods.closed(context.session, context.row.id)}
        context.check(
            accounting_periods.period_has_ended,
            period=body.period,
            until=accounting_periods.days_of(body.period)[1],
            on=context.on,
        )
        context.check(accounting_periods.period_closed_once, period=body.period, closed=body.period in closed)

    def apply(self, context: EventContext[Organisation], body: ClosedPeriod) -> None:
        """Wait for a booking that is being made in the period, then close it."""
        periods.hold(context.session, context.row.id, closing=True)
        since, until = accounting_periods.days_of(body.period)
        context.session.add(
            BookPeriod(
                id=new_id("period"),
                stream=context.row.stream,
                organisation=context.row.id,
                period=body.period,
                since=since,
                until=until,
                closed_by=context.by.person,
                closed_at=context.at,
            ),
        )

    def example(self, context: EventContext[Organisation]) -> dict[str, Any]:
        """Last month."""
        return {"period": (context.on.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")}


class ReopenedPeriod(ClosedPeriod):
    """The year or month, and the reasons."""

    reasons: Annotated[Text, ContentClass.PAYMENT_REASONS]


class ReopenPeriod(BooksEvent[ReopenedPeriod]):
    """Reopen a closed period, by another person and with reasons."""

    name, title, body = "reopen-period", "Reopen a period of the books", ReopenedPeriod

    def validate(self, context: EventContext[Organisation], body: ReopenedPeriod) -> None:
        """The period is closed, and another person closed it."""
        row = self.row(context, body)
        if (
            context.check(accounting_periods.period_is_closed, period=body.period, closed=row is not None)
            and row is not None
        ):
            context.check(accounting_periods.reopened_by_another, person=context.by.person, closed_by=row.closed_by)

    def apply(self, context: EventContext[Organisation], body: ReopenedPeriod) -> None:
        """Record who reopened it and when."""
        periods.hold(context.session, context.row.id, closing=True)
        row = self.row(context, body)
        assert row is not None
        row.reopened_by, row.reopened_at = context.by.person, context.at

    @staticmethod
    def row(context: EventContext[Organisation], body: ReopenedPeriod) -> BookPeriod | None:
        """The closed period of this name."""
        return next((row for row in periods.closed(context.session, context.row.id) if row.period == body.period), None)

    def example(self, context: EventContext[Organisation]) -> dict[str, Any] | None:
        """The last closed period."""
        closed = periods.closed(context.session, context.row.id)
        return {"period": closed[-1].period, "reasons": "An invoice of this month came late."} if closed else None
