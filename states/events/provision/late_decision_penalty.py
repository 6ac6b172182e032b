"""Late decision penalty (dwangsom): the notice of default, and fixing what is owed."""

from datetime import date
from typing import Any

from rules.core import date_rules
from rules.core.translations import DatedFact, EarlierFact
from rules.payments import amounts
from rules.procedure import late_decision_penalty
from states.charts.payable import PayableState
from states.deadlines import term_query
from states.engine.bodies import Body, Day, Iban
from states.engine.event import EventContext
from states.events.provision.takeovers import TakeoverEvent
from states.payments.payees import Payee
from states.tables.application import Takeover
from states.tables.base import new_id
from states.tables.payments import Payable, PayableKind


class NoticeOfDefault(Body):
    """The day on which the employer received the applicant's written notice of default."""

    received_on: Day


class Default(TakeoverEvent[NoticeOfDefault]):
    """Record the applicant's notice of default to the employer; a penalty starts two weeks later (Awb 4:17)."""

    name, title, body = "default", "Record a notice of default (Awb 4:17)", NoticeOfDefault

    def validate(self, context: EventContext[Takeover], body: NoticeOfDefault) -> None:
        """The term has passed, and this is the first notice of default."""
        term = term_query.running_of(context.session, context.row.id, "takeover")
        context.check(date_rules.not_in_future, what=DatedFact.NOTICE_OF_DEFAULT, day=body.received_on, on=context.on)
        due_on = term.due_on if term else None
        context.check(late_decision_penalty.default_after_term, received_on=body.received_on, due_on=due_on)
        given = term_query.latest(context.session, context.row.id, "default") is not None
        context.check(late_decision_penalty.default_once, given=given)

    def example(self, context: EventContext[Takeover]) -> dict[str, Any]:
        """Today."""
        return {"receivedOn": context.on.isoformat()}


class FixedPenalty(Body):
    """The payee of the penalty, and the days of announcement of the takeover and of this decision."""

    payee: Payee
    """The name exactly as on the account."""
    iban: Iban
    known_on: Day | None = None
    """The day on which the takeover was announced; left out, the day of its recording."""
    announced_on: Day | None = None
    """The day on which this decision is announced; left out, today."""


class FixPenalty(TakeoverEvent[FixedPenalty]):
    """Fix the penalty for a late takeover; it becomes a payable (Awb 4:18)."""

    name, title, body = "fix-penalty", "Fix the penalty (Awb 4:18)", FixedPenalty

    def validate(self, context: EventContext[Takeover], body: FixedPenalty) -> None:
        """All its days are known, there is at least one, and it was not fixed before."""
        for what, day in ((DatedFact.TAKEOVER_ANNOUNCEMENT, body.known_on), (DatedFact.DECISION, body.announced_on)):
            if day is not None:
                context.check(date_rules.not_in_future, what=what, day=day, on=context.on)
        if body.known_on is not None:
            context.check(
                date_rules.not_before,
                what=DatedFact.TAKEOVER_ANNOUNCEMENT,
                day=body.known_on,
                earlier=EarlierFact.TAKEOVER,
                earliest=context.row.taken_over_on,
            )
        context.check(amounts.iban_valid, private=("iban",), iban=body.iban)
        number = Payable.number == penalty_number(context.row)
        fixed = context.rows(
            Payable, Payable.stream == context.row.stream, number, Payable.state != PayableState.REJECTED
        )
        due_on, known_on = penalty_days(context, body.known_on)
        if body.announced_on is not None and due_on is not None:
            last_on = late_decision_penalty.penalty(due_on, known_on or context.on).last_on
            context.check(
                date_rules.not_before,
                what=DatedFact.DECISION,
                day=body.announced_on,
                earlier=EarlierFact.LAST_PENALTY_DAY,
                earliest=last_on,
            )
        context.check(
            late_decision_penalty.penalty_complete, due_on=due_on, known_on=known_on, on=context.on, fixed=bool(fixed)
        )

    def apply(self, context: EventContext[Takeover], body: FixedPenalty) -> None:
        """Make the payable."""
        due_on, known_on = penalty_days(context, body.known_on)
        assert due_on is not None
        context.trigger(
            "payable",
            None,
            "receive",
            application=context.row.stream,
            invoice=new_id("invoice"),
            organisation=context.row.organisation,
            kind=PayableKind.PENALTY,
            number=penalty_number(context.row),
            dated=body.announced_on or context.on,
            received_on=context.on,
            payee=body.payee,
            iban=body.iban,
            awarded=late_decision_penalty.penalty(due_on, known_on or context.on).amount,
        )

    def example(self, context: EventContext[Takeover]) -> dict[str, Any] | None:
        """To the applicant, once a penalty is owed in full."""
        due_on, known_on = penalty_days(context, None)
        if due_on is None or not late_decision_penalty.is_complete(due_on, known_on, context.on):
            return None
        return {"payee": "A. Voorbeeld", "iban": "NL02ABNA0123456789"}


def penalty_days(context: EventContext[Takeover], known_on: date | None) -> tuple[date | None, date | None]:
    """The last day of the two weeks of default, and the day of announcement of the takeover, if known."""
    default = term_query.latest(context.session, context.row.id, "default")
    term = term_query.latest(context.session, context.row.id, "takeover")
    return default.due_on if default else None, known_on or (term.ended_on if term else None)


def penalty_number(row: Takeover) -> str:
    """The number of the penalty's payable, which exists once."""
    return f"PEN-{row.id}"
