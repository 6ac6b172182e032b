"""Next step of a case, checked by the same rules as any action."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from api.demonstration.applications import CASES, Case, ExtraStep
from rules.core.dates import office_day
from states.charts.application import ENDS, Stage
from states.commands import available_actions
from states.commands.available_actions import FORWARD, Action, People
from states.tables.application import Application
from states.tables.ledger import LedgerEntry

STATEMENT = "organisation/take-in-statement"
CERTIFICATE = "application/record-certificate"
STEP_ORDER = [*FORWARD]
STEP_ORDER.insert(STEP_ORDER.index("measure/provide") + 1, CERTIFICATE)
"""Order of the main path; the certificate comes once nothing else can be provided without it."""
BEFORE_TAKEOVER = frozenset(list(Stage)[: list(Stage).index(Stage.TAKEOVER)])
"""Stages in which an application has no parts yet."""


def next_step(session: Session, number: int, application: Application, at: datetime) -> Action | None:
    """Return the next action: None if the case stops here, or a refused action if the case has to wait."""
    case = CASES[number]
    if application.state in ENDS:
        return None
    people = People(session, application)
    done = step_counts(session, application.id) if case.extra_steps or case.nth > 1 else Counter()
    found = None
    for key, row, example in main_path_steps(session, application, at):
        chart, event = key.split("/")
        extra = next((item for item in remaining_extra_steps(case, done) if item.before == key), None)
        if extra is not None:
            name = extra.step.split("/")[1]
            return available_actions.propose(session, "application", application, name, people, at)
        if key == STATEMENT:
            found = available_actions.statement_action(session, row, people, at, demonstration=True)
        else:
            found = available_actions.propose(session, chart, row, event, people, at, example)
        if found.allowed:
            return None if key == case.until and done[key] >= case.nth - 1 else found
    return found


def main_path_steps(
    session: Session,
    application: Application,
    at: datetime,
) -> list[tuple[str, Any, dict[str, Any] | None]]:
    """Return the steps of the main path that the charts allow now, in order: key, subject and example."""
    early = application.state in BEFORE_TAKEOVER or application.state is Stage.REFUSAL_INTENDED
    subjects = [("application", application)] if early else available_actions.subjects(session, application)
    found: list[tuple[str, Any, dict[str, Any] | None]] = [
        (f"{chart}/{event}", row, None)
        for chart, row in subjects
        for event in available_actions.events_of(chart, row)
        if f"{chart}/{event}" in FORWARD
    ]
    if not early:
        waiting = available_actions.employers_awaiting_batch(session, application)
        found += [("payment-batch/build", None, {"employer": employer}) for employer in waiting]
        found += [(STATEMENT, batch, None) for batch in available_actions.exported_batches(session, application)]
        if available_actions.certificate_needed(session, application, office_day(at)):
            found.append((CERTIFICATE, application, None))
    return sorted(found, key=lambda step: STEP_ORDER.index(step[0]))


def step_counts(session: Session, stream: str) -> Counter[str]:
    """Count how often each step was taken in an application."""
    query = select(LedgerEntry.chart, LedgerEntry.event).where(LedgerEntry.stream == stream)
    return Counter(f"{chart}/{event}" for chart, event in session.exec(query))


def remaining_extra_steps(case: Case, done: Counter[str]) -> Iterator[ExtraStep]:
    """Yield the extra steps that were not taken yet."""
    left = done.copy()
    for extra in case.extra_steps:
        left[extra.step] -= 1
        if left[extra.step] < 0:
            yield extra
