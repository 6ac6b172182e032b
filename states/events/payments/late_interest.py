"""Late interest on an advance or penalty: a payable of its own (Awb 4:97, 4:98)."""

from typing import Any

from rules.core import date_rules
from rules.core.translations import DatedFact, EarlierFact
from rules.payments import amounts, statutory_interest
from states.charts.payable import PayableState
from states.deadlines import term_query
from states.engine.bodies import Body, Day, Iban
from states.engine.event import EventContext
from states.events.payments.payables import PayableEvent
from states.payments.payees import Payee
from states.tables.base import new_id
from states.tables.payments import Payable, PayableKind


class FixedInterest(Body):
    """To whom the interest is paid."""

    payee: Payee
    """The name exactly as on the account."""
    iban: Iban
    announced_on: Day | None = None
    """The day on which this decision is announced; left out, today."""


class FixInterest(PayableEvent[FixedInterest]):
    """Fix the interest on an advance or penalty that was paid too late; it becomes a payable (Awb 4:97, 4:98)."""

    name, title, body = "fix-interest", "Fix the interest on a late payment (Awb 4:97)", FixedInterest

    def validate(self, context: EventContext[Payable], body: FixedInterest) -> None:
        """The payment was late, the interest reaches the minimum, and it was not fixed before."""
        if body.announced_on is not None:
            day, paid_on = body.announced_on, context.row.paid_on
            context.check(date_rules.not_in_future, what=DatedFact.DECISION, day=day, on=context.on)
            context.check(
                date_rules.not_before, what=DatedFact.DECISION, day=day, earlier=EarlierFact.PAYMENT, earliest=paid_on
            )
        context.check(amounts.iban_valid, private=("iban",), iban=body.iban)
        context.check(statutory_interest.interest_owed, **self.facts(context))

    def apply(self, context: EventContext[Payable], body: FixedInterest) -> None:
        """Make the payable."""
        row, facts = context.row, self.facts(context)
        context.trigger(
            "payable",
            None,
            "receive",
            application=row.stream,
            invoice=new_id("invoice"),
            organisation=row.organisation,
            kind=PayableKind.INTEREST,
            number=self.number(row),
            dated=body.announced_on or context.on,
            received_on=context.on,
            payee=body.payee,
            iban=body.iban,
            awarded=statutory_interest.interest(facts["principal"], facts["due_on"], facts["paid_on"]),
        )

    @staticmethod
    def number(row: Payable) -> str:
        """The number of the interest's payable, which exists once."""
        return f"INT-{row.id}"

    def facts(self, context: EventContext[Payable]) -> dict[str, Any]:
        """The facts of the interest."""
        row = context.row
        term = term_query.latest(context.session, row.id, "payment")
        standing = Payable.number == self.number(row), Payable.state != PayableState.REJECTED
        return {
            "kind": str(row.kind),
            "principal": row.gross,
            "due_on": term.due_on if term else None,
            "paid_on": row.paid_on,
            "fixed": bool(context.rows(Payable, Payable.stream == row.stream, *standing)),
        }

    def example(self, context: EventContext[Payable]) -> dict[str, Any] | None:
        """To the applicant, if interest is owed."""
        if statutory_interest.interest_owed(**self.facts(context)) is not None:
            return None
        return {"payee": "A. Voorbeeld", "iban": "NL02ABNA0123456789"}
