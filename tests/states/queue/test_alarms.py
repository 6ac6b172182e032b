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


def watch(engine: Engine, at: datetime) -> dict[str, bool]:
    """The alarms that there are, and whether each still rings."""
    with transaction(engine) as session:
        alarms.update_alarms(session, at=at)
    return {found.kind: found.until is None for found in rows(engine, WorkAlarm)}


def test_an_alarm_rings_while_acute_work_fills_all_capacity(desk: Engine) -> None:
    at = START + 5 * HOUR
    assert watch(desk, at) == {}
    threaten(desk, rows(desk, WorkItem)[0].application, at)
    assert watch(desk, at) == {}  # two officers have their hands free
    held = [taken(desk, by, at) for by in (OFFICER, OTHER_OFFICER)]
    assert watch(desk, at) == {"capacity-full": True}
    assert watch(desk, at) == {"capacity-full": True}
    assert recipients_of(desk, "capacity-alarm") == [COORDINATOR.person]
    assert row(desk, LedgerEntry, LedgerEntry.event == "alarm").facts["kind"] == "capacity-full"
    with transaction(desk) as session:
        assignment.release(session, held[0].id, by=OFFICER, at=at)
    assert watch(desk, at + HOUR) == {"capacity-full": False}


def test_an_alarm_rings_when_nobody_is_at_work_for_acute_work(desk: Engine) -> None:
    night = START.replace(hour=22)
    threaten(desk, rows(desk, WorkItem)[0].application, night)
    assert watch(desk, night) == {"nobody-there": True}
    assert watch(desk, night + 12 * HOUR) == {"nobody-there": False}


def test_an_alarm_rings_for_work_that_nobody_can_do(office: Engine) -> None:
    reference = receive(office)
    arrange(office, ADVISER, skills=["domain:home"])
    do(office, "organisation", ZILVERDAM, "locate", by=ADMINISTRATOR, body={"province": "utrecht"})
    walk(office, reference, before=at_event("hold-interview"))
    assert watch(office, START) == {"nobody-may": True}
    arrange(office, ADVISER, skills=["domain:home", "region:utrecht"])
    assert watch(office, START) == {"nobody-may": False}
