"""Separation of duties: the queue excludes from work exactly the people whom the rules refuse it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from office import (
    COORDINATOR,
    START,
    ZILVERDAM,
    act,
    at_event,
    do,
    everyone,
    iban,
    person,
    receive,
    rows,
    sparing,
    walk,
)
from office import row as row_of
from prepared_databases import Prepared
from sqlalchemy import Engine
from sqlmodel import Session, col
from stages import fill_every_stage, intend_to_refuse_one

from rules.core.roles import Actor, Role
from rules.procedure.separation_of_duties import SEPARATED
from states.commands.available_actions import findings_for
from states.engine.event import EventContext
from states.engine.unit_of_work import UnitOfWork
from states.events.catalogue import EVENTS
from states.tables.application import Application, Measure
from states.tables.loans import Objection
from states.tables.payments import Payable
from states.tables.work import WorkItem
from states.work.excluded_people import excluded
from states.work.work_by_state import EVENT_OF

LATER = START + timedelta(days=400)
SEPARATING_RULES = {
    "conflict.not-own-case",
    "conflict.four-eyes",
    "payable.four-eyes-in-batch",
    "objection.heard-by-someone-else",
    "objection.decided-by-someone-else",
}
"""The rules that require another person for a step."""


def completing_event(session: Session, item: WorkItem) -> tuple[Any, Any] | None:
    """The event that completes a work item, and its subject; None for work that no event completes."""
    definition = EVENTS.get((item.chart, EVENT_OF.get(item.action, item.action)))
    subject = session.get(definition.table, item.subject) if definition is not None else None
    return None if definition is None or subject is None else (definition, subject)


def people(engine: Engine) -> list[str]:
    """Everyone of the office, and every applicant."""
    found = {actor.person for actor in everyone()}
    for case in rows(engine, Application):
        found |= {name for name in (case.applicant, case.representative) if name}
    return sorted(found)


def disagreements(engine: Engine) -> Iterator[tuple[str, str, bool, list[str]]]:
    """Differences between queue and rules: work, person, whether excluded, and the refusing rules."""
    with Session(engine) as session:
        for item in rows(engine, WorkItem, col(WorkItem.done_at).is_(None)):
            if (found := completing_event(session, item)) is None:
                continue
            definition, subject = found
            application = session.get(Application, item.application)
            for name in people(engine):
                by = Actor(name, Role(item.role), item.organisation or None)
                unit = UnitOfWork(session, by, LATER)
                out = name in excluded(unit, item.chart, definition.name, subject, application)
                context: EventContext[Any] = EventContext(unit, subject, by)
                with session.no_autoflush:
                    body = definition.example(context)
                if body is None:
                    continue
                objections = [each.rule for each in findings_for(session, definition, context, dict(body))]
                if out != bool(SEPARATING_RULES & set(objections)):
                    yield f"{item.chart}/{item.action}", name, out, objections


def fill_separated(engine: Engine) -> None:
    """Work before each step that another person must do than earlier ones."""
    fill_every_stage(engine)
    for event in ("check", "approve", "seal", "release"):
        walk(engine, receive(engine), before=at_event(event), choose=sparing)
    reference = receive(engine)
    walk(engine, reference, before=at_event("receive-invoice"), choose=sparing)
    above_the_limit = {"net": "10000.00", "vatRate": "21", "vat": "2100.00", "gross": "12100.00"}
    body = {
        "number": "F-12100",
        "dated": "2026-03-02",
        "payee": "Beveiliging Voorbeeld BV",
        "iban": iban(900),
        "lines": [{"measure": row_of(engine, Measure, Measure.stream == reference).id, **above_the_limit}],
    }
    do(engine, "application", reference, "receive-invoice", by=person(Role.FINANCE, ZILVERDAM), at=LATER, body=body)
    for event, role in (("check", Role.FINANCE), ("approve", Role.APPROVER)):
        payable = row_of(engine, Payable, Payable.stream == reference)
        do(engine, "payable", payable.id, event, by=person(role, ZILVERDAM), at=LATER)
    for decided in (False, True):
        refused = intend_to_refuse_one(engine)
        for event in ("record-view", "refuse", "file-objection"):
            act(engine, refused, event, at=START)
        if decided:
            objection = row_of(engine, Objection, Objection.stream == refused).id
            do(
                engine,
                "objection",
                objection,
                "waive-hearing",
                by=COORDINATOR,
                at=START,
                body={"ground": "declared", "reasons": "Said so."},
            )


def test_the_queue_excludes_whom_the_rules_refuse_and_nobody_else(prepared: Prepared) -> None:
    engine = prepared("separated", fill_separated)
    waiting = {(item.chart, item.action) for item in rows(engine, WorkItem, col(WorkItem.done_at).is_(None))}
    # Rejecting is not a work item, and matching excludes the applicant only, as all work does.
    assert waiting >= SEPARATED.keys() - {("payable", "reject"), ("payable", "match")}
    assert list(disagreements(engine)) == []
