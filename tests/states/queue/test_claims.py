"""Claims: each item goes to one person, in an order that can be explained, and none waits forever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from office import (
    AUTHORITY,
    COORDINATOR,
    OFFICER,
    OTHER_OFFICER,
    START,
    act,
    do,
    person,
    receive,
    refused,
    row,
    rows,
)
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rules.core.dates import office_time_text
from rules.core.roles import Actor, Role
from rules.queue.priority import check, start_by
from rules.threats.urgency import RANK, Urgency
from states.errors import NotFoundError, RefusedError
from states.priority.positions import rank
from states.queue.assignment import finish, release
from states.queue.claiming import claim
from states.queue.explanation import explain
from states.queue.offers import offer_due
from states.storage.database import transaction
from states.tables.application import Application, ThreatSignal
from states.tables.ledger import LedgerEntry
from states.tables.work import ReserveCount, WorkItem


def fill_queue(engine: Engine) -> None:
    """Twelve applications, an hour apart; the third from last is acute."""
    for hour in range(12):
        receive(engine, at=START + timedelta(hours=hour))
    third = rows(engine, WorkItem)
    reference = sorted(third, key=lambda item: item.created_at)[9].application
    threat = {"kind": "acute-danger", "source": "police"}
    do(engine, "application", reference, "record-threat", by=OFFICER, at=START + timedelta(hours=13), body=threat)


@pytest.fixture
def queue(prepared: Prepared) -> Engine:
    return prepared("queue", fill_queue)


def take(engine: Engine, *, by: Actor = OFFICER, at: datetime = START) -> WorkItem | None:
    with transaction(engine) as session:
        return claim(session, by=by, at=at)


def in_order(engine: Engine) -> list[str]:
    """The open items of the officers in the order of the queue."""
    waiting = [item for item in rows(engine, WorkItem) if item.assignee is None and item.done_at is None]
    found = [item for item in waiting if item.role == "officer"]
    return [item.id for item in sorted(found, key=lambda item: (item.lane, item.start_by, item.created_at, item.id))]


def test_claims_follow_the_order_of_the_queue_and_acute_work_is_first(queue: Engine) -> None:
    expected = in_order(queue)
    assert [row(queue, WorkItem, WorkItem.id == key).lane for key in expected[:6]] == [1, 1, 1, 1, 1, 4]
    found = [take(queue) for _ in range(len(expected) + 1)]
    assert [item.id for item in found if item] == expected  # nothing is overdue yet, so the reserve takes no other item
    assert found[-1] is None
    assert all(item.assignee == "officer-1" for item in found if item)


def test_no_two_claims_get_the_same_item_however_many_claim_at_once(queue: Engine) -> None:
    waiting = in_order(queue)
    start = Barrier(6)

    def clerk(number: int) -> list[str]:
        start.wait()
        mine = []
        while (item := take(queue, by=person(Role.OFFICER, number=number))) is not None:
            mine.append(item.id)
        return mine

    with ThreadPoolExecutor(6) as pool:
        taken = [key for mine in pool.map(clerk, range(1, 7)) for key in mine]
    assert len(taken) == len(set(taken))
    # A claim skips rows that another has locked, so the last one may find nothing; the rest can still be claimed.
    while (item := take(queue)) is not None:
        taken.append(item.id)
    assert sorted(taken) == sorted(waiting)


def test_two_claims_at_once_take_the_first_two_items(queue: Engine) -> None:
    expected = in_order(queue)
    with transaction(queue) as one, transaction(queue) as other:
        first = claim(one, by=OFFICER, at=START)
        second = claim(other, by=OTHER_OFFICER, at=START)
        assert first is not None
        assert second is not None
        assert [first.id, second.id] == expected[:2]


def test_the_reserve_gives_every_fifth_claim_to_the_longest_overdue_work(office: Engine) -> None:
    oldest = [receive(office, at=START + timedelta(hours=hour)) for hour in range(3)]
    at = START + timedelta(days=60)
    urgent = []
    for hour in range(20):
        reference = receive(office, at=at + timedelta(hours=hour))
        act(office, reference, "record-threat", at=at + timedelta(hours=hour), changes={"kind": "stalking"})
        urgent.append(reference)
    later = at + timedelta(days=1)
    claims = [take(office, at=later) for _ in range(15)]
    assert all(item is not None for item in claims)
    reserved = [number for number, item in enumerate(claims, start=1) if item and item.explanation["reserve"]]
    assert reserved == [5, 10, 15]
    assert {item.explanation["place"] for item in claims if item and item.explanation["reserve"]} == {None}
    given = [item.application for number, item in enumerate(claims, start=1) if item and number in reserved]
    assert given == oldest
    assert all(item.lane == 2 for number, item in enumerate(claims, start=1) if item and number not in reserved)


def test_a_claim_that_is_rolled_back_counts_nothing_and_keeps_nothing(queue: Engine) -> None:
    while (item := row_of_next(queue)) and item.lane == 1:
        take(queue)
    before = in_order(queue)
    with Session(queue) as session:
        assert claim(session, by=OFFICER, at=START) is not None
        session.rollback()
    assert rows(queue, ReserveCount) == []
    assert in_order(queue) == before
    take(queue)
    assert row(queue, ReserveCount).count == 1


def row_of_next(engine: Engine) -> WorkItem:
    found: WorkItem = row(engine, WorkItem, WorkItem.id == in_order(engine)[0])
    return found


def test_a_claim_that_finds_nothing_counts_nothing(office: Engine) -> None:
    for _ in range(3):
        assert take(office) is None
    assert rows(office, ReserveCount) == []


def test_acute_claims_do_not_use_up_the_reserve(queue: Engine) -> None:
    assert take(queue).lane == 1  # type: ignore[union-attr]
    assert rows(queue, ReserveCount) == []


def test_nobody_gets_the_own_case(office: Engine) -> None:
    me = Actor("applicant-officer", Role.OFFICER)
    mine = receive(office, applicant=me.person, at=START - timedelta(hours=1))
    act(office, mine, "record-threat", at=START, changes={"kind": "acute-danger"})
    other = receive(office, at=START)
    found = [take(office, by=me), take(office, by=me)]
    assert [item.application if item else None for item in found] == [other, None]
    assert take(office, by=OTHER_OFFICER).application == mine  # type: ignore[union-attr]


def test_a_role_and_an_employer_get_their_own_work_only(queue: Engine) -> None:
    for by in (AUTHORITY, person(Role.FINANCE, "gemeente-zilverdam"), person(Role.ADVISER)):
        assert take(queue, by=by) is None


def test_the_explanation_names_the_actual_place_of_the_item(queue: Engine) -> None:
    places = {}
    with Session(queue) as session:
        for key in in_order(queue):
            item = session.get_one(WorkItem, key)
            explanation = explain(session, item, at=START)
            places[key] = explanation["place"]
            assert sum(explanation["before"].values()) == explanation["place"] - 1 == rank(session, item) - 1
            names = [factor["factor"] for factor in explanation["factors"]]
            assert names == ["lane", "startBy", "age", "reserve", "skill", "inHand"]
            assert all(factor["rule"] and factor["source"] for factor in explanation["factors"])
    claimed = [take(queue) for _ in range(len(places))]
    for number, item in enumerate(claimed, start=1):
        assert item is not None
        assert places[item.id] == number
        assert item.explanation["place"] == 1  # at that moment it was the first
        assert item.explanation["action"] == item.action


def test_the_explanation_says_what_would_change_it_and_is_right(queue: Engine) -> None:
    key = in_order(queue)[-1]
    with Session(queue) as session:
        item = session.get_one(WorkItem, key)
        explanation = explain(session, item, at=START + timedelta(hours=14))
    wanted = {change["if"]: change["place"] for change in explanation["whatWouldChangeIt"]}
    urgent = next(change for change in explanation["whatWouldChangeIt"] if change["lane"] == "urgent")
    body = {name: value for name, value in urgent["such"].items() if name != "row"}
    do(queue, "application", item.application, "record-threat", by=OFFICER, at=START + timedelta(hours=14), body=body)
    with Session(queue) as session:
        now = rank(session, session.get_one(WorkItem, key))
        assert now == wanted["after a threat signal that is urgent"]


def test_an_item_is_released_by_its_owner_or_the_coordinator_and_keeps_its_place(queue: Engine) -> None:
    before = in_order(queue)
    item = take(queue)
    assert item is not None
    with transaction(queue) as session, pytest.raises(RefusedError) as caught:
        release(session, item.id, by=OTHER_OFFICER, at=START)
    assert [finding.rule for finding in caught.value.findings] == ["work.own-claim"]
    with transaction(queue) as session, pytest.raises(NotFoundError):
        release(session, item.id, by=AUTHORITY, at=START)
    with transaction(queue) as session:
        release(session, item.id, by=OFFICER, at=START)
    assert in_order(queue) == before
    take(queue)
    with transaction(queue) as session:
        release(session, item.id, by=COORDINATOR, at=START)
    assert in_order(queue) == before


def test_work_is_completed_by_its_event_and_manually_only_where_no_event_does(queue: Engine) -> None:
    by_action = {item.action: item for item in rows(queue, WorkItem)}
    with transaction(queue) as session, pytest.raises(RefusedError) as caught:
        finish(session, by_action["start-intake"].id, by=OFFICER, at=START)
    assert [finding.rule for finding in caught.value.findings] == ["work.done-by-event"]
    with transaction(queue) as session, pytest.raises(RefusedError, match="record-hand-off"):
        finish(session, by_action["call-112"].id, by=OFFICER, at=START)
    do(queue, "application", by_action["start-intake"].application, "start-intake", by=OFFICER, at=START)
    assert row(queue, WorkItem, WorkItem.id == by_action["start-intake"].id).done_at == START


def test_each_item_is_offered_once_and_again_when_its_place_changes(queue: Engine) -> None:
    def offered() -> list[str]:
        with transaction(queue) as session:
            return [one.id for one in offer_due(session, at=START, run="run-1")]

    acute, others = offered(), offered()
    lanes = [[row(queue, WorkItem, WorkItem.id == key).lane for key in found] for found in (acute, others)]
    assert set(lanes[0]) == {1}, "acute work is offered by itself, before anything else"
    assert lanes[1] == sorted(lanes[1])
    assert 1 not in lanes[1]
    assert sorted(acute + others) == sorted(item.id for item in rows(queue, WorkItem))
    assert {(item.dispatched_at, item.dispatched_by) for item in rows(queue, WorkItem)} == {(START, "run-1")}
    assert offered() == []
    routine = row(queue, WorkItem, WorkItem.id == in_order(queue)[-1])
    body = {"kind": "acute-danger", "source": "police"}
    do(
        queue,
        "application",
        routine.application,
        "record-threat",
        by=OFFICER,
        at=START + timedelta(hours=14),
        body=body,
    )
    again = offered()
    assert routine.id in again
    assert len(again) == 5  # and the steps of the handoff


# Threats.


def test_a_threat_reorders_the_queue(queue: Engine) -> None:
    last = row(queue, WorkItem, WorkItem.id == in_order(queue)[-1])
    assert last.lane == 4
    at = START + timedelta(hours=20)
    body = {"kind": "death-threat", "source": "police"}
    do(queue, "application", last.application, "record-threat", by=OFFICER, at=at, body=body)
    moved = row(queue, WorkItem, WorkItem.id == last.id)
    assert (moved.lane, moved.start_by) == (1, at)
    acute = 1 + 4 + 1 + 3  # of each of the two cases its intake, and the steps of its handoff
    assert last.id in in_order(queue)[:acute]
    assert row(queue, Application, Application.id == last.application).urgency == "acute"


def test_a_lesser_signal_never_lowers_the_urgency_and_the_coordinator_does(queue: Engine) -> None:
    reference = rows(queue, ThreatSignal)[0].stream
    body = {"kind": "online-harassment", "source": "applicant"}
    do(queue, "application", reference, "record-threat", by=OFFICER, at=START + timedelta(hours=14), body=body)
    assert row(queue, Application, Application.id == reference).urgency == "acute"
    lower = {"urgency": "elevated", "reasons": "The police closed its inquiry."}
    do(queue, "application", reference, "lower-urgency", by=COORDINATOR, at=START + timedelta(hours=15), body=lower)
    assert row(queue, Application, Application.id == reference).urgency == "elevated"
    assert {item.lane for item in rows(queue, WorkItem, WorkItem.application == reference)} == {3}


def test_what_has_not_happened_yet_is_no_threat_signal(office: Engine) -> None:
    reference = receive(office)
    body = {"kind": "stalking", "source": "police", "occurredOn": "2026-03-03"}
    wanted = ["urgency.signal-not-in-future"]
    assert refused(lambda: do(office, "application", reference, "record-threat", by=OFFICER, body=body)) == wanted


def unsettle(engine: Engine) -> None:
    """Threats of every class, one lowered again, some handoff steps taken, and some work assigned."""
    found = sorted(rows(engine, WorkItem), key=lambda item: item.created_at)
    references = list(dict.fromkeys(item.application for item in found))  # in the order of arrival, for ids are random
    kinds = ("acute-danger", "stalking", "online-harassment", "death-threat")
    for number, (reference, kind) in enumerate(zip(references[2:], kinds, strict=False)):
        at = START + timedelta(days=9, hours=number)
        body = {"kind": kind, "source": "third-party" if number == 2 else "police"}
        do(engine, "application", reference, "record-threat", by=OFFICER, at=at, body=body)
    lower = {"urgency": "elevated", "reasons": "The police closed its inquiry."}
    at = START + timedelta(days=10)
    do(engine, "application", references[2], "lower-urgency", by=COORDINATOR, at=at, body=lower)
    do(engine, "application", references[5], "record-hand-off", by=OFFICER, at=at, body={"step": "support-team"})


def words_of(engine: Engine, key: str, at: datetime) -> dict[str, str]:
    """The text of each factor in an explanation."""
    with Session(engine) as session:
        explanation = explain(session, session.get_one(WorkItem, key), at=at)
    return {factor["factor"]: factor["what"] for factor in explanation["factors"]}


def test_the_explanation_of_moved_work_says_so_and_its_numbers_add_up(queue: Engine) -> None:
    key = in_order(queue)[-1]
    reference = row(queue, WorkItem, WorkItem.id == key).application
    at = START + timedelta(days=60)
    body = {"kind": "intimidation", "source": "police"}
    do(queue, "application", reference, "record-threat", by=OFFICER, at=at, body=body)
    said = words_of(queue, key, at)["startBy"]
    assert said.startswith(f"To be begun by {office_time_text(at)}, when it became elevated: ")
    assert said.endswith(" had passed.")


def test_a_handoff_step_names_the_event_that_decides_its_lane(queue: Engine) -> None:
    reference = row(queue, WorkItem, WorkItem.id == in_order(queue)[-1]).application
    at = START + timedelta(days=60)
    for hours, kind in enumerate(("intimidation", "acute-danger")):
        body = {"kind": kind, "source": "police"}
        later = at + timedelta(hours=hours)
        do(queue, "application", reference, "record-threat", by=OFFICER, at=later, body=body)
        if kind == "intimidation":
            mine = WorkItem.application == reference, WorkItem.action == "support-team"
            step = row(queue, WorkItem, *mine).id
            assert words_of(queue, step, later)["lane"].startswith("elevated: the signal recorded on ")
            starts = words_of(queue, step, later)["startBy"]
            assert office_time_text(start_by(later, "intake", Urgency.ELEVATED)) in starts  # and not a minute before it
    assert words_of(queue, step, later)["lane"].startswith("acute: by row ")
    with Session(queue) as session:
        explanation = explain(session, session.get_one(WorkItem, step), at=later)
    supposed = [change["if"] for change in explanation["whatWouldChangeIt"]]
    assert len(set(supposed)) == len(supposed), "threats of one day are told apart"
    lower = {"urgency": "routine", "reasons": "The police closed its inquiry."}
    later += timedelta(hours=1)
    do(queue, "application", reference, "lower-urgency", by=COORDINATOR, at=later, body=lower)
    assert words_of(queue, step, later)["lane"].startswith("routine: a person lowered it on ")


def test_every_explanation_recomputes_to_the_actual_place_of_the_item(queue: Engine) -> None:
    unsettle(queue)
    take(queue, at=START + timedelta(days=10))
    at = START + timedelta(days=11)
    again = {}
    with Session(queue) as session:
        waiting = select(WorkItem).where(WorkItem.role == "officer", col(WorkItem.done_at).is_(None))
        for item in session.exec(waiting):
            explanation = explain(session, item, at=at)
            assert check(explanation) == []
            lane = next(factor for factor in explanation["factors"] if factor["factor"] == "lane")
            until = next(factor for factor in explanation["factors"] if factor["factor"] == "startBy")
            if item.assignee is None:
                again[item.id] = (RANK[Urgency(lane["value"])], until["value"], item.created_at, item.id)
                assert explanation["place"] == rank(session, item)
    assert sorted(again, key=again.__getitem__) == in_order(queue)
    assert {again[key][0] for key in again} == {1, 2, 3, 4}


def test_each_claim_and_each_re_ordering_keeps_its_explanation_in_a_chain(queue: Engine) -> None:
    unsettle(queue)
    take(queue, at=START + timedelta(days=10))
    claimed = row(queue, LedgerEntry, LedgerEntry.event == "claim")
    assert check(claimed.facts["explanation"]) == []
    assert claimed.stream == "work:officer::officer-1"
    moved = rows(queue, LedgerEntry, LedgerEntry.event == "reorder")
    assert len(moved) >= 4
    for entry in moved:
        for item in entry.facts["items"]:
            lane = item["to"]["lane"]
            assert (
                check(
                    {
                        "lane": lane,
                        "factors": [{**item["factors"][0], "fact": entry.facts["signals"]}, item["factors"][1]],
                    }
                )
                == []
            )
            assert item["from"] != item["to"]
            assert item["place"]["to"] is None or item["place"]["to"] >= 1
