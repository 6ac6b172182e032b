"""Clock: at every tick it does the jobs that are due, and the work of a flow that is late.

It keeps no state: no job per case, no job store. Any number of clocks may run at once.
"""

import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Engine

from flows import jobs
from flows.deployment_file import late_at, read, schedules
from flows.heartbeat import Heartbeat
from flows.runtime import await_gate, configuration, engine, process_name, utc_now
from states import logging_setup
from states.deadlines.validation import check_dated_values
from states.jobs import runs
from states.settings import Configuration
from states.storage.database import transaction

_LOG = structlog.get_logger()


class Job(NamedTuple):
    """A job of the clock, and the least time between two runs of it."""

    work: Callable[[Engine, datetime], object]
    interval: timedelta = timedelta(0)


MINUTE = timedelta(minutes=1)
JOBS: dict[str, Job] = {
    jobs.REMIND: Job(jobs.remind),
    jobs.QUEUE: Job(jobs.tend_queue, timedelta(seconds=10)),
    jobs.OFFICES: Job(jobs.watch_offices, MINUTE),
    jobs.CALENDAR: Job(jobs.watch_calendar, MINUTE),
    jobs.NUMBER: Job(jobs.number),
    jobs.DIGEST: Job(jobs.digest, MINUTE),
}
"""Each asks the database what is due, so any number of clocks may run it at once."""


class Clock:
    """The jobs of every tick, and the threads that replace late flows."""

    def __init__(self, engine: Engine, configuration: Configuration, started: datetime) -> None:
        self._engine = engine
        self._configuration = configuration
        self._schedules = schedules(read())
        self._started = started
        self._tried: dict[str, datetime] = {}
        self._done: dict[str, datetime] = {}
        self._schedules_recorded = False
        self._threads = ThreadPoolExecutor(len(self._schedules), "late-flow")
        self._running: dict[str, Future[None]] = {}

    def tick(self, at: datetime) -> None:
        """Run the jobs that are due, then replace late flows; no error stops the clock or another job."""
        try:
            self._record_schedules(at)
            done = [name for name in JOBS if self._is_due(name, at) and self._run_job(name, at)]
            with transaction(self._engine) as session:
                runs.record_runs(session, *done, at=at, runner=process_name("clock"))
        except Exception:  # noqa: BLE001  # the next tick tries again
            _LOG.exception("tick-failed")
        try:
            self._replace_late_flows(at)
        except Exception:  # noqa: BLE001  # as above
            _LOG.exception("late-flow-failed")

    def _is_due(self, name: str, at: datetime) -> bool:
        """Whether a job's interval has passed since its last run, or the system clock was set back."""
        last = self._done.get(name)
        return last is None or not last <= at < last + JOBS[name].interval

    def _run_job(self, name: str, at: datetime) -> bool:
        try:
            JOBS[name].work(self._engine, at)
        except Exception:  # noqa: BLE001  # the next tick tries again
            _LOG.exception("job-failed", job=name)
            return False
        self._done[name] = at
        return True

    def _record_schedules(self, at: datetime) -> None:
        """Record once which jobs and flows run and how often, so that a missing run can be noticed."""
        if self._schedules_recorded:
            return
        every = self._configuration.tick_seconds
        ticks = {name: {"interval": max(every, job.interval.total_seconds())} for name, job in JOBS.items()}
        with transaction(self._engine) as session:
            runs.record_schedules(session, "tick", ticks, at=at)
            runs.record_schedules(session, "flow", self._schedules, at=at)
        self._schedules_recorded = True

    def late(self, at: datetime) -> list[str]:
        """The flows that should have run and did not."""
        with transaction(self._engine) as session:
            finished = {name: row.finished_at for name, row in runs.last_runs(session).items()}
        # A flow that never ran is counted from the start of this clock; one that failed here, from that attempt.
        since = {flow: finished.get(flow, self._started) for flow in self._schedules}
        return [
            flow
            for flow, schedule in self._schedules.items()
            if at > late_at(schedule, max(since[flow], self._tried.get(flow, since[flow])))
        ]

    def join(self) -> None:
        """Wait for the flows that run in this process."""
        wait(self._running.values())

    def _replace_late_flows(self, at: datetime) -> None:
        for flow in self.late(at):
            if flow in self._running and not self._running[flow].done():
                continue
            self._tried[flow] = at
            # In a thread of its own: a mail server that does not answer must not delay a reminder.
            self._running[flow] = self._threads.submit(self._run_flow, flow, at)

    def _run_flow(self, flow: str, at: datetime) -> None:
        _LOG.info("late-flow-run-by-clock", flow=flow)
        me = process_name("clock")
        work: dict[str, Callable[[], Any]] = {
            jobs.DISPATCH: lambda: jobs.offer_all(self._engine, lambda: at, me, runner=me),
            jobs.DELIVER: lambda: jobs.deliver(self._engine, self._configuration, at, runner=me),
            jobs.BATCHES: lambda: jobs.build_batches(self._engine, at, runner=me),
            jobs.BANK: lambda: jobs.import_bank_files(self._engine, self._configuration, at, runner=me),
        }
        try:
            work[flow]()
        except Exception:  # noqa: BLE001  # it will soon be late again
            _LOG.exception("late-flow-failed", flow=flow)


def main() -> None:
    """Run until stopped."""
    logging_setup.set_up("clock")
    check_dated_values()
    await_gate()
    clock = Clock(engine(), configuration(), utc_now())
    heartbeat = Heartbeat(engine(), "clock")

    def tick() -> None:
        clock.tick(utc_now())
        heartbeat.record(utc_now())

    scheduler = BlockingScheduler(timezone="UTC")
    scheduler.add_job(
        tick,
        "interval",
        seconds=configuration().tick_seconds,
        next_run_time=utc_now(),
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    signal.signal(signal.SIGTERM, lambda *_: scheduler.shutdown(wait=False))
    scheduler.start()


if __name__ == "__main__":
    main()
