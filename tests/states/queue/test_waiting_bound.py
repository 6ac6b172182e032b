"""Waiting bound: the order of the queue and its bound on waiting, with real claims on PostgreSQL (docs/queue.md)."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from invariants import expect_invariants_kept
from office import COORDINATOR, KEY, OFFICER, START, do, enrol, person
from prepared_databases import Prepared
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from rules.core.roles import Actor, Role
from rules.queue.order import next_of
from states.queue import assignment, claiming, reassignment
from states.storage.database import connect, transaction
from states.tables.work import WorkItem

ADVISERS = [person(Role.ADVISER, number=number) for number in (1, 2, 3)]
SKILLS = {"adviser-2": ("domain:home",), "adviser-3": ("domain:home", "domain:digital")}
ASKED = ("", "domain:home", "domain:digital")
N = 5
HOURS = {2: 8, 3: 24, 4: 40}


def furnish_advisers(engine: Engine) -> None:
    """Three advisers: one can do everything, the others a domain or two."""
    with transaction(engine) as session:
        for adviser in ADVISERS[1:]:
            enrol(session, adviser)
    for name, skills in SKILLS.items():
        body = {"skills": list(skills), "limit": 500}
        do(engine, "person", name, "arrange-work", by=COORDINATOR, body=body)
    do(engine, "person", "adviser-1", "arrange-work", by=COORDINATOR, body={"skills": [], "limit": 500})


@pytest.fixture
def pool(prepared: Prepared) -> Engine:
    return prepared("advisers", furnish_advisers)


def item(number: int, lane: int, at: Any, **changes: Any) -> WorkItem:
    """A work item of the advisers' pool, requested at a moment."""
    start = at if lane == 1 else at + timedelta(hours=HOURS[lane])
    made = {
        "id": f"work-{number:06}",
        "application": f"VA-2026-{number:08}",
        "chart": "application",
        "subject": f"VA-2026-{number:08}",
        "action": "submit-advice",
        "role": "adviser",
        "lane": lane,
        "start_by": start,
        "created_at": at,
        "estimate": 30,
    }
    return WorkItem(**{**made, **changes})


class WaitingBound(RuleBasedStateMachine):
    """Arrivals, threats, claims, releases and crashed claims in any order, while time passes."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        with transaction(self.engine) as session:
            session.execute(text("TRUNCATE work_item, work_proposal, reserve_count"))
        self.at = START
        self.number = 0
        self.live: dict[str, WorkItem] = {}
        self.held: dict[str, str] = {}
        self.done: set[str] = set()
        self.promised: dict[str, int] = {}
        """For each overdue item: the number of claims by people who may take it within which it is taken."""
        self.counted: dict[str, int] = {}

    def waiting(self) -> list[WorkItem]:
        return [found for key, found in self.live.items() if key not in self.held]

    def may(self, who: Actor, found: WorkItem) -> bool:
        skills = SKILLS.get(who.person, ())
        return who.person not in found.not_by and (not found.skill or not skills or found.skill in skills)

    def is_overdue(self, found: WorkItem) -> bool:
        return found.lane > 1 and found.start_by <= self.at

    @rule(
        lane=st.sampled_from([1, 2, 2, 3, 4, 4, 4, 4]),
        skill=st.sampled_from(ASKED),
        barred=st.sampled_from([(), (), ("adviser-1",), ("adviser-2",)]),
    )
    def work_arrives(self, lane: int, skill: str, barred: tuple[str, ...]) -> None:
        self.number += 1
        made = item(self.number, lane, self.at, skill=skill, not_by=list(barred))
        self.live[made.id] = item(self.number, lane, self.at, skill=skill, not_by=list(barred))
        with transaction(self.engine) as session:
            session.add(made)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @precondition(lambda self: self.waiting())
    @rule(data=st.data())
    def a_threat_moves_what_waits(self, data: st.DataObject) -> None:
        found = data.draw(st.sampled_from(sorted(self.waiting(), key=lambda one: one.id)))
        lane = data.draw(st.sampled_from([1, 2, 3]))
        if lane >= found.lane:
            return
        level = self.at if lane == 1 else found.created_at + timedelta(hours=HOURS[lane])
        found.lane, found.start_by = lane, max(self.at, level)
        self.promised.pop(found.id, None)  # it moves forward, and has another bound
        with transaction(self.engine) as session:
            stored = session.get_one(WorkItem, found.id)
            stored.lane, stored.start_by = found.lane, found.start_by

    @initialize(lanes=st.lists(st.sampled_from([3, 4]), min_size=2, max_size=5), skill=st.sampled_from(ASKED))
    def some_work_is_overdue_already(self, lanes: list[int], skill: str) -> None:
        for lane in lanes:
            self.work_arrives(lane, skill, ())
        self.at += timedelta(hours=60)

    @rule(who=st.sampled_from(ADVISERS), times=st.integers(1, 2 * N), skill=st.sampled_from(ASKED))
    def urgent_work_arrives_as_fast_as_it_is_claimed(self, who: Actor, times: int, skill: str) -> None:
        for _ in range(times):
            self.work_arrives(2, skill, ())
            self.someone_claims(who, dies=False)

    @rule(who=st.sampled_from(ADVISERS), dies=st.sampled_from([False, False, False, True]))
    def someone_claims(self, who: Actor, dies: bool) -> None:
        self.promise()
        able = [found for found in self.waiting() if self.may(who, found)]
        with Session(self.engine, expire_on_commit=False) as session:
            taken = claiming.claim(session, by=who, at=self.at)
            if dies:  # before its commit: as if it had not happened
                session.rollback()
                return
            session.commit()
        if taken is None:
            assert able == []
            return
        reserved = bool(taken.explanation and taken.explanation["reserve"])
        expected = next_of(able, self.at, reserve=reserved)
        assert expected is not None
        assert (taken.id, reserved) == (expected[0].id, expected[1])
        assert taken.id not in self.held
        if taken.lane > 1:
            for key in self.promised:
                if self.may(who, self.live[key]):
                    self.counted[key] += 1
        self.held[taken.id] = who.person
        self.promised.pop(taken.id, None)
        for key, promise in self.promised.items():
            assert self.counted[key] < promise, f"{key} waits longer than the bound"

    def promise(self) -> None:
        """The theorem: the k-th oldest overdue item is taken within N k claims by people who may take it."""
        overdue = sorted((found for found in self.live.values() if self.is_overdue(found)), key=self.age)
        rank = 0
        for found in overdue:
            if found.id in self.held:
                continue
            rank += 1
            if found.id not in self.promised:
                self.promised[found.id], self.counted[found.id] = N * rank, 0

    @staticmethod
    def age(found: WorkItem) -> Any:
        return found.position[1:]

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def someone_releases(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.held)))
        holder = next(who for who in ADVISERS if who.person == self.held[key])
        with transaction(self.engine) as session:
            assignment.release(session, key, by=holder, at=self.at)
        del self.held[key]
        for other in self.promised:  # a released item is before the younger ones again: they move back by one
            if self.is_overdue(self.live[key]) and self.age(self.live[key]) < self.age(self.live[other]):
                self.promised[other] += N

    @precondition(lambda self: self.held)
    @rule(data=st.data(), whom=st.sampled_from(ADVISERS))
    def someone_delegates(self, data: st.DataObject, whom: Actor) -> None:
        key = data.draw(st.sampled_from(sorted(self.held)))
        if self.held[key] == whom.person or not self.may(whom, self.live[key]):
            return
        with transaction(self.engine) as session:
            reassignment.assign(session, key, whom.person, reason="other hands", by=COORDINATOR, at=self.at)
        self.held[key] = whom.person

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def an_item_is_done(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.held)))
        with transaction(self.engine) as session:
            session.get_one(WorkItem, key).done_at = self.at
        del self.held[key], self.live[key]
        self.done.add(key)

    @invariant()
    def expect_nothing_lost_or_held_twice(self) -> None:
        with Session(self.engine) as session:
            stored = {row.id: row for row in session.exec(select(WorkItem))}
        assert stored.keys() == self.live.keys() | self.done
        assert {key: row.assignee for key, row in stored.items() if row.done_at is None and row.assignee} == self.held


def test_no_overdue_work_waits_beyond_the_bound_whatever_arrives(pool: Engine) -> None:
    class Here(WaitingBound):
        engine = pool

    expect_invariants_kept(
        Here,
        settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize="CI" in os.environ,
        ),
    )


def test_without_the_reserve_the_bound_is_broken(pool: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A routine item behind a stream of urgent work, which shows that the test of the bound can fail."""

    def claims_until_taken() -> int | None:
        with transaction(pool) as session:
            session.execute(text("TRUNCATE work_item, work_proposal, reserve_count"))
            session.add(item(0, 4, START - timedelta(days=9)))
        for number in range(1, 3 * N):
            with transaction(pool) as session:
                session.add(item(number, 2, START))
            with transaction(pool) as session:
                taken = claiming.claim(session, by=ADVISERS[0], at=START)
            assert taken is not None
            if taken.lane == 4:
                return number
        return None

    assert claims_until_taken() == N
    monkeypatch.setattr(claiming.reserve, "is_turn", lambda *_: False)
    assert claims_until_taken() is None


def test_the_reserve_never_goes_before_acute_work(pool: Engine) -> None:
    with transaction(pool) as session:
        session.add_all([item(number, 4, START - timedelta(days=9)) for number in range(N)])
    for number in range(N - 1):
        with transaction(pool) as session:
            assert claiming.claim(session, by=ADVISERS[0], at=START) is not None, number
    with transaction(pool) as session:
        session.add(item(90, 1, START))
    with transaction(pool) as session:
        taken = claiming.claim(session, by=ADVISERS[0], at=START)
    assert taken is not None
    assert taken.lane == 1


def clerk(url: str, number: int, done: Any) -> None:
    """Claim without end, in a separate process, and report each committed claim."""
    engine = connect(url, key=KEY)
    while True:
        with transaction(engine) as session:
            taken = claiming.claim(session, by=ADVISERS[number % 3], at=START + timedelta(days=30))
        if taken is None:
            return
        done.put((taken.id, taken.assignee))


@pytest.fixture
def clerks() -> Iterator[list[Any]]:
    started: list[Any] = []
    yield started
    for process in started:
        process.kill()
        process.join()


def test_after_clerks_are_killed_while_claiming_no_work_is_lost_or_assigned_twice(
    pool: Engine, clerks: list[Any]
) -> None:
    with transaction(pool) as session:
        session.add_all([item(number, 1 + number % 4, START, skill=ASKED[number % 3]) for number in range(120)])
    context = get_context("spawn")
    committed = context.Queue()
    url = pool.url.render_as_string(hide_password=False)
    for number in range(3):
        process = context.Process(target=clerk, args=(url, number, committed))
        process.start()
        clerks.append(process)
    committed.get(timeout=60)
    time.sleep(0.4)
    for process in clerks[:2]:
        os.kill(process.pid, signal.SIGKILL)
    clerks[2].join(60)
    while True:  # the rows that a killed claim locked are free again
        with transaction(pool) as session:
            if claiming.claim(session, by=ADVISERS[0], at=START + timedelta(days=30)) is None:
                break
    with Session(pool) as session:
        items = session.exec(select(WorkItem)).all()
        claims = session.execute(text("SELECT subject, count(*) FROM ledger_entry WHERE event = 'claim' GROUP BY 1"))
        assert {row.subject: row.count for row in claims} == {found.id: 1 for found in items}
        assert all(found.assignee for found in items)
        assert len(items) == 120


def test_many_claim_at_once_and_the_reserve_still_counts_right(pool: Engine) -> None:
    with transaction(pool) as session:
        session.add_all([item(number, 4, START - timedelta(days=9)) for number in range(10)])
        session.add_all([item(number, 2, START) for number in range(10, 50)])

    def claims(who: Actor) -> list[WorkItem]:
        found = []
        for _ in range(10):
            with transaction(pool) as session:
                taken = claiming.claim(session, by=who, at=START)
            if taken is not None:
                found.append(taken)
        return found

    with ThreadPoolExecutor(3) as threads:
        taken = [one for group in threads.map(claims, ADVISERS) for one in group]
    assert len({one.id for one in taken}) == len(taken) == 30
    assert sum(one.lane == 4 for one in taken) == 30 // N


# The plan of the claim.


@pytest.fixture
def backlog(pool: Engine) -> Engine:
    with transaction(pool) as session:
        session.execute(
            text(
                """
                INSERT INTO work_item (id, application, chart, subject, action, role, organisation, lane, start_by,
                                       created_at, estimate, skill, not_by)
                SELECT 'work-' || n, 'VA-' || n, 'application', 'VA-' || n, 'submit-advice', 'adviser', '', 1 + n % 4,
                       TIMESTAMPTZ '2026-03-02' + n * INTERVAL '1 minute', TIMESTAMPTZ '2026-03-02', 30,
                       CASE n % 3 WHEN 0 THEN '' WHEN 1 THEN 'domain:home' ELSE 'domain:digital' END, '{}'
                FROM generate_series(1, 20000) n
                """,
            ),
        )
        session.execute(text("ANALYZE work_item"))
    return pool


def plan(engine: Engine, statement: Any) -> str:
    facts = {
        "skills": ["", "domain:home", "domain:digital"],
        "role": "adviser",
        "organisation": "",
        "person": "adviser-1",
        "at": START + timedelta(days=2),
    }
    with Session(engine) as session:
        explained = text("EXPLAIN " + statement.text).bindparams(*statement._bindparams.values())
        return "\n".join(line for (line,) in session.execute(explained, facts))


INDEXES = {
    "ACUTE_FIRST": "ix_work_item_order",
    "IN_ORDER": "ix_work_item_order",
    "OVERDUE": "ix_work_item_overdue",
}


@pytest.mark.parametrize("name", INDEXES)
def test_a_claim_reads_the_index_that_holds_the_order_and_sorts_no_backlog(backlog: Engine, name: str) -> None:
    found = plan(backlog, getattr(claiming, name))
    assert INDEXES[name] in found
    assert "Seq Scan on work_item" not in found


@pytest.mark.parametrize("name", INDEXES)
def test_the_check_of_the_plan_notices_a_missing_index(backlog: Engine, name: str) -> None:
    with transaction(backlog) as session:
        session.execute(text(f"DROP INDEX {INDEXES[name]}"))
    assert INDEXES[name] not in plan(backlog, getattr(claiming, name))


def test_the_claim_of_an_item_costs_no_more_behind_a_backlog(backlog: Engine) -> None:
    """Counted in pages that the claim reads, which do not depend on the load of the machine."""
    with Session(backlog) as session:
        facts = {"skills": [""], "role": "adviser", "organisation": "", "person": OFFICER.person, "at": START}
        explained = text("EXPLAIN (ANALYZE, BUFFERS) " + claiming.IN_ORDER.text).bindparams(  # type: ignore[attr-defined]
            *claiming.IN_ORDER._bindparams.values()  # type: ignore[attr-defined]
        )
        lines = [line for (line,) in session.execute(explained, facts)]
        assert session.exec(select(WorkItem.id).where(col(WorkItem.assignee).is_not(None))).all() == []
    read = sum(int(part.partition("=")[2]) for line in lines[:2] for part in line.split() if part.startswith("hit="))
    assert read < 60, "\n".join(lines)
