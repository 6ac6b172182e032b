"""Simulation of one period: who takes which work when, in the order of the queue.

It is a loop over a heap of events, not SimPy: our order is not first come first served, so only SimPy's clock would
be of use, and its generators make every event several times slower (docs/adr, 12).
"""

from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush
from math import inf
from typing import Any

from rules.forecast.model import Deadline, Job, Model, Person
from rules.forecast.waiting_line import Item, Taken, WaitingLine
from rules.queue.order import ACUTE, QueuePosition

ARRIVES, DONE, LEAVES_STAGE, STARTS_DAY = range(4)
LIMIT = 2.0
"""The simulation ends after this multiple of the measured weeks, even if work still waits."""
TOLERANCE = 1e-9
"""Tolerance for equal moments, in hours."""

Watch = Callable[[WaitingLine, Taken, float], None]


class Worker:
    """A person at work, who divides the time evenly among the items in progress."""

    __slots__ = ("axis", "burst", "clock", "free_since", "parallel", "person", "served", "stamp", "until", "waking")

    def __init__(self, person: Person, start: float) -> None:
        """Start without work."""
        self.person = person
        self.axis = person.axis
        self.parallel = person.parallel
        self.burst: list[tuple[float, int, int]] = []
        """The items in progress: the served hours at which each is done, the case and its stage."""
        self.served = 0.0
        """The hours of effort that each item in progress has received since the start."""
        self.clock = self.axis.hours_before(start)
        self.free_since = start
        self.stamp = 0
        self.waking = False

    def begin(self, moment: float, effort: float, job: int, stage: int) -> float:
        """Begin an item; returns when the first item in progress will be done."""
        self._serve(moment)
        heappush(self.burst, (self.served + effort, job, stage))
        return self._next(moment)

    def finish(self, moment: float) -> tuple[int, int, float]:
        """Complete the first item; returns the case, its stage, and when the next item will be done."""
        self._serve(moment)
        done, job, stage = heappop(self.burst)
        self.served = done
        if not self.burst:
            self.free_since = moment
        return job, stage, self._next(moment)

    def _serve(self, moment: float) -> None:
        now = self.axis.hours_before(moment)
        if self.burst:
            self.served += (now - self.clock) / len(self.burst)
        self.clock = now

    def _next(self, moment: float) -> float:
        self.stamp += 1
        if not self.burst:
            return inf
        left = max(0.0, self.burst[0][0] - self.served) * len(self.burst)
        return max(moment, self.axis.moment(self.clock + left))


def _idle_key(one: Worker) -> tuple[int, float, str]:
    """The sort key of idle workers: the smallest takes the next item."""
    return len(one.burst), one.free_since, one.person.name


class Record:
    """The outcome of one replication for the cases that arrived in the measured weeks."""

    def __init__(self, stages: int, deadlines: int) -> None:
        """Start empty."""
        self.cases = 0
        self.waits: dict[tuple[int, int], list[float]] = {}
        """By stage and lane: the working hours of the office until work began."""
        self.late = [0] * stages
        """By stage: the number of items begun after their service level."""
        self.begun = [0] * stages
        self.missed = [0] * deadlines
        """By statutory term: the number missed."""
        self.kept = [0] * deadlines
        self.never = 0
        """The number of items not begun before the simulation ended; their wait so far counts as their wait."""
        self.hours: dict[str, float] = {}
        """By pool: the hours of effort that arrived."""

    def wait(self, stage: int, lane: int, hours: float, *, late: bool) -> None:
        """Record that an item was begun."""
        self.waits.setdefault((stage, lane), []).append(hours)
        self.begun[stage] += 1
        self.late[stage] += late

    def term(self, number: int, *, missed: bool) -> None:
        """Record that a statutory term ended."""
        if missed:
            self.missed[number] += 1
        else:
            self.kept[number] += 1


class Replication:
    """One replication."""

    def __init__(self, model: Model, jobs: Sequence[Job], watch: Watch | None = None) -> None:
        """Prepare the cases; ``watch`` is called for every claim."""
        self.model = model
        self.jobs = jobs
        self.watch = watch
        self.axis = model.axis
        self.workers: dict[str, list[Worker]] = {}
        for person in model.people:
            self.workers.setdefault(person.pool, []).append(Worker(person, model.start))
        self.lines = {pool: WaitingLine(model.reserve, model.at) for pool in self.workers}
        self.record = Record(len(model.stages), len(model.deadlines))
        self.measured = model.start + model.warm * 168
        self.entered: dict[tuple[int, int], float] = {}
        """When a case entered the stage with which a statutory term begins."""
        self.open_terms: set[tuple[int, int]] = set()
        self.events: list[tuple[float, int, int, Any, int]] = []
        """Moment, serial number, kind; then the number of a case and its stage, or a worker and a stamp."""
        self.number = 0

    def run(self) -> Record:
        """Run the replication; returns its record."""
        self.events = [
            (max(job.arrived, self.model.start), number, ARRIVES, number, job.first)
            for number, job in enumerate(self.jobs)
        ]
        heapify(self.events)
        self.number = len(self.jobs)
        limit = self.model.start + LIMIT * self.model.weeks * 168
        while self.events and self.events[0][0] <= limit:
            moment, _, kind, what, which = heappop(self.events)
            if kind == ARRIVES:
                self.enter_stage(what, which, moment)
            elif kind == LEAVES_STAGE:
                self.leave_stage(what, which, moment)
            elif kind == DONE:
                self.complete(what, which, moment)
            else:
                self.start_day(what, moment)
        self.record_unfinished(limit)
        return self.record

    def is_measured(self, job: Job) -> bool:
        """Whether a case arrived in the measured weeks."""
        return self.measured <= job.arrived < self.model.end

    def schedule(self, moment: float, kind: int, what: object, which: int) -> None:
        """Schedule an event."""
        if moment < inf:
            heappush(self.events, (moment, self.number, kind, what, which))
            self.number += 1

    def enter_stage(self, number: int, stage: int, moment: float) -> None:
        """Let a case enter a stage, or skip it."""
        job = self.jobs[number]
        model = self.model
        if stage == 0 and self.is_measured(job):
            self.record.cases += 1
        for place, deadline in enumerate(model.deadlines):
            if deadline.first == stage and self.is_measured(job):
                self.entered[number, place] = moment
        effort = job.efforts[stage]
        if effort is None:
            self.leave_stage(number, stage, moment)
            return
        pool = model.stages[stage].pool
        arrived = job.arrived if stage == job.first else moment
        if self.is_measured(job):
            self.record.hours[pool] = self.record.hours.get(pool, 0.0) + effort
        if pool not in self.lines:
            self.schedule(self.axis.add(moment, effort), LEAVES_STAGE, number, stage)
            return
        level = model.stages[stage].level[job.lane]
        created = model.at(arrived)
        until = created if job.lane == ACUTE else model.at(self.axis.add(arrived, level))
        standing = QueuePosition(job.lane, until, created, f"{job.id}:{stage}")
        item = Item(standing, number, stage, arrived)
        if job.holder is not None and stage == job.first:
            holder = next((one for one in self.workers[pool] if one.person.name == job.holder), None)
            if holder is not None:
                self.schedule(holder.begin(moment, effort, number, stage), DONE, holder, holder.stamp)
                return
        self.lines[pool].add(item, job.skills[stage])
        self.assign_work(pool, moment)

    def assign_work(self, pool: str, moment: float) -> None:
        """Assign the next items to the people who are present and free, longest idle first."""
        line = self.lines[pool]
        if not line.waiting:
            return
        able = [one for one in self.workers[pool] if len(one.burst) < one.parallel]
        there = [one for one in able if one.axis.opening(moment) <= moment + TOLERANCE]
        while line.waiting and there:
            worker = there[0] if len(there) == 1 else min(there, key=_idle_key)
            taken = line.take(worker.person.skills, moment)
            if taken is not None:
                self.begin(worker, taken, moment)
                if self.watch is not None:
                    self.watch(line, taken, moment)
            if taken is None or len(worker.burst) >= worker.parallel:
                there.remove(worker)
        if line.waiting:
            for one in able:
                if (
                    not one.waking
                    and len(one.burst) < one.parallel
                    and (opens := one.axis.opening(moment)) > moment + TOLERANCE
                ):
                    one.waking = opens < inf
                    self.schedule(opens, STARTS_DAY, one, 0)

    def begin(self, worker: Worker, taken: Taken, moment: float) -> None:
        """Let a worker begin an item."""
        item = taken.item
        job = self.jobs[item.job]
        effort = job.efforts[item.stage]
        assert effort is not None
        if self.is_measured(job):
            self.record_wait(item, job, moment)
        self.schedule(worker.begin(moment, effort, item.job, item.stage), DONE, worker, worker.stamp)

    def record_wait(self, item: Item, job: Job, moment: float) -> None:
        """Record how long an item waited, and whether that was within its service level."""
        hours = self.axis.hours_before(moment) - self.axis.hours_before(item.arrived)
        level = self.model.stages[item.stage].level[job.lane]
        late = moment - item.arrived > level + TOLERANCE if job.lane == ACUTE else hours > level + TOLERANCE
        self.record.wait(item.stage, job.lane, hours, late=late)

    def complete(self, worker: Worker, stamp: int, moment: float) -> None:
        """Let a worker complete an item."""
        if stamp != worker.stamp:
            return
        job, stage, then = worker.finish(moment)
        self.schedule(then, DONE, worker, worker.stamp)
        self.leave_stage(job, stage, moment)
        self.assign_work(worker.person.pool, moment)

    def start_day(self, worker: Worker, moment: float) -> None:
        """Start a worker's day."""
        worker.waking = False
        self.assign_work(worker.person.pool, moment)

    def leave_stage(self, number: int, stage: int, moment: float) -> None:
        """Let a case leave a stage."""
        for place, deadline in enumerate(self.model.deadlines):
            if deadline.last == stage and (entered := self.entered.pop((number, place), None)) is not None:
                self.record.term(place, missed=moment >= self.model.due(entered, deadline.length))
        if stage + 1 < len(self.model.stages):
            self.enter_stage(number, stage + 1, moment)

    def record_unfinished(self, limit: float) -> None:
        """Record the waits so far of waiting items, and the terms that open cases have missed by now."""
        for pool in sorted(self.lines):
            for each in self.lines[pool].classes.values():
                for _, item in each.in_order:
                    if not item.taken and self.is_measured(self.jobs[item.job]):
                        self.record.never += 1
                        self.record_wait(item, self.jobs[item.job], limit)
        deadlines: Sequence[Deadline] = self.model.deadlines
        for (_, place), entered in self.entered.items():
            if limit >= self.model.due(entered, deadlines[place].length):
                self.record.term(place, missed=True)


def simulate(model: Model, traces: Iterable[Sequence[Job]], watch: Watch | None = None) -> Iterable[Record]:
    """The record of each replication."""
    for jobs in traces:
        yield Replication(model, jobs, watch).run()
