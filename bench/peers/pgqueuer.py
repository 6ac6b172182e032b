"""pgqueuer: priorities, NOTIFY, polling ten times a second as well, jobs taken one by one, five at a time."""

import asyncio
import sys
import uuid
from datetime import timedelta

import psycopg
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.models import Job
from pgqueuer.ports.repository import EntrypointExecutionParameter

from bench.peers.procrastinate import CONCURRENCY, JOB_SECONDS, POLL_SECONDS
from bench.trace import Case


async def connected(url: str) -> psycopg.AsyncConnection:
    """A connection as it wants one."""
    return await psycopg.AsyncConnection.connect(url, autocommit=True)


def prepare(url: str, waiting: int) -> int:
    """Create its tables and let routine jobs wait; return how many."""

    async def lay() -> None:
        async with await connected(url) as connection:
            queries = Queries(PsycopgDriver(connection))
            await queries.install()
            for start in range(0, waiting, 5000):
                count = min(waiting, start + 5000) - start
                await queries.enqueue(["job"] * count, [b"-1"] * count, [0] * count)

    asyncio.run(lay())
    return waiting


class Producer:
    """Adds acute jobs, each in its own transaction."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._connection = self._runner.run(connected(url))
        self._queries = Queries(PsycopgDriver(self._connection))

    def acute(self, number: int) -> None:
        """One acute job, committed."""
        self._runner.run(self._queries.enqueue("job", str(number).encode(), 3))

    def close(self) -> None:
        """Close the connection."""
        self._runner.run(self._connection.close())
        self._runner.close()


class Order:
    """The order in which it releases jobs, by its own calls."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._connection = self._runner.run(connected(url))
        self._queries = Queries(PsycopgDriver(self._connection))
        self._runner.run(self._queries.install())
        self._me = uuid.uuid4()
        self._taken: dict[int, Job] = {}

    def arrive(self, case: Case) -> None:
        """A job with the lane as its priority."""
        self._runner.run(self._queries.enqueue("job", str(case.number).encode(), 4 - case.lane))

    def take(self, at: float) -> int | None:
        """Its own dequeue."""
        jobs = self._runner.run(
            self._queries.dequeue(
                1,
                {"job": EntrypointExecutionParameter(0)},
                self._me,
                None,
                timedelta(days=1),
            )
        )
        if not jobs:
            return None
        number = int(jobs[0].payload or b"")
        self._taken[number] = jobs[0]
        return number

    def done(self, number: int) -> None:
        """Its own end of a job."""
        self._runner.run(self._queries.log_jobs([(self._taken.pop(number), "successful", None)]))

    def close(self) -> None:
        """Close the connection."""
        self._runner.run(self._connection.close())
        self._runner.close()


def main() -> None:
    """One worker, until stopped."""
    url = sys.argv[1]

    async def run() -> None:
        async with await connected(url) as connection, await connected(url) as mine:
            queue = PgQueuer(PsycopgDriver(connection))

            @queue.entrypoint("job")
            async def job(found: Job) -> None:
                number = int(found.payload or b"")
                if number < 0:
                    await asyncio.sleep(JOB_SECONDS)
                    return
                await mine.execute("INSERT INTO begun VALUES (%s)", (number,))

            await queue.run(
                dequeue_timeout=timedelta(seconds=POLL_SECONDS), batch_size=1, max_concurrent_tasks=CONCURRENCY
            )

    asyncio.run(run())


if __name__ == "__main__":
    main()
