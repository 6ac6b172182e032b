"""Prefect runs with real workers and dispatchers on one pool, which are killed, stopped and disconnected."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from databases import address, copied
from pool import Pool, until
from prefect.client.schemas.filters import FlowFilter, FlowFilterName

from api.demonstration.people import CAST
from api.processes.instance import free_port
from flows import jobs
from rules.core.roles import Actor, Role
from states.commands.fire import fire
from states.letters import outbox
from states.storage.database import transaction

ADMINISTRATOR = Actor("administrator-1", Role.ADMINISTRATOR)
OFFICER = next(member for member in CAST if member.role is Role.OFFICER)
FACTS = {"term": "completion", "due_on": "2026-12-01", "days_left": 8}
HANGS = float(os.environ.get("HANGS", "10"))
"""Seconds after which these workers time a run out."""


@pytest.fixture(scope="module")
def mail_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def pool(server: str, template: str, prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """A database for all tests here, which run in the order of this file."""
    with copied(server, template) as url:
        made = Pool(url, tmp_path_factory.mktemp("pool") / "home", prefect_server)
        with transaction(made.engine) as session:
            fire(session, "person", None, "register", by=ADMINISTRATOR, at=datetime.now(UTC), body=OFFICER.body())
        yield made
        made.close()


def test_with_one_slot_and_fifty_routine_runs_waiting_an_acute_run_starts_next(pool: Pool) -> None:
    routine = pool.create_runs(jobs.BATCHES, 50)
    worker = pool.start("worker", VEILIGADVIES_WORKER_SLOTS="1")
    pool.wait_for_heartbeat(worker)
    (acute,) = pool.create_runs(jobs.DISPATCH)
    ended = pool.wait_for_run(acute)
    assert ended.created is not None
    assert ended.start_time is not None
    meanwhile = [
        run for run in pool.newest_runs() if run.start_time and ended.created < run.start_time < ended.start_time
    ]
    assert len(meanwhile) <= 1, "what had the slot, and no other"
    waiting = [run for run in pool.runs(routine) if run.state is not None and run.state.is_scheduled()]
    assert len(waiting) > 20
    pool.kill(worker.pid)
    pool.delete_runs(routine)


@pytest.fixture(scope="module")
def workers(pool: Pool, mail_port: int) -> list[int]:
    """Two workers; their process ids."""
    settings = {"VEILIGADVIES_RUN_SECONDS": str(HANGS), "VEILIGADVIES_SMTP_URL": f"smtp://127.0.0.1:{mail_port}"}
    started = [pool.start("worker", **settings) for _ in range(2)]
    for process in started:
        pool.wait_for_heartbeat(process)
    return [process.pid for process in started]


@pytest.mark.usefixtures("workers")
def test_a_run_starts_within_a_moment_and_shows_its_lane_and_references(pool: Pool) -> None:
    pool.add_work(2, lane=4)
    (references,) = zip(*pool.rows("SELECT application FROM work_item ORDER BY created_at, id"), strict=True)
    ended = pool.wait_for_run(*pool.create_runs(jobs.DISPATCH))
    assert ended.state is not None
    if ended.state.message != "offered: none":  # a scheduled run was faster
        assert ended.name == f"acute: {references[0]} and 1 more"
        assert {"lane:acute", *references} <= set(ended.tags)
        assert ended.state.message == f"offered: {', '.join(references)}"
    ended = pool.wait_for_run(*pool.create_runs(jobs.BATCHES))
    assert ended.state is not None
    assert (ended.name, ended.state.message) == ("routine", "built: none")
    assert "lane:routine" in ended.tags


@pytest.mark.usefixtures("workers")
def test_a_transient_error_is_retried(pool: Pool, server: str) -> None:
    """The database refuses connections for a moment."""
    name = pool.database.rpartition("/")[2].partition("?")[0]
    with psycopg.connect(address(server), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            (run,) = pool.create_runs(jobs.BATCHES)
            until(lambda: any(t.run_count >= 1 and t.state_name == "AwaitingRetry" for t in pool.tasks(run)), 20)
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    pool.engine.dispose()  # its connections were ended with all others
    ended = pool.wait_for_run(run)
    assert ended.state_name == "Completed"
    assert until(lambda: pool.tasks(run)[0].state_name == "Completed" and pool.tasks(run)[0].run_count, 10) >= 2


@pytest.mark.usefixtures("workers")
def test_a_permanent_error_is_not_retried_and_only_its_type_is_shown(pool: Pool) -> None:
    pool.execute("ALTER TABLE payable RENAME TO elsewhere")
    ended = pool.wait_for_run(*pool.create_runs(jobs.BATCHES))
    pool.execute("ALTER TABLE elsewhere RENAME TO payable")
    assert ended.state_name == "Failed"
    assert ended.state is not None
    assert "PermanentError: ProgrammingError" in str(ended.state.message)
    assert "payable" not in str(ended.state.message)
    assert [task.run_count for task in pool.tasks(ended.id)] == [1]


class CountingMailServer:
    """Counts the letters that a mail server receives, by Message-ID."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()

    async def handle_DATA(self, _: SMTP, __: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.arrived[
            next(line for line in envelope.content.decode().splitlines() if line.startswith("Message-ID"))
        ] += 1
        return "250 OK"


def post_letters(pool: Pool, count: int) -> None:
    with transaction(pool.engine) as session:
        for _ in range(count):
            outbox.post(
                session, "reminder", application="VA-1", recipient=OFFICER.id, facts=FACTS, at=datetime.now(UTC)
            )


@pytest.mark.usefixtures("workers")
def test_an_unavailable_mail_server_is_retried_and_no_letter_is_lost(pool: Pool) -> None:
    post_letters(pool, 1)
    # A scheduled run may take the letter before this one.
    seen = pool.create_runs(jobs.DELIVER)
    until(lambda: pool.rows("SELECT failures FROM outbox WHERE failures > 0"), 20)
    pool.wait_for_run(seen[0])
    assert pool.rows("SELECT state, failures FROM outbox") == [("pending", 1)]
    query = FlowFilter(name=FlowFilterName(any_=[jobs.DELIVER]))
    tasks = pool.query_prefect(lambda client: client.read_task_runs(flow_filter=query))
    assert max(task.run_count for task in tasks) >= 2
    assert all(task.state_name != "Failed" for task in tasks)


@pytest.mark.usefixtures("workers")
def test_two_workers_and_two_dispatchers_share_the_load_and_do_nothing_twice(pool: Pool, mail_port: int) -> None:
    pool.execute("CREATE TABLE offer_log (id text NOT NULL, run text NOT NULL)")
    pool.execute(
        "CREATE FUNCTION log_offer() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO offer_log VALUES (new.id, new.dispatched_by); RETURN NULL; END $$"
    )
    pool.execute(
        "CREATE TRIGGER log_offer AFTER UPDATE OF dispatched_at ON work_item FOR EACH ROW EXECUTE FUNCTION log_offer()"
    )
    mail = CountingMailServer()
    server = Controller(mail, hostname="127.0.0.1", port=mail_port)
    server.start()
    try:
        dispatchers = [
            pool.start("dispatcher", VEILIGADVIES_SMTP_URL=f"smtp://127.0.0.1:{mail_port}") for _ in range(2)
        ]
        for process in dispatchers:
            pool.wait_for_heartbeat(process)
        work: list[str] = []
        for _ in range(3):
            post_letters(pool, 20)
            work += pool.add_work(500, lane=4, topic="work")
            work += pool.add_work(2, lane=1)
        until(lambda: pool.rows("SELECT count(*) FROM offer_log") >= [(len(work),)], 30)
        until(lambda: pool.rows("SELECT count(*) FROM outbox WHERE state <> 'sent'") == [(0,)], 40)
    finally:
        server.stop()
    offers = pool.rows("SELECT id, run FROM offer_log")
    assert Counter(key for key, _ in offers) == Counter(work)
    assert len({run for _, run in offers}) > 1
    assert pool.rows("SELECT count(*) FROM outbox") == [(len(mail.arrived),)]
    assert len(mail.arrived) >= 60
    assert set(mail.arrived.values()) == {1}
    last = pool.rows(
        "SELECT lane, max(dispatched_at) FROM work_item WHERE id IN (SELECT id FROM offer_log) GROUP BY lane"
    )
    assert dict(last)[1] < dict(last)[4], "acute work does not wait until all other is offered"
    for process in dispatchers:
        pool.kill(process.pid)
    pool.execute("DROP TRIGGER log_offer ON work_item")


NAME = re.compile(r"(acute|urgent|elevated|routine)(: VA-[0-9]{4}-[A-Z0-9]{8}( and [0-9]+ more)?)?|[a-z]+-[a-z]+")
TAG = re.compile(r"lane:(acute|urgent|elevated|routine)|process:[^ ]+:[0-9]+|auto-scheduled|VA-[0-9]{4}-[A-Z0-9]{8}")
MESSAGE = re.compile(
    r"(offered|carried|built|taken in|numbered|settled): [-VA0-9Z a-z,]+|.*Error.*|Its process.*|.*second.*"
)


@pytest.mark.usefixtures("workers")
def test_no_run_shows_more_than_lanes_references_and_processes(pool: Pool) -> None:
    for run in pool.create_runs(jobs.DISPATCH, 5):
        pool.wait_for_run(run)
    runs = [run for run in pool.newest_runs() if run.created is not None and run.created > pool.created_at]
    assert len(runs) > 10
    assert {tag for run in runs for tag in run.tags} >= {"lane:acute", "lane:urgent", "lane:routine"}
    assert any(": VA-" in run.name for run in runs)
    for run in runs:
        assert NAME.fullmatch(run.name), run.name
        assert all(TAG.fullmatch(tag) for tag in run.tags), run.tags
        assert any(tag.startswith("lane:") for tag in run.tags)
        assert set(run.parameters) <= {"lane"}
        if run.state is not None and run.state.is_final():
            assert MESSAGE.fullmatch(str(run.state.message)), run.state.message


def test_a_lane_whose_runs_hang_or_die_blocks_no_other_and_is_free_again(pool: Pool, workers: list[int]) -> None:
    with psycopg.connect(pool.database) as held:
        held.execute("LOCK TABLE payable IN ACCESS EXCLUSIVE MODE")
        hanging = pool.create_runs(jobs.BATCHES, 3)
        until(lambda: sum(run.state_name == "Running" for run in pool.runs(hanging)) == 2, 20)
        two = [run for run in pool.runs(hanging) if run.state_name == "Running" and run.infrastructure_pid]
        dies = int(str(two[0].infrastructure_pid).rpartition(":")[2])
        assert dies in workers
        pool.kill(dies)
        assert pool.wait_for_run(*pool.create_runs(jobs.DISPATCH)).state_name == "Completed"
        ended = [pool.wait_for_run(run) for run in hanging]
    for run in ended:
        killed = str(run.infrastructure_pid).endswith(f":{dies}")
        assert run.state_name == ("Crashed" if killed else "TimedOut"), run.state
    assert pool.wait_for_run(*pool.create_runs(jobs.BATCHES)).state_name == "Completed"
