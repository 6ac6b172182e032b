"""What the clock finds due: reminders, the escalation of a term that an employer let pass, and terms that lapse."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from rules.moments import office_day
from rules.roles import ENGINE, OF_AN_EMPLOYER, Role
from states import ledger, outbox, scope, work
from states.deadlines import LAPSED, lapse
from states.ledger import Chain
from states.tables.application import Application
from states.tables.people import Duty
from states.tables.work import Reminder, Term, Threshold
from states.term_kinds import TERMS
from states.writing import Pen


def pass_due(session: Session, *, at: datetime, limit: int) -> int:
    """Pass the thresholds that are due: one letter per recipient, in one transaction; answers how many passed.

    Safe with any number of clocks: the application's stream is locked first, and what another clock holds is left
    to it. Where several reminders of a term are due at once, only the last one is sent; each rung of the escalation
    tells someone else, so none of them is left out.
    """
    due = (
        select(Threshold.term)
        .where(col(Threshold.passed_at).is_(None), col(Threshold.due_at) <= at)
        .order_by(col(Threshold.due_at))
        .limit(limit)
    )
    terms = list(dict.fromkeys(session.exec(due)))
    passed = 0
    for term in session.exec(select(Term).where(col(Term.id).in_(terms)).order_by(col(Term.application))).all():
        stream = ledger.lock_if_free(session, term.application)
        if stream is None:
            continue
        session.refresh(term)
        ready = sorted((row for row in thresholds_for_update(session, term) if is_due(row, at)), key=order)
        if ready and term.ended_on is None and term.due_on is not None:
            passed += len(ready)
            pass_all(session, stream, term, ready, at)
    return passed


def pass_all(session: Session, stream: Chain, term: Term, ready: list[Threshold], at: datetime) -> None:
    """Pass the thresholds of one term that are due, and put down who was told what."""
    pen = Pen(session)
    last_reminder = next((row for row in reversed(ready) if row.name.endswith("%")), None)
    for row in ready:
        assert row.due_at is not None
        row.passed_at = at
        row.late = at - row.due_at > timedelta(days=1)
        told: list[str] = []
        if row.name.endswith("%"):
            if row is not last_reminder:
                continue
            told = tell(session, "reminder", term, row, recipients(session, term), at)
        elif row.name != LAPSED:
            told = tell(session, "escalation", term, row, holders(session, Role(row.name), term.organisation), at)
            if row.name == Role.COORDINATOR:
                pen.items += work.pursue(session, term, at)
        facts = {
            "kind": term.kind,
            "threshold": row.name,
            "dueOn": term.due_on,
            "reminded": told,
            "late": row.late,
        }
        pen.append(
            stream,
            by=ENGINE,
            at=at,
            chart="term",
            subject=term.id,
            event="pass-threshold",
            facts=facts,
            changes={},
            content={},
            receipt=[],
        )
    if any(row.name == LAPSED for row in ready):
        lapse(session, term)
    pen.write(at)


def order(row: Threshold) -> tuple[datetime, float]:
    """The order in which the thresholds of a term pass."""
    assert row.due_at is not None
    return row.due_at, float(row.name.rstrip("%")) if row.name.endswith("%") else 100.0


def is_due(row: Threshold, at: datetime) -> bool:
    """Whether a threshold must pass now."""
    return row.passed_at is None and row.due_at is not None and row.due_at <= at


def thresholds_for_update(session: Session, term: Term) -> list[Threshold]:
    """The thresholds of a term, locked and as they stand now."""
    query = select(Threshold).where(Threshold.term == term.id).with_for_update()
    return list(session.exec(query.execution_options(populate_existing=True)))


def tell(session: Session, letter: str, term: Term, threshold: Threshold, people: list[str], at: datetime) -> list[str]:
    """One letter per recipient; a second one for the same threshold is impossible by key."""
    assert term.due_on is not None
    facts: dict[str, Any] = {"term": term.kind, "due_on": term.due_on.isoformat()}
    if letter == "reminder":
        facts["days_left"] = (term.due_on - office_day(at)).days
    for person in people:
        posted = outbox.post(session, letter, application=term.application, recipient=person, facts=facts, at=at)
        session.add(
            Reminder(
                term=term.id,
                threshold=threshold.name,
                recipient=person,
                application=term.application,
                at=at,
                outbox=posted.id,
            ),
        )
    return people


def recipients(session: Session, term: Term) -> list[str]:
    """Who is reminded of a term: the applicant, the officer, or whoever holds the duty in its place."""
    role = TERMS[term.kind].reminds
    if role is Role.APPLICANT:
        return [scope.official_of(session, term.application)]
    application = session.get(Application, term.application)
    if role is Role.OFFICER and application is not None and application.officer is not None:
        return [application.officer]
    if term.organisation and role not in OF_AN_EMPLOYER:
        role = Role.EMPLOYER  # the objection is to its decision
    return holders(session, role, term.organisation)


def holders(session: Session, role: Role, organisation: str) -> list[str]:
    """Whoever holds a duty: for the employer where the role acts for one, else in the office or the ministry."""
    mine = organisation if role in OF_AN_EMPLOYER else ""
    query = select(Duty.person).where(Duty.role == role, Duty.organisation == mine)
    return sorted(session.exec(query))
