"""What must hold after every step of any life, whatever people did."""

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
ELSEWHERE = {"build-batch": "batch"}
"""Work on a subject that is done by an event which is not named after it, in the chart of its subject or another."""
APART = frozenset({"grant", "lend", "take-back", "hear", "decide"})
"""Work on loans and objections: it goes on next to an application, and after its end."""
BESIDE = BY_HAND | APART | frozenset(EVENT_OF) | {"end-office", "remove", "keep-apart"}
"""Work that carries no application on."""
OUTLIVES = BY_HAND | APART | frozenset(EVENT_OF) | {"end-office", "remove"}
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
    """The chain is whole and the rows are what it says; answers its entries."""
    entries = entries_of(session, stream)
    assert list(chain_problems(session.get_one(Stream, stream), entries)) == []
    assert differences(session, stream, entries) == []
    return entries


def expect_money_holds(session: Session) -> None:
    """Nothing is paid twice, every booking balances."""
    assert session.execute(text(TWICE_COUNTED)).all() == []
    assert session.execute(text(UNBALANCED)).all() == []


def expect_trails_hold(session: Session, reference: str) -> None:
    """Of what was paid nothing is missing from the advice to the journal, save what still has to be booked."""
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
    """Every open work item is possible in the state of its subject, and someone has the duty to do it."""
    held = {(duty.role, duty.organisation) for duty in session.exec(select(Duty))}
    for item in open_work(session):
        what = (item.chart, item.action, item.role, item.organisation)
        assert Role(item.role) in {role for role, _ in held}, what
        owner = item.organisation and EmployerDirectory(session).current(item.organisation)
        assert bool(owner) == (Role(item.role) in OF_AN_EMPLOYER), what
        assert (Role(item.role), owner) in held, what
        if item.chart in SUBJECTS and item.action not in BY_HAND | {"receive-invoice"}:
            state = str(session.get_one(SUBJECTS[item.chart], item.subject).state)
            event = ELSEWHERE.get(item.action) or EVENT_OF.get(item.action, item.action)
            assert CHARTS[item.chart].mark(event, state) in (">", "="), (*what, state)


def has_a_next_step(session: Session, application: Application) -> bool:
    """Whether someone has work that carries the application on, or the bank has."""
    lines = select(BatchLine.batch).join(Payable, col(Payable.id) == BatchLine.payable)
    batches = select(PaymentBatch).where(col(PaymentBatch.id).in_(lines.where(Payable.stream == application.id)))
    waiting = {batch.id: batch.state for batch in session.exec(batches)}
    items = open_work(session, col(WorkItem.application).in_([application.id, *waiting]))
    return "exported" in waiting.values() or any(item.action not in BESIDE for item in items)


def expect_case_goes_on_or_ended(session: Session, application: Application) -> None:
    """A case has a next step, or it has ended and leaves nothing open but what may outlive it."""
    if not is_ended(application.state):
        assert application.ended_on is None, application.state
        assert has_a_next_step(session, application), application.state
        return
    assert application.ended_on is not None, application.state
    if application.state == "closed":
        return  # what recurs is invoiced, paid and taken away for as long as the office lasts
    reference = application.id
    assert [i.action for i in open_work(session, WorkItem.application == reference) if i.action not in OUTLIVES] == []
    domains = session.exec(select(DomainAdvice).where(DomainAdvice.stream == reference)).all()
    assert {row.state for row in domains} <= {DomainState.ADOPTED, DomainState.LAPSED}
    measures = session.exec(select(Measure).where(Measure.stream == reference)).all()
    assert {row.state for row in measures} <= {MeasureState(state) for state in CHARTS["measure"].final}
    asked = session.exec(select(Takeover).where(Takeover.stream == reference)).all()
    assert {row.state for row in asked} <= set(TAKEOVER.final)


def expect_loans_go_on(session: Session) -> None:
    """Every loan and every objection waits for someone, or has ended; what is lent waits for the end of office."""
    ends = {*CHARTS["loan"].final, LoanState.DECLINED, LoanState.LENT}
    waiting = {item.subject for item in open_work(session, col(WorkItem.chart).in_(("loan", "objection")))}
    for loan in session.exec(select(Loan)):
        assert (loan.id in waiting) == (loan.state not in ends), loan.state
    for objection in session.exec(select(Objection)):
        assert (objection.id in waiting) == (objection.state not in OBJECTION.final), objection.state


def expect_no_letter_to_the_deceased(session: Session) -> None:
    """Nothing that waits to be sent is for someone who died."""
    dead = select(Person.id).where(col(Person.deceased_on).is_not(None))
    waiting = select(Outbox.letter).where(
        col(Outbox.recipient).in_(dead), col(Outbox.state).in_(("pending", "sending"))
    )
    assert session.exec(waiting).all() == []


def expect_days_add_up(session: Session, application: Application, on: date) -> None:
    """Every day of a case, and of each of its terms, is someone's, and only one's."""
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
    """Everything that must hold of one case; answers its entries."""
    application = session.get_one(Application, reference)
    entries = expect_chain_holds(session, reference)
    expect_case_goes_on_or_ended(session, application)
    expect_trails_hold(session, reference)
    expect_days_add_up(session, application, on)
    return entries


def expect_office_holds(session: Session, streams: Iterable[str] = ()) -> None:
    """Everything that must hold of the office as a whole, and of some other streams in it."""
    expect_money_holds(session)
    expect_work_can_be_done(session)
    expect_loans_go_on(session)
    expect_no_letter_to_the_deceased(session)
    for stream in streams:
        expect_chain_holds(session, stream)


def expect_invariants_kept(machine: Callable[[], RuleBasedStateMachine], given: settings) -> None:
    """Let a state machine take its steps; it checks what must hold after each."""
    run_state_machine_as_test(machine, settings=given)  # type: ignore[no-untyped-call]
