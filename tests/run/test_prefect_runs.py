"""Prefect orchestrates: real workers on one pool, and cut off from what they need."""

import os
import secrets
import signal
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from pool import Pool, plain, until

from api.demonstration.people import CAST
from flows import due
from rules.roles import Actor, Role
from states.database import transaction
from states.door import fire

ADMINISTRATOR = Actor("administrator-1", Role.ADMINISTRATOR)
OFFICER = next(member for member in CAST if member.role is Role.OFFICER)
HANGS = float(os.environ.get("HANGS", "10"))
"""Seconds after which these workers give a run up."""


@pytest.fixture(scope="module")
def pool(server: str, template: str, prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """A database for all tests here, which run in their order."""
    name = f"veiligadvies_pool_{secrets.token_hex(6)}"
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    made = Pool(plain(server, name), tmp_path_factory.mktemp("pool") / "home", prefect_server)
    with transaction(made.engine) as session:
        fire(session, "person", None, "register", by=ADMINISTRATOR, at=datetime.now(UTC), body=OFFICER.body())
    yield made
    made.close()
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_with_one_slot_and_fifty_routine_runs_waiting_an_acute_run_starts_next(pool: Pool) -> None:
    routine = pool.plan(due.BATCHES, 50)
    worker = pool.start("worker", VEILIGADVIES_WORKER_SLOTS="1")
    pool.await_sign(worker)
    (acute,) = pool.plan(due.DISPATCH)
    ended = pool.await_run(acute)
    assert ended.created is not None
    assert ended.start_time is not None
    meanwhile = [run for run in pool.all() if run.start_time and ended.created < run.start_time < ended.start_time]
    assert len(meanwhile) <= 1, "what had the slot, and no other"
    waiting = [run for run in pool.runs(routine) if run.state is not None and run.state.is_scheduled()]
    assert len(waiting) > 20
    os.killpg(worker.pid, signal.SIGKILL)
    pool.forget(routine)


@pytest.fixture(scope="module")
def workers(pool: Pool) -> None:
    """Two workers."""
    started = [pool.start("worker", VEILIGADVIES_RUN_SECONDS=str(HANGS)) for _ in range(2)]
    for process in started:
        pool.await_sign(process)


@pytest.mark.usefixtures("workers")
def test_a_run_starts_within_a_moment_and_shows_its_lane_and_references(pool: Pool) -> None:
    pool.add_work(2, lane=4)
    (references,) = zip(*pool.rows("SELECT application FROM work_item ORDER BY created_at, id"), strict=True)
    ended = pool.await_run(*pool.plan(due.DISPATCH))
    assert ended.state is not None
    if ended.state.message != "offered: none":  # a scheduled run was faster
        assert ended.name == f"acute: {references[0]} and 1 more"
        assert {"lane:acute", *references} <= set(ended.tags)
        assert ended.state.message == f"offered: {', '.join(references)}"
    ended = pool.await_run(*pool.plan(due.BATCHES))
    assert ended.state is not None
    assert (ended.name, ended.state.message) == ("routine", "built: none")
    assert "lane:routine" in ended.tags


@pytest.mark.usefixtures("workers")
def test_what_may_pass_is_tried_again(pool: Pool, server: str) -> None:
    """The database is away for a moment."""
    name = pool.database.rpartition("/")[2].partition("?")[0]
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        (run,) = pool.plan(due.BATCHES)
        until(lambda: any(task.run_count >= 1 and task.state_name == "AwaitingRetry" for task in pool.tasks(run)), 20)
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    ended = pool.await_run(run)
    assert ended.state_name == "Completed"
    assert until(lambda: pool.tasks(run)[0].state_name == "Completed" and pool.tasks(run)[0].run_count, 10) >= 2


@pytest.mark.usefixtures("workers")
def test_what_cannot_pass_is_not_tried_again_and_only_its_kind_is_told(pool: Pool) -> None:
    pool.run("ALTER TABLE payable RENAME TO elsewhere")
    ended = pool.await_run(*pool.plan(due.BATCHES))
    pool.run("ALTER TABLE elsewhere RENAME TO payable")
    assert ended.state_name == "Failed"
    assert ended.state is not None
    assert "LastingError: ProgrammingError" in str(ended.state.message)
    assert "payable" not in str(ended.state.message)
    assert [task.run_count for task in pool.tasks(ended.id)] == [1]
