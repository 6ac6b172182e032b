"""procrastinate: priorities, LISTEN, polling ten times a second as well, five jobs at a time in each worker."""

import asyncio
import sys
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Status

from bench.trace import Case

CONCURRENCY = 5
JOB_SECONDS = 0.2
"""Seconds that a routine job takes."""
POLL_SECONDS = 0.1


def application(url: str) -> App:
    """An application with the one task: acute jobs record their start, routine jobs sleep."""
    app = App(connector=PsycopgConnector(conninfo=url, max_size=CONCURRENCY + 3))

    @app.task(name="job")
    async def job(number: int) -> None:
        if number < 0:
            await asyncio.sleep(JOB_SECONDS)
            return
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute("INSERT INTO begun VALUES (%s)", (number,))

    return app


def prepare(url: str, waiting: int) -> int:
    """Create its tables and let routine jobs wait; return how many."""

    async def lay() -> None:
        app = application(url)
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            job = app.configure_task("job", priority=0)
            for start in range(0, waiting, 5000):
                await job.batch_defer_async(*({"number": -1} for _ in range(start, min(waiting, start + 5000))))

    asyncio.run(lay())
    return waiting


class Producer:
    """Adds acute jobs, each in its own transaction."""

    def __init__(self, url: str) -> None:
        self._app = application(url)
        self._runner = asyncio.Runner()
        self._runner.run(self._open())

    async def _open(self) -> None:
        await self._app.open_async()

    def acute(self, number: int) -> None:
        """One acute job, committed."""
        self._runner.run(self._app.configure_task("job", priority=3).defer_async(number=number))

    def close(self) -> None:
        """Close the connections."""
        self._runner.run(self._app.close_async())
        self._runner.close()


class Order:
    """The order in which it releases jobs, by its own calls."""

    def __init__(self, url: str) -> None:
        self._app = application(url)
        self._runner = asyncio.Runner()
        self._taken: dict[int, Any] = {}
        self._runner.run(self._open())

    async def _open(self) -> None:
        await self._app.open_async()
        await self._app.schema_manager.apply_schema_async()
        self._worker = await self._app.job_manager.register_worker()

    def arrive(self, case: Case) -> None:
        """A job with the lane as its priority."""
        job = self._app.configure_task("job", priority=4 - case.lane)
        self._runner.run(job.defer_async(number=case.number))

    def take(self, at: float) -> int | None:
        """Its own fetch."""
        job = self._runner.run(self._app.job_manager.fetch_job(None, self._worker))
        if job is None:
            return None
        number = int(job.task_kwargs["number"])
        self._taken[number] = job
        return number

    def done(self, number: int) -> None:
        """Its own end of a job."""
        job = self._taken.pop(number)
        self._runner.run(self._app.job_manager.finish_job(job, status=Status.SUCCEEDED, delete_job=True))

    def close(self) -> None:
        """Close the connections."""
        self._runner.run(self._app.close_async())
        self._runner.close()


def main() -> None:
    """One worker, until stopped."""
    app = application(sys.argv[1])

    async def run() -> None:
        async with app.open_async():
            await app.run_worker_async(
                concurrency=CONCURRENCY,
                listen_notify=True,
                fetch_job_polling_interval=POLL_SECONDS,
                delete_jobs="always",
            )

    asyncio.run(run())


if __name__ == "__main__":
    main()
