"""Proposals for tests: the next step of a case, without evaluating every action that ``actions`` would list."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.core.dates import office_day
from states.commands.available_actions import (
    ENDING,
    FORWARD,
    Action,
    People,
    actions,
    certificate_needed,
    employers_awaiting_batch,
    events_of,
    exported_batches,
    propose,
    statement_action,
    subjects,
)
from states.tables.application import Application

PLAN, CERTIFICATE, REFUSAL = "plan-interview", "record-certificate", "intend-refusal"
Candidate = tuple[str, Any, str, Any]
"""Chart, row, event, and what an event without a row is about: an employer or a batch."""


def candidates(session: Session, application: Application) -> Iterator[Candidate]:
    """What ``actions`` evaluates, in the same order."""
    for chart, row in subjects(session, application):
        for event in events_of(chart, row):
            yield chart, row, event, None
    for employer in employers_awaiting_batch(session, application):
        yield "payment-batch", None, "build", employer
    for batch in exported_batches(session, application):
        yield "organisation", None, "take-in-statement", batch


def judged(session: Session, candidate: Candidate, people: People, at: datetime) -> Action:
    """One candidate as ``actions`` proposes it."""
    chart, row, event, about = candidate
    if event == "take-in-statement":
        return statement_action(session, about, people, at, demonstration=True)
    return propose(session, chart, row, event, people, at, {"employer": about} if event == "build" else None)


def named(session: Session, application: Application, event: str, *, at: datetime) -> list[Action]:
    """The proposals of one event, in the order in which ``actions`` has them."""
    people = People(session, application)
    found = [judged(session, each, people, at) for each in candidates(session, application) if each[2] == event]
    return sorted(found, key=lambda action: event == "assess-domain" and action.example is None)


def up_to_allowed(session: Session, application: Application, *, at: datetime) -> list[Action]:
    """The proposals of ``actions`` up to the first that is allowed; later ones are not evaluated."""
    people = People(session, application)
    gated = certificate_needed(session, application, office_day(at))

    def place(candidate: Candidate) -> tuple[int, int]:
        chart, _, event, _ = candidate
        key = f"{chart}/{event}"
        if key == f"application/{CERTIFICATE}" and gated:
            key = "measure/order"
        if key == f"application/{REFUSAL}":
            key = f"application/{PLAN}"  # where it is proposed if it is allowed
        rank = FORWARD.index(key) if key in FORWARD else len(FORWARD) + (event in ENDING)
        return rank, 0 if event == CERTIFICATE else 1

    found: list[Action] = []
    for candidate in sorted(candidates(session, application), key=place):
        action = judged(session, candidate, people, at)
        found.append(action)
        if action.allowed:
            break
    if found and found[-1].event == CERTIFICATE:
        return actions(
            session, application, at=at, demonstration=True
        )  # whether it advances the case depends on the rest
    return found
