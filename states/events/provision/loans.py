"""A loan for the duration of office (REG x.9(7)): asked for with an application or without one, granted, lent, back.

The employer *may* lend, so it can decline, with reasons and remedies. Nobody asks for an advice, a residence or a
certificate. A measure that an adopted advice rests on the basis ``loan`` is no loan of this chart: it stays a measure,
which the employer cannot refuse, and it ends by ``measure/remove``.
"""

from datetime import date
from typing import Any

from rules.core import date_rules
from rules.core.roles import Role
from rules.core.translations import DatedFact, EarlierFact
from rules.procedure import eligibility, loans
from states.charts.loan import LOAN
from states.engine.bodies import Body, Code, Day, Handle, Text
from states.engine.event import B, Event, EventContext
from states.tables.loans import Loan


class LoanEvent(Event[Loan, B]):
    """What the events of a loan share."""

    chart = LOAN
    table = Loan


def office_held(context: EventContext[Loan], on: date) -> None:
    """Ask whether there is an office for the duration of which something can be lent on a day.

    Where the loan belongs to an application, the facts are those that stand on the application now.
    """
    held = context.unit.application_of(context.row) or context.row
    context.check(loans.office_in_scope, office=held.office, on=on)
    context.check(loans.during_office, certain_since=held.certain_since, until=held.in_office_until, on=on)
    context.check(eligibility.acting, office=held.office, acting_since=held.acting_since, on=on)


def in_order(
    context: EventContext[Loan], what: DatedFact, day: date, earlier: EarlierFact, earliest: date | None
) -> None:
    """Ask for a day that is not after today and not before what it follows from."""
    context.check(date_rules.not_in_future, what=what, day=day, on=context.on)
    context.check(date_rules.not_before, what=what, day=day, earlier=earlier, earliest=earliest)


class Granting(Body):
    """The employer's decision to lend, and when it comes back if that is before the end of office."""

    granted_on: Day | None = None
    decision: Code | None = None
    due_back_on: Day | None = None


class Grant(LoanEvent[Granting]):
    """The employer grants the loan, for the duration of office."""

    name, title, body = "grant", "Grant a loan", Granting

    def validate(self, context: EventContext[Loan], body: Granting) -> None:
        """There is an office to lend for, and days that can be."""
        day = body.granted_on or context.on
        in_order(context, DatedFact.DECISION, day, EarlierFact.REQUEST, context.row.requested_on)
        office_held(context, day)
        held = context.unit.application_of(context.row) or context.row
        context.check(loans.back_in_time, due_back_on=body.due_back_on, until=held.in_office_until, earliest=day)

    def apply(self, context: EventContext[Loan], body: Granting) -> None:
        """Keep the decision; it comes back with the end of office at the latest."""
        row = context.row
        held = context.unit.application_of(row) or row
        row.decided_on, row.decided_by, row.decision = body.granted_on or context.on, context.by.person, body.decision
        row.due_back_on = body.due_back_on or held.in_office_until

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """Today."""
        return {"grantedOn": context.on.isoformat(), "decision": "DEC-2026-002"}


class Declining(Body):
    """Why the employer does not lend, and on which day that was announced; today where it is left out."""

    announced_on: Day | None = None
    decision: Code | None = None
    reasons: Text


class DeclineLoan(LoanEvent[Declining]):
    """The employer declines the loan: it may, with reasons (Awb 3:46) and remedies (Awb 3:45)."""

    name, title, body = "decline", "Decline a loan", Declining

    def validate(self, context: EventContext[Loan], body: Declining) -> None:
        """A day that can be."""
        in_order(
            context, DatedFact.DECISION, body.announced_on or context.on, EarlierFact.REQUEST, context.row.requested_on
        )

    def apply(self, context: EventContext[Loan], body: Declining) -> None:
        """Keep the decision; the term to object runs from its announcement."""
        row = context.row
        row.decided_on, row.decided_by, row.decision = body.announced_on or context.on, context.by.person, body.decision

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "Nothing that is in stock would help; the advice is expected within days."}


class Reconsideration(Body):
    """Because of which objection."""

    objection: Handle


class Reconsider(LoanEvent[Reconsideration]):
    """A founded objection puts the request back; the employer decides anew."""

    name, title, body = "reconsider", "Decide on a declined loan anew", Reconsideration

    def apply(self, context: EventContext[Loan], body: Reconsideration) -> None:
        """The old decision stands in the ledger only."""
        context.row.decided_on = context.row.decided_by = context.row.decision = None


class Lending(Body):
    """When it was handed over."""

    lent_on: Day
    remarks: Text | None = None


class Lend(LoanEvent[Lending]):
    """What was granted is handed over, in office."""

    name, title, body = "lend", "Hand over what is lent", Lending

    def validate(self, context: EventContext[Loan], body: Lending) -> None:
        """The office still lasts on that day."""
        in_order(context, DatedFact.HANDOVER, body.lent_on, EarlierFact.DECISION, context.row.decided_on)
        office_held(context, body.lent_on)

    def apply(self, context: EventContext[Loan], body: Lending) -> None:
        """Keep the day."""
        context.row.lent_on = body.lent_on

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """Today."""
        return {"lentOn": context.on.isoformat()}


class LoanReturn(Body):
    """When it came back."""

    returned_on: Day
    remarks: Text | None = None


class TakeBack(LoanEvent[LoanReturn]):
    """What was lent came back."""

    name, title, body = "take-back", "Record that a loan came back", LoanReturn

    def validate(self, context: EventContext[Loan], body: LoanReturn) -> None:
        """A day that can be."""
        in_order(context, DatedFact.RETURN, body.returned_on, EarlierFact.HANDOVER, context.row.lent_on)

    def apply(self, context: EventContext[Loan], body: LoanReturn) -> None:
        """Keep the day."""
        context.row.returned_on = body.returned_on

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """Today."""
        return {"returnedOn": context.on.isoformat()}


class LoanLoss(Body):
    """Since when it is lost, and how that came."""

    lost_on: Day
    reasons: Text


class Lose(LoanEvent[LoanLoss]):
    """What was lent will not come back."""

    name, title, body = "lose", "Record that a loan is lost", LoanLoss

    def validate(self, context: EventContext[Loan], body: LoanLoss) -> None:
        """A day that can be."""
        in_order(context, DatedFact.LOSS, body.lost_on, EarlierFact.HANDOVER, context.row.lent_on)

    def apply(self, context: EventContext[Loan], body: LoanLoss) -> None:
        """Keep the day."""
        context.row.lost_on = body.lost_on

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """Today."""
        return {"lostOn": context.on.isoformat(), "reasons": "It was stolen; a report was made."}


class LoanFarewell(Body):
    """Why; may be left out."""

    reasons: Text | None = None


class WithdrawLoan(LoanEvent[LoanFarewell]):
    """The official does not want it any more; possible until it is handed over."""

    name, title, body = "withdraw", "Withdraw a request for a loan", LoanFarewell


class EndOfOffice(Body):
    """The last day of the office, and whether it ended by death."""

    ended_on: Day
    estate: bool = False


class EndWithOffice(LoanEvent[EndOfOffice]):
    """The office ended: what is lent is due back, what was not lent yet lapses.

    After a death nobody writes to the official; the employer gets it back through the estate.
    """

    name, title, body = "end-with-office", "End a loan with the office", EndOfOffice

    def validate(self, context: EventContext[Loan], body: EndOfOffice) -> None:
        """People record it here only where there is no application to record it on."""
        if context.by.role is not Role.ENGINE:
            context.check(loans.ends_with_application, application=context.row.application)
            since = context.row.certain_since
            in_order(context, DatedFact.END_OF_OFFICE, body.ended_on, EarlierFact.CERTAIN_DAY, since)

    def apply(self, context: EventContext[Loan], body: EndOfOffice) -> None:
        """Keep the end; what is lent is due back on it."""
        row = context.row
        row.in_office_until = body.ended_on
        row.estate = row.estate or body.estate
        if row.lent_on is not None:
            row.due_back_on = body.ended_on

    def example(self, context: EventContext[Loan]) -> dict[str, Any] | None:
        """Today, where it is recorded here."""
        return {"endedOn": context.on.isoformat()} if context.row.application is None else None
