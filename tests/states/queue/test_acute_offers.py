"""Acute offers: urgent work alerts people at work and asks the busy ones to take it first."""

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


def interrupted(desk: Engine) -> tuple[WorkItem, datetime]:
    """Acute work comes and is offered while other work is in hand: that work, and the moment."""
    held = taken(desk)
    at = START + 5 * HOUR
    threaten(desk, rows(desk, WorkItem, WorkItem.assignee.is_(None))[-1].application, at)  # type: ignore[union-attr]
    offer(desk, at)
    return held, at


def test_acute_work_alerts_who_is_at_work_and_asks_whoever_has_other_work_to_take_it_first(desk: Engine) -> None:
    held, at = interrupted(desk)
    assert recipients_of(desk, "work-offered") == [OFFICER.person, OTHER_OFFICER.person]
    (asked,) = rows(desk, WorkProposal)
    assert asked.person == OFFICER.person
    assert now(desk, held.id).assignee == OFFICER.person  # nothing is taken out of anyone's hands
    with transaction(desk) as session:
        item = preemption.answer(session, asked.id, accept=True, give_back=[held.id], by=OFFICER, at=at)
    assert item is not None
    assert (item.lane, item.assignee) == (1, OFFICER.person)
    assert now(desk, held.id).assignee is None
    with transaction(desk) as session, pytest.raises(NotFoundError):
        preemption.answer(session, asked.id, accept=False, by=OFFICER, at=at)
    offer(desk, at)
    assert len(rows(desk, WorkProposal)) == 1


def test_a_declined_proposal_leaves_everything_as_it_is_and_stands_in_the_chain(desk: Engine) -> None:
    held, at = interrupted(desk)
    key = row(desk, WorkProposal).id
    with transaction(desk) as session, pytest.raises(MalformedError, match="in the place of what is taken"):
        preemption.answer(session, key, accept=False, give_back=[held.id], by=OFFICER, at=at)
    with transaction(desk) as session:
        assert preemption.answer(session, key, accept=False, by=OFFICER, at=at) is None
    assert now(desk, held.id).assignee == OFFICER.person
    assert row(desk, LedgerEntry, LedgerEntry.event == "answer-proposal").facts["accepted"] is False


def test_the_owner_of_work_that_becomes_acute_is_told_and_keeps_it(desk: Engine) -> None:
    held = taken(desk)
    at = START + 5 * HOUR
    threaten(desk, held.application, at)
    offer(desk, at)
    assert (now(desk, held.id).lane, now(desk, held.id).assignee) == (1, OFFICER.person)
    assert OFFICER.person in recipients_of(desk, "work-offered")
    assert held.id in {asked.work_item for asked in rows(desk, WorkProposal) if asked.person == OFFICER.person}


def test_whoever_is_given_acute_work_by_another_is_told_though_it_was_offered_before(desk: Engine) -> None:
    at = START + 5 * HOUR
    item = rows(desk, WorkItem)[0]
    threaten(desk, item.application, at)
    offer(desk, at)
    before = recipients_of(desk, "work-offered").count(OTHER_OFFICER.person)
    with transaction(desk) as session:
        reassignment.assign(session, item.id, OTHER_OFFICER.person, reason="Zij kent de zaak.", by=COORDINATOR, at=at)
    assert now(desk, item.id).dispatched_at is None
    offer(desk, at)
    assert recipients_of(desk, "work-offered").count(OTHER_OFFICER.person) == before + 1


def test_whoever_took_acute_work_before_it_was_offered_is_not_asked_to_take_it(desk: Engine) -> None:
    at = START + 5 * HOUR
    threaten(desk, rows(desk, WorkItem)[0].application, at)
    mine = [taken(desk, at=at).id for _ in range(2)]
    offer(desk, at)
    assert all(now(desk, key).dispatched_at is not None for key in mine)
    assert recipients_of(desk, "work-offered") == [OTHER_OFFICER.person]
    assert rows(desk, WorkProposal) == []


def test_whoever_says_yes_to_acute_work_gets_no_other_and_keeps_what_is_in_hand(desk: Engine) -> None:
    held, at = interrupted(desk)
    key = row(desk, WorkProposal).id
    with transaction(desk) as session:
        asked = preemption.open_proposals(session, OFFICER)
    with transaction(desk) as session:  # between the question and the answer
        for item in session.exec(select(WorkItem).where(WorkItem.lane == 1, WorkItem.id != asked[0][1].id)):
            item.assignee = OTHER_OFFICER.person
        session.get_one(WorkItem, asked[0][1].id).not_by = [OFFICER.person]
    with transaction(desk) as session:
        assert preemption.answer(session, key, accept=True, give_back=[held.id], by=OFFICER, at=at) is None
    assert now(desk, held.id).assignee == OFFICER.person
    assert len(rows(desk, WorkItem, WorkItem.assignee == OFFICER.person)) == 1


def test_nobody_is_asked_any_longer_once_the_urgency_was_lowered(desk: Engine) -> None:
    taken(desk)
    reference = rows(desk, WorkItem, WorkItem.assignee.is_(None))[-1].application  # type: ignore[union-attr]
    at = START + 5 * HOUR
    threaten(desk, reference, at)
    offer(desk, at)
    lower = {"urgency": "elevated", "reasons": "The police saw no danger any more."}
    do(desk, "application", reference, "lower-urgency", by=COORDINATOR, at=at + HOUR, body=lower)
    with transaction(desk) as session:
        assert preemption.open_proposals(session, OFFICER) == []


def test_at_night_everyone_who_is_not_absent_is_alerted(desk: Engine) -> None:
    away(desk, OTHER_OFFICER, "2026-03-02", "2026-03-02")
    night = START.replace(hour=22)
    threaten(desk, rows(desk, WorkItem)[0].application, night)
    offer(desk, night)
    assert recipients_of(desk, "work-offered") == [OFFICER.person]
