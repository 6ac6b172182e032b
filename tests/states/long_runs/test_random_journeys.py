"""Random journeys: the invariants hold whatever people do, in any order."""

import random
from datetime import datetime, timedelta

import pytest
from invariants import expect_case_holds, expect_office_holds
from office import GOUDVEEN, LAAGLAND, START, ZILVERDAM, carry_out, onward, problems, receive, snapshot
from sqlalchemy import Engine
from sqlmodel import Session

from rules.access.authority import DUTIES
from rules.core.dates import office_day
from rules.core.roles import OF_AN_EMPLOYER, Actor, Role
from states.commands.available_actions import ENDING, Action, actions
from states.commands.fire import fire
from states.errors import MalformedError, RefusedError
from states.storage.database import transaction
from states.tables.application import Application

SITUATIONS = (
    {"employers": [ZILVERDAM]},
    {"employers": [ZILVERDAM, GOUDVEEN]},
    {"office": "kings-commissioner", "employers": [LAAGLAND]},
    {"office": "municipal-councillor"},
    {"inOfficeUntil": "2026-03-04"},
    {"inTerritory": False},
)


def any_action(chance: random.Random, proposed: list[Action]) -> Action | None:
    """Mostly an action that advances the case, sometimes another, seldom one that ends it."""
    allowed = [action for action in proposed if action.allowed]
    if chance.random() < 0.7 and (found := onward(proposed)) is not None:
        return found
    gentle = [action for action in allowed if action.event not in ENDING] or allowed
    return chance.choice(allowed if chance.random() < 0.1 else gentle) if allowed else None


def expect_forbidden_refused(chance: random.Random, session: Session, proposed: list[Action], at: datetime) -> None:
    """Try an event that must be refused: by a rule, or because it is another role's duty."""
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


@pytest.mark.parametrize("seed", range(12))
def test_the_invariants_hold_on_a_random_journey(office: Engine, seed: int) -> None:
    chance = random.Random(seed)
    cases = [receive(office, **SITUATIONS[(seed + extra) % len(SITUATIONS)]) for extra in range(3)]
    at = START
    for _ in range(36):
        at += timedelta(hours=chance.choice((0, 1, 1, 5, 30)))
        reference = chance.choice(cases)
        with transaction(office) as session:
            application = session.get_one(Application, reference)
            proposed = actions(session, application, at=at, demonstration=True)
            action = any_action(chance, proposed)
            if action is not None:
                carry_out(session, action, at=at)
        with Session(office) as session:
            expect_case_holds(session, reference, office_day(at))
            expect_office_holds(session)
            if chance.random() < 0.25:
                present = session.get_one(Application, reference)
                proposed = actions(session, present, at=at, demonstration=True)
                expect_forbidden_refused(chance, session, proposed, at)
    assert problems(office) == []


def test_an_allowed_proposal_is_accepted_and_any_other_is_refused(office: Engine) -> None:
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
            with Session(office) as session:  # recorded, and never committed
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


def test_listing_the_actions_changes_nothing(office: Engine) -> None:
    reference = receive(office)
    before = snapshot(office)
    with transaction(office) as session:
        actions(session, session.get_one(Application, reference), at=START, demonstration=True)
    assert snapshot(office) == before
