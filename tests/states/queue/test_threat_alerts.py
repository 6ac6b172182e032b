"""Threat alerts: every threat in an acute case rings by itself, also the second of the night."""

from datetime import datetime

import pytest
from office import COORDINATOR, HOUR, OFFICER, OTHER_OFFICER, START, do, row, rows
from queue_work import ACUTE, away, offer, taken, threaten
from sqlalchemy import Engine

from rules.core.roles import Actor, Role
from states.queue import alarms
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.letters import Outbox
from states.tables.work import WorkItem

NIGHT = START.replace(hour=22)
EVERYONE = {OFFICER.person, OTHER_OFFICER.person, COORDINATOR.person}


def rung(engine: Engine, reference: str, at: datetime) -> set[str]:
    """Who of the office got a letter about a case at a moment."""
    return {found.recipient for found in rows(engine, Outbox, Outbox.application == reference, Outbox.created_at == at)}


def tick(engine: Engine, at: datetime) -> None:
    """What the dispatcher and the clock do after a threat."""
    offer(engine, at)
    with transaction(engine) as session:
        alarms.update_alarms(session, at=at)


def cases(engine: Engine) -> list[str]:
    return sorted({item.application for item in rows(engine, WorkItem)})


def official(engine: Engine, reference: str) -> str:
    return str(row(engine, Application, Application.id == reference).applicant)


def test_a_second_threat_in_the_same_case_rings_again(four_cases: Engine) -> None:
    reference = cases(four_cases)[0]
    for hour in (0, 1):
        at = NIGHT + hour * HOUR
        threaten(four_cases, reference, at)
        tick(four_cases, at)
        assert rung(four_cases, reference, at) - {official(four_cases, reference)} == EVERYONE


def test_a_second_threat_that_is_not_acute_itself_rings_in_an_acute_case(four_cases: Engine) -> None:
    reference = cases(four_cases)[0]
    threaten(four_cases, reference, NIGHT)
    tick(four_cases, NIGHT)
    at = NIGHT + HOUR
    do(four_cases, "application", reference, "record-threat", by=OFFICER, at=at, body={**ACUTE, "kind": "intimidation"})
    tick(four_cases, at)
    assert rung(four_cases, reference, at) >= EVERYONE


def test_every_acute_case_of_a_night_tells_the_coordinator(four_cases: Engine) -> None:
    for number, reference in enumerate(cases(four_cases)[:3]):
        at = NIGHT + number * HOUR
        threaten(four_cases, reference, at)
        tick(four_cases, at)
        assert COORDINATOR.person in rung(four_cases, reference, at), number


def test_an_alarm_of_a_pool_names_each_acute_case_that_comes_to_wait_once(four_cases: Engine) -> None:
    first, second, *_ = cases(four_cases)
    for reference, at in ((first, NIGHT), (second, NIGHT + HOUR)):
        threaten(four_cases, reference, at)
        for minute in (0, 1):
            tick(four_cases, at + minute * HOUR / 60)
    told = rows(four_cases, Outbox, Outbox.letter == "capacity-alarm")
    assert sorted(found.application for found in told) == sorted([first, second])


def test_someone_at_work_who_holds_acute_work_hears_of_another_acute_case(four_cases: Engine) -> None:
    first, second, *_ = cases(four_cases)
    threaten(four_cases, first, START)
    taken(four_cases)
    tick(four_cases, START)
    at = START + HOUR
    threaten(four_cases, second, at)
    tick(four_cases, at)
    assert rung(four_cases, second, at) >= EVERYONE


def test_the_officer_of_the_case_is_told_who_is_not_at_work_and_colleagues_who_are_absent_are_not(
    four_cases: Engine,
) -> None:
    reference = cases(four_cases)[0]
    do(four_cases, "application", reference, "start-intake", by=OFFICER)
    away(four_cases, OTHER_OFFICER, "2026-03-02", "2026-03-02")
    away(four_cases, OFFICER, "2026-03-02", "2026-03-02")
    for at in (START + HOUR, NIGHT):
        threaten(four_cases, reference, at)
        tick(four_cases, at)
        assert rung(four_cases, reference, at) - {official(four_cases, reference)} == {
            OFFICER.person,
            COORDINATOR.person,
        }


def test_a_threat_from_outside_the_office_rings_too(four_cases: Engine) -> None:
    reference = cases(four_cases)[0]
    by = Actor(official(four_cases, reference), Role.APPLICANT)
    for hour in (0, 1):
        at = NIGHT + hour * HOUR
        do(four_cases, "application", reference, "record-threat", by=by, at=at, body={**ACUTE, "source": "applicant"})
        assert rung(four_cases, reference, at) >= EVERYONE


@pytest.mark.parametrize("kind", ["intimidation"])
def test_a_threat_in_a_case_that_is_not_acute_rings_nobody_at_night(four_cases: Engine, kind: str) -> None:
    reference = cases(four_cases)[0]
    body = {"kind": kind, "source": "applicant", "reportedToPolice": True}
    do(four_cases, "application", reference, "record-threat", by=OFFICER, at=NIGHT, body=body)
    tick(four_cases, NIGHT)
    assert rung(four_cases, reference, NIGHT) == {official(four_cases, reference)}
