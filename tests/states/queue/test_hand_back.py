"""Hand-back: what a person who departs or is absent had in hand, and the cases that they handled."""

from datetime import date, timedelta
from typing import Any

import pytest
from office import (
    ADMINISTRATOR,
    ADVISER,
    COORDINATOR,
    DAY,
    HOUR,
    OFFICER,
    OTHER_OFFICER,
    START,
    act,
    do,
    enrol,
    problems,
    receive,
    refused,
    row,
    rows,
)
from queue_work import away, now, offer, recipients_of, taken, threaten
from sqlalchemy import Engine
from sqlmodel import Session

from flows import jobs
from rules.core.roles import Actor, Role
from rules.core.translations import PastAct
from states.engine.past_acts import WHO
from states.engine.unit_of_work import UnitOfWork
from states.errors import MalformedError
from states.queue import assignment, hand_back
from states.storage.database import transaction
from states.tables.application import Application
from states.tables.deadlines import Reminder
from states.tables.ledger import LedgerEntry
from states.tables.work import WorkAlarm, WorkItem

NIGHT = START.replace(hour=22)
SECOND = Actor("adviser-2", Role.ADVISER)


def depart(engine: Engine, who: Actor, **body: Any) -> None:
    do(engine, "person", who.person, "depart", by=ADMINISTRATOR, at=START + HOUR, body=body)


def absent(engine: Engine, who: Actor, since: str, until: str, **more: Any) -> None:
    body = {"since": since, "until": until, **more}
    do(engine, "person", who.person, "record-absence", by=who, at=START + HOUR, body=body)


def due_on(engine: Engine, key: str, day: date) -> None:
    with transaction(engine) as session:
        item = session.get_one(WorkItem, key)
        item.start_by = item.start_by.replace(year=day.year, month=day.month, day=day.day)


def handled(engine: Engine, reference: str) -> tuple[str | None, str | None]:
    found = row(engine, Application, Application.id == reference)
    return found.officer, found.adviser


def test_someone_who_departs_keeps_no_work_in_hand(four_cases: Engine) -> None:
    mine, other = [taken(four_cases).id for _ in range(2)], taken(four_cases, OTHER_OFFICER).id
    depart(four_cases, OFFICER)
    assert [now(four_cases, key).assignee for key in (*mine, other)] == [None, None, OTHER_OFFICER.person]
    entries = rows(four_cases, LedgerEntry, LedgerEntry.event == "return")
    assert {(entry.subject, entry.facts["from"], entry.facts["why"], entry.person) for entry in entries} == {
        (key, OFFICER.person, "departed", ADMINISTRATOR.person) for key in mine
    }
    assert taken(four_cases, OTHER_OFFICER, START + 2 * HOUR).id == mine[0]  # at its former place in the queue
    assert problems(four_cases) == []


@pytest.mark.parametrize(
    ("since", "until", "due", "stays"),
    [
        ("2026-03-05", "2026-03-10", date(2026, 3, 4), True),
        ("2026-03-05", "2026-03-10", date(2026, 3, 5), False),
        ("2026-03-05", "2026-03-10", date(2026, 3, 10), False),
        ("2026-03-05", "2026-03-10", date(2026, 3, 11), True),
        ("2026-03-02", "2026-03-03", date(2026, 2, 27), False),  # late already, and nobody begins it today
        ("2026-02-20", "2026-02-27", date(2026, 2, 26), True),  # an absence that is over
    ],
)
def test_an_absence_that_covers_the_start_by_of_work_hands_it_back(
    four_cases: Engine, since: str, until: str, due: date, stays: bool
) -> None:
    key = taken(four_cases).id
    due_on(four_cases, key, due)
    absent(four_cases, OFFICER, since, until)
    assert now(four_cases, key).assignee == (OFFICER.person if stays else None)


def test_acute_work_of_someone_who_falls_ill_is_offered_at_once_and_rings_an_alarm(four_cases: Engine) -> None:
    threaten(four_cases, rows(four_cases, WorkItem)[0].application, START)
    item = taken(four_cases)
    offer(four_cases, START)
    assert (item.lane, recipients_of(four_cases, "capacity-alarm")) == (1, [])
    absent(four_cases, OFFICER, "2026-03-02", "2026-03-06")
    assert (now(four_cases, item.id).assignee, now(four_cases, item.id).dispatched_at) == (None, None)
    assert recipients_of(four_cases, "capacity-alarm") == [COORDINATOR.person]
    assert [(alarm.kind, alarm.until) for alarm in rows(four_cases, WorkAlarm)] == [("handed-back", None)]
    before = recipients_of(four_cases, "work-offered").count(OTHER_OFFICER.person)
    offer(four_cases, START + HOUR)
    assert recipients_of(four_cases, "work-offered").count(OTHER_OFFICER.person) == before + 1
    jobs.tend_queue(four_cases, START + HOUR)
    assert row(four_cases, WorkAlarm, WorkAlarm.kind == "handed-back").until is None
    while any(item.assignee is None for item in rows(four_cases, WorkItem, WorkItem.lane == 1)):
        taken(four_cases, OTHER_OFFICER, START + 2 * HOUR)
    jobs.tend_queue(four_cases, START + 2 * HOUR)
    assert row(four_cases, WorkAlarm, WorkAlarm.kind == "handed-back").until is not None


def test_work_that_becomes_acute_in_the_hands_of_someone_absent_returns_at_the_next_tick(four_cases: Engine) -> None:
    item = taken(four_cases)
    due_on(four_cases, item.id, date(2026, 3, 20))
    absent(four_cases, OFFICER, "2026-03-02", "2026-03-06")
    assert now(four_cases, item.id).assignee == OFFICER.person
    threaten(four_cases, item.application, NIGHT)
    offer(four_cases, NIGHT)
    assert OTHER_OFFICER.person in recipients_of(four_cases, "work-offered")  # not the absent one alone
    jobs.tend_queue(four_cases, NIGHT)
    assert now(four_cases, item.id).assignee is None
    assert "handed-back" in {alarm.kind for alarm in rows(four_cases, WorkAlarm)}
    with transaction(four_cases) as session:
        assert hand_back.return_from_missing(session, at=NIGHT) == []


def test_released_acute_work_wakes_the_dispatcher(four_cases: Engine) -> None:
    threaten(four_cases, rows(four_cases, WorkItem)[0].application, START)
    item = taken(four_cases)
    with Session(four_cases) as session:
        assignment.release(session, item.id, by=OFFICER, at=START)
        assert session.info["hints"] == {"acute"}


# The cases that they handle.


def in_intake(engine: Engine, **changes: Any) -> str:
    reference = receive(engine, **changes)
    do(engine, "application", reference, "start-intake", by=OFFICER)
    return reference


def plan(engine: Engine, reference: str, on: str) -> None:
    body = {"interviewOn": on, "adviser": ADVISER.person}
    do(engine, "application", reference, "plan-interview", by=OFFICER, body=body)


def test_the_open_cases_of_someone_who_departs_go_to_the_pool(office: Engine) -> None:
    reference, ended = in_intake(office), in_intake(office, name="B. Ander")
    act(office, ended, "withdraw", at=START)
    depart(office, OFFICER)
    assert (handled(office, reference)[0], handled(office, ended)[0]) == (None, OFFICER.person)
    entry = row(office, LedgerEntry, LedgerEntry.event == "reassign")
    assert entry.facts == {"role": "officer", "former": OFFICER.person}
    assert problems(office) == []


def test_the_cases_of_someone_who_departs_go_to_the_colleague_who_is_named(office: Engine) -> None:
    reference = in_intake(office)
    depart(office, OFFICER, successor=OTHER_OFFICER.person)
    assert handled(office, reference)[0] == OTHER_OFFICER.person


def test_cases_go_only_to_a_colleague_who_may_have_them(office: Engine) -> None:
    in_intake(office)
    assert refused(lambda: depart(office, OFFICER, successor=ADVISER.person)) == ["work.in-pool"]
    away(office, OTHER_OFFICER, "2026-03-02", "2026-03-02")
    assert refused(lambda: depart(office, OFFICER, successor=OTHER_OFFICER.person)) == ["work.present"]
    with pytest.raises(MalformedError, match="successor"):
        depart(office, OFFICER, successor=OFFICER.person)


def test_a_colleague_does_not_get_their_own_case(office: Engine) -> None:
    reference = in_intake(office, applicant="burgemeester-1")
    with transaction(office) as session:
        enrol(session, Actor("officer-3", Role.OFFICER))
        session.get_one(Application, reference).representative = "officer-3"
    depart(office, OFFICER, successor="officer-3")
    assert handled(office, reference)[0] is None


def test_an_interview_within_an_absence_loses_its_adviser_and_other_cases_stay(office: Engine) -> None:
    within, later = in_intake(office), in_intake(office, name="B. Ander")
    plan(office, within, "2026-03-05")
    plan(office, later, "2026-03-12")
    absent(office, ADVISER, "2026-03-04", "2026-03-06")
    assert [handled(office, key)[1] for key in (within, later)] == [None, ADVISER.person]


@pytest.mark.parametrize("then", ["plan-interview", "hold-interview", "withdraw"])
def test_an_interview_that_nobody_holds_any_more_is_planned_again(office: Engine, then: str) -> None:
    reference = in_intake(office)
    plan(office, reference, "2026-03-05")
    assert open_actions(office) == ["hold-interview"]
    absent(office, ADVISER, "2026-03-04", "2026-03-06")
    assert open_actions(office) == ["hold-interview", "plan-interview"]
    act(office, reference, then, at=START + 2 * HOUR)
    assert "plan-interview" not in open_actions(office)
    assert problems(office) == []


def open_actions(engine: Engine) -> list[str]:
    return sorted(item.action for item in rows(engine, WorkItem) if item.done_at is None)


def test_the_cases_of_an_absence_go_to_the_colleague_who_is_named_and_can_hold_the_interview(office: Engine) -> None:
    cases = [in_intake(office, name=f"N. {number}") for number in range(2)]
    for reference, day in zip(cases, ("2026-03-05", "2026-03-06"), strict=True):
        plan(office, reference, day)
    with transaction(office) as session:
        enrol(session, SECOND)
    do(
        office,
        "person",
        SECOND.person,
        "record-absence",
        by=SECOND,
        body={"since": "2026-03-06", "until": "2026-03-06"},
    )
    absent(office, ADVISER, "2026-03-04", "2026-03-06", successor=SECOND.person)
    assert [handled(office, key)[1] for key in cases] == [SECOND.person, None]


def test_an_officer_who_handed_a_case_over_still_counts_as_one_who_handled_it(office: Engine) -> None:
    reference = in_intake(office)
    absent(office, OFFICER, "2026-03-02", "2026-03-20", successor=OTHER_OFFICER.person)
    with Session(office) as session:
        unit = UnitOfWork(session, COORDINATOR, START)
        found = set(WHO[PastAct.HANDLED_APPLICATION](unit, session.get_one(Application, reference)))
    assert found == {OFFICER.person, OTHER_OFFICER.person}


@pytest.mark.parametrize("gone", ["departed", "absent"])
def test_a_term_of_the_office_reminds_those_who_are_there(office: Engine, gone: str) -> None:
    reference = in_intake(office)
    act(office, reference, "invite-completion", at=START)
    if gone == "departed":
        depart(office, OFFICER)
        with transaction(office) as session:  # as in a case that ended before they departed
            session.get_one(Application, reference).officer = OFFICER.person
    else:
        absent(office, OFFICER, "2026-03-02", "2026-06-01")
    jobs.remind(office, START + 60 * DAY)
    notified = {found.recipient for found in rows(office, Reminder)} & {OFFICER.person, OTHER_OFFICER.person}
    assert OTHER_OFFICER.person in notified
    assert (OFFICER.person in notified) == (gone == "absent")


def test_a_death_hands_over_the_cases_that_the_official_handled(office: Engine) -> None:
    handled_by_official = in_intake(office)
    own = receive(office, applicant="burgemeester-1", name="C. Derde")
    with transaction(office) as session:
        session.get_one(Application, handled_by_official).officer = "burgemeester-1"
    do(
        office,
        "application",
        own,
        "record-death",
        by=OFFICER,
        at=START + timedelta(hours=2),
        body={"diedOn": "2026-03-02"},
    )
    assert handled(office, handled_by_official)[0] is None
