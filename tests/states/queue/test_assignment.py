"""Work goes to someone who is there, can do it and is free; it is handed on with a reason, and comes back unworked."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from office import (
    ADMINISTRATOR,
    ADVISER,
    AUTHORITY,
    COORDINATOR,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    at_event,
    do,
    enrol,
    person,
    problems,
    receive,
    refused,
    row,
    rows,
    stage,
    walk,
)
from shelf import Prepared
from sqlalchemy import Engine
from sqlmodel import Session, select

from rules.core.roles import Actor, Role
from states.errors import MalformedError, NotFoundError, RefusedError
from states.queue import alarms, assignment, claiming, preemption, reassignment
from states.queue.availability import availability_in_pool, availability_of
from states.queue.offers import offer_due
from states.storage.database import transaction, vault_of
from states.tables.ledger import LedgerEntry, Stream
from states.tables.letters import Outbox
from states.tables.work import WorkAlarm, WorkItem, WorkProposal

OTHER = person(Role.OFFICER, number=2)
HOUR = timedelta(hours=1)
ACUTE = {"kind": "acute-danger", "source": "police"}
REASON = "Officer one is ill; the second knows the municipality."


def fill(engine: Engine) -> None:
    """Four routine applications, an hour apart."""
    for hour in range(4):
        receive(engine, at=START + hour * HOUR)


@pytest.fixture
def desk(prepared: Prepared) -> Engine:
    return prepared("desk", fill)


def take(engine: Engine, by: Actor = OFFICER, at: datetime = START) -> WorkItem | None:
    with transaction(engine) as session:
        return claiming.claim(session, by=by, at=at)


def taken(engine: Engine, by: Actor = OFFICER, at: datetime = START) -> WorkItem:
    item = take(engine, by, at)
    assert item is not None
    return item


def arrange(engine: Engine, who: Actor, **body: Any) -> None:
    do(engine, "person", who.person, "arrange-work", by=COORDINATOR, body=body)


def away(engine: Engine, who: Actor, since: str, until: str) -> None:
    do(engine, "person", who.person, "record-absence", by=who, body={"since": since, "until": until})


def offer(engine: Engine, at: datetime) -> list[str]:
    with transaction(engine) as session:
        return offer_due(session, at=at, run="run-1")


def now(engine: Engine, key: str) -> WorkItem:
    found: WorkItem = row(engine, WorkItem, WorkItem.id == key)
    return found


def told(engine: Engine, letter: str) -> list[str]:
    return sorted(found.recipient for found in rows(engine, Outbox, Outbox.letter == letter))


def threaten(engine: Engine, reference: str, at: datetime) -> None:
    do(engine, "application", reference, "record-threat", by=OFFICER, at=at, body=ACUTE)


# Who may take what.


def test_a_visit_asks_for_the_region_of_the_employer_and_a_domain_for_its_own_skill(office: Engine) -> None:
    do(office, "organisation", ZILVERDAM, "locate", by=ADMINISTRATOR, body={"province": "overijssel"})
    reference = receive(office)
    walk(office, reference, before=at_event("hold-interview"))
    assert row(office, WorkItem, WorkItem.action == "hold-interview").skill == "region:overijssel"
    walk(office, reference, before=at_event("assess-domain"))
    asked = rows(office, WorkItem, WorkItem.action == "assess-domain")
    assert sorted(item.skill for item in asked) == ["domain:digital", "domain:home", "domain:travel", "domain:work"]
    arrange(office, ADVISER, skills=["domain:digital"])
    mine = [item.skill for item in iter(lambda: take(office, ADVISER), None) if item]
    assert sorted(mine) == ["", "domain:digital"]  # submitting the advice asks for no skill
    arrange(office, ADVISER, skills=[])
    assert sorted(item.skill for item in iter(lambda: take(office, ADVISER), None) if item) == [
        "domain:home",
        "domain:travel",
        "domain:work",
    ]


def test_a_domain_is_assessed_once_and_again_when_it_comes_back(office: Engine) -> None:
    reference = receive(office)
    walk(office, reference, before=at_event("adopt-advice"))
    assert {item.done_at is not None for item in rows(office, WorkItem, WorkItem.action == "assess-domain")} == {True}
    body = {"domain": "home", "reasons": "The estimate is missing."}
    do(office, "application", reference, "return-advice", by=AUTHORITY, body=body)
    again = rows(office, WorkItem, WorkItem.action == "assess-domain", WorkItem.done_at.is_(None))  # type: ignore[union-attr]
    assert [(item.skill, item.estimate) for item in again] == [("domain:home", 30)]


def test_whoever_is_absent_gets_no_work_until_the_day_after(desk: Engine) -> None:
    away(desk, OFFICER, "2026-03-02", "2026-03-03")
    assert refused(lambda: take(desk)) == ["work.present"]
    assert refused(lambda: take(desk, at=START + timedelta(days=1))) == ["work.present"]
    assert take(desk, at=START + timedelta(days=2)) is not None
    do(desk, "person", OFFICER.person, "end-absence", by=OFFICER, body={"until": "2026-03-01"})
    assert take(desk) is not None


@pytest.mark.parametrize(
    ("since", "until"), [("2026-03-02", "2026-03-02"), ("2026-03-04", "2026-03-09"), ("2026-02-20", "2026-03-20")]
)
def test_absences_that_overlap_are_refused_with_the_days_that_stand(desk: Engine, since: str, until: str) -> None:
    away(desk, OFFICER, "2026-03-02", "2026-03-04")
    with pytest.raises(MalformedError, match="2026-03-02 to 2026-03-04 is recorded already"):
        away(desk, OFFICER, since, until)
    away(desk, OFFICER, "2026-03-05", "2026-03-05")


def test_a_skill_that_does_not_exist_is_refused_and_what_was_arranged_stays(desk: Engine) -> None:
    arrange(desk, OFFICER, skills=["domain:home"], limit=2)
    for skill in ("domain:garden", "home"):
        with pytest.raises(MalformedError, match=f"There is no skill {skill}; there are: domain:digital"):
            arrange(desk, OFFICER, skills=[skill])
    with pytest.raises(MalformedError, match="hours: Input should be a list"):
        arrange(desk, OFFICER, hours={"1": ["09:00", "17:00"]})
    with Session(desk) as session:
        assert availability_of(session, OFFICER.person, "officer", None, at=START).skills == ("domain:home",)


def test_whoever_holds_as_much_as_is_allowed_gets_acute_work_only(desk: Engine) -> None:
    arrange(desk, OFFICER, limit=1)
    first = taken(desk)
    assert refused(lambda: take(desk)) == ["work.limit-in-hand"]
    last = rows(desk, WorkItem, WorkItem.assignee.is_(None))[-1]  # type: ignore[union-attr]
    threaten(desk, last.application, START + 5 * HOUR)
    assert taken(desk, at=START + 5 * HOUR).lane == 1
    assert taken(desk, OTHER).id != first.id


def test_hours_say_who_is_at_work_and_the_office_keeps_its_own(desk: Engine) -> None:
    arrange(desk, OFFICER, hours=[{"weekday": "monday", "since": "08:00", "until": "12:00"}])

    def there(who: Actor, at: datetime) -> bool:
        with Session(desk) as session:
            return availability_of(session, who.person, "officer", None, at=at).at_work

    at_noon = START.replace(hour=11)  # noon in Amsterdam
    assert (there(OFFICER, START), there(OFFICER, at_noon), there(OTHER, at_noon)) == (True, False, True)
    assert not there(OFFICER, START + timedelta(days=1))
    assert there(OTHER, START + timedelta(days=1))
    assert not there(OTHER, datetime(2026, 4, 3, 9, tzinfo=START.tzinfo))  # Good Friday


def test_nobody_gets_work_that_must_lie_in_other_hands(office: Engine) -> None:
    both = "adviser-authority"
    with transaction(office) as session:
        enrol(session, Actor(both, Role.ADVISER), Actor(both, Role.SECURITY_AUTHORITY))
    reference = receive(office)
    at = walk(office, reference, before=at_event("submit-advice"))
    do(office, "application", reference, "submit-advice", by=Actor(both, Role.ADVISER), at=at)
    item = row(office, WorkItem, WorkItem.action == "adopt-advice")
    assert item.not_by == [both]
    assert take(office, Actor(both, Role.SECURITY_AUTHORITY)) is None
    assert taken(office, AUTHORITY).id == item.id


# Handing on.


def test_a_coordinator_assigns_out_of_the_order_and_the_reason_is_kept_in_the_vault(desk: Engine) -> None:
    last = rows(desk, WorkItem)[-1]
    with transaction(desk) as session:
        item = reassignment.assign(session, last.id, OTHER.person, reason=REASON, by=COORDINATOR, at=START)
    assert item.assignee == OTHER.person
    entry = row(desk, LedgerEntry, LedgerEntry.event == "assign")
    assert (entry.facts["from"], entry.facts["to"], entry.stream) == (None, OTHER.person, "work:officer:")
    assert REASON not in str(entry.facts)
    with Session(desk) as session:
        stream = session.get_one(Stream, entry.stream)
        assert vault_of(session).content(session, stream, last.id) == {"reason": REASON}
    assert problems(desk) == []


def test_work_is_not_assigned_to_whoever_may_not_have_it(desk: Engine) -> None:
    key = rows(desk, WorkItem)[0].id

    def assign(whom: str) -> list[str]:
        def do_it() -> None:
            with transaction(desk) as session:
                reassignment.assign(session, key, whom, reason=REASON, by=COORDINATOR, at=START)

        return refused(do_it)

    assert assign(ADVISER.person) == ["work.in-pool"]
    away(desk, OTHER, "2026-03-02", "2026-03-02")
    assert assign(OTHER.person) == ["work.present"]
    with transaction(desk) as session, pytest.raises(MalformedError) as caught:
        reassignment.assign(session, key, "nobody-at-all", reason=REASON, by=COORDINATOR, at=START)
    assert caught.value.problems[0][0] == "person"
    assert now(desk, key).assignee is None


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (ADVISER.person, f"{ADVISER.person} does not act as officer"),
        ("nobody-at-all", "There is no person nobody-at-all"),
        (OTHER.person, f"{OTHER.person} is absent until 2026-03-02"),
    ],
)
def test_work_is_not_spread_over_whoever_can_have_none_of_it(desk: Engine, to: str, words: str) -> None:
    held = taken(desk)
    away(desk, OTHER, "2026-03-02", "2026-03-02")
    with pytest.raises(MalformedError) as caught, transaction(desk) as session:
        reassignment.redistribute(session, OFFICER.person, [to], reason=REASON, by=COORDINATOR, at=START)
    assert [(field, said.startswith(words)) for field, said in caught.value.problems] == [("to.0", True)]
    assert now(desk, held.id).assignee == OFFICER.person


def test_only_its_holder_passes_work_on(desk: Engine) -> None:
    item = taken(desk)

    def delegate(by: Actor, whom: Actor) -> None:
        with transaction(desk) as session:
            reassignment.delegate(session, item.id, whom.person, reason=REASON, by=by, at=START + HOUR)

    assert refused(lambda: delegate(OTHER, OTHER)) == ["work.own-claim"]
    delegate(OFFICER, OTHER)
    assert (now(desk, item.id).assignee, now(desk, item.id).claimed_at) == (OTHER.person, START + HOUR)
    assert row(desk, LedgerEntry, LedgerEntry.event == "delegate").facts["from"] == OFFICER.person


def test_all_work_of_an_absent_officer_is_spread_or_goes_back_to_the_queue(desk: Engine) -> None:
    held = [taken(desk).id for _ in range(3)]

    def spread(to: Sequence[str]) -> list[str | None]:
        with transaction(desk) as session:
            moved = reassignment.redistribute(session, OFFICER.person, to, reason=REASON, by=COORDINATOR, at=START)
            return [one.receiver for one in moved]

    with pytest.raises(MalformedError):
        spread([OFFICER.person])
    arrange(desk, OTHER, limit=2)
    assert spread([OTHER.person]) == [OTHER.person, OTHER.person, None]
    assert [now(desk, key).assignee for key in held] == [OTHER.person, OTHER.person, None]
    assert taken(desk).id == held[2]
    assert spread([]) == [None]
    assert len(rows(desk, LedgerEntry, LedgerEntry.event == "redistribute")) == 4
    assert problems(desk) == []


# Coming back.


def come_back(engine: Engine, at: datetime) -> list[str]:
    with transaction(engine) as session:
        return reassignment.return_unworked(session, at=at)


def test_a_claim_that_is_not_worked_on_goes_back_after_its_working_hours_and_not_before(desk: Engine) -> None:
    item = taken(desk)
    assert item.returns_at == datetime(2026, 3, 16, 9, tzinfo=START.tzinfo)  # eighty working hours: two weeks
    assert come_back(desk, item.returns_at - timedelta(seconds=1)) == []
    assert come_back(desk, item.returns_at) == [item.id]
    assert come_back(desk, item.returns_at) == []
    assert now(desk, item.id).assignee is None
    assert now(desk, item.id).dispatched_at is None  # it is offered again
    back = row(desk, LedgerEntry, LedgerEntry.event == "return")
    assert (back.role, back.facts["from"]) == ("engine", OFFICER.person)
    assert taken(desk, OTHER, at=item.returns_at).id == item.id


def test_an_acute_claim_goes_back_after_two_hours_also_at_night(desk: Engine) -> None:
    late = START.replace(hour=21)
    threaten(desk, rows(desk, WorkItem)[0].application, late)
    item = taken(desk, at=late)
    assert (item.lane, item.returns_at) == (1, late + 2 * HOUR)
    assert come_back(desk, late + 2 * HOUR) == [item.id]


def test_work_in_the_case_lets_the_time_run_anew(desk: Engine) -> None:
    item = taken(desk)
    assert item.returns_at is not None
    worked = START + timedelta(days=8)
    body = {"kind": "online-harassment", "source": "third-party"}
    do(desk, "application", item.application, "record-threat", by=OFFICER, at=worked, body=body)
    assert come_back(desk, item.returns_at) == []
    assert now(desk, item.id).assignee == OFFICER.person
    again = now(desk, item.id).returns_at
    assert again is not None
    assert again > item.returns_at
    assert come_back(desk, again) == [item.id]


# Acute work for people who have other work in hand.


def interrupted(desk: Engine) -> tuple[WorkItem, datetime]:
    """Acute work comes and is offered while other work is in hand: that work, and the moment."""
    held = taken(desk)
    at = START + 5 * HOUR
    threaten(desk, rows(desk, WorkItem, WorkItem.assignee.is_(None))[-1].application, at)  # type: ignore[union-attr]
    offer(desk, at)
    return held, at


def test_acute_work_alerts_who_is_at_work_and_asks_whoever_has_other_work_to_take_it_first(desk: Engine) -> None:
    held, at = interrupted(desk)
    assert told(desk, "work-offered") == [OFFICER.person, OTHER.person]
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
    assert OFFICER.person in told(desk, "work-offered")
    assert held.id in {asked.work_item for asked in rows(desk, WorkProposal) if asked.person == OFFICER.person}


def test_whoever_is_given_acute_work_by_another_is_told_though_it_was_offered_before(desk: Engine) -> None:
    at = START + 5 * HOUR
    item = rows(desk, WorkItem)[0]
    threaten(desk, item.application, at)
    offer(desk, at)
    before = told(desk, "work-offered").count(OTHER.person)
    with transaction(desk) as session:
        reassignment.assign(session, item.id, OTHER.person, reason="Zij kent de zaak.", by=COORDINATOR, at=at)
    assert now(desk, item.id).dispatched_at is None
    offer(desk, at)
    assert told(desk, "work-offered").count(OTHER.person) == before + 1


def test_work_that_is_given_while_its_receiver_claims_counts_what_was_claimed(desk: Engine) -> None:
    arrange(desk, OFFICER, limit=1)
    item = max(rows(desk, WorkItem), key=lambda row: row.position)  # the claim takes the first

    def give() -> None:
        with transaction(desk) as session:
            reassignment.assign(session, item.id, OFFICER.person, reason=REASON, by=COORDINATOR, at=START)

    with ThreadPoolExecutor(1) as other:
        with transaction(desk) as session:
            claiming.claim(session, by=OFFICER, at=START)
            given = other.submit(give)
            with pytest.raises(TimeoutError):
                given.result(timeout=0.5)
        assert refused(given.result) == ["work.limit-in-hand"]


def test_whoever_took_acute_work_before_it_was_offered_is_not_asked_to_take_it(desk: Engine) -> None:
    at = START + 5 * HOUR
    threaten(desk, rows(desk, WorkItem)[0].application, at)
    mine = [taken(desk, at=at).id for _ in range(2)]
    offer(desk, at)
    assert all(now(desk, key).dispatched_at is not None for key in mine)
    assert told(desk, "work-offered") == [OTHER.person]
    assert rows(desk, WorkProposal) == []


def test_whoever_says_yes_to_acute_work_gets_no_other_and_keeps_what_is_in_hand(desk: Engine) -> None:
    held, at = interrupted(desk)
    key = row(desk, WorkProposal).id
    with transaction(desk) as session:
        asked = preemption.open_proposals(session, OFFICER)
    with transaction(desk) as session:  # between the question and the answer
        for item in session.exec(select(WorkItem).where(WorkItem.lane == 1, WorkItem.id != asked[0][1].id)):
            item.assignee = OTHER.person
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
    away(desk, OTHER, "2026-03-02", "2026-03-02")
    night = START.replace(hour=22)
    threaten(desk, rows(desk, WorkItem)[0].application, night)
    offer(desk, night)
    assert told(desk, "work-offered") == [OFFICER.person]


# Alarms.


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
    held = [taken(desk, by, at) for by in (OFFICER, OTHER)]
    assert watch(desk, at) == {"capacity-full": True}
    assert watch(desk, at) == {"capacity-full": True}
    assert told(desk, "capacity-alarm") == [COORDINATOR.person]
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


def test_everyone_of_a_pool_stands_in_it_with_what_they_hold(desk: Engine) -> None:
    taken(desk)
    with Session(desk) as session:
        found = {one.person: one.in_hand for one in availability_in_pool(session, "officer", None, at=START)}
        assert found == {OFFICER.person: 1, OTHER.person: 0}
        assert session.exec(select(WorkItem.id).where(WorkItem.assignee == OFFICER.person)).all()


def test_what_is_assigned_stands_no_longer_in_the_queue_and_the_case_goes_on(desk: Engine) -> None:
    item = taken(desk)
    act(desk, item.application, "start-intake", at=START)
    assert now(desk, item.id).done_at is not None
    assert stage(desk, item.application) == "intake"
    with transaction(desk) as session, pytest.raises(NotFoundError):
        assignment.release(session, item.id, by=OFFICER, at=START)
    with pytest.raises(RefusedError), transaction(desk) as session:
        assignment.finish(session, rows(desk, WorkItem, WorkItem.done_at.is_(None))[0].id, by=OTHER, at=START)  # type: ignore[union-attr]
