"""Alarms: nobody can take acute work, or nobody can do it."""

from datetime import datetime

from office import (
    ADMINISTRATOR,
    ADVISER,
    COORDINATOR,
    HOUR,
    OFFICER,
    OTHER_OFFICER,
    START,
    ZILVERDAM,
    at_event,
    do,
    receive,
    row,
    rows,
    walk,
)
from queue_work import arrange, recipients_of, taken, threaten
from sqlalchemy import Engine

from states.queue import alarms, assignment
from states.storage.database import transaction
from states.tables.ledger import LedgerEntry
from states.tables.work import WorkAlarm, WorkItem


def alarm_states(engine: Engine, at: datetime) -> dict[str, bool]:
    """The alarms, and whether each is still active."""
    with transaction(engine) as session:
        alarms.update_alarms(session, at=at)
    return {found.kind: found.until is None for found in rows(engine, WorkAlarm)}


def test_an_alarm_is_raised_while_acute_work_fills_all_capacity(four_cases: Engine) -> None:
    at = START + 5 * HOUR
    assert alarm_states(four_cases, at) == {}
    threaten(four_cases, rows(four_cases, WorkItem)[0].application, at)
    assert alarm_states(four_cases, at) == {}  # two officers have no assigned work
    held = [taken(four_cases, by, at) for by in (OFFICER, OTHER_OFFICER)]
    assert alarm_states(four_cases, at) == {"capacity-full": True}
    assert alarm_states(four_cases, at) == {"capacity-full": True}
    assert recipients_of(four_cases, "capacity-alarm") == [COORDINATOR.person]
    assert row(four_cases, LedgerEntry, LedgerEntry.event == "alarm").facts["kind"] == "capacity-full"
    with transaction(four_cases) as session:
        assignment.release(session, held[0].id, by=OFFICER, at=at)
    assert alarm_states(four_cases, at + HOUR) == {"capacity-full": False}


def test_an_alarm_is_raised_when_nobody_is_at_work_for_acute_work(four_cases: Engine) -> None:
    night = START.replace(hour=22)
    threaten(four_cases, rows(four_cases, WorkItem)[0].application, night)
    assert alarm_states(four_cases, night) == {"nobody-there": True}
    assert alarm_states(four_cases, night + 12 * HOUR) == {"nobody-there": False}


def test_an_alarm_is_raised_for_work_that_nobody_can_do(office: Engine) -> None:
    reference = receive(office)
    arrange(office, ADVISER, skills=["domain:home"])
    do(office, "organisation", ZILVERDAM, "locate", by=ADMINISTRATOR, body={"province": "utrecht"})
    walk(office, reference, before=at_event("hold-interview"))
    assert alarm_states(office, START) == {"nobody-may": True}
    arrange(office, ADVISER, skills=["domain:home", "region:utrecht"])
    assert alarm_states(office, START) == {"nobody-may": False}
