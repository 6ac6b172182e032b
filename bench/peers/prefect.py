"""Prefect: a plain work queue of a process pool with a queue per lane by priority, and stock workers that ask often.

Its store is a database of the same server.
"""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
from jinja2 import Environment, PackageLoader
from psycopg.rows import dict_row

from bench.trace import LANES, Case, calendar_time

QUERY_SECONDS = "0.5"
"""Seconds between two polls of a worker; ten by default, and no minimum is documented."""
POOL = "bench"
DEPLOYED = ("acute", "routine")
STATEMENT = "postgres/get-runs-from-worker-queues.sql.jinja"
TABLES = """
    CREATE TABLE work_pool (id text PRIMARY KEY, concurrency_limit int, is_paused bool NOT NULL);
    INSERT INTO work_pool VALUES ('bench', NULL, false);
    CREATE TABLE work_queue (id text PRIMARY KEY, work_pool_id text, priority int, concurrency_limit int,
                             is_paused bool);
    CREATE TABLE flow_run (id int PRIMARY KEY, work_queue_id text, state_type text,
                           next_scheduled_start_time timestamptz, empirical_policy jsonb);
    CREATE INDEX ON flow_run (work_queue_id, next_scheduled_start_time) WHERE state_type = 'SCHEDULED';
"""


def prefect_environment(home: Path, store: str, api: str = "") -> dict[str, str]:
    """The environment of its processes: no calls to the internet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return kept | {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": store.replace("postgresql://", "postgresql+asyncpg://", 1),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_LOGGING_LEVEL": "ERROR",
        "PREFECT_WORKER_QUERY_SECONDS": QUERY_SECONDS,
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "*",
    }


class Server:
    """One Prefect server."""

    def __init__(self, home: Path, store: str) -> None:
        self.home, self.store = home, store
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        self.api = f"http://127.0.0.1:{port}/api"
        self.around = prefect_environment(home, store, self.api)
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        self._process = subprocess.Popen(
            command, env=self.around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def await_answer(self, seconds: float = 240.0) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.api}/health", trust_env=False, timeout=5).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)
        raise RuntimeError(f"Prefect's server did not answer within {seconds} s.")

    def stop(self) -> None:
        """Stop it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def worker(self, database: str) -> subprocess.Popen[bytes]:
        """One stock worker that runs two at a time: each is a process of its own, and there are two cores."""
        command = [
            sys.executable,
            "-m",
            "prefect",
            "worker",
            "start",
            "--pool",
            POOL,
            "--type",
            "process",
            "--limit",
            "2",
        ]
        return subprocess.Popen(
            command,
            env=self.around | {"BENCH_DATABASE": database},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


class Producer:
    """Adds acute runs with Prefect's own client."""

    def __init__(self, server: Server) -> None:
        self._api = server.api
        self._runner = asyncio.Runner()
        self._deployments = self._runner.run(self._register())

    async def _register(self) -> dict[str, UUID]:
        from prefect.client.orchestration import PrefectClient  # noqa: PLC0415  # it reads its settings when imported
        from prefect.client.schemas.actions import WorkPoolCreate  # noqa: PLC0415
        from prefect.exceptions import ObjectAlreadyExists  # noqa: PLC0415

        from bench.peers.prefect_flow import job  # noqa: PLC0415

        self._client = PrefectClient(self._api)
        await self._client.__aenter__()
        await self._client.create_work_pool(WorkPoolCreate(name=POOL, type="process"), overwrite=True)
        made = {}
        for priority, lane in enumerate(LANES, start=1):
            with suppress(ObjectAlreadyExists):
                await self._client.create_work_queue(name=lane, priority=priority, work_pool_name=POOL)
        flow = await self._client.create_flow(job)
        for lane in DEPLOYED:
            made[lane] = await self._client.create_deployment(
                flow_id=flow,
                name=lane,
                entrypoint="bench/peers/prefect_flow.py:job",
                path=str(Path(__file__).parents[2]),
                work_pool_name=POOL,
                work_queue_name=lane,
                parameters={"number": -1},
                job_variables={"env": {}},
            )
        return made

    def acute(self, number: int) -> None:
        """One acute run, created."""
        parameters = {"number": number}
        self._runner.run(
            self._client.create_flow_run_from_deployment(self._deployments["acute"], parameters=parameters)
        )

    def routine(self) -> UUID:
        """One routine run, created."""
        made = self._runner.run(self._client.create_flow_run_from_deployment(self._deployments["routine"]))
        return made.id

    def close(self) -> None:
        """Close the connections."""
        self._runner.run(self._client.__aexit__(None, None, None))
        self._runner.close()


def copy_runs(server: Server, run: UUID, count: int) -> None:
    """Let so many routine runs wait, copied by SQL from one that its client created.

    Its client creates some ten a second.
    """
    with psycopg.connect(server.store, autocommit=True) as connection:
        names = connection.execute(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
            " WHERE table_name = 'flow_run' AND column_name NOT IN ('id', 'state_id', 'idempotency_key')"
        ).fetchone()
        assert names is not None
        connection.execute(
            f"INSERT INTO flow_run (id, {names[0]}) SELECT gen_random_uuid(), {names[0]}"
            f" FROM flow_run, generate_series(2, {count}) WHERE id = '{run}'"
        )


class Order:
    """The order in which it releases runs: its server's own statement for PostgreSQL, on the columns that it reads."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(TABLES)
        for priority, lane in enumerate(LANES, start=1):
            self._connection.execute("INSERT INTO work_queue VALUES (%s, 'bench', %s, NULL, false)", (lane, priority))
        template = Environment(loader=PackageLoader("prefect.server.database", "sql")).get_template(STATEMENT)
        said = template.render(scheduled_before=True, respect_queue_priorities=True)
        self._next = re.sub(r"(?<!:):(\w+)", r"%(\1)s", said.replace("%", "%%"))

    def arrive(self, case: Case) -> None:
        """A run in the queue of the lane, to be started at once."""
        run = (case.number, LANES[case.lane - 1], calendar_time(case.arrives))
        self._connection.execute("INSERT INTO flow_run VALUES (%s, %s, 'SCHEDULED', %s, '{}')", run)

    def take(self, at: float) -> int | None:
        """Its own question for the next run."""
        asked = {"scheduled_before": calendar_time(at), "limit": 1, "worker_limit": 1, "queue_limit": 1}
        with self._connection.transaction(), self._connection.cursor(row_factory=dict_row) as cursor:
            run = cursor.execute(self._next, asked).fetchone()
            if run is None:
                return None
            cursor.execute("UPDATE flow_run SET state_type = 'COMPLETED' WHERE id = %s", (run["id"],))
            return int(run["id"])

    def done(self, number: int) -> None:
        """Nothing to do: a taken one does not affect the order."""

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
