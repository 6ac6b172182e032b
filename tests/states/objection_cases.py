"""Objections for tests: decisions to object to, and helpers that file, hear and decide an objection."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from office import (
    COORDINATOR,
    DAY,
    EMPLOYER,
    OFFICER,
    START,
    ZILVERDAM,
    act,
    application_body,
    bare,
    do,
    person,
    receive,
    row,
    rows,
    walk,
)
from sqlalchemy import Engine

from rules.core.roles import ENGINE, Actor, Role
from states.charts.application import Stage
from states.tables.ledger import LedgerEntry
from states.tables.letters import Outbox
from states.tables.loans import Loan, Objection
from states.tables.work import WorkItem

SECOND = person(Role.EMPLOYER, ZILVERDAM, number=2)
LAST_DAY = date(2026, 4, 13)
"""Six weeks after Monday 2 March 2026, on which the decisions here are announced."""


def on_day(day: str) -> datetime:
    """Noon of a day."""
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def refuse(engine: Engine) -> str:
    """A councillor whom the security authority refused on 2 March 2026; the officer proposed it."""
    reference = receive(engine, office="municipal-councillor")
    for event in ("start-intake", "intend-refusal", "record-view", "refuse"):
        act(engine, reference, event, at=START)
    return reference


def decline(engine: Engine, **changes: Any) -> Loan:
    """A loan without an application that the employer declined on 2 March 2026."""
    body = {
        **{key: application_body()[key] for key in ("office", "name", "email", "certainSince")},
        "organisation": ZILVERDAM,
        "description": "Een noodknop",
        **changes,
    }
    loan: Loan = do(engine, "loan", None, "request", by=OFFICER, body=body).row
    do(engine, "loan", loan.id, "decline", by=EMPLOYER, body={"reasons": "Niet nodig"})
    return loan


def object_to(
    engine: Engine, reference: str, *, at: datetime = START, by: Actor = OFFICER, **changes: Any
) -> Objection:
    """An objection to the refusal of an application."""
    body = {"against": "refusal", "grounds": "Het ambt is verkeerd vastgelegd", **changes}
    do(engine, "application", reference, "file-objection", by=by, at=at, body=body)
    filed = rows(engine, LedgerEntry, LedgerEntry.stream == reference, LedgerEntry.event == "file")
    found: Objection = row(engine, Objection, Objection.id == filed[-1].subject)
    return found


def on(
    engine: Engine,
    objection: Objection,
    event: str,
    body: Mapping[str, Any] | None = None,
    *,
    by: Actor = COORDINATOR,
    at: datetime = START,
) -> Objection:
    """One event on an objection, by the coordinator unless said otherwise."""
    found: Objection = do(engine, "objection", objection.id, event, by=by, at=at, body=body).row
    return found


def heard(engine: Engine, reference: str) -> Objection:
    """An objection on which the official was heard."""
    return on(engine, object_to(engine, reference), "hear", {"heldOn": "2026-03-02"})


def letters(engine: Engine) -> dict[str, Mapping[str, Any]]:
    """The letters that were posted, with their facts."""
    return {letter.letter: letter.facts for letter in rows(engine, Outbox)}


def work(engine: Engine, subject: str) -> list[tuple[str, str]]:
    """The open work on a subject, with the role of each item."""
    found = rows(engine, WorkItem, WorkItem.subject == subject)
    return [(item.action, item.role) for item in found if item.done_at is None]


def no_measures(engine: Engine) -> str:
    reference = receive(engine)
    walk(engine, reference, Stage.NO_MEASURES, choose=bare)
    return reference


def not_processed(engine: Engine) -> str:
    reference = receive(engine)
    act(engine, reference, "invite-completion", at=START)
    act(engine, reference, "not-process", at=START + 15 * DAY)
    return reference


def lapsed(engine: Engine) -> str:
    reference = receive(engine)
    do(engine, "application", reference, "lapse", by=ENGINE)
    return reference


ENDED = {"refusal": refuse, "no-measures": no_measures, "not-processed": not_processed, "lapsed": lapsed}


def object_to_loan(engine: Engine, loan: Loan, **how: Any) -> Objection:
    """An objection to declining a loan."""
    do(engine, "loan", loan.id, "file-objection", **{"by": OFFICER, **how}, body={"grounds": "Het advies duurt lang"})
    found: Objection = row(engine, Objection, Objection.loan == loan.id)
    return found
