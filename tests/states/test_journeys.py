"""Random journeys: whatever people do, in whatever order, what must always hold holds."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from office import GOUDVEEN, LAAGLAND, START, ZILVERDAM, carry_out, is_ended, onward, problems, receive, snapshot
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from rules.duties import DUTIES
from rules.hand_off import HandOffStep
from rules.roles import OF_AN_EMPLOYER, Actor, Role
from states.actions import ENDING, Action, actions
from states.charts.advice import DomainState
from states.charts.measure import MeasureState
from states.database import transaction
from states.door import fire
from states.errors import MalformedError, RefusedError
from states.events.catalogue import CHARTS
from states.rebuild import differences, entries_of
from states.tables.application import Application, DomainAdvice, Measure, Takeover
from states.tables.finance import BatchLine, Payable, PaymentBatch
from states.tables.ledger import Stream
from states.tables.loans import Loan, Objection
from states.tables.work import WorkItem
from states.verify import broken_links
from states.work import BY_HAND, EVENT_OF

SITUATIONS = (
    {"employers": [ZILVERDAM]},
    {"employers": [ZILVERDAM, GOUDVEEN]},
    {"office": "kings-commissioner", "employers": [LAAGLAND]},
    {"office": "municipal-councillor"},
    {"inOfficeUntil": "2026-03-04"},
    {"inTerritory": False},
)
SUBJECTS: dict[str, Any] = {
    "application": Application,
    "takeover": Takeover,
    "measure": Measure,
    "payable": Payable,
    "loan": Loan,
    "objection": Objection,
}
APART = frozenset({"grant", "lend", "take-back", "hear", "decide", *HandOffStep})
"""Work on loans, objections and threats: it goes on beside an application, and after its end."""
TWICE_COUNTED = "SELECT payable FROM batch_line WHERE counts GROUP BY payable HAVING count(*) > 1"
UNBALANCED = "SELECT booking FROM journal_line GROUP BY booking HAVING sum(debit) <> sum(credit)"


def whatever(chance: random.Random, proposed: list[Action]) -> Action | None:
    """Mostly what carries the case on, at times something else, seldom what ends it."""
    allowed = [action for action in proposed if action.allowed]
    if chance.random() < 0.7 and (found := onward(proposed)) is not None:
        return found
    gentle = [action for action in allowed if action.event not in ENDING] or allowed
    return chance.choice(allowed if chance.random() < 0.1 else gentle) if allowed else None


def forbidden(chance: random.Random, session: Session, proposed: list[Action], at: datetime) -> None:
    """Try something that must be refused: what the rules object to, or another role's duty."""
    refusable = [action for action in proposed if action.findings and action.person and action.example]
    if refusable and chance.random() < 0.5:
        action = chance.choice(refusable)
        by = Actor(str(action.person), action.role, action.organisation)
    else:
        action = chance.choice([item for item in proposed if item.subject and item.event != "take-in-statement"])
        strangers = [role for role in Role if role not in DUTIES[action.chart, action.event]]
        role = chance.choice(strangers)
        by = Actor("stranger", role, ZILVERDAM if role in OF_AN_EMPLOYER else None)
    with pytest.raises((RefusedError, MalformedError)):
        fire(session, action.chart, action.subject, action.event, by=by, at=at, body=action.example)


def has_a_next_step(session: Session, application: Application) -> bool:
    """Whether someone has work on the application or its batches, or the bank has."""
    lines = select(BatchLine.batch).join(Payable, col(Payable.id) == BatchLine.payable)
    batches = select(PaymentBatch).where(col(PaymentBatch.id).in_(lines.where(Payable.stream == application.id)))
    waiting = {batch.id: batch.state for batch in session.exec(batches)}
    subjects = [application.id, *waiting]
    items = session.exec(
        select(WorkItem).where(col(WorkItem.application).in_(subjects), col(WorkItem.done_at).is_(None)),
    ).all()
    assert all(item.role in set(Role) for item in items)
    return "exported" in waiting.values() or any(item.action not in BY_HAND | APART for item in items)


def what_must_hold(session: Session, reference: str) -> None:
    application = session.get_one(Application, reference)
    for kind in ("TWICE", "UNBALANCED"):
        query = TWICE_COUNTED if kind == "TWICE" else UNBALANCED
        assert session.execute(text(query)).all() == [], kind
    stream = session.get_one(Stream, reference)
    entries = entries_of(session, reference)
    assert list(broken_links(stream, entries)) == []
    assert differences(session, reference, entries) == []
    items = session.exec(
        select(WorkItem).where(WorkItem.application == reference, col(WorkItem.done_at).is_(None)),
    ).all()
    for item in items:
        if item.action not in BY_HAND | {"build-batch", "receive-invoice"} and item.chart in SUBJECTS:
            state = str(session.get_one(SUBJECTS[item.chart], item.subject).state)
            event = EVENT_OF.get(item.action, item.action)
            assert CHARTS[item.chart].mark(event, state) in (">", "="), (item.action, state)
    if not is_ended(application.state):
        assert has_a_next_step(session, application), application.state
    elif application.state != "closed":
        assert [item.action for item in items if item.action not in BY_HAND | APART] == []
        domains = session.exec(select(DomainAdvice).where(DomainAdvice.stream == reference)).all()
        assert {row.state for row in domains} <= {DomainState.ADOPTED, DomainState.LAPSED}
        measures = session.exec(select(Measure).where(Measure.stream == reference)).all()
        assert {row.state for row in measures} <= {MeasureState(state) for state in CHARTS["measure"].final}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_what_must_hold_holds(office: Engine, seed: int) -> None:
    chance = random.Random(seed)
    cases = [receive(office, **SITUATIONS[(seed + extra) % len(SITUATIONS)]) for extra in range(3)]
    at = START
    for _ in range(36):
        at += timedelta(hours=chance.choice((0, 1, 1, 5, 30)))
        reference = chance.choice(cases)
        with transaction(office) as session:
            application = session.get_one(Application, reference)
            proposed = actions(session, application, at=at, demonstration=True)
            action = whatever(chance, proposed)
            if action is not None:
                carry_out(session, action, at=at)
        with Session(office) as session:
            what_must_hold(session, reference)
            if chance.random() < 0.25:
                present = session.get_one(Application, reference)
                proposed = actions(session, present, at=at, demonstration=True)
                forbidden(chance, session, proposed, at)
    assert problems(office) == []


def test_what_is_proposed_as_allowed_is_accepted_and_what_is_not_is_refused(office: Engine) -> None:
    reference = receive(office, employers=[ZILVERDAM, GOUDVEEN])
    at = START
    for _ in range(30):
        at += timedelta(minutes=5)
        with Session(office) as session:
            application = session.get_one(Application, reference)
            proposed = actions(session, application, at=at, demonstration=True)
            before = application.version
        chosen = onward(proposed)
        for action in proposed[:: max(1, len(proposed) // 4)]:
            if action.person is None or action.example is None or action.event == "take-in-statement":
                continue
            with Session(office) as session:  # tried, and never committed
                if action.allowed:
                    carry_out(session, action, at=at)
                else:
                    with pytest.raises(RefusedError) as caught:
                        carry_out(session, action, at=at)
                    assert {item.rule for item in caught.value.findings} == {item.rule for item in action.findings}
        with transaction(office) as session:
            assert session.get_one(Application, reference).version == before
            if chosen is None:
                break
            carry_out(session, chosen, at=at)


def test_asking_what_can_be_done_changes_nothing(office: Engine) -> None:
    reference = receive(office)
    before = snapshot(office)
    with transaction(office) as session:
        actions(session, session.get_one(Application, reference), at=START, demonstration=True)
    assert snapshot(office) == before
