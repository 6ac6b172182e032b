"""Ours: this project's queue with the same interfaces; the real claim, at virtual moments."""

import sys
import threading
import time

from sqlalchemy import Engine, text

from bench.office import now
from bench.peers.procrastinate import CONCURRENCY, JOB_SECONDS
from bench.trace import Case, calendar_time
from rules.core.roles import Actor, Role
from rules.queue.order import LANES
from rules.queue.priority import start_by
from states.queue.claiming import claim
from states.storage.database import connect, transaction, wake
from states.tables.work import WorkItem

OFFICERS = tuple(Actor(f"officer-{number}", Role.OFFICER) for number in (1, 2))
ARRIVES = text(
    "INSERT INTO work_item (id, application, chart, subject, action, role, organisation, lane, start_by, created_at,"
    " estimate, dispatched_at) VALUES (:id, :id, 'application', :id, 'start-intake', 'officer', '', :lane, :start_by,"
    " :at, 60, :at)"
)
DONE = text("UPDATE work_item SET done_at = created_at WHERE id = :id")


class Order:
    """The order in which it releases work: the real claim, by two officers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._free = list(OFFICERS)
        self._by: dict[int, Actor] = {}

    def arrive(self, case: Case) -> None:
        """An item of the lane, to be begun within the service level of the intake."""
        at = calendar_time(case.arrives)
        item = {"id": f"VA-{case.number}", "lane": case.lane, "at": at}
        with self._engine.begin() as connection:
            connection.execute(ARRIVES, item | {"start_by": start_by(at, "intake", LANES[case.lane])})

    def take(self, at: float) -> int | None:
        """The real claim."""
        with transaction(self._engine) as session:
            item = claim(session, by=self._free[-1], at=calendar_time(at))
        if item is None:
            return None
        number = int(item.id.removeprefix("VA-"))
        self._by[number] = self._free.pop()
        return number

    def done(self, number: int) -> None:
        """The officer is free again."""
        self._free.append(self._by.pop(number))
        with self._engine.begin() as connection:
            connection.execute(DONE, {"id": f"VA-{number}"})

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


class Producer:
    """Adds acute work, each in its own transaction that notifies the dispatcher, as an event does."""

    def __init__(self, url: str) -> None:
        self._engine = connect(url, key=bytes(32), pool_size=1)

    def acute(self, number: int) -> None:
        """One acute item, committed."""
        at = now()
        with transaction(self._engine) as session:
            session.add(
                WorkItem(
                    id=f"acute-{number}",
                    application=f"VA-{number}",
                    chart="application",
                    subject=f"acute-{number}",
                    action="start-intake",
                    role="adviser",  # so that no officer of this benchmark claims it before it is offered
                    lane=1,
                    start_by=at,
                    created_at=at,
                    estimate=30,
                )
            )
            wake(session, "acute")

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


def officer(engine: Engine, by: Actor) -> None:
    """Claim routine work, wait as long as a routine job takes, and complete it."""
    done = text("UPDATE work_item SET done_at = :at WHERE id = :id")
    while True:
        with transaction(engine) as session:
            item = claim(session, by=by, at=now())
        time.sleep(JOB_SECONDS)
        if item is not None:
            with engine.begin() as connection:
                connection.execute(done, {"at": now(), "id": item.id})


def main() -> None:
    """Officers at work, as many as a peer's worker runs jobs, until stopped."""
    engine = connect(sys.argv[1], key=bytes(32), pool_size=CONCURRENCY)
    for number in range(CONCURRENCY):
        by = Actor(f"officer-{sys.argv[2]}-{number}", Role.OFFICER)
        threading.Thread(target=officer, args=[engine, by], daemon=True).start()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
