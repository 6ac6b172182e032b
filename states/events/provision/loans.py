"""Loans for the duration of office (REG x.9(7)): requested with or without an application, granted, lent, returned.

The employer *may* lend, so it can decline, with reasons and remedies. A loan requires no advice, residence or
certificate. A measure of an adopted advice with the basis ``loan`` is not a loan of this chart: it is a measure,
which the employer cannot refuse, and it ends by ``measure/remove``.
"""

from datetime import date
from typing import Annotated, Any

from rules.access.content_classes import ContentClass
from rules.core import date_rules
from rules.core.roles import Role
from rules.core.translations import DatedFact, EarlierFact
from rules.procedure import eligibility, loans
from states.charts.loan import LOAN
from states.engine.bodies import Body, Code, Day, Handle, Text
from states.engine.event import B, Event, EventContext
from states.tables.loans import Loan


class LoanEvent(Event[Loan, B]):
    """Shared by the events of a loan."""

    chart = LOAN
    table = Loan


def check_office(context: EventContext[Loan], on: date) -> None:
    """Check that on a day there is an office for the duration of which something can be lent.

    If the loan belongs to an application, its present facts count.
    """
    held = context.unit.application_of(context.row) or context.row
    context.check(loans.office_in_scope, office=held.office, on=on)
    context.check(loans.during_office, certain_since=held.certain_since, until=held.in_office_until, on=on)
    context.check(eligibility.acting, office=held.office, acting_since=held.acting_since, on=on)


def check_day(
    context: EventContext[Loan], what: DatedFact, day: date, earlier: EarlierFact, earliest: date | None
) -> None:
    """Check that a day is not after today and not before the day that it follows."""
    context.check(date_rules.not_in_future, what=what, day=day, on=context.on)
    context.check(date_rules.not_before, what=what, day=day, earlier=earlier, earliest=earliest)


class Granting(Body):
    """The employer's decision to lend, and the day of return if that is before the end of office."""

    granted_on: Day | None = None
    decision: Code | None = None
    due_back_on: Day | None = None


class Grant(LoanEvent[Granting]):
    """Grant the loan for the duration of office."""

    name, title, body = "grant", "Grant a loan", Granting

    def validate(self, context: EventContext[Loan], body: Granting) -> None:
        """There is an office, and the days are possible."""
        day = body.granted_on or context.on
        check_day(context, DatedFact.DECISION, day, EarlierFact.REQUEST, context.row.requested_on)
        check_office(context, day)
        held = context.unit.application_of(context.row) or context.row
        context.check(loans.back_in_time, due_back_on=body.due_back_on, until=held.in_office_until, earliest=day)

    def apply(self, context: EventContext[Loan], body: Granting) -> None:
        """Record the decision; the loan ends with the office at the latest."""
        row = context.row
        held = context.unit.application_of(row) or row
        row.decided_on, row.decided_by, row.decision = body.granted_on or context.on, context.by.person, body.decision
        row.due_back_on = body.due_back_on or held.in_office_until

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """Today."""
        return {"grantedOn": context.on.isoformat(), "decision": "DEC-2026-002"}


class Declining(Body):
    """Why the employer does not lend, and the day of announcement; left out, today."""

    announced_on: Day | None = None
    decision: Code | None = None
    reasons: Annotated[Text, ContentClass.LOAN]


class DeclineLoan(LoanEvent[Declining]):
    """Decline the loan, with reasons (Awb 3:46) and remedies (Awb 3:45)."""

    name, title, body = "decline", "Decline a loan", Declining

    def validate(self, context: EventContext[Loan], body: Declining) -> None:
        """The day is possible."""
        check_day(
            context, DatedFact.DECISION, body.announced_on or context.on, EarlierFact.REQUEST, context.row.requested_on
        )

    def apply(self, context: EventContext[Loan], body: Declining) -> None:
        """Record the decision; the objection term runs from its announcement."""
        row = context.row
        row.decided_on, row.decided_by, row.decision = body.announced_on or context.on, context.by.person, body.decision

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """Reasons."""
        return {"reasons": "Nothing that is in stock would help; the advice is expected within days."}


class Reconsideration(Body):
    """The objection."""

    objection: Handle


class Reconsider(LoanEvent[Reconsideration]):
    """Reconsider the request after a founded objection; the employer decides again."""

    name, title, body = "reconsider", "Decide on a declined loan anew", Reconsideration

    def apply(self, context: EventContext[Loan], body: Reconsideration) -> None:
        """Clear the earlier decision, which the ledger holds."""
        context.row.decided_on = context.row.decided_by = context.row.decision = None


class Lending(Body):
    """The day of the handover."""

    lent_on: Day
    remarks: Annotated[Text, ContentClass.LOAN] | None = None


class Lend(LoanEvent[Lending]):
    """Hand over what was granted, during the office."""

    name, title, body = "lend", "Hand over what is lent", Lending

    def validate(self, context: EventContext[Loan], body: Lending) -> None:
        """The office lasts on that day."""
        check_day(context, DatedFact.HANDOVER, body.lent_on, EarlierFact.DECISION, context.row.decided_on)
        check_office(context, body.lent_on)

    def apply(self, context: EventContext[Loan], body: Lending) -> None:
        """Record the day."""
        context.row.lent_on = body.lent_on

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """Today."""
        return {"lentOn": context.on.isoformat()}


class LoanReturn(Body):
    """The day of return."""

    returned_on: Day
    remarks: Annotated[Text, ContentClass.LOAN] | None = None


class TakeBack(LoanEvent[LoanReturn]):
    """Record that the lent goods were returned."""

    name, title, body = "take-back", "Record that a loan came back", LoanReturn

    def validate(self, context: EventContext[Loan], body: LoanReturn) -> None:
        """The day is possible."""
        check_day(context, DatedFact.RETURN, body.returned_on, EarlierFact.HANDOVER, context.row.lent_on)

    def apply(self, context: EventContext[Loan], body: LoanReturn) -> None:
        """Record the day."""
        context.row.returned_on = body.returned_on

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """Today."""
        return {"returnedOn": context.on.isoformat()}


class LoanLoss(Body):
    """Since when it is lost, and how."""

    lost_on: Day
    reasons: Annotated[Text, ContentClass.LOAN]


class Lose(LoanEvent[LoanLoss]):
    """Record that the lent goods are lost."""

    name, title, body = "lose", "Record that a loan is lost", LoanLoss

    def validate(self, context: EventContext[Loan], body: LoanLoss) -> None:
        """The day is possible."""
        check_day(context, DatedFact.LOSS, body.lost_on, EarlierFact.HANDOVER, context.row.lent_on)

    def apply(self, context: EventContext[Loan], body: LoanLoss) -> None:
        """Record the day."""
        context.row.lost_on = body.lost_on

    def example(self, context: EventContext[Loan]) -> dict[str, Any]:
        """Today."""
        return {"lostOn": context.on.isoformat(), "reasons": "It was stolen; a report was made."}


class LoanWithdrawal(Body):
    """Reasons, which may be left out."""

    reasons: Annotated[Text, ContentClass.LOAN] | None = None


class WithdrawLoan(LoanEvent[LoanWithdrawal]):
    """Withdraw the request, by the official. Possible until the handover."""

    name, title, body = "withdraw", "Withdraw a request for a loan", LoanWithdrawal


class EndOfOffice(Body):
    """The last day of the office, and whether it ended by death."""

    ended_on: Day
    estate: bool = False


class EndWithOffice(LoanEvent[EndOfOffice]):
    """End a loan with the office: lent goods are due back, an earlier stage lapses.

    After a death the official gets no letters; the employer gets the goods back from the estate.
    """

    name, title, body = "end-with-office", "End a loan with the office", EndOfOffice

    def validate(self, context: EventContext[Loan], body: EndOfOffice) -> None:
        """People record the end here only for a loan without an application."""
        if context.by.role is not Role.ENGINE:
            context.check(loans.ends_with_application, application=context.row.application)
            since = context.row.certain_since
            check_day(context, DatedFact.END_OF_OFFICE, body.ended_on, EarlierFact.CERTAIN_DAY, since)

    def apply(self, context: EventContext[Loan], body: EndOfOffice) -> None:
        """Record the end; lent goods are due back on that day."""
        row = context.row
        row.in_office_until = body.ended_on
        row.estate = row.estate or body.estate
        if row.lent_on is not None:
            row.due_back_on = body.ended_on

    def example(self, context: EventContext[Loan]) -> dict[str, Any] | None:
        """Today, for a loan without an application."""
        return {"endedOn": context.on.isoformat()} if context.row.application is None else None
