"""Mergers: the successor takes over every case, payable and duty of the former employer, in one transaction.

Ties of ended cases, paid amounts and exported batches keep the employer's former id, which stands for its successor
there (states/engine/parties.py). Open parts move, so that terms, work and books name the employer that must act.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from rules.core import date_rules
from rules.core.translations import DatedFact
from rules.core.wording import wording
from rules.procedure import mergers
from states.charts.application import ENDS
from states.charts.batch import BatchState
from states.charts.booking import BookingState
from states.charts.loan import LoanState
from states.charts.objection import ObjectionState
from states.charts.payable import SETTLED, PayableState
from states.charts.people import ORGANISATION, PERSON, OrganisationState
from states.charts.takeover import TakeoverState
from states.engine.bodies import Body, Code, Day, Handle
from states.engine.employers import EmployerDirectory
from states.engine.event import Event, EventContext
from states.errors import UnfitValueError
from states.events.application.base import ApplicationEvent
from states.events.provision.loans import LoanEvent
from states.storage.database import wake
from states.tables.accounting import Booking
from states.tables.application import Application, ApplicationEmployer, Measure, Takeover
from states.tables.deadlines import Term
from states.tables.loans import Loan, Objection
from states.tables.payments import Payable, PaymentBatch
from states.tables.people import Duty, Organisation, Person
from states.tables.work import WorkItem

UNDER_WAY = (BatchState.OPEN, BatchState.SEALED, BatchState.RELEASED)
OPEN: dict[Any, tuple[Any, ...]] = {
    Takeover: (TakeoverState.REQUESTED, TakeoverState.RECEIVED),
    # An exported batch is paid from the former account; a returned payment moves then.
    Payable: tuple(state for state in PayableState if state not in {*SETTLED, PayableState.BATCHED}),
    Booking: (BookingState.PROPOSED, BookingState.AWAITING_EVIDENCE, BookingState.READY),
    Loan: (LoanState.REQUESTED, LoanState.GRANTED, LoanState.LENT, LoanState.DUE_BACK),
    Objection: (ObjectionState.RECEIVED, ObjectionState.HEARD, ObjectionState.WAIVED),
}
"""The states in which a part of a case moves to the successor."""


class Merger(Body):
    """The successor, the day, and the decision."""

    successor: Handle
    merged_on: Day
    decision: Code


class Succession(Body):
    """The former employer, its successor, and the day."""

    merged: Handle
    successor: Handle
    merged_on: Day


def applications_of(session: Session, organisation: str) -> list[str]:
    """The applications of an employer, under each of its ids."""
    names = EmployerDirectory(session).known_as(organisation)
    query = select(ApplicationEmployer.application).where(col(ApplicationEmployer.organisation).in_(names))
    return sorted(set(session.exec(query)))


def streams_of_lone_loans(organisation: str) -> SelectOfScalar[str]:
    """The streams of an employer's loans without an application."""
    return select(Loan.stream).where(Loan.organisation == organisation, col(Loan.application).is_(None))


def people_of(session: Session, organisation: str) -> list[str]:
    """The people who hold a duty for an employer."""
    return sorted(set(session.exec(select(Duty.person).where(Duty.organisation == organisation))))


class MergeOrganisation(Event[Organisation, Merger]):
    """Merge an employer into another one, which takes over its open cases, payables, work and people at once."""

    chart, table, name, title = ORGANISATION, Organisation, "merge", "Merge into another employer"
    body = Merger

    def extra_locks(self, session: Session, key: str, body: Merger) -> Iterable[str]:
        """The successor, every case, and everyone with a duty."""
        yield from session.exec(select(Organisation.stream).where(Organisation.id == body.successor))
        yield from applications_of(session, key)
        yield from session.exec(streams_of_lone_loans(key))
        yield from session.exec(select(Person.stream).where(col(Person.id).in_(people_of(session, key))))

    def validate(self, context: EventContext[Organisation], body: Merger) -> None:
        """The merger has happened, the successor fits, and no payment is at the bank."""
        row = context.row
        successor = context.session.get(Organisation, body.successor)
        if successor is None:
            words = wording("There is no employer {successor}; register the successor first.", successor=body.successor)
            raise UnfitValueError([("successor", words)])
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
        """Move the open parts; each case and person records it in its own chain."""
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
        """Open cases, and ended cases with an open part."""
        mine = context.row.id
        open_parts = [
            select(table.stream).where(table.organisation == mine, col(table.state).in_(states))
            for table, states in OPEN.items()
        ]
        going_on = col(Application.state).not_in(ENDS)
        wanted = or_(going_on, *(col(Application.id).in_(query) for query in open_parts))
        held = sorted(set(applications_of(context.session, mine)) & context.unit.streams.keys())
        return context.rows(Application, col(Application.id).in_(held), wanted)


class SucceedEmployer(ApplicationEvent[Succession]):
    """Record in a case that the successor replaces a merged employer; decisions do not change.

    If the successor was already an employer of the same case, each takeover request keeps its own term, and each part
    of an invoice its own payable.
    """

    name, title, body = "succeed-employer", "Let a successor take the place of a merged employer", Succession

    def apply(self, context: EventContext[Application], body: Succession) -> None:
        """Move every open part, and the measures of the merged employer alone."""
        for table, states in OPEN.items():
            own = (table.stream == context.row.id, table.organisation == body.merged, col(table.state).in_(states))
            for part in context.rows(table, *own):
                move_to_successor(part, body.successor)
        for measure in context.rows(Measure, Measure.stream == context.row.id, Measure.payer == body.merged):
            measure.payer = body.successor


class SucceedLender(LoanEvent[Succession]):
    """Record in a loan without an application that the successor replaces a merged employer."""

    name, title, body = "succeed-employer", "Let a successor take the place of a merged employer", Succession

    def apply(self, context: EventContext[Loan], body: Succession) -> None:
        """Move the loan, and the objections to what was decided on it."""
        context.row.organisation = body.successor
        own = (Objection.stream == context.row.stream, Objection.organisation == body.merged)
        for objection in context.rows(Objection, *own):
            objection.organisation = body.successor


def move_to_successor(part: Takeover | Payable | Booking | Loan | Objection, successor: str) -> None:
    """Move a part of a case to the successor; a payable keeps the employer that received it."""
    if isinstance(part, Payable):
        part.predecessor = part.predecessor or part.organisation
    part.organisation = successor


class FollowEmployer(Event[Person, Succession]):
    """Move a person's duties from a merged employer to its successor."""

    chart, table, name, title = PERSON, Person, "succeed-employer", "Let duties go over to the successor"
    body = Succession

    def apply(self, context: EventContext[Person], body: Succession) -> None:
        """Give the same roles at the successor."""
        held = (Duty.person == context.row.id, Duty.organisation == body.merged)
        for duty in context.rows(Duty, *held, order=Duty.role):
            if context.session.get(Duty, (duty.person, duty.role, body.successor)) is None:
                context.session.add(Duty(person=duty.person, role=duty.role, organisation=body.successor))
            context.session.delete(duty)
