"""Fire: the one function through which every change of every subject goes.

In one transaction it locks the streams that it touches in the order of their ids, checks the rules of the event, moves
the chart, applies the event, appends to the ledger, carries out follow-up events, and brings work items, deadlines and
letters up to date. The caller commits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic.alias_generators import to_camel
from sqlmodel import Session, col, select

from rules.access import authority
from rules.core.roles import ENGINE, OF_AN_EMPLOYER, Actor, Role
from rules.core.wording import wording
from rules.procedure import erasure, separation_of_duties, transitions
from states.charts.statechart import Chart
from states.commands import work_in_hand
from states.commands.reactions import run_reactions
from states.engine.bodies import Body, by_retention, divide, parse
from states.engine.event import Event, EventContext
from states.engine.unit_of_work import Transition, UnitOfWork
from states.errors import Attempt, ErasedError, NotFoundError, RefusedError, StaleError
from states.events.catalogue import EVENTS
from states.storage import ledger
from states.tables.application import Application
from states.tables.base import Subject
from states.tables.ledger import LedgerEntry, Stream

ALLOWED_IN_OWN_CASE = frozenset({("application", "record-threat")})
"""Events that a person may record in their own case in any role."""


@dataclass(frozen=True)
class Outcome:
    """The result of an event: its subject after it, and its entry in the ledger."""

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
    take_over: bool = False,
) -> Outcome:
    """Carry out an event and everything that follows from it.

    Args:
        session: an open session; the caller commits it, or rolls all of it back.
        chart: the chart's name, e.g. ``application``.
        subject: the subject's id; None for an event that creates one.
        event: the event's name, e.g. ``start-intake``.
        by: who acts, in which role.
        at: when this is recorded; aware.
        body: the event's body, in wire form or parsed.
        version: the version that the caller saw; None to act on any version.
        take_over: whether the actor does it also if somebody else has the work in hand, who is told then.

    Raises:
        NotFoundError: no such subject or event.
        MalformedError: the body does not fit.
        StaleError: the subject changed since ``version``.
        RefusedError: a rule objects; nothing has changed.
        WorkInHandError: somebody else has the work in hand; the caller rolls back, and asks the actor.
    """
    definition = EVENTS.get((chart, event))
    if definition is None:
        raise NotFoundError(f"event of {chart}", event)
    parsed = parse(definition.body, body or {})
    unit = UnitOfWork(session, by, at, follow_up=follow_up)
    row: Subject | None = None
    if definition.creates:
        unit.streams = ledger.lock(session, definition.extra_locks(session, "", parsed))
    else:
        assert subject is not None
        row = load_locked(unit, definition, subject, parsed)
        if version is not None and row.version != version:
            raise StaleError(version, row.version, last_change(session, row, by))
    with unit.tracking():
        outcome = process_event(unit, definition, row, parsed, by=by)
        run_reactions(unit)
        ask = not (take_over or definition.creates)
        work_in_hand.settle(unit, definition.chart, definition.name, outcome.row, ask=ask)
        unit.buffer.write(at)
    return outcome


OUTSIDE = OF_AN_EMPLOYER | {Role.APPLICANT}
"""Roles of people outside the office; they need not know which colleague of it did what."""


def last_change(session: Session, row: Subject, by: Actor) -> str:
    """Return who changed a subject last and when, and for the office by which event; people outside see the role."""
    own = select(LedgerEntry).where(LedgerEntry.stream == row.stream, LedgerEntry.subject == row.id)
    entry = session.exec(own.order_by(col(LedgerEntry.seq).desc()).limit(1)).first()
    if entry is None:
        return ""
    facts = {"person": entry.person, "role": entry.role, "event": entry.event, "at": f"{entry.at:%Y-%m-%d %H:%M} UTC"}
    if by.role in OUTSIDE and entry.person != by.person:
        return wording(" The {role} changed it last, on {at}.", role=facts["role"], at=facts["at"])
    return wording(" {person} ({role}) changed it last, on {at}, with {event}.", **facts)


def load_locked(unit: UnitOfWork, definition: Event[Any, Any], subject: str, body: Body) -> Subject:
    """Lock the streams that an event touches, then return the subject as it is under that lock.

    Raises:
        NotFoundError: no such subject.
    """
    session, table = unit.session, definition.table
    query = select(table, Stream.seq).join(Stream, col(Stream.id) == table.stream).where(table.id == subject)
    found = session.exec(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFoundError(definition.chart.name, subject)
    row, seq = found
    unit.streams = ledger.lock(session, {row.stream, *definition.extra_locks(session, subject, body)})
    if unit.streams[row.stream].seq != seq:
        session.refresh(row)  # another transaction changed the stream between the read and the lock
    unit.rows[str(table.__tablename__), subject] = row
    return row


def follow_up(
    unit: UnitOfWork,
    chart: str,
    row: Subject | None,
    event: str,
    body: Mapping[str, Any] | Body | None = None,
    *,
    by: Actor = ENGINE,
) -> Any:
    """Carry out an event that follows from another, in the same unit of work; returns its subject."""
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
    """Validate one event, move its chart, apply it and append it to the ledger.

    Raises:
        RefusedError: a rule objects.
    """
    context: EventContext[Any] = EventContext(unit, row, by)
    validate_event(context, definition, body)
    refuse_if_found(context, definition)
    unit.begin_changes()
    before: str | None = None
    if row is None:
        subject: Subject = definition.create(context, body)
        context.row = subject
        unit.session.add(subject)
        after = str(subject.state)
        check_content(context, body)
        refuse_if_found(context, definition)
    else:
        subject, before, after = row, str(row.state), str(row.state)
        if definition.chart.mark(definition.name, before) == ">":
            after = definition.chart.move(before, definition.name, **definition.conditions(context, body))
            subject.state = definition.chart.states(after)
    context.body = body
    try:
        definition.apply(context, body)
    except ErasedError:
        context.check(erasure.still_there, erased=True)
        refuse_if_found(context, definition)
    if isinstance(subject, Application):
        subject.changed_at = unit.at
    unit.transitions.append(Transition(definition.chart.name, subject, definition.name, before, after, body))
    return Outcome(subject, append_entry(unit, definition, context, body, before, after))


def refuse_if_found(context: EventContext[Any], definition: Event[Any, Any]) -> None:
    """Refuse the event if a rule objected to it.

    Raises:
        RefusedError: a rule did.
    """
    if context.findings:
        duty = context.findings[0].rule.startswith("duty.")
        raise RefusedError(context.findings, duty=duty, attempt=refused_attempt(context, definition))


def refused_attempt(context: EventContext[Any], definition: Event[Any, Any]) -> Attempt | None:
    """What was refused, for the caller to record; None for an event that creates its subject, which has no chain."""
    row, unit = context.row, context.unit
    if row is None:
        return None
    return Attempt(row.stream, definition.chart.name, row.id, definition.name, unit.by, unit.at, context.rule_trace)


def validate_event(context: EventContext[Any], definition: Event[Any, Any], body: Body) -> None:
    """Check every condition of an event, the duty first; the context keeps the findings.

    The same function decides which actions are available, so screen, API and engine never disagree.
    """
    chart, name = definition.chart, definition.name
    if not context.check(authority.role_has_duty, chart=chart.name, event=name, role=context.by.role):
        return
    if context.by.role is not Role.ENGINE and context.row is not None and not check_relation(context, chart.name, name):
        return
    if not definition.creates and not check_state(context, chart, name):
        return
    if context.row is not None and not check_content(context, body):
        return
    try:
        definition.validate(context, body)
    except ErasedError:
        context.check(erasure.still_there, erased=True)


def check_relation(context: EventContext[Any], chart: str, name: str) -> bool:
    """Check the actor's relation to the case: an applicant's own, not a colleague's own, and the employer's own."""
    by = context.by
    official = context.unit.official_of(context.row)
    if official is not None:
        case = context.unit.application_of(context.row)
        representative = case.representative if case is not None else None
        facts = {"person": by.person, "applicant": official}
        if by.role is Role.APPLICANT:
            if not context.check(authority.own_application, role=by.role, representative=representative, **facts):
                return False
        elif (chart, name) not in ALLOWED_IN_OWN_CASE:
            if representative is not None:
                facts["representative"] = representative
            if not context.check(separation_of_duties.not_own_case, **facts):
                return False
    return by.role not in OF_AN_EMPLOYER or context.check(
        authority.own_organisation,
        role=by.role,
        organisation=by.organisation,
        concerned=context.unit.employers.concerned_by(context.row),
    )


def check_state(context: EventContext[Any], chart: Chart, name: str) -> bool:
    """Check that the grid of the chart allows the event in the subject's state."""
    state = context.state = str(context.row.state)
    if chart.mark(name, state) != "x":
        return True
    states = [str(value) for value in chart.states if chart.grid[name, value] in ">="]
    moves = [event for event in chart.events if chart.grid[event, state] == ">" and done_by_people(chart, event)]
    return context.check(transitions.possible_in_state, event=name, state=state, possible=states, instead=moves)


def done_by_people(chart: Chart, event: str) -> bool:
    """Whether people do an event, and not only the engine as a consequence of another."""
    return any(role is not Role.ENGINE for role in authority.roles_of(chart.name, event))


def check_content(context: EventContext[Any], body: Body) -> bool:
    """Check that the content in a body can be kept: the data key of its case is not destroyed."""
    held, stream = by_retention(type(body), divide(body)[1]), context.row.stream
    lost = [to_camel(path) for kept, paths in held.items() if context.unit.is_erased(stream, kept) for path in paths]
    return not lost or context.check(erasure.can_be_kept, fields=lost, erased=True)


def append_entry(
    unit: UnitOfWork,
    definition: Event[Any, Any],
    context: EventContext[Any],
    body: Body,
    before: str | None,
    after: str | None,
) -> dict[str, Any]:
    """Append the event, with every change of every recorded row, to the subject's stream."""
    kept = definition.ledger_body(body)
    facts, content = divide(kept)
    return unit.buffer.append(
        unit.streams[context.row.stream],
        by=context.by,
        at=unit.at,
        chart=definition.chart.name,
        subject=context.row.id,
        event=definition.name,
        before=before,
        after=after,
        facts=facts,
        changes=unit.end_changes(),
        content=by_retention(type(kept), content),
        receipt=context.rule_trace,
    )
