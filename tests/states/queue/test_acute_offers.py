"""Acute offers: acute work alerts people at work and asks the busy ones to take it first."""

from datetime import datetime

import pytest
from office import COORDINATOR, HOUR, OFFICER, OTHER_OFFICER, START, do, row, rows
from queue_work import away, now, offer, recipients_of, taken, threaten
from sqlalchemy import Engine
from sqlmodel import select

from states.errors import MalformedError, NotFoundError
from states.queue import preemption, reassignment
from states.storage.database import transaction
from states.tables.ledger import LedgerEntry
from states.tables.work import WorkItem, WorkProposal


def interrupted(four_cases: Engine) -> tuple[WorkItem, datetime]:
    """Offer acute work while other work is assigned; return that work, and the moment."""
    held = taken(four_cases)
    at = START + 5 * HOUR
    threaten(four_cases, rows(four_cases, WorkItem, WorkItem.assignee.is_(None))[-1].application, at)  # type: ignore[union-attr]
    offer(four_cases, at)
    return held, at


def test_acute_work_alerts_people_at_work_and_asks_busy_ones_to_take_it_first(four_cases: Engine) -> None:
    held, at = interrupted(four_cases)
    assert recipients_of(four_cases, "work-offered") == [OFFICER.person, OTHER_OFFICER.person]
    (asked,) = rows(four_cases, WorkProposal)
    assert asked.person == OFFICER.person
    assert now(four_cases, held.id).assignee == OFFICER.person  # no assigned work is taken away
    with transaction(four_cases) as session:
        item = preemption.answer(session, asked.id, accept=True, give_back=[held.id], by=OFFICER, at=at)
    assert item is not None
    assert (item.lane, item.assignee) == (1, OFFICER.person)
    assert now(four_cases, held.id).assignee is None
    with transaction(four_cases) as session, pytest.raises(NotFoundError):
        preemption.answer(session, asked.id, accept=False, by=OFFICER, at=at)
    offer(four_cases, at)
    assert len(rows(four_cases, WorkProposal)) == 1


def test_a_declined_proposal_changes_nothing_and_is_recorded_in_the_chain(four_cases: Engine) -> None:
    held, at = interrupted(four_cases)
    key = row(four_cases, WorkProposal).id
    with transaction(four_cases) as session, pytest.raises(MalformedError, match="in the place of what is taken"):
        preemption.answer(session, key, accept=False, give_back=[held.id], by=OFFICER, at=at)
    with transaction(four_cases) as session:
        assert preemption.answer(session, key, accept=False, by=OFFICER, at=at) is None
    assert now(four_cases, held.id).assignee == OFFICER.person
    assert row(four_cases, LedgerEntry, LedgerEntry.event == "answer-proposal").facts["accepted"] is False


def test_the_owner_of_work_that_becomes_acute_is_notified_and_keeps_it(four_cases: Engine) -> None:
    held = taken(four_cases)
    at = START + 5 * HOUR
    threaten(four_cases, held.application, at)
    offer(four_cases, at)
    assert (now(four_cases, held.id).lane, now(four_cases, held.id).assignee) == (1, OFFICER.person)
    assert OFFICER.person in recipients_of(four_cases, "work-offered")
    assert held.id in {asked.work_item for asked in rows(four_cases, WorkProposal) if asked.person == OFFICER.person}


def test_a_person_who_is_assigned_acute_work_is_notified_even_if_it_was_offered_before(four_cases: Engine) -> None:
    at = START + 5 * HOUR
    item = rows(four_cases, WorkItem)[0]
    threaten(four_cases, item.application, at)
    offer(four_cases, at)
    before = recipients_of(four_cases, "work-offered").count(OTHER_OFFICER.person)
    with transaction(four_cases) as session:
        reassignment.assign(session, item.id, OTHER_OFFICER.person, reason="Zij kent de zaak.", by=COORDINATOR, at=at)
    assert now(four_cases, item.id).dispatched_at is None
    offer(four_cases, at)
    assert recipients_of(four_cases, "work-offered").count(OTHER_OFFICER.person) == before + 1


def test_a_person_who_claimed_acute_work_before_its_offer_is_not_asked_to_take_it(four_cases: Engine) -> None:
    at = START + 5 * HOUR
    threaten(four_cases, rows(four_cases, WorkItem)[0].application, at)
    mine = [taken(four_cases, at=at).id for _ in range(2)]
    offer(four_cases, at)
    assert all(now(four_cases, key).dispatched_at is not None for key in mine)
    assert recipients_of(four_cases, "work-offered") == [OTHER_OFFICER.person]
    assert rows(four_cases, WorkProposal) == []


def test_a_person_who_accepts_acute_work_gets_that_work_and_keeps_what_is_assigned(four_cases: Engine) -> None:
    held, at = interrupted(four_cases)
    key = row(four_cases, WorkProposal).id
    with transaction(four_cases) as session:
        asked = preemption.open_proposals(session, OFFICER)
    with transaction(four_cases) as session:  # between the question and the answer
        for item in session.exec(select(WorkItem).where(WorkItem.lane == 1, WorkItem.id != asked[0][1].id)):
            item.assignee = OTHER_OFFICER.person
        session.get_one(WorkItem, asked[0][1].id).not_by = [OFFICER.person]
    with transaction(four_cases) as session:
        assert preemption.answer(session, key, accept=True, give_back=[held.id], by=OFFICER, at=at) is None
    assert now(four_cases, held.id).assignee == OFFICER.person
    assert len(rows(four_cases, WorkItem, WorkItem.assignee == OFFICER.person)) == 1


def test_nobody_is_asked_any_longer_once_the_urgency_was_lowered(four_cases: Engine) -> None:
    taken(four_cases)
    reference = rows(four_cases, WorkItem, WorkItem.assignee.is_(None))[-1].application  # type: ignore[union-attr]
    at = START + 5 * HOUR
    threaten(four_cases, reference, at)
    offer(four_cases, at)
    lower = {"urgency": "elevated", "reasons": "The police saw no danger any more."}
    do(four_cases, "application", reference, "lower-urgency", by=COORDINATOR, at=at + HOUR, body=lower)
    with transaction(four_cases) as session:
        assert preemption.open_proposals(session, OFFICER) == []


def test_at_night_everyone_who_is_not_absent_is_alerted(four_cases: Engine) -> None:
    away(four_cases, OTHER_OFFICER, "2026-03-02", "2026-03-02")
    night = START.replace(hour=22)
    threaten(four_cases, rows(four_cases, WorkItem)[0].application, night)
    offer(four_cases, night)
    assert recipients_of(four_cases, "work-offered") == [OFFICER.person]
