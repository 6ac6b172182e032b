"""The one door: every change of every subject goes through :func:`fire`.

In one transaction it locks the streams it touches in the order of their ids, asks the rules of the event, runs the
chart, carries out the effect, appends to the ledger, lets follow what follows, and brings work items, terms and
letters up to date. The commit is the caller's, at the edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from rules.core.roles import ENGINE, OF_AN_EMPLOYER, Actor, Role
from rules.procedure import authorization, separation_of_duties
from rules.procedure import transitions as chart_rules
from states.charts.statechart import Chart
from states.commands.reactions import run_reactions
from states.engine.bodies import Body, divide, parse
from states.engine.event import Event, EventContext
from states.engine.unit_of_work import Transition, UnitOfWork
from states.errors import Attempt, NotFoundError, RefusedError, StaleError
from states.events.catalogue import EVENTS
from states.storage import ledger
from states.tables.application import Application
from states.tables.base import Subject
from states.tables.ledger import Stream

ALLOWED_IN_OWN_CASE = frozenset({("application", "record-threat")})
"""What people may do in their own case beside what they do as its applicant."""


@dataclass(frozen=True)
class Outcome:
    """What came of an event: its subject as it stands now, and its entry in the ledger."""

    row: Any
    entry: Mapping[str, Any]
    """The entry as it was written: its seq, hash and the rest."""


def fire(
    session: Session,
    chart: str,
    subject: str | None,
    event: str,
    *,
    by: Actor,
    at: datetime,
    body: Mapping[str, Any] | Body | None = None,
    version: int | None = None,
) -> Outcome:
    """Let an event happen.

    Args:
        session: an open session; commit it afterwards, or roll all of it back.
        chart: the chart's name, e.g. ``application``.
        subject: the subject's id; None for an event that creates one.
        event: the event's name, e.g. ``start-intake``.
        by: who acts, in which role.
        at: when this is recorded; aware.
        body: the event's body, in wire form or parsed.
        version: the version that the caller saw; None to act on whatever stands.

    Raises:
        NotFoundError: no such subject or event.
        MalformedError: the body does not fit.
        StaleError: the subject changed since ``version``.
        RefusedError: a rule objects; nothing has changed.
    """
    definition = EVENTS.get((chart, event))
    if definition is None:
        raise NotFoundError(f"event of {chart}", event)
    parsed = parse(definition.body, body or {})
    unit = UnitOfWork(session, by, at, follow_up=follow)
    if definition.creates:
        unit.streams = ledger.lock(session, definition.extra_locks(session, "", parsed))
    row: Subject | None = None
    if not definition.creates:
        assert subject is not None
        row = load_locked(unit, definition, subject, parsed)
        if version is not None and row.version != version:
            raise StaleError(version, row.version)
    with unit.tracking():
        outcome = process_event(unit, definition, row, parsed, by=by)
        run_reactions(unit)
        unit.buffer.write(at)
    return outcome


def load_locked(unit: UnitOfWork, definition: Event[Any, Any], subject: str, body: Body) -> Subject:
    """Lock the streams of a subject, then read the subject as it stands under that lock."""
    session, table = unit.session, definition.table
    query = select(table, Stream.seq).join(Stream, col(Stream.id) == table.stream).where(table.id == subject)
    found = session.exec(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFoundError(definition.chart.name, subject)
    row: Any = found[0]
    unit.streams = ledger.lock(session, {row.stream, *definition.extra_locks(session, subject, body)})
    if unit.streams[row.stream].seq != found[1]:
        session.refresh(row)  # someone was here between the look and the lock
    unit.rows[str(table.__tablename__), subject] = row
    admitted: Subject = row
    return admitted


def follow(
    unit: UnitOfWork,
    chart: str,
    row: Subject | None,
    event: str,
    body: Mapping[str, Any] | Body | None = None,
    *,
    by: Actor = ENGINE,
) -> Any:
    """Let an event follow from another, in the same passage; by the engine unless said otherwise."""
    definition = EVENTS[chart, event]
    return process_event(unit, definition, row, parse(definition.body, body or {}), by=by).row


def process_event(
    unit: UnitOfWork,
    definition: Event[Any, Any],
    row: Subject | None,
    body: Body,
    *,
    by: Actor,
) -> Outcome:
    """Judge one event, move its chart, carry out its effect and append it to the ledger."""
    context: EventContext[Any] = EventContext(unit, row, by)
    judge(context, definition, body)
    if context.findings:
        duty = context.findings[0].rule.startswith("duty.")
        raise RefusedError(context.findings, duty=duty, attempt=attempted(context, definition))
    unit.begin_changes()
    before = None if definition.creates else str(row.state)  # type: ignore[union-attr]
    if definition.creates:
        row = context.row = definition.create(context, body)
        unit.session.add(row)
        after = str(row.state) if hasattr(row, "state") else None
    else:
        after = before
        if definition.chart.mark(definition.name, str(before)) == ">":
            conditions = definition.conditions(context, body)
            after = definition.chart.move(str(before), definition.name, **conditions)
            row.state = definition.chart.states(after)  # type: ignore[union-attr]
    context.body = body
    definition.apply(context, body)
    if isinstance(row, Application):
        row.changed_at = unit.at
    transition = Transition(definition.chart.name, row, definition.name, before, after, body)  # type: ignore[arg-type]
    unit.transitions.append(transition)
    entry = record(unit, definition, context, body, before, after)
    return Outcome(row, entry)


def attempted(context: EventContext[Any], definition: Event[Any, Any]) -> Attempt | None:
    """What was refused, so that the edge can keep it; an event that creates its subject has no chain to keep it in."""
    row, unit = context.row, context.unit
    if row is None:
        return None
    return Attempt(row.stream, definition.chart.name, row.id, definition.name, unit.by, unit.at, context.rule_trace)


def judge(context: EventContext[Any], definition: Event[Any, Any], body: Body) -> None:
    """Ask everything that can stand in the way, duty first; the findings stay in the step.

    The same function answers what is possible now (``actions``), so screen, API and engine never disagree.
    """
    chart, name = definition.chart, definition.name
    if not context.check(authorization.role_has_duty, chart=chart.name, event=name, role=context.by.role):
        return
    if context.by.role is not Role.ENGINE and context.row is not None and not related(context, chart.name, name):
        return
    if not definition.creates and not possible(context, chart, name):
        return
    definition.validate(context, body)


def related(context: EventContext[Any], chart: str, name: str) -> bool:
    """Whether the caller stands to the case as the event asks: the own one, someone else's, the own employer's."""
    by = context.by
    official = context.unit.official_of(context.row)
    if official is not None:
        case = context.unit.application_of(context.row)
        representative = case.representative if case is not None else None
        facts = {"person": by.person, "applicant": official}
        if by.role is Role.APPLICANT:
            if not context.check(authorization.own_application, role=by.role, representative=representative, **facts):
                return False
        elif (chart, name) not in ALLOWED_IN_OWN_CASE:
            if representative is not None:
                facts["representative"] = representative
            if not context.check(separation_of_duties.not_own_case, **facts):
                return False
    return by.role not in OF_AN_EMPLOYER or context.check(
        authorization.own_organisation,
        role=by.role,
        organisation=by.organisation,
        concerned=context.unit.employers.concerned_by(context.row),
    )


def possible(context: EventContext[Any], chart: Chart, name: str) -> bool:
    """Whether the chart decides that the event can happen in the present state."""
    state = context.state = str(context.row.state)
    mark = chart.mark(name, state)
    if mark == "x":
        states = [str(value) for value in chart.states if chart.grid[name, value] in ">="]
        return context.check(chart_rules.possible_in_state, event=name, state=state, possible=states)
    return True


def record(
    unit: UnitOfWork,
    definition: Event[Any, Any],
    context: EventContext[Any],
    body: Body,
    before: str | None,
    after: str | None,
) -> dict[str, Any]:
    """Append the event with every change of every recorded row to the subject's stream."""
    changes = unit.end_changes()
    stream = unit.streams[context.row.stream]
    facts, content = divide(definition.ledger_body(body))
    return unit.buffer.append(
        stream,
        by=context.by,
        at=unit.at,
        chart=definition.chart.name,
        subject=context.row.id,
        event=definition.name,
        before=before,
        after=after,
        facts=facts,
        changes=changes,
        content=content,
        receipt=context.rule_trace,
    )
