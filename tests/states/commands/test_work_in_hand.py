"""Work in hand: an event that does the work of someone else asks once, is recorded, and tells the holder."""

from typing import Any

import pytest
from office import (
    ADVISER,
    COORDINATOR,
    HOUR,
    OFFICER,
    OTHER_OFFICER,
    START,
    act,
    do,
    problems,
    row,
    rows,
    stage,
)
from prepared_databases import Prepared
from queue_work import fill, now, recipients_of, taken, threaten
from sqlalchemy import Engine

from rules.core.roles import ENGINE, Actor, Role
from states.charts.application import Stage
from states.commands.fire import fire
from states.errors import RefusedError, StatesError
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.ledger import LedgerEntry
from states.tables.work import WorkItem

LETTER = "work-taken-over"


@pytest.fixture
def four_cases(prepared: Prepared) -> Engine:
    return prepared("four-cases", fill)


def start_intake(engine: Engine, reference: str, by: Actor, **more: bool) -> None:
    with transaction(engine) as session:
        fire(session, "application", reference, "start-intake", by=by, at=START + HOUR, **more)


def test_an_event_on_work_that_a_colleague_has_in_hand_asks_who_takes_it_over(four_cases: Engine) -> None:
    item = taken(four_cases)
    with pytest.raises(StatesError, match=r"In hand with officer-1.*takeOver"):
        start_intake(four_cases, item.application, OTHER_OFFICER)
    assert stage(four_cases, item.application) is Stage.RECEIVED
    assert (now(four_cases, item.id).assignee, now(four_cases, item.id).done_at) == (OFFICER.person, None)
    assert recipients_of(four_cases, LETTER) == []


def test_whoever_takes_work_over_goes_on_and_the_holder_is_told(four_cases: Engine) -> None:
    item = taken(four_cases)
    start_intake(four_cases, item.application, OTHER_OFFICER, take_over=True)
    assert stage(four_cases, item.application) is Stage.INTAKE
    assert now(four_cases, item.id).done_at is not None
    assert recipients_of(four_cases, LETTER) == [OFFICER.person]
    entry = row(four_cases, LedgerEntry, LedgerEntry.event == "take-over-work")
    assert (entry.person, entry.before, entry.after) == (OTHER_OFFICER.person, "intake", "intake")
    assert entry.facts == {
        "event": "start-intake",
        "item": item.id,
        "action": "start-intake",
        "from": OFFICER.person,
        "since": "2026-03-02T09:00:00.000000Z",
    }
    assert problems(four_cases) == []


def test_nobody_is_asked_about_their_own_work_or_work_that_waits(four_cases: Engine) -> None:
    held = taken(four_cases)
    start_intake(four_cases, held.application, OFFICER)
    waiting = next(found.application for found in cases(four_cases) if found.application != held.application)
    start_intake(four_cases, waiting, OTHER_OFFICER, take_over=True)
    assert recipients_of(four_cases, LETTER) == []
    assert rows(four_cases, LedgerEntry, LedgerEntry.event == "take-over-work") == []


def cases(engine: Engine) -> list[Any]:
    return [item for item in rows(engine, WorkItem) if item.action == "start-intake"]


def test_a_colleague_who_ends_the_case_asks_too_and_the_official_or_the_engine_does_not(four_cases: Engine) -> None:
    first, second, third = (taken(four_cases).application for _ in range(3))
    with pytest.raises(StatesError, match="In hand with officer-1"):
        forward(four_cases, first)
    official = Actor(row(four_cases, Application, Application.id == second).applicant, Role.APPLICANT)
    do(four_cases, "application", second, "withdraw", by=official, at=START + HOUR)
    do(four_cases, "application", third, "lapse", by=ENGINE, at=START + HOUR)
    assert [stage(four_cases, key) for key in (first, second, third)] == [
        Stage.RECEIVED,
        Stage.WITHDRAWN,
        Stage.LAPSED,
    ]
    assert recipients_of(four_cases, LETTER) == []


def forward(engine: Engine, reference: str) -> None:
    body = {"forwardedTo": "municipality"}
    do(engine, "application", reference, "forward", by=OTHER_OFFICER, at=START + HOUR, body=body)


def test_an_event_that_does_no_work_in_hand_asks_nothing(four_cases: Engine) -> None:
    held = taken(four_cases)
    threaten(four_cases, held.application, START + HOUR)
    act(four_cases, held.application, "invite-completion", at=START + HOUR)
    assert now(four_cases, held.id).assignee == OFFICER.person


def test_a_refusal_by_a_rule_comes_before_the_question(four_cases: Engine) -> None:
    held = taken(four_cases)
    body = {"officer": ADVISER.person}
    with pytest.raises(RefusedError):
        do(four_cases, "application", held.application, "start-intake", by=OTHER_OFFICER, at=START + HOUR, body=body)


def test_a_step_of_a_hand_off_that_a_colleague_is_taking_asks_in_every_role(four_cases: Engine) -> None:
    reference = cases(four_cases)[0].application
    threaten(four_cases, reference, START)
    step = taken(four_cases)
    assert step.action == "call-112"
    done = {"step": "call-112", "doneOn": "2026-03-02", "time": "10:30"}

    def record(by: Actor, **more: bool) -> None:
        with transaction(four_cases) as session:
            fire(session, "application", reference, "record-hand-off", by=by, at=START + HOUR, body=done, **more)

    for by in (OTHER_OFFICER, COORDINATOR):
        with pytest.raises(StatesError, match="In hand with officer-1"):
            record(by)
    record(COORDINATOR, take_over=True)
    assert recipients_of(four_cases, LETTER) == [OFFICER.person]
