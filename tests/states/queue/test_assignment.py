"""Assignment: work goes to someone present, skilled and free, is reassigned with a reason, and returns when stale."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from office import (
    ADMINISTRATOR,
    ADVISER,
    AUTHORITY,
    COORDINATOR,
    HOUR,
    OFFICER,
    OTHER_OFFICER,
    START,
    ZILVERDAM,
    act,
    at_event,
    do,
    enrol,
    problems,
    receive,
    refused,
    row,
    rows,
    stage,
    walk,
)
from queue_work import REASON, arrange, away, come_back, now, take, taken, threaten
from sqlalchemy import Engine
from sqlmodel import Session, select

from rules.core.roles import Actor, Role
from states.errors import MalformedError, NotFoundError, RefusedError
from states.queue import assignment, claiming, reassignment
from states.queue.availability import availability_in_pool, availability_of
from states.storage.content import content_of_subject
from states.storage.database import transaction
from states.tables.ledger import LedgerEntry
from states.tables.work import WorkItem

# Who may take what.


def test_a_visit_requires_the_region_of_the_employer_and_a_domain_its_own_skill(office: Engine) -> None:
    do(office, "organisation", ZILVERDAM, "locate", by=ADMINISTRATOR, body={"province": "overijssel"})
    reference = receive(office)
    walk(office, reference, before=at_event("hold-interview"))
    assert row(office, WorkItem, WorkItem.action == "hold-interview").skill == "region:overijssel"
    walk(office, reference, before=at_event("assess-domain"))
    asked = rows(office, WorkItem, WorkItem.action == "assess-domain")
    assert sorted(item.skill for item in asked) == ["domain:digital", "domain:home", "domain:travel", "domain:work"]
    arrange(office, ADVISER, skills=["domain:digital"])
    mine = [item.skill for item in iter(lambda: take(office, ADVISER), None) if item]
    assert sorted(mine) == ["", "domain:digital"]  # submitting the advice requires no skill
    arrange(office, ADVISER, skills=[])
    assert sorted(item.skill for item in iter(lambda: take(office, ADVISER), None) if item) == [
        "domain:home",
        "domain:travel",
        "domain:work",
    ]


def test_a_domain_is_assessed_once_and_again_when_it_is_returned(office: Engine) -> None:
    reference = receive(office)
    walk(office, reference, before=at_event("adopt-advice"))
    assert {item.done_at is not None for item in rows(office, WorkItem, WorkItem.action == "assess-domain")} == {True}
    body = {"domain": "home", "reasons": "The estimate is missing."}
    do(office, "application", reference, "return-advice", by=AUTHORITY, body=body)
    again = rows(office, WorkItem, WorkItem.action == "assess-domain", WorkItem.done_at.is_(None))  # type: ignore[union-attr]
    assert [(item.skill, item.estimate) for item in again] == [("domain:home", 30)]


def test_an_absent_person_gets_no_work_until_the_day_after(four_cases: Engine) -> None:
    away(four_cases, OFFICER, "2026-03-02", "2026-03-03")
    assert refused(lambda: take(four_cases)) == ["work.present"]
    assert refused(lambda: take(four_cases, at=START + timedelta(days=1))) == ["work.present"]
    assert take(four_cases, at=START + timedelta(days=2)) is not None
    do(four_cases, "person", OFFICER.person, "end-absence", by=OFFICER, body={"until": "2026-03-01"})
    assert take(four_cases) is not None


@pytest.mark.parametrize(
    ("since", "until"), [("2026-03-02", "2026-03-02"), ("2026-03-04", "2026-03-09"), ("2026-02-20", "2026-03-20")]
)
def test_absences_that_overlap_are_refused_with_the_recorded_days(four_cases: Engine, since: str, until: str) -> None:
    away(four_cases, OFFICER, "2026-03-02", "2026-03-04")
    with pytest.raises(MalformedError, match="2026-03-02 to 2026-03-04 is recorded already"):
        away(four_cases, OFFICER, since, until)
    away(four_cases, OFFICER, "2026-03-05", "2026-03-05")


def test_an_unknown_skill_is_refused_and_the_recorded_skills_remain(four_cases: Engine) -> None:
    arrange(four_cases, OFFICER, skills=["domain:home"], limit=2)
    for skill in ("domain:garden", "home"):
        with pytest.raises(MalformedError, match=f"There is no skill {skill}; there are: domain:digital"):
            arrange(four_cases, OFFICER, skills=[skill])
    with pytest.raises(MalformedError, match="hours: Give a list, such as "):
        arrange(four_cases, OFFICER, hours={"1": ["09:00", "17:00"]})
    with Session(four_cases) as session:
        assert availability_of(session, OFFICER.person, "officer", None, at=START).skills == ("domain:home",)


def test_a_person_at_the_limit_gets_acute_work_only(four_cases: Engine) -> None:
    arrange(four_cases, OFFICER, limit=1)
    first = taken(four_cases)
    assert refused(lambda: take(four_cases)) == ["work.limit-in-hand"]
    last = rows(four_cases, WorkItem, WorkItem.assignee.is_(None))[-1]  # type: ignore[union-attr]
    threaten(four_cases, last.application, START + 5 * HOUR)
    assert taken(four_cases, at=START + 5 * HOUR).lane == 1
    assert taken(four_cases, OTHER_OFFICER).id != first.id


def test_hours_say_who_is_at_work_and_the_office_keeps_its_own(four_cases: Engine) -> None:
    arrange(four_cases, OFFICER, hours=[{"weekday": "monday", "since": "08:00", "until": "12:00"}])

    def there(who: Actor, at: datetime) -> bool:
        with Session(four_cases) as session:
            return availability_of(session, who.person, "officer", None, at=at).at_work

    at_noon = START.replace(hour=11)  # noon in Amsterdam
    assert (there(OFFICER, START), there(OFFICER, at_noon), there(OTHER_OFFICER, at_noon)) == (True, False, True)
    assert not there(OFFICER, START + timedelta(days=1))
    assert there(OTHER_OFFICER, START + timedelta(days=1))
    assert not there(OTHER_OFFICER, datetime(2026, 4, 3, 9, tzinfo=START.tzinfo))  # Good Friday


def test_nobody_gets_work_that_another_person_must_do(office: Engine) -> None:
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


# Reassignment.


def test_a_coordinator_assigns_out_of_the_order_and_the_reason_is_kept_in_the_vault(four_cases: Engine) -> None:
    last = rows(four_cases, WorkItem)[-1]
    with transaction(four_cases) as session:
        item = reassignment.assign(session, last.id, OTHER_OFFICER.person, reason=REASON, by=COORDINATOR, at=START)
    assert item.assignee == OTHER_OFFICER.person
    entry = row(four_cases, LedgerEntry, LedgerEntry.event == "assign")
    assert (entry.facts["from"], entry.facts["to"], entry.stream) == (None, OTHER_OFFICER.person, "work:officer:")
    assert REASON not in str(entry.facts)
    with Session(four_cases) as session:
        assert [each.content for each in content_of_subject(session, entry.stream, last.id)] == [{"reason": REASON}]
    assert problems(four_cases) == []


def test_work_is_not_assigned_to_a_person_who_may_not_do_it(four_cases: Engine) -> None:
    key = rows(four_cases, WorkItem)[0].id

    def assign(whom: str) -> list[str]:
        def do_it() -> None:
            with transaction(four_cases) as session:
                reassignment.assign(session, key, whom, reason=REASON, by=COORDINATOR, at=START)

        return refused(do_it)

    assert assign(ADVISER.person) == ["work.in-pool"]
    away(four_cases, OTHER_OFFICER, "2026-03-02", "2026-03-02")
    assert assign(OTHER_OFFICER.person) == ["work.present"]
    with transaction(four_cases) as session, pytest.raises(MalformedError) as caught:
        reassignment.assign(session, key, "nobody-at-all", reason=REASON, by=COORDINATOR, at=START)
    assert caught.value.problems[0][0] == "person"
    assert now(four_cases, key).assignee is None


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (ADVISER.person, f"{ADVISER.person} does not act as officer"),
        ("nobody-at-all", "There is no person nobody-at-all"),
        (OTHER_OFFICER.person, f"{OTHER_OFFICER.person} is absent until 2026-03-02"),
    ],
)
def test_work_is_not_redistributed_to_people_who_can_do_none_of_it(four_cases: Engine, to: str, words: str) -> None:
    held = taken(four_cases)
    away(four_cases, OTHER_OFFICER, "2026-03-02", "2026-03-02")
    with pytest.raises(MalformedError) as caught, transaction(four_cases) as session:
        reassignment.redistribute(session, OFFICER.person, [to], reason=REASON, by=COORDINATOR, at=START)
    assert [(field, said.startswith(words)) for field, said in caught.value.problems] == [("to.0", True)]
    assert now(four_cases, held.id).assignee == OFFICER.person


def test_only_the_owner_of_work_delegates_it(four_cases: Engine) -> None:
    item = taken(four_cases)

    def delegate(by: Actor, whom: Actor) -> None:
        with transaction(four_cases) as session:
            reassignment.delegate(session, item.id, whom.person, reason=REASON, by=by, at=START + HOUR)

    assert refused(lambda: delegate(OTHER_OFFICER, OTHER_OFFICER)) == ["work.own-claim"]
    delegate(OFFICER, OTHER_OFFICER)
    assert (now(four_cases, item.id).assignee, now(four_cases, item.id).claimed_at) == (
        OTHER_OFFICER.person,
        START + HOUR,
    )
    assert row(four_cases, LedgerEntry, LedgerEntry.event == "delegate").facts["from"] == OFFICER.person


def test_all_work_of_an_absent_officer_is_redistributed_or_returned_to_the_queue(four_cases: Engine) -> None:
    held = [taken(four_cases).id for _ in range(3)]

    def spread(to: Sequence[str]) -> list[str | None]:
        with transaction(four_cases) as session:
            moved = reassignment.redistribute(session, OFFICER.person, to, reason=REASON, by=COORDINATOR, at=START)
            return [one.receiver for one in moved]

    with pytest.raises(MalformedError):
        spread([OFFICER.person])
    arrange(four_cases, OTHER_OFFICER, limit=2)
    assert spread([OTHER_OFFICER.person]) == [OTHER_OFFICER.person, OTHER_OFFICER.person, None]
    assert [now(four_cases, key).assignee for key in held] == [OTHER_OFFICER.person, OTHER_OFFICER.person, None]
    assert taken(four_cases).id == held[2]
    assert spread([]) == [None]
    assert len(rows(four_cases, LedgerEntry, LedgerEntry.event == "redistribute")) == 4
    assert problems(four_cases) == []


# Stale claims.


def test_a_stale_claim_is_returned_after_its_working_hours_and_not_before(four_cases: Engine) -> None:
    item = taken(four_cases)
    assert item.returns_at == datetime(2026, 3, 16, 9, tzinfo=START.tzinfo)  # eighty working hours: two weeks
    assert come_back(four_cases, item.returns_at - timedelta(seconds=1)) == []
    assert come_back(four_cases, item.returns_at) == [item.id]
    assert come_back(four_cases, item.returns_at) == []
    assert now(four_cases, item.id).assignee is None
    assert now(four_cases, item.id).dispatched_at is None  # it is offered again
    back = row(four_cases, LedgerEntry, LedgerEntry.event == "return")
    assert (back.role, back.facts["from"]) == ("engine", OFFICER.person)
    assert taken(four_cases, OTHER_OFFICER, at=item.returns_at).id == item.id


def test_an_acute_claim_is_returned_after_two_hours_also_at_night(four_cases: Engine) -> None:
    late = START.replace(hour=21)
    threaten(four_cases, rows(four_cases, WorkItem)[0].application, late)
    item = taken(four_cases, at=late)
    assert (item.lane, item.returns_at) == (1, late + 2 * HOUR)
    assert come_back(four_cases, late + 2 * HOUR) == [item.id]


def test_work_in_the_case_restarts_the_time(four_cases: Engine) -> None:
    item = taken(four_cases)
    assert item.returns_at is not None
    worked = START + timedelta(days=8)
    body = {"kind": "online-harassment", "source": "third-party"}
    do(four_cases, "application", item.application, "record-threat", by=OFFICER, at=worked, body=body)
    assert come_back(four_cases, item.returns_at) == []
    assert now(four_cases, item.id).assignee == OFFICER.person
    again = now(four_cases, item.id).returns_at
    assert again is not None
    assert again > item.returns_at
    assert come_back(four_cases, again) == [item.id]


def test_an_assignment_during_a_claim_of_its_receiver_counts_the_claim(four_cases: Engine) -> None:
    arrange(four_cases, OFFICER, limit=1)
    item = max(rows(four_cases, WorkItem), key=lambda row: row.position)  # the claim takes the first

    def give() -> None:
        with transaction(four_cases) as session:
            reassignment.assign(session, item.id, OFFICER.person, reason=REASON, by=COORDINATOR, at=START)

    with ThreadPoolExecutor(1) as other:
        with transaction(four_cases) as session:
            claiming.claim(session, by=OFFICER, at=START)
            given = other.submit(give)
            with pytest.raises(TimeoutError):
                given.result(timeout=0.5)
        assert refused(given.result) == ["work.limit-in-hand"]


def test_everyone_of_a_pool_is_listed_with_their_assigned_work(four_cases: Engine) -> None:
    taken(four_cases)
    with Session(four_cases) as session:
        found = {one.person: one.in_hand for one in availability_in_pool(session, "officer", None, at=START)}
        assert found == {OFFICER.person: 1, OTHER_OFFICER.person: 0}
        assert session.exec(select(WorkItem.id).where(WorkItem.assignee == OFFICER.person)).all()


def test_assigned_work_is_no_longer_in_the_queue_and_the_case_continues(four_cases: Engine) -> None:
    item = taken(four_cases)
    act(four_cases, item.application, "start-intake", at=START)
    assert now(four_cases, item.id).done_at is not None
    assert stage(four_cases, item.application) == "intake"
    with transaction(four_cases) as session, pytest.raises(NotFoundError):
        assignment.release(session, item.id, by=OFFICER, at=START)
    key = rows(four_cases, WorkItem, WorkItem.done_at.is_(None))[0].id  # type: ignore[union-attr]
    with pytest.raises(RefusedError), transaction(four_cases) as session:
        assignment.finish(session, key, by=OTHER_OFFICER, at=START)
