"""Queue work for tests: four applications in the queue, and helpers that claim, offer and reassign their work."""

from datetime import datetime
from typing import Any

from office import COORDINATOR, HOUR, OFFICER, START, do, receive, row, rows
from sqlalchemy import Engine

from rules.core.roles import Actor
from states.queue import claiming, reassignment
from states.queue.offers import offer_due
from states.storage.database import transaction
from states.tables.letters import Outbox
from states.tables.work import WorkItem

ACUTE = {"kind": "acute-danger", "source": "police"}
REASON = "Officer one is ill; the second knows the municipality."


def fill(engine: Engine) -> None:
    """Four routine applications, an hour apart."""
    for hour in range(4):
        receive(engine, at=START + hour * HOUR)


def take(engine: Engine, by: Actor = OFFICER, at: datetime = START) -> WorkItem | None:
    with transaction(engine) as session:
        return claiming.claim(session, by=by, at=at)


def taken(engine: Engine, by: Actor = OFFICER, at: datetime = START) -> WorkItem:
    item = take(engine, by, at)
    assert item is not None
    return item


def arrange(engine: Engine, who: Actor, **body: Any) -> None:
    do(engine, "person", who.person, "arrange-work", by=COORDINATOR, body=body)


def away(engine: Engine, who: Actor, since: str, until: str) -> None:
    do(engine, "person", who.person, "record-absence", by=who, body={"since": since, "until": until})


def offer(engine: Engine, at: datetime) -> list[str]:
    with transaction(engine) as session:
        return offer_due(session, at=at, run="run-1")


def now(engine: Engine, key: str) -> WorkItem:
    found: WorkItem = row(engine, WorkItem, WorkItem.id == key)
    return found


def recipients_of(engine: Engine, letter: str) -> list[str]:
    return sorted(found.recipient for found in rows(engine, Outbox, Outbox.letter == letter))


def threaten(engine: Engine, reference: str, at: datetime) -> None:
    do(engine, "application", reference, "record-threat", by=OFFICER, at=at, body=ACUTE)


def come_back(engine: Engine, at: datetime) -> list[str]:
    with transaction(engine) as session:
        return reassignment.return_unworked(session, at=at)
