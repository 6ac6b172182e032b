"""The clock: one tick finds what is due, and does the work of a flow that stays away.

Nothing is kept in it: no job per case, no job store. Any number of clocks may tick at once.
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
from flows.heartbeat import Pulse
from flows.runtime import await_gate, configuration, engine, here, utc_now
from states import logging_setup
from states.deadlines.validation import check_dated_values
from states.jobs import runs
from states.settings import Configuration
from states.storage.database import transaction

_LOG = structlog.get_logger()


class Job(NamedTuple):
    """What the clock does by itself, and how long at least lies between two times."""

    work: Callable[[Engine, datetime], object]
    apart: timedelta = timedelta(0)


MINUTE = timedelta(minutes=1)
JOBS: dict[str, Job] = {
    jobs.REMIND: Job(jobs.remind),
    jobs.QUEUE: Job(jobs.tend_queue, timedelta(seconds=10)),
    jobs.OFFICES: Job(jobs.watch_offices, MINUTE),
    jobs.CALENDAR: Job(jobs.watch_calendar, MINUTE),
    jobs.NUMBER: Job(jobs.number),
    jobs.DIGEST: Job(jobs.digest, MINUTE),
}
"""Each asks the database what is due, so any number of clocks may do it at once."""


class Clock:
    """What happens at every tick."""

    def __init__(self, engine: Engine, configuration: Configuration, started: datetime) -> None:
        self._engine = engine
        self._configuration = configuration
        self._schedules = schedules(read())
        self._started = started
        self._tried: dict[str, datetime] = {}
        self._done: dict[str, datetime] = {}
        self._planned = False
        self._hands = ThreadPoolExecutor(len(self._schedules), "stand-in")
        self._busy: dict[str, Future[None]] = {}

    def tick(self, at: datetime) -> None:
        """Do what ticks by itself, then see to the flows; nothing that goes wrong stops the clock or another job."""
        try:
            self._plan(at)
            done = [name for name in JOBS if self._may(name, at) and self._tick(name, at)]
            with transaction(self._engine) as session:
                runs.record_runs(session, *done, at=at, runner=here("clock"))
        except Exception:  # noqa: BLE001  # the next tick finds it again
            _LOG.exception("tick-failed")
        try:
            self._stand_in(at)
        except Exception:  # noqa: BLE001  # as above
            _LOG.exception("stand-in-failed")

    def _may(self, name: str, at: datetime) -> bool:
        """Whether a job's time has come; what was tried a moment ago waits, unless the clock was set back."""
        last = self._done.get(name)
        return last is None or not last <= at < last + JOBS[name].apart

    def _tick(self, name: str, at: datetime) -> bool:
        try:
            JOBS[name].work(self._engine, at)
        except Exception:  # noqa: BLE001  # the next tick finds it again
            _LOG.exception("tick-failed", job=name)
            return False
        self._done[name] = at
        return True

    def _plan(self, at: datetime) -> None:
        """Put down once what runs by itself and how often, so that everyone can see what should have run."""
        if self._planned:
            return
        every = self._configuration.tick_seconds
        ticks = {name: {"interval": max(every, job.apart.total_seconds())} for name, job in JOBS.items()}
        with transaction(self._engine) as session:
            runs.record_schedules(session, "tick", ticks, at=at)
            runs.record_schedules(session, "flow", self._schedules, at=at)
        self._planned = True

    def late(self, at: datetime) -> list[str]:
        """The flows that stay away."""
        with transaction(self._engine) as session:
            finished = {name: row.finished_at for name, row in runs.last_runs(session).items()}
        # One that never ran is late counted from our start; one that we stood in for in vain, from then.
        since = {flow: finished.get(flow, self._started) for flow in self._schedules}
        return [
            flow
            for flow, schedule in self._schedules.items()
            if at > late_at(schedule, max(since[flow], self._tried.get(flow, since[flow])))
        ]

    def join(self) -> None:
        """Wait for the work that we do for others."""
        wait(self._busy.values())

    def _stand_in(self, at: datetime) -> None:
        for flow in self.late(at):
            if flow in self._busy and not self._busy[flow].done():
                continue
            self._tried[flow] = at
            # In a thread of its own: a mail server that does not answer must not hold up a reminder.
            self._busy[flow] = self._hands.submit(self._do, flow, at)

    def _do(self, flow: str, at: datetime) -> None:
        _LOG.info("stands-in", flow=flow)
        me = here("clock")
        work: dict[str, Callable[[], Any]] = {
            jobs.DISPATCH: lambda: jobs.offer_all(self._engine, lambda: at, me, runner=me),
            jobs.DELIVER: lambda: jobs.deliver(self._engine, self._configuration, at, runner=me),
            jobs.BATCHES: lambda: jobs.build_batches(self._engine, at, runner=me),
            jobs.BANK: lambda: jobs.take_in_bank_files(self._engine, self._configuration, at, runner=me),
        }
        try:
            work[flow]()
        except Exception:  # noqa: BLE001  # it is late again soon
            _LOG.exception("stand-in-failed", flow=flow)


def main() -> None:
    """Tick until stopped."""
    logging_setup.set_up("clock")
    check_dated_values()
    await_gate()
    clock = Clock(engine(), configuration(), utc_now())
    pulse = Pulse(engine(), "clock")

    def tick() -> None:
        clock.tick(utc_now())
        pulse.beat(utc_now())

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
