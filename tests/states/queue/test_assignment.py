"""Work goes to someone who is there, can do it and is free; it is handed on with a reason, and comes back unworked."""

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
from states.storage.database import transaction
from states.storage.vault import Vault
from states.tables.ledger import LedgerEntry, Stream
from states.tables.work import WorkItem

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
    assert taken(desk, OTHER_OFFICER).id != first.id


def test_hours_say_who_is_at_work_and_the_office_keeps_its_own(desk: Engine) -> None:
    arrange(desk, OFFICER, hours=[{"weekday": "monday", "since": "08:00", "until": "12:00"}])

    def there(who: Actor, at: datetime) -> bool:
        with Session(desk) as session:
            return availability_of(session, who.person, "officer", None, at=at).at_work

    at_noon = START.replace(hour=11)  # noon in Amsterdam
    assert (there(OFFICER, START), there(OFFICER, at_noon), there(OTHER_OFFICER, at_noon)) == (True, False, True)
    assert not there(OFFICER, START + timedelta(days=1))
    assert there(OTHER_OFFICER, START + timedelta(days=1))
    assert not there(OTHER_OFFICER, datetime(2026, 4, 3, 9, tzinfo=START.tzinfo))  # Good Friday


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
        item = reassignment.assign(session, last.id, OTHER_OFFICER.person, reason=REASON, by=COORDINATOR, at=START)
    assert item.assignee == OTHER_OFFICER.person
    entry = row(desk, LedgerEntry, LedgerEntry.event == "assign")
    assert (entry.facts["from"], entry.facts["to"], entry.stream) == (None, OTHER_OFFICER.person, "work:officer:")
    assert REASON not in str(entry.facts)
    with Session(desk) as session:
        stream = session.get_one(Stream, entry.stream)
        assert Vault.of(session).content(session, stream, last.id) == {"reason": REASON}
    assert problems(desk) == []


def test_work_is_not_assigned_to_whoever_may_not_have_it(desk: Engine) -> None:
    key = rows(desk, WorkItem)[0].id

    def assign(whom: str) -> list[str]:
        def do_it() -> None:
            with transaction(desk) as session:
                reassignment.assign(session, key, whom, reason=REASON, by=COORDINATOR, at=START)

        return refused(do_it)

    assert assign(ADVISER.person) == ["work.in-pool"]
    away(desk, OTHER_OFFICER, "2026-03-02", "2026-03-02")
    assert assign(OTHER_OFFICER.person) == ["work.present"]
    with transaction(desk) as session, pytest.raises(MalformedError) as caught:
        reassignment.assign(session, key, "nobody-at-all", reason=REASON, by=COORDINATOR, at=START)
    assert caught.value.problems[0][0] == "person"
    assert now(desk, key).assignee is None


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (ADVISER.person, f"{ADVISER.person} does not act as officer"),
        ("nobody-at-all", "There is no person nobody-at-all"),
        (OTHER_OFFICER.person, f"{OTHER_OFFICER.person} is absent until 2026-03-02"),
    ],
)
def test_work_is_not_spread_over_whoever_can_have_none_of_it(desk: Engine, to: str, words: str) -> None:
    held = taken(desk)
    away(desk, OTHER_OFFICER, "2026-03-02", "2026-03-02")
    with pytest.raises(MalformedError) as caught, transaction(desk) as session:
        reassignment.redistribute(session, OFFICER.person, [to], reason=REASON, by=COORDINATOR, at=START)
    assert [(field, said.startswith(words)) for field, said in caught.value.problems] == [("to.0", True)]
    assert now(desk, held.id).assignee == OFFICER.person


def test_only_its_holder_passes_work_on(desk: Engine) -> None:
    item = taken(desk)

    def delegate(by: Actor, whom: Actor) -> None:
        with transaction(desk) as session:
            reassignment.delegate(session, item.id, whom.person, reason=REASON, by=by, at=START + HOUR)

    assert refused(lambda: delegate(OTHER_OFFICER, OTHER_OFFICER)) == ["work.own-claim"]
    delegate(OFFICER, OTHER_OFFICER)
    assert (now(desk, item.id).assignee, now(desk, item.id).claimed_at) == (OTHER_OFFICER.person, START + HOUR)
    assert row(desk, LedgerEntry, LedgerEntry.event == "delegate").facts["from"] == OFFICER.person


def test_all_work_of_an_absent_officer_is_spread_or_goes_back_to_the_queue(desk: Engine) -> None:
    held = [taken(desk).id for _ in range(3)]

    def spread(to: Sequence[str]) -> list[str | None]:
        with transaction(desk) as session:
            moved = reassignment.redistribute(session, OFFICER.person, to, reason=REASON, by=COORDINATOR, at=START)
            return [one.receiver for one in moved]

    with pytest.raises(MalformedError):
        spread([OFFICER.person])
    arrange(desk, OTHER_OFFICER, limit=2)
    assert spread([OTHER_OFFICER.person]) == [OTHER_OFFICER.person, OTHER_OFFICER.person, None]
    assert [now(desk, key).assignee for key in held] == [OTHER_OFFICER.person, OTHER_OFFICER.person, None]
    assert taken(desk).id == held[2]
    assert spread([]) == [None]
    assert len(rows(desk, LedgerEntry, LedgerEntry.event == "redistribute")) == 4
    assert problems(desk) == []


# Coming back.


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
    assert taken(desk, OTHER_OFFICER, at=item.returns_at).id == item.id


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


def test_everyone_of_a_pool_stands_in_it_with_what_they_hold(desk: Engine) -> None:
    taken(desk)
    with Session(desk) as session:
        found = {one.person: one.in_hand for one in availability_in_pool(session, "officer", None, at=START)}
        assert found == {OFFICER.person: 1, OTHER_OFFICER.person: 0}
        assert session.exec(select(WorkItem.id).where(WorkItem.assignee == OFFICER.person)).all()


def test_what_is_assigned_stands_no_longer_in_the_queue_and_the_case_goes_on(desk: Engine) -> None:
    item = taken(desk)
    act(desk, item.application, "start-intake", at=START)
    assert now(desk, item.id).done_at is not None
    assert stage(desk, item.application) == "intake"
    with transaction(desk) as session, pytest.raises(NotFoundError):
        assignment.release(session, item.id, by=OFFICER, at=START)
    with pytest.raises(RefusedError), transaction(desk) as session:
        assignment.finish(session, rows(desk, WorkItem, WorkItem.done_at.is_(None))[0].id, by=OTHER_OFFICER, at=START)  # type: ignore[union-attr]
