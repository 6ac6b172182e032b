"""Mergers: the successor takes over every case, payable and duty of the employer that ends, in one transaction.

Ties of ended cases, what was paid, and exported batches keep the employer's old id; it stands for its successor there
(states/engine/parties.py). What is still open moves, so that terms, work and books name who must act.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from rules.core import date_rules
from rules.core.translations import DatedFact
from rules.procedure import mergers
from states.charts.application import ENDS
from states.charts.batch import BatchState
from states.charts.booking import BookingState
from states.charts.loan import LoanState
from states.charts.objection import ObjectionState
from states.charts.payable import SETTLED, PayableState
from states.charts.people import ORGANISATION, PERSON, OrganisationState
from states.charts.takeover import TakeoverState
from states.engine import parties
from states.engine.bodies import Body, Code, Day, Handle
from states.engine.event import Event, EventContext
from states.errors import MalformedError
from states.events.application.base import ApplicationEvent
from states.events.provision.loans import LoanEvent
from states.storage.database import wake
from states.tables.application import Application, ApplicationEmployer, Measure, Takeover
from states.tables.deadlines import Term
from states.tables.loans import Loan, Objection
from states.tables.payments import Booking, Payable, PaymentBatch
from states.tables.people import Duty, Organisation, Person
from states.tables.work import WorkItem

UNDER_WAY = (BatchState.OPEN, BatchState.SEALED, BatchState.RELEASED)
OPEN: dict[Any, tuple[Any, ...]] = {
    Takeover: (TakeoverState.REQUESTED, TakeoverState.RECEIVED),
    # What stands in an exported batch is paid from the old account; where it comes back, it moves then.
    Payable: tuple(state for state in PayableState if state not in {*SETTLED, PayableState.BATCHED}),
    Booking: (BookingState.PROPOSED, BookingState.AWAITING_EVIDENCE, BookingState.READY),
    Loan: (LoanState.REQUESTED, LoanState.GRANTED, LoanState.LENT, LoanState.DUE_BACK),
    Objection: (ObjectionState.RECEIVED, ObjectionState.HEARD, ObjectionState.WAIVED),
}
"""The states in which a part of a case moves to the successor."""


class Merger(Body):
    """Into whom, since when, and by which decision."""

    successor: Handle
    merged_on: Day
    decision: Code


class Succession(Body):
    """Who ended, and who stands in its place since when."""

    merged: Handle
    successor: Handle
    merged_on: Day


def tied(session: Session, organisation: str) -> list[str]:
    """The applications that an employer is tied to, under whatever id."""
    names = parties.known_as(session, organisation)
    query = select(ApplicationEmployer.application).where(col(ApplicationEmployer.organisation).in_(names))
    return sorted(set(session.exec(query)))


def alone(organisation: str) -> SelectOfScalar[str]:
    """The streams of an employer's loans that belong to no application."""
    return select(Loan.stream).where(Loan.organisation == organisation, col(Loan.application).is_(None))


def people_of(session: Session, organisation: str) -> list[str]:
    """The people who hold a duty for an employer."""
    return sorted(set(session.exec(select(Duty.person).where(Duty.organisation == organisation))))


class MergeOrganisation(Event[Organisation, Merger]):
    """An employer merges into another, which takes over its open cases, payables, work and people at once."""

    chart, table, name, title = ORGANISATION, Organisation, "merge", "Merge into another employer"
    body = Merger

    def extra_locks(self, session: Session, key: str, body: Merger) -> Iterable[str]:
        """The successor, every case, and everyone who holds a duty."""
        yield from session.exec(select(Organisation.stream).where(Organisation.id == body.successor))
        yield from tied(session, key)
        yield from session.exec(alone(key))
        yield from session.exec(select(Person.stream).where(col(Person.id).in_(people_of(session, key))))

    def validate(self, context: EventContext[Organisation], body: Merger) -> None:
        """The merger has happened, its successor fits, and no payment is half made."""
        row = context.row
        successor = context.session.get(Organisation, body.successor)
        if successor is None:
            words = f"There is no employer {body.successor}; register the successor first."
            raise MalformedError([("successor", words)])
        context.check(date_rules.not_in_future, what=DatedFact.MERGER, day=body.merged_on, on=context.on)
        context.check(
            mergers.successor_fits,
            merged=row.id,
            kind=str(row.kind),
            successor=successor.id,
            successor_kind=str(successor.kind),
            successor_active=successor.state is OrganisationState.ACTIVE,
        )
        own = (PaymentBatch.organisation == row.id, col(PaymentBatch.state).in_(UNDER_WAY))
        context.check(mergers.no_batch_under_way, batches=[batch.id for batch in context.rows(PaymentBatch, *own)])

    def apply(self, context: EventContext[Organisation], body: Merger) -> None:
        """Move what is open; each case and person tells of it in a chain of its own."""
        row, session = context.row, context.session
        cases = self.cases(context)
        row.successor, row.merged_on = body.successor, body.merged_on
        session.flush()
        context.unit.employers.clear()
        facts = {"merged": row.id, "successor": body.successor, "merged_on": body.merged_on}
        for application in cases:
            context.trigger("application", application, "succeed-employer", **facts)
        for loan in context.rows(Loan, Loan.organisation == row.id, col(Loan.application).is_(None)):
            context.trigger("loan", loan, "succeed-employer", **facts)
        for person in people_of(session, row.id):
            context.trigger("person", context.get(Person, person), "succeed-employer", **facts)
        running = (col(Term.organisation) == row.id, col(Term.ended_on).is_(None))
        session.execute(update(Term).where(*running).values(organisation=body.successor))
        waiting = (col(WorkItem.organisation) == row.id, col(WorkItem.done_at).is_(None))
        moved = update(WorkItem).where(*waiting).values(organisation=body.successor, dispatched_at=None)
        if 1 in session.execute(moved.returning(col(WorkItem.lane))).scalars():
            wake(session, "acute")

    @staticmethod
    def cases(context: EventContext[Organisation]) -> list[Application]:
        """The cases that have not ended, and the ended ones in which something is still open."""
        mine = context.row.id
        open_parts = [
            select(table.stream).where(table.organisation == mine, col(table.state).in_(states))
            for table, states in OPEN.items()
        ]
        going_on = col(Application.state).not_in(ENDS)
        wanted = or_(going_on, *(col(Application.id).in_(query) for query in open_parts))
        held = sorted(set(tied(context.session, mine)) & context.unit.streams.keys())
        return context.rows(Application, col(Application.id).in_(held), wanted)


class SucceedEmployer(ApplicationEvent[Succession]):
    """The successor of a merged employer takes its place in a case; nothing that was decided changes.

    Where the successor was an employer of the same case already, each request to take over keeps its own term, and each
    part of an invoice its own payable.
    """

    name, title, body = "succeed-employer", "Let a successor take the place of a merged employer", Succession

    def apply(self, context: EventContext[Application], body: Succession) -> None:
        """Move every open part, and what is attributed to the merged employer alone."""
        for table, states in OPEN.items():
            own = (table.stream == context.row.id, table.organisation == body.merged, col(table.state).in_(states))
            for part in context.rows(table, *own):
                go_over(part, body.successor)
        for measure in context.rows(Measure, Measure.stream == context.row.id, Measure.payer == body.merged):
            measure.payer = body.successor


class SucceedLender(LoanEvent[Succession]):
    """The successor of a merged employer takes its place in a loan that belongs to no application."""

    name, title, body = "succeed-employer", "Let a successor take the place of a merged employer", Succession

    def apply(self, context: EventContext[Loan], body: Succession) -> None:
        """Move the loan, and the objections to what was decided on it."""
        context.row.organisation = body.successor
        own = (Objection.stream == context.row.stream, Objection.organisation == body.merged)
        for objection in context.rows(Objection, *own):
            objection.organisation = body.successor


def go_over(part: Takeover | Payable | Booking | Loan | Objection, successor: str) -> None:
    """Give a part of a case to the successor; a payable keeps for which employer it came in."""
    if isinstance(part, Payable):
        part.predecessor = part.predecessor or part.organisation
    part.organisation = successor


class FollowEmployer(Event[Person, Succession]):
    """Someone's duties for a merged employer go over to its successor."""

    chart, table, name, title = PERSON, Person, "succeed-employer", "Let duties go over to the successor"
    body = Succession

    def apply(self, context: EventContext[Person], body: Succession) -> None:
        """The same roles, for the successor."""
        held = (Duty.person == context.row.id, Duty.organisation == body.merged)
        for duty in context.rows(Duty, *held, order=Duty.role):
            if context.session.get(Duty, (duty.person, duty.role, body.successor)) is None:
                context.session.add(Duty(person=duty.person, role=duty.role, organisation=body.successor))
            context.session.delete(duty)
