"""Deployment file prefect.yaml, and the clock that runs its flows when they are late."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from flows import jobs
from flows.clock import JOBS, Clock
from flows.deployment_file import late_at, read, schedules
from states.jobs import runs
from states.settings import Configuration
from states.storage.database import connect, transaction

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
BATCHES = schedules(read())[jobs.BATCHES]


def seven(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, 7, 0, tzinfo=AMSTERDAM)


def test_every_flow_has_a_name_that_the_plain_functions_know() -> None:
    assert set(schedules(read())) == {jobs.DISPATCH, jobs.DELIVER, jobs.BATCHES, jobs.BANK}


def test_queues_follow_the_lanes_and_together_they_leave_each_its_slots() -> None:
    queues = read()["definitions"]["queues"]
    assert [(line["name"], line["priority"]) for line in queues] == [
        ("acute", 1),
        ("urgent", 2),
        ("elevated", 3),
        ("routine", 4),
    ]
    slots = Configuration().worker_slots
    assert all(line["concurrency_limit"] for line in queues), "a lane without a limit could hold every slot"
    assert sum(line["concurrency_limit"] for line in queues) <= slots
    assert sum(line["concurrency_limit"] for line in queues[:-1]) < slots, "the upper lanes leave the last one some"


def test_every_run_bears_its_lane() -> None:
    for line in read()["deployments"]:
        lane = line["work_pool"]["work_queue_name"]
        assert line["parameters"] == {"lane": lane}
        assert line["tags"] == [f"lane:{lane}"]


def test_an_interval_is_late_after_three() -> None:
    assert late_at({"interval": 15}, NOON) == NOON + timedelta(seconds=45)


@pytest.mark.parametrize(
    ("finished", "expected"),
    [
        pytest.param(seven(20), seven(23), id="Friday's batches are followed by Monday's"),
        pytest.param(seven(23), seven(24), id="Monday's by Tuesday's"),
        pytest.param(seven(27), seven(30), id="no batches on Saturday"),
        pytest.param(seven(23, 10), seven(26, 10), id="seven o'clock stays seven o'clock when winter time begins"),
    ],
)
def test_batches_are_late_shortly_after_their_next_hour(finished: datetime, expected: datetime) -> None:
    assert late_at(BATCHES, finished + timedelta(seconds=2)) - expected == timedelta(minutes=5)


WORK = """
    INSERT INTO work_item (id, application, chart, subject, action, role, organisation, lane, start_by, created_at,
                           estimate)
    SELECT 'work-' || n, 'VA-' || n, 'application', 'VA-' || n, 'start-intake', 'officer', '', 1 + n % 4, :at, :at, 30
    FROM generate_series(1, :many) n
"""


@pytest.fixture
def clock(engine: Engine, home: Path) -> Clock:
    return Clock(engine, Configuration(home=home), started=NOON)


def finished(engine: Engine, flow: str, at: datetime) -> None:
    with transaction(engine) as session:
        runs.record_runs(session, flow, at=at, runner="test")


def test_flows_that_never_ran_are_late_counted_from_the_start(clock: Clock) -> None:
    assert clock.late(NOON + timedelta(seconds=45)) == []
    assert set(clock.late(NOON + timedelta(seconds=46))) == {jobs.DELIVER, jobs.BANK}
    assert set(clock.late(NOON + timedelta(seconds=91))) == {jobs.DISPATCH, jobs.DELIVER, jobs.BANK}


def test_what_fell_due_while_everything_was_off_is_late_at_the_start(clock: Clock, engine: Engine) -> None:
    finished(engine, jobs.BATCHES, seven(20))
    assert clock.late(NOON) == [jobs.BATCHES]


def test_a_flow_that_runs_is_left_alone(clock: Clock, engine: Engine) -> None:
    at = NOON + timedelta(minutes=10)
    for flow in schedules(read()):
        finished(engine, flow, at - timedelta(seconds=20))
    assert clock.late(at) == []


def test_the_clock_runs_late_flows_once_per_lateness(clock: Clock, engine: Engine) -> None:
    at = NOON + timedelta(minutes=10)
    clock.tick(at)
    clock.join()
    with transaction(engine) as session:
        seen = runs.last_runs(session)
    ran = {flow for flow, row in seen.items() if row.finished_at == at}
    assert ran == {*JOBS, jobs.DISPATCH, jobs.DELIVER, jobs.BANK}
    assert seen[jobs.BANK].runner.startswith("clock@")
    clock.tick(at + timedelta(seconds=2))
    clock.join()
    with transaction(engine) as session:
        assert runs.last_runs(session)[jobs.BANK].runs == 1


def test_without_a_dispatcher_the_clock_offers_everything(clock: Clock, engine: Engine) -> None:
    at = NOON + timedelta(minutes=10)
    with engine.begin() as connection:
        connection.execute(text(WORK), {"at": at, "many": 450})
    clock.tick(at)
    clock.join()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*), count(dispatched_at) FROM work_item")).one() == (450, 450)


def test_a_job_that_needs_no_hurry_waits_for_its_minute_unless_the_clock_was_set_back(
    clock: Clock, engine: Engine
) -> None:
    def runs_of(name: str) -> int:
        with transaction(engine) as session:
            return runs.last_runs(session)[name].runs

    for seconds in (0, 2, 59):
        clock.tick(NOON + timedelta(seconds=seconds))
    assert (runs_of(jobs.REMIND), runs_of(jobs.DIGEST)) == (3, 1)
    clock.tick(NOON + timedelta(seconds=60))
    clock.tick(NOON - timedelta(days=1))
    assert runs_of(jobs.DIGEST) == 3
    clock.join()


def test_a_job_that_fails_stops_no_other(clock: Clock, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Engine, __: datetime) -> None:
        raise RuntimeError("of this test")

    monkeypatch.setitem(JOBS, jobs.REMIND, JOBS[jobs.REMIND]._replace(work=broken))
    clock.tick(NOON)
    clock.join()
    with transaction(engine) as session:
        assert JOBS.keys() - runs.last_runs(session).keys() == {jobs.REMIND}


def test_a_tick_survives_a_database_that_does_not_answer(home: Path) -> None:
    nowhere = connect("postgresql://nobody@127.0.0.1:9/none", key=bytes(32))
    with capture_logs() as logged:
        Clock(nowhere, Configuration(home=home), started=NOON).tick(NOON)
    assert [line["log_level"] for line in logged] == ["error", "error"]  # of the jobs, and of the late flows
