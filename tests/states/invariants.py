"""Invariants that hold after every step of any case."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from office import is_ended
from sqlalchemy import text
from sqlmodel import Session, col, select

from rules.core.roles import OF_AN_EMPLOYER, Role
from rules.deadlines.suspensions import attribution
from states.charts.advice import DomainState
from states.charts.loan import LoanState
from states.charts.measure import MeasureState
from states.charts.objection import OBJECTION
from states.charts.takeover import TAKEOVER
from states.deadlines import term_query
from states.engine.employers import EmployerDirectory
from states.events.catalogue import CHARTS
from states.reporting import case_durations, money_trail
from states.storage.replay import differences, entries_of
from states.storage.verification import chain_problems
from states.tables.accounting import Booking
from states.tables.application import Application, DomainAdvice, Measure, Takeover
from states.tables.deadlines import Term, Threshold
from states.tables.ledger import LedgerEntry, Stream
from states.tables.letters import Outbox
from states.tables.loans import Loan, Objection
from states.tables.payments import BatchLine, Payable, PaymentBatch
from states.tables.people import Duty, Person
from states.tables.work import WorkItem
from states.work.work_by_state import BY_HAND, EVENT_OF

SUBJECTS: dict[str, Any] = {
    "application": Application,
    "takeover": Takeover,
    "measure": Measure,
    "payable": Payable,
    "booking": Booking,
    "payment-batch": PaymentBatch,
    "loan": Loan,
    "objection": Objection,
}
EVENT_BY_WORK = {"build-batch": "batch"}
"""Work on a subject that an event with another name completes, in the chart of its subject or another."""
LOANS_AND_OBJECTIONS = frozenset({"grant", "lend", "take-back", "hear", "decide"})
"""Work on loans and objections, which continues next to an application and after its end."""
NOT_ADVANCING = BY_HAND | LOANS_AND_OBJECTIONS | frozenset(EVENT_OF) | {"end-office", "remove", "keep-apart"}
"""Work that does not advance an application."""
MAY_REMAIN = BY_HAND | LOANS_AND_OBJECTIONS | frozenset(EVENT_OF) | {"end-office", "remove"}
"""Work that may be left when an application has ended."""
TWICE_COUNTED = "SELECT payable FROM batch_line WHERE counts GROUP BY payable HAVING count(*) > 1"
UNBALANCED = (
    "SELECT booking FROM journal_line GROUP BY booking, organisation, part, booked_on, mirrors IS NULL"
    " HAVING sum(debit) <> sum(credit)"
)


def open_work(session: Session, *where: Any) -> list[WorkItem]:
    """The work that waits, under conditions."""
    return list(session.exec(select(WorkItem).where(col(WorkItem.done_at).is_(None), *where)))


def expect_chain_holds(session: Session, stream: str) -> list[LedgerEntry]:
    """Check that the chain is complete and equals the rows; return its entries."""
    entries = entries_of(session, stream)
    assert list(chain_problems(session.get_one(Stream, stream), entries)) == []
    assert differences(session, stream, entries) == []
    return entries


def expect_money_holds(session: Session) -> None:
    """Check that nothing is paid twice and every booking balances."""
    assert session.execute(text(TWICE_COUNTED)).all() == []
    assert session.execute(text(UNBALANCED)).all() == []


def expect_trails_hold(session: Session, reference: str) -> None:
    """Check that every payment can be traced from the advice to the journal, unless it is still to be booked."""
    for payable in session.exec(select(Payable).where(Payable.stream == reference)):
        found = money_trail.of_payable(session, payable)
        assert [gap.words for gap in found.gaps if not gap.words.startswith("Not yet: ")] == []
        if payable.state in money_trail.DONE:
            assert {gap.link for gap in found.gaps} <= {"journal"}, found.gaps
            booked = all(booking.state in {"booked", "exported", "reversed"} for booking in found.bookings)
            assert (found.gaps == []) == booked, found.gaps
        elif payable.state in (*money_trail.BEFORE_BATCH, "batched"):
            assert found.gaps, payable.state


def expect_work_can_be_done(session: Session) -> None:
    """Check that every open work item is possible in the state of its subject and that someone has the duty."""
    held = {(duty.role, duty.organisation) for duty in session.exec(select(Duty))}
    for item in open_work(session):
        what = (item.chart, item.action, item.role, item.organisation)
        assert Role(item.role) in {role for role, _ in held}, what
        owner = item.organisation and EmployerDirectory(session).current(item.organisation)
        assert bool(owner) == (Role(item.role) in OF_AN_EMPLOYER), what
        assert (Role(item.role), owner) in held, what
        if item.chart in SUBJECTS and item.action not in BY_HAND | {"receive-invoice"}:
            state = str(session.get_one(SUBJECTS[item.chart], item.subject).state)
            event = EVENT_BY_WORK.get(item.action) or EVENT_OF.get(item.action, item.action)
            assert CHARTS[item.chart].mark(event, state) in (">", "="), (*what, state)


def has_a_next_step(session: Session, application: Application) -> bool:
    """Whether a person or the bank has work that advances the application."""
    lines = select(BatchLine.batch).join(Payable, col(Payable.id) == BatchLine.payable)
    batches = select(PaymentBatch).where(col(PaymentBatch.id).in_(lines.where(Payable.stream == application.id)))
    waiting = {batch.id: batch.state for batch in session.exec(batches)}
    items = open_work(session, col(WorkItem.application).in_([application.id, *waiting]))
    return "exported" in waiting.values() or any(item.action not in NOT_ADVANCING for item in items)


def expect_case_goes_on_or_ended(session: Session, application: Application) -> None:
    """Check that a case has a next step, or has ended and leaves nothing open except what may outlive it."""
    if not is_ended(application.state):
        assert application.ended_on is None, application.state
        assert has_a_next_step(session, application), application.state
        return
    assert application.ended_on is not None, application.state
    if application.state == "closed":
        return  # recurring costs are invoiced and paid, and measures removed, as long as the office lasts
    reference = application.id
    assert [i.action for i in open_work(session, WorkItem.application == reference) if i.action not in MAY_REMAIN] == []
    domains = session.exec(select(DomainAdvice).where(DomainAdvice.stream == reference)).all()
    assert {row.state for row in domains} <= {DomainState.ADOPTED, DomainState.LAPSED}
    measures = session.exec(select(Measure).where(Measure.stream == reference)).all()
    assert {row.state for row in measures} <= {MeasureState(state) for state in CHARTS["measure"].final}
    asked = session.exec(select(Takeover).where(Takeover.stream == reference)).all()
    assert {row.state for row in asked} <= set(TAKEOVER.final)


def expect_loans_go_on(session: Session) -> None:
    """Check that every loan and objection waits for someone or has ended; lent goods wait for the end of office."""
    ends = {*CHARTS["loan"].final, LoanState.DECLINED, LoanState.LENT}
    waiting = {item.subject for item in open_work(session, col(WorkItem.chart).in_(("loan", "objection")))}
    for loan in session.exec(select(Loan)):
        assert (loan.id in waiting) == (loan.state not in ends), loan.state
    for objection in session.exec(select(Objection)):
        assert (objection.id in waiting) == (objection.state not in OBJECTION.final), objection.state


def expect_no_letter_to_the_deceased(session: Session) -> None:
    """Check that no letter that waits to be sent is for someone who died."""
    dead = select(Person.id).where(col(Person.deceased_on).is_not(None))
    waiting = select(Outbox.letter).where(
        col(Outbox.recipient).in_(dead), col(Outbox.state).in_(("pending", "sending"))
    )
    assert session.exec(waiting).all() == []


def expect_days_add_up(session: Session, application: Application, on: date) -> None:
    """Check that every day of a case, and of each of its terms, belongs to exactly one party."""
    until = application.ended_on or on
    days = case_durations.days_of_case(session, application, on)
    assert min(days.values()) >= 0
    assert sum(days.values()) == max(0, (until - application.received_on).days + 1), days
    for term in session.exec(select(Term).where(Term.application == application.id)):
        last = max(term.ended_on or term.due_on or on, term.started_on)
        shared = attribution(term.started_on, last, term.owner, term_query.intervals(session, term))
        assert sum(shared.values()) == (last - term.started_on).days, (term.kind, shared)


def stored_terms(session: Session, stream: str) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """The facts of every term of a stream as they are stored, each with its id and those of its suspensions."""
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for term in session.exec(select(Term).where(Term.application == stream)):
        still = term_query.suspensions(session, term)
        amount = f"{term.amount} {term.unit.removesuffix('s') if term.amount == 1 else term.unit}"
        facts = (
            str(term.started_on),
            amount,
            str(term.ended_on),
            str(term.ended_by),
            str(term.due_on),
            term.provisional,
            tuple(term.reasons),
            tuple(sorted((str(row.since), str(row.until), row.ground, row.attributed_to) for row in still)),
            tuple(sorted((row.name, moment(row)) for row in term_query.thresholds(session, term))),
        )
        ids = [row.id for row in sorted(still, key=lambda row: (row.since, str(row.until), row.ground))]
        found.setdefault((term.subject, term.kind), []).append((facts, term.id, ids))
    return {key: sorted(rows) for key, rows in found.items()}


def moment(row: Threshold) -> str:
    """When a threshold passes."""
    return str(row.due_at and row.due_at.astimezone())


def expect_case_holds(session: Session, reference: str, on: date) -> list[LedgerEntry]:
    """Check every invariant of one case; return its entries."""
    application = session.get_one(Application, reference)
    entries = expect_chain_holds(session, reference)
    expect_case_goes_on_or_ended(session, application)
    expect_trails_hold(session, reference)
    expect_days_add_up(session, application, on)
    return entries


def expect_office_holds(session: Session, streams: Iterable[str] = ()) -> None:
    """Check every invariant of the whole office, and of some other streams in it."""
    expect_money_holds(session)
    expect_work_can_be_done(session)
    expect_loans_go_on(session)
    expect_no_letter_to_the_deceased(session)
    for stream in streams:
        expect_chain_holds(session, stream)


def expect_invariants_kept(machine: Callable[[], RuleBasedStateMachine], given: settings) -> None:
    """Let a state machine take its steps; it checks the invariants after each."""
    run_state_machine_as_test(machine, settings=given)  # type: ignore[no-untyped-call]
